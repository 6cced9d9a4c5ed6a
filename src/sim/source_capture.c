/* A capture as an exchange: its frames at their own spacing (times speed), byte for byte, to whoever
 * listens to such a stream.
 *
 * A client is given what the capture has of the class it asks for: any depth stream gets the captured one,
 * and aggTrade of a capture that holds only single trades gets those, under their own name. A capture has
 * one snapshot, or few: it is the REST answer at its own time (requests before are held until then), and
 * from there a book kept beside gives later ones. */
#include "sim/binance_encode.h"
#include "sim/cap_symbols.h"
#include "sim/source.h"

#include <alphaplus/capture/capture.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_LINES      5000 /* of a file, to see which instrument it is of */
#define LINES_A_TURN    256
#define ASK_PATIENCE_NS INT64_C(2000000000)
#define TICK_MS         20 /* while nothing is running */
#define DEPTH_MOST      1000

/* Files of one instrument, one after the other. */
struct group {
    struct capture *capture; /* owned */
    struct capture_line head;
    bool has_head;
    char owner[SYMBOL_MAX]; /* whose a bare snapshot is; "" when it cannot be told */
};
struct source_capture {
    struct source base;
    struct group groups[CAPTURE_FILES_MAX];
    size_t group_n;
    struct cap_symbols symbols;
    double speed;
    bool is_loop, waits, is_running, has_ended;
    int64_t settled_at_ns;
    int64_t origin_ns, origin_recv; /* monotonic and captured time of the start */
    int64_t at_recv;                /* captured time reached */
    int64_t barrier_ns; /* since when the pump waits for a snapshot to be asked for; 0: it does not */
    uint64_t bad_lines;
    uv_timer_t timer;
    uv_idle_t idle;
};

static int refuse(struct buf *out, int status, int code, const char *message)
{
    buf_reset(out);
    encode_error(out, code, message);
    return status;
}

static uint32_t topic_of(const struct source_capture *s, const struct cap_symbol *symbol,
                         enum stream_kind kind)
{
    size_t i = symbol ? (size_t)(symbol - s->symbols.list) + 1 : 0;
    return (uint32_t)kind << 16 | (uint32_t)i;
}

static struct sim_topic resolve(struct source *base, const struct stream *stream, const char *name)
{
    struct source_capture *s = (struct source_capture *)base;
    uint32_t other = (uint32_t)cap_symbols_other(&s->symbols, name, strlen(name));
    if (other != 0) { /* topics of no kind */
        return (struct sim_topic){other, false};
    }
    if (stream->kind == STREAM_ALL_FORCE) {
        return (struct sim_topic){topic_of(s, NULL, STREAM_ALL_FORCE), false};
    }
    struct cap_symbol *symbol = cap_symbols_find(&s->symbols, stream->symbol);
    if (stream->kind == STREAM_OTHER || !symbol) {
        return (struct sim_topic){0};
    }
    if (stream->kind == STREAM_AGG && !symbol->has_agg && symbol->has_trade) {
        return (struct sim_topic){topic_of(s, symbol, STREAM_TRADE), true};
    }
    return (struct sim_topic){topic_of(s, symbol, stream->kind), false};
}

static void watch(struct source *base, uint32_t topic, int delta)
{
    struct source_capture *s = (struct source_capture *)base;
    bool is_depth = topic >> 16 == STREAM_DEPTH;
    if (is_depth) {
        s->symbols.list[(topic & 0xffff) - 1].depth_watchers += delta;
    }
    if (delta > 0 && !s->is_running && (is_depth || s->settled_at_ns != 0)) {
        s->settled_at_ns = source_monotonic_ns() + SETTLE_MS * INT64_C(1000000);
    }
}

/* ---- playing ---- */

/* Fills the group's head with its next line. AP_ECORRUPT ends a group as its end does. */
static void read_head(struct source_capture *s, struct group *g)
{
    int got;
    while ((got = capture_next(g->capture, &g->head)) == AP_ESYNTAX || got == AP_ETOOBIG) {
        s->bad_lines++;
    }
    if (got < 0) {
        s->bad_lines++;
    }
    g->has_head = got > 0;
}

static struct group *next_group(struct source_capture *s)
{
    struct group *next = NULL;
    for (size_t i = 0; i < s->group_n; i++) {
        struct group *g = &s->groups[i];
        if (g->has_head && (!next || g->head.recv_ns < next->head.recv_ns)) {
            next = g;
        }
    }
    return next;
}

static void put(struct source_capture *s, uint32_t topic, const struct cap_frame *f, const char *name,
                const struct capture_line *whole)
{
    const struct sim_frame frame = {
        .topic = topic,
        .name = name ? name : f->name,
        .name_n = name ? strlen(name) : f->name_n,
        .data = f->data,
        .data_n = f->data_n,
        .whole = whole ? whole->frame : NULL,
        .whole_n = whole ? whole->n : 0,
        .kind = f->stream.kind,
        .symbol = f->stream.symbol[0] ? f->stream.symbol : NULL,
    };
    s->base.host.sink.put(s->base.host.sink.user, &frame);
}

static void play_frame(struct source_capture *s, const struct cap_frame *f, const struct capture_line *line)
{
    uint32_t other = (uint32_t)cap_symbols_other(&s->symbols, f->name, f->name_n);
    struct cap_symbol *symbol = cap_symbols_find(&s->symbols, f->stream.symbol);
    if (other != 0 || !symbol) {
        put(s, other, f, NULL, line);
        return;
    }
    if (f->stream.kind == STREAM_DEPTH) {
        s->bad_lines += plain_book_diff(&symbol->book, f->data, f->data_n) < 0;
        buf_reset(&symbol->exact);
    } else if (f->stream.kind == STREAM_MARK) {
        cap_symbols_mark(symbol, f->data, f->data_n);
    }
    put(s, topic_of(s, symbol, f->stream.kind), f, NULL, line);
    if (f->stream.kind == STREAM_FORCE) {
        put(s, topic_of(s, NULL, STREAM_ALL_FORCE), f, "!forceOrder@arr", NULL);
    }
}

static void play_snapshot(struct source_capture *s, struct cap_symbol *symbol,
                          const struct capture_line *line)
{
    buf_reset(&symbol->exact);
    if (plain_book_snapshot(&symbol->book, line->frame, line->n) < 0) {
        s->bad_lines++;
    } else {
        (void)buf_append(&symbol->exact, line->frame, line->n);
    }
    s->base.host.retry_held(s->base.host.user);
}

/* A source that waits for its readers also waits, a while, for the request that this snapshot is to
 * answer. */
static bool must_wait_to_be_asked(struct source_capture *s, const struct cap_symbol *symbol)
{
    if (s->speed > 0.0 || symbol->is_asked || symbol->depth_watchers == 0) {
        return false;
    }
    int64_t now = source_monotonic_ns();
    s->barrier_ns = s->barrier_ns ? s->barrier_ns : now;
    return now - s->barrier_ns < ASK_PATIENCE_NS;
}

/* Plays the head of a group; false when it has to wait. */
static bool play_line(struct source_capture *s, struct group *g)
{
    struct cap_frame f;
    struct cap_symbol *owner = g->owner[0] ? cap_symbols_find(&s->symbols, g->owner) : NULL;
    int err = cap_frame_read(g->head.frame, g->head.n, &f);
    if (err == 0 && f.is_snapshot && owner && must_wait_to_be_asked(s, owner)) {
        return false;
    }
    s->barrier_ns = 0;
    s->at_recv = g->head.recv_ns;
    if (err < 0) {
        s->bad_lines++;
    } else if (!f.is_snapshot) {
        play_frame(s, &f, &g->head);
    } else if (owner) {
        play_snapshot(s, owner, &g->head);
    }
    read_head(s, g);
    return true;
}

static void stop_running(struct source_capture *s)
{
    s->is_running = false;
    uv_idle_stop(&s->idle);
    uv_timer_stop(&s->timer);
}

static int rewind_all(struct source_capture *s)
{
    for (size_t i = 0; i < s->group_n; i++) {
        int err = capture_rewind(s->groups[i].capture);
        if (err < 0) {
            return err;
        }
        read_head(s, &s->groups[i]);
    }
    for (size_t i = 0; i < s->symbols.n; i++) {
        plain_book_reset(&s->symbols.list[i].book);
        buf_reset(&s->symbols.list[i].exact);
        s->symbols.list[i].is_asked = false;
    }
    return 0;
}

static void set_origin(struct source_capture *s)
{
    struct group *g = next_group(s);
    s->origin_ns = source_monotonic_ns();
    s->origin_recv = g ? g->head.recv_ns : 0;
}

static void at_end(struct source_capture *s)
{
    if (s->is_loop && rewind_all(s) == 0) {
        set_origin(s);
        return;
    }
    stop_running(s);
    s->has_ended = true;
    s->base.host.ended(s->base.host.user);
    s->base.host.retry_held(s->base.host.user);
}

static int64_t due_recv(const struct source_capture *s)
{
    if (s->speed == 0.0) {
        return INT64_MAX;
    }
    return s->origin_recv + (int64_t)((double)(source_monotonic_ns() - s->origin_ns) * s->speed);
}

/* Plays what is due; the line that is not, or NULL at a pause that something else ends. */
static const struct capture_line *play_due(struct source_capture *s)
{
    int64_t due = due_recv(s);
    for (int i = 0; i < LINES_A_TURN && s->is_running; i++) {
        struct group *g = next_group(s);
        if (!g) {
            at_end(s);
        } else if (g->head.recv_ns > due) {
            return &g->head;
        } else if (!play_line(s, g)) {
            return NULL;
        }
    }
    return NULL;
}

static void on_timer(uv_timer_t *timer);

static void on_idle(uv_idle_t *idle)
{
    struct source_capture *s = idle->data;
    struct source_host *host = &s->base.host;
    if (host->has_listeners(host->user) && host->has_room(host->user)) {
        play_due(s);
        if (s->barrier_ns == 0) {
            return;
        }
    }
    uv_idle_stop(idle); /* until drained, asked or subscribed; the timer looks again as well */
}

static void start(struct source_capture *s)
{
    s->is_running = true;
    set_origin(s);
}

static void on_timer(uv_timer_t *timer)
{
    struct source_capture *s = timer->data;
    uint64_t next_ms = TICK_MS;
    if (!s->is_running && !s->has_ended &&
        (!s->waits || (s->settled_at_ns != 0 && source_monotonic_ns() >= s->settled_at_ns))) {
        start(s);
    }
    if (s->is_running && s->speed == 0.0) {
        uv_idle_start(&s->idle, on_idle);
    } else if (s->is_running) {
        const struct capture_line *next = play_due(s);
        double wait_ms = next ? (double)(next->recv_ns - due_recv(s)) / s->speed / 1e6 : 0.0;
        next_ms = wait_ms <= 0.0 ? 0 : wait_ms > 1000.0 ? 1000 : (uint64_t)ceil(wait_ms);
    }
    if (!s->has_ended) {
        uv_timer_start(timer, on_timer, next_ms, 0);
    }
}

static void drained(struct source *base)
{
    struct source_capture *s = (struct source_capture *)base;
    if (s->is_running && s->speed == 0.0 && s->barrier_ns == 0) {
        uv_idle_start(&s->idle, on_idle);
    }
}

/* ---- REST ---- */

static int64_t now_ms(const struct source_capture *s)
{
    return s->at_recv / 1000000;
}

static int rest_depth(struct source_capture *s, struct cap_symbol *symbol, const struct rest_request *r,
                      struct buf *out)
{
    struct price_level levels[2][DEPTH_MOST];
    const struct plain_book *b = &symbol->book;
    symbol->is_asked = true;
    bool will_come = symbol->snapshots > 0 && !s->has_ended;
    if (b->state == PLAIN_EMPTY && will_come) {
        s->barrier_ns = 0;
        return AP_EAGAIN;
    }
    if (b->state != PLAIN_TRUE) {
        return refuse(out, 503, -1008, "The capture holds no snapshot for this time.");
    }
    if (symbol->exact.len > 0 && r->limit == DEPTH_MOST && r->spoil == SPOIL_NOTHING) {
        buf_append(out, symbol->exact.data, symbol->exact.len);
        return 200;
    }
    size_t most = r->spoil == SPOIL_EMPTY ? 0 : (size_t)(r->limit < DEPTH_MOST ? r->limit : DEPTH_MOST);
    uint64_t id = r->spoil != SPOIL_STALE      ? b->last_id
                  : b->last_id > REST_STALE_BY ? b->last_id - REST_STALE_BY
                                               : 1;
    size_t bid_n = plain_book_top(b, 0, most, levels[0]), ask_n = plain_book_top(b, 1, most, levels[1]);
    encode_book(out, &symbol->listing, id, now_ms(s), now_ms(s), levels[0], bid_n, levels[1], ask_n);
    return 200;
}

static int rest_premium(struct source_capture *s, const struct cap_symbol *symbol, struct buf *out)
{
    if (symbol) {
        if (!symbol->has_premium) {
            return refuse(out, 400, -1121, "Invalid symbol.");
        }
        encode_premium(out, &symbol->listing, &symbol->premium);
        return 200;
    }
    buf_byte(out, '[');
    bool is_first = true;
    for (size_t i = 0; i < s->symbols.n; i++) {
        if (s->symbols.list[i].has_premium) {
            buf_text(out, is_first ? "" : ",");
            encode_premium(out, &s->symbols.list[i].listing, &s->symbols.list[i].premium);
            is_first = false;
        }
    }
    buf_byte(out, ']');
    return 200;
}

static int rest_list(struct source_capture *s, struct buf *out)
{
    struct listing list[INSTRUMENT_MAX];
    for (size_t i = 0; i < s->symbols.n; i++) {
        list[i] = s->symbols.list[i].listing;
    }
    encode_exchange_info(out, list, s->symbols.n, now_ms(s));
    return 200;
}

static int rest(struct source *base, const struct rest_request *r, struct buf *out)
{
    struct source_capture *s = (struct source_capture *)base;
    struct cap_symbol *symbol = r->symbol[0] ? cap_symbols_find(&s->symbols, r->symbol) : NULL;
    if (!symbol && (r->symbol[0] || r->kind == REST_DEPTH)) {
        return refuse(out, 400, -1121, "Invalid symbol.");
    }
    switch (r->kind) {
    case REST_PING: buf_text(out, "{}"); return 200;
    case REST_TIME: encode_time(out, now_ms(s)); return 200;
    case REST_EXCHANGE_INFO: return rest_list(s, out);
    case REST_DEPTH: return rest_depth(s, symbol, r, out);
    case REST_PREMIUM_INDEX: return rest_premium(s, symbol, out);
    case REST_OPEN_INTEREST: /* captures hold none of these */
    case REST_BARS:
    case REST_FUNDING_INFO:
    case REST_SIM_TRUTH:
    case REST_SIM_PAUSE:
    case REST_SIM_HEAL:
    case REST_SIM_FAULTS: break;
    }
    return refuse(out, 400, -1121, "Invalid symbol.");
}

/* ---- opening ---- */

/* The file's instrument: the only one with depth in its beginning, else the only one at all; "" when there
 * are several. */
static int find_owner(const char *path, char *owner, size_t size)
{
    struct capture *c;
    struct cap_symbols *t = calloc(1, sizeof *t);
    if (!t) {
        return AP_ENOMEM;
    }
    int err = capture_open(&path, 1, &c, NULL);
    if (err < 0) {
        free(t);
        return err;
    }
    struct capture_line line;
    struct cap_frame f;
    for (int i = 0; i < HEAD_LINES && err >= 0; i++) {
        int got = capture_next(c, &line);
        if (got == 0 || got == AP_ECORRUPT) {
            break;
        }
        if (got > 0 && cap_frame_read(line.frame, line.n, &f) == 0 && !f.is_snapshot) {
            err = cap_symbols_learn(t, &f, line.frame, line.n, NULL);
        }
    }
    size_t depth_n = 0;
    for (size_t i = 0; i < t->n; i++) {
        depth_n += t->list[i].has_depth;
    }
    owner[0] = '\0';
    for (size_t i = 0; err >= 0 && i < t->n; i++) {
        if ((depth_n == 1 && t->list[i].has_depth) || (depth_n == 0 && t->n == 1)) {
            snprintf(owner, size, "%s", t->list[i].listing.symbol);
        }
    }
    capture_close(c);
    cap_symbols_finish(t);
    free(t);
    return err < 0 ? err : 0;
}

/* Reads through a group for its symbols. */
static int scan(struct source_capture *s, struct group *g, size_t *bytes)
{
    struct capture_line line;
    struct cap_frame f;
    int got;
    while (*bytes < CAP_SCAN_BYTES && (got = capture_next(g->capture, &line)) != 0 && got != AP_ECORRUPT) {
        if (got < 0) {
            continue;
        }
        *bytes += line.n;
        if (cap_frame_read(line.frame, line.n, &f) == 0) {
            int err = cap_symbols_learn(&s->symbols, &f, line.frame, line.n, g->owner[0] ? g->owner : NULL);
            if (err < 0) {
                return err;
            }
        }
    }
    return capture_rewind(g->capture);
}

static int open_groups(struct source_capture *s, const struct sim_options *o, char *why, size_t why_size)
{
    char owners[CAPTURE_FILES_MAX][SYMBOL_MAX];
    if (o->capture_n > CAPTURE_FILES_MAX) {
        snprintf(why, why_size, "more than %d capture files", CAPTURE_FILES_MAX);
        return AP_EFULL;
    }
    for (size_t i = 0; i < o->capture_n; i++) {
        int err = find_owner(o->captures[i], owners[i], sizeof owners[i]);
        if (err < 0) {
            snprintf(why, why_size, "%s: %s", o->captures[i], ap_err_text(err));
            return err;
        }
    }
    bool is_taken[CAPTURE_FILES_MAX] = {false};
    for (size_t i = 0; i < o->capture_n; i++) {
        const char *paths[CAPTURE_FILES_MAX];
        size_t n = 0, bad = 0;
        for (size_t k = i; k < o->capture_n; k++) {
            if (!is_taken[k] && (k == i || (owners[i][0] && strcmp(owners[k], owners[i]) == 0))) {
                is_taken[k] = true;
                paths[n++] = o->captures[k];
            }
        }
        if (n == 0) {
            continue;
        }
        struct group *g = &s->groups[s->group_n];
        int err = capture_open(paths, n, &g->capture, &bad);
        if (err < 0) {
            snprintf(why, why_size, "%s: %s", paths[bad < n ? bad : 0], ap_err_text(err));
            return err;
        }
        memcpy(g->owner, owners[i], sizeof g->owner);
        s->group_n++;
    }
    return 0;
}

static int prepare(struct source_capture *s, char *why, size_t why_size)
{
    size_t bytes = 0;
    for (size_t i = 0; i < s->group_n; i++) {
        int err = scan(s, &s->groups[i], &bytes);
        if (err < 0) {
            snprintf(why, why_size, "captures cannot be read through: %s", ap_err_text(err));
            return err;
        }
        read_head(s, &s->groups[i]);
    }
    if (s->symbols.n == 0) {
        snprintf(why, why_size,
                 "no stream of any instrument in the captures (lines are `<time> {\"stream\":...}`)");
        return AP_ESYNTAX;
    }
    cap_symbols_settle(&s->symbols);
    struct group *first = next_group(s);
    s->at_recv = first ? first->head.recv_ns : 0;
    return 0;
}

static void close_handles(struct source *base)
{
    struct source_capture *s = (struct source_capture *)base;
    stop_running(s);
    uv_close((uv_handle_t *)&s->timer, NULL);
    uv_close((uv_handle_t *)&s->idle, NULL);
}

static void destroy(struct source *base)
{
    struct source_capture *s = (struct source_capture *)base;
    for (size_t i = 0; i < s->group_n; i++) {
        capture_close(s->groups[i].capture);
    }
    cap_symbols_finish(&s->symbols);
    free(s);
}

static const struct source_ops capture_ops = {resolve, watch, NULL, rest, drained, close_handles, destroy};

int source_capture_create(const struct sim_options *o, const struct source_host *host,
                          struct source **ret_source, char *why, size_t why_size)
{
    struct source_capture *s = calloc(1, sizeof *s);
    if (!s) {
        return AP_ENOMEM;
    }
    s->base = (struct source){&capture_ops, *host};
    s->speed = o->speed;
    s->is_loop = o->is_loop;
    s->waits = o->waits;
    int err = open_groups(s, o, why, why_size);
    if (err == 0) {
        err = prepare(s, why, why_size);
    }
    if (err < 0) {
        destroy(&s->base);
        return err;
    }
    s->timer.data = s->idle.data = s;
    uv_timer_init(host->loop, &s->timer);
    uv_idle_init(host->loop, &s->idle);
    uv_timer_start(&s->timer, on_timer, 0, 0);
    *ret_source = &s->base;
    return 0;
}
