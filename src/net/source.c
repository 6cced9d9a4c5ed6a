#include "net/source.h"
#include <alphaplus/base/text.h>
#include <stdlib.h>
#include <string.h>

static void on_resolved(void *user);

int source_create(struct wire *w, struct emitter *e, const struct tuning *t, const struct venue *venue,
                  const struct endpoint *rest, const struct endpoint *stream, struct source **ret_source)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s) {
        return AP_ENOMEM;
    }
    s->wire = w;
    s->emitter = e;
    s->tuning = t;
    s->venue = venue;
    s->rest_endpoint = *rest;
    s->stream_endpoint = *stream;
    decoder_init(&s->decoder, venue);
    backoff_init(&s->list_backoff, t->rest_retry_ns, t->rest_retry_cap_ns);
    offset_init(&s->offset);
    backoff_init(&s->clock.backoff, t->rest_retry_ns, t->poll_cap_ns);
    rest_init(&s->rest, w, venue, &s->rest_endpoint, &s->rest_resolver, t, source_on_rest, s);
    const struct endpoint *proxy = &w->proxy.endpoint;
    if (resolver_init(&s->rest_resolver, w->loop, rest->is_proxied ? proxy : rest, on_resolved, s) != 0 ||
        resolver_init(&s->stream_resolver, w->loop, stream->is_proxied ? proxy : stream, on_resolved, s) !=
            0) {
        source_shut(s);
        source_destroy(s);
        return AP_ENOMEM;
    }
    *ret_source = s;
    return 0;
}

void source_shut(struct source *s)
{
    if (s) {
        resolver_close(&s->rest_resolver);
        resolver_close(&s->stream_resolver);
    }
}

void source_destroy(struct source *s)
{
    if (!s) {
        return;
    }
    rest_finish(&s->rest);
    for (int i = 0; i < s->lane_n; i++) {
        conn_finish(s->lanes[i].conn);
        free(s->lanes[i].conn);
    }
    rotate_finish(s);
    free(s);
}

struct wish *source_wish(struct source *s, uint32_t id)
{
    for (uint32_t i = 0; i < s->wish_n; i++) {
        if (s->wishes[i].id == id) {
            return &s->wishes[i];
        }
    }
    return NULL;
}

int source_lane_of(const struct source *s, const struct conn *c)
{
    for (int i = 0; i < s->lane_n; i++) {
        if (s->lanes[i].conn == c) {
            return i;
        }
    }
    return -1;
}

/* --- connections --------------------------------------------------------------------------------------------------- */

void source_lane_up(struct source *s, int lane)
{
    struct lane *l = &s->lanes[lane];
    int64_t most_ns = s->tuning->rotate_ns > 0 ? s->tuning->rotate_ns
                                               : s->venue->conn_max_s * NS_PER_S / 24 * 23;
    l->event_ns = l->conn->up_ns;
    l->bad = 0;
    l->rotate_due_ns = 0;
    if (s->venue->conn_max_s > 0) { /* not all at once */
        l->rotate_due_ns = l->conn->up_ns + most_ns -
                           (int64_t)(backoff_random(&s->wire->random) % (uint64_t)(most_ns / 16 + 1));
    }
}

static void on_up(void *user, struct conn *c)
{
    struct source *s = user;
    int lane = source_lane_of(s, c);
    if (lane < 0) {
        return;
    }
    s->reconnects += c->ups > 1;
    source_lane_up(s, lane);
    source_report(s, c->up_ns);
}

static void note_lost(struct source *s, struct wish *w, int lane, bool was_up, const char *text)
{
    bool is_book = w->watch.streams[WATCH_BOOK].lane == lane;
    if (was_up && w->is_announced && !s->is_stopping) {
        (void)emit_gap(s->emitter, is_book ? GAP_DISCONNECT : GAP_STREAM, w->id, AP_ENET, 0,
                       text); /* refused: a wider GAP follows */
    }
    w->has_asked &= !is_book;
    watch_lost(&w->watch, lane);
}

static void on_down(void *user, struct conn *c, bool was_up)
{
    struct source *s = user;
    int lane = source_lane_of(s, c);
    char text[WORDS_MAX + sizeof c->path];
    if (c == s->rotation.conn) {
        rotate_abandon(s);
    }
    if (lane < 0 || rotate_rescue(s, lane)) {
        return;
    }
    words_print(text, sizeof text, "%s: %s", c->path, c->reason);
    for (uint32_t i = 0; i < s->wish_n; i++) {
        if (s->wishes[i].lane_streams[lane] > 0) {
            note_lost(s, &s->wishes[i], lane, was_up, text);
        }
    }
    source_report(s, wire_now(s->wire));
}

static void on_resolved(void *user)
{
    struct source *s = user;
    source_tick(s, wire_now(s->wire));
}

static bool on_frame(void *user, struct conn *c, const char *bytes, size_t n)
{
    return source_on_frame(user, c, bytes, n);
}

static void on_oversize(void *user, struct conn *c, size_t n)
{
    (void)c;
    source_on_oversize(user, n);
}

static const struct conn_hooks hooks = {
    .on_frame = on_frame,
    .on_oversize = on_oversize,
    .on_up = on_up,
    .on_down = on_down,
};

struct conn *source_new_conn(struct source *s, const char *path)
{
    struct conn *c = malloc(sizeof *c);
    struct conn_hooks mine = hooks;
    mine.user = s;
    if (c) {
        conn_init(c, s->wire, s->venue, &s->stream_endpoint, &s->stream_resolver, s->tuning, path, &mine);
    }
    return c;
}

/* The connection with this path; a new one when there is none; -1 when there are too many. */
static int lane_for(struct source *s, const char *path)
{
    for (int i = 0; i < s->lane_n; i++) {
        if (strcmp(s->lanes[i].conn->path, path) == 0) {
            return i;
        }
    }
    struct conn *c = s->lane_n < WATCH_LANES_MAX ? source_new_conn(s, path) : NULL;
    if (!c) {
        return -1;
    }
    s->lanes[s->lane_n] = (struct lane){.conn = c};
    backoff_init(&s->lanes[s->lane_n].mend_backoff, 4 * s->tuning->first_ns, 120 * s->tuning->first_ns);
    return s->lane_n++;
}

/* Which connections carry which streams of this one. */
static void place(struct source *s, struct wish *w)
{
    int lane_by_kind[WATCH_KINDS];
    memset(lane_by_kind, -1, sizeof lane_by_kind);
    memset(w->lane_streams, 0, sizeof w->lane_streams);
    memset(w->streams, 0, sizeof w->streams);
    s->venue->plan(&w->in, 1, &s->single);
    for (uint32_t i = 0; i < s->single.conn_n; i++) {
        const struct venue_conn *conn = &s->single.conns[i];
        int lane = lane_for(s, conn->path);
        if (lane < 0) {
            continue;
        }
        w->lane_streams[lane] = (uint8_t)conn->n;
        for (uint32_t k = conn->first; k < conn->first + conn->n; k++) {
            int kind = watch_kind_of(s->single.kinds[k]);
            if (kind >= 0) {
                lane_by_kind[kind] = lane;
                text_copy(w->streams[kind], sizeof w->streams[kind], s->single.streams[k]);
            }
        }
    }
    for (int kind = 0; kind < WATCH_KINDS; kind++) {
        watch_place(&w->watch, kind, lane_by_kind[kind]);
    }
}

static void apply_plan(struct source *s)
{
    struct instrument list[INSTRUMENT_MAX];
    bool is_used[WATCH_LANES_MAX] = {false};
    size_t n = 0;
    rotate_abandon(s);
    for (uint32_t i = 0; i < s->wish_n; i++) {
        if (s->wishes[i].is_announced) {
            list[n++] = s->wishes[i].in;
            place(s, &s->wishes[i]);
        }
    }
    s->plan.conn_n = 0;
    if (n > 0) {
        s->venue->plan(list, n, &s->plan);
    }
    for (uint32_t i = 0; i < s->plan.conn_n; i++) {
        const struct venue_conn *wanted = &s->plan.conns[i];
        int lane = lane_for(s, wanted->path);
        if (lane >= 0) {
            const char(*streams)[VENUE_STREAM_MAX] = (const char(*)[VENUE_STREAM_MAX]) &
                                                     s->plan.streams[wanted->first];
            is_used[lane] = true;
            (void)conn_want(s->lanes[lane].conn, streams, wanted->n);
        }
    }
    for (int i = 0; i < s->lane_n; i++) {
        if (!is_used[i]) {
            (void)conn_want(s->lanes[i].conn, NULL, 0);
        }
    }
}

/* --- what is wanted ------------------------------------------------------------------------------------------------ */

int source_add(struct source *s, uint32_t id, const char *symbol)
{
    for (uint32_t i = 0; i < s->wish_n; i++) {
        if (s->wishes[i].id == id || text_equal_nocase(s->wishes[i].symbol, symbol)) {
            return AP_EEXISTS;
        }
    }
    if (s->wish_n == INSTRUMENT_MAX) {
        return AP_EFULL;
    }
    struct wish *w = &s->wishes[s->wish_n];
    int64_t now_ns = wire_now(s->wire);
    /* Polls of many instruments spread over the interval. */
    int64_t spread_ns = s->tuning->open_interest_ns / INSTRUMENT_MAX * s->wish_n;
    *w = (struct wish){.id = id, .premium.due_ns = now_ns, .open_interest.due_ns = now_ns + spread_ns};
    if (!text_copy(w->symbol, sizeof w->symbol, symbol)) {
        return AP_EINVAL;
    }
    watch_init(&w->watch, s->tuning->first_ns, s->tuning->stale_ns);
    backoff_init(&w->snapshot_backoff, s->tuning->snapshot_gap_ns, s->tuning->snapshot_gap_cap_ns);
    backoff_init(&w->premium.backoff, s->tuning->open_interest_ns, s->tuning->poll_cap_ns);
    backoff_init(&w->open_interest.backoff, s->tuning->open_interest_ns, s->tuning->poll_cap_ns);
    s->wish_n++;
    s->is_paging = false;
    s->list_due_ns = now_ns;
    return 0;
}

void source_remove(struct source *s, uint32_t id)
{
    struct wish *w = source_wish(s, id);
    if (!w) {
        return;
    }
    rest_forget(&s->rest, id);
    decoder_remove(&s->decoder, w->symbol);
    if (w->is_announced) {
        (void)emit_gap(s->emitter, GAP_DISCONNECT, id, 0, 0, "not watched any more");
    }
    rotate_abandon(s);
    s->is_paging = false;
    *w = s->wishes[--s->wish_n];
    s->needs_plan = true;
}

/* --- time ---------------------------------------------------------------------------------------------------------- */

static void mark_subscribed(struct source *s, int lane)
{
    int64_t recv_ns = clock_stamp_now(&s->emitter->stamp->clock);
    for (uint32_t i = 0; i < s->wish_n; i++) {
        watch_subscribed(&s->wishes[i].watch, lane, recv_ns);
    }
}

/* A stream that stays silent is subscribed anew; then its connection is made anew, ever more seldom. */
static void mend_streams(struct source *s, struct wish *w, int64_t now_ns)
{
    int kind;
    char text[WORDS_MAX];
    enum watch_remedy remedy = watch_mend(&w->watch, clock_stamp_now(&s->emitter->stamp->clock), &kind);
    if (remedy == REMEDY_NONE) {
        return;
    }
    struct lane *lane = &s->lanes[w->watch.streams[kind].lane];
    if (remedy == REMEDY_RENEW) {
        s->renewals += conn_renew(lane->conn, w->streams[kind]);
    } else if (now_ns >= lane->mend_due_ns) {
        lane->mend_due_ns = now_ns + backoff_next(&lane->mend_backoff, 0);
        words_print(text, sizeof text, "%s stays silent", w->streams[kind]);
        conn_drop(lane->conn, text);
    }
}

static void watch_lane(struct source *s, int at, int64_t now_ns)
{
    struct lane *lane = &s->lanes[at];
    struct conn *c = lane->conn;
    conn_pump(c, now_ns);
    if (c != lane->conn || c->state != CONN_UP || c->subscribed_ns == 0) {
        return;
    }
    mark_subscribed(s, at);
    int64_t heard_ns = lane->event_ns > c->subscribed_ns ? lane->event_ns : c->subscribed_ns;
    if (now_ns - heard_ns > s->tuning->dead_ns) {
        char text[WORDS_MAX];
        words_print(text, sizeof text, "no market data for %lld s",
                    (long long)(s->tuning->dead_ns / NS_PER_S));
        conn_drop(c, text);
    }
}

/* A market in which nothing moves has a book as well. */
static void greet_quiet(struct source *s)
{
    int64_t recv_ns = clock_stamp_now(&s->emitter->stamp->clock);
    for (uint32_t i = 0; i < s->wish_n; i++) {
        struct wish *w = &s->wishes[i];
        int64_t since_ns = w->watch.streams[WATCH_BOOK].since_ns;
        if (!w->has_asked && since_ns != 0 && recv_ns - since_ns > s->tuning->snapshot_quiet_ns) {
            source_greet(s, w);
        }
    }
}

void source_tick(struct source *s, int64_t now_ns)
{
    if (s->needs_plan && !s->is_stopping && source_announce(s)) {
        s->needs_plan = false;
        apply_plan(s);
    }
    for (int i = 0; i < s->lane_n; i++) {
        watch_lane(s, i, now_ns);
    }
    if (!s->is_stopping) {
        for (uint32_t i = 0; i < s->wish_n; i++) {
            if (s->wishes[i].in.trading) {
                mend_streams(s, &s->wishes[i], now_ns);
            }
        }
        greet_quiet(s);
        source_poll(s, now_ns);
    }
    source_tell_bad(s, now_ns);
    source_report(s, now_ns);
}

void source_stop(struct source *s)
{
    s->is_stopping = true;
    for (int i = 0; i < s->lane_n; i++) {
        conn_stop(s->lanes[i].conn);
    }
    if (s->rotation.conn) {
        conn_stop(s->rotation.conn);
    }
    rest_stop(&s->rest);
    source_report(s, wire_now(s->wire));
}

bool source_is_gone(const struct source *s)
{
    for (int i = 0; i < s->lane_n; i++) {
        if (!conn_is_gone(s->lanes[i].conn)) {
            return false;
        }
    }
    return (!s->rotation.conn || conn_is_gone(s->rotation.conn)) &&
           (!s->leaving || conn_is_gone(s->leaving)) && rest_is_gone(&s->rest);
}
