/* The market model as an exchange: steps on the loop's timer, Binance's frames out. */
#include "sim/binance_encode.h"
#include "sim/market/market.h"
#include "sim/source.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMER_MS        10
#define FRAME_CEILING   (4u << 20)
#define STEPS_AT_ONCE   50 /* of real time that may be caught up in one go; the rest is skipped, not rushed */
#define STEPS_A_TURN    10 /* of a source that waits for its readers */
#define FORCE_WINDOW_MS 1000
#define KINDS           (STREAM_ALL_MARK + 1)

struct pending_force {
    struct market_liquidation latest;
    bool is_there;
    int64_t told_ms;
};

struct source_market {
    struct source base;
    struct market *market; /* owned */
    struct listing listings[MARKET_INSTRUMENTS];
    char lower[MARKET_INSTRUMENTS][SYMBOL_MAX];
    double speed;
    bool waits, is_running;
    bool is_paused;
    bool pauses;           /* behind the next step, when every depth stream has told all */
    int64_t settled_at_ns; /* when a waiting market may start; 0: no depth subscribed yet */
    int64_t start_ms;      /* wall time of market time 0 */
    int64_t origin_ns;     /* monotonic time of `origin_step` */
    int64_t origin_step, step;
    struct pending_force force[MARKET_INSTRUMENTS];
    int watchers[KINDS][MARKET_INSTRUMENTS + 1][RATES];
    struct buf out, all_marks;
    uv_timer_t timer;
    uv_idle_t idle;
};

static const int period_of_rate[RATES] = {0, 100, 250, 500};
static const char *const depth_suffix[RATES] = {"@depth@0ms", "@depth@100ms", "@depth", "@depth@500ms"};

static uint32_t make_topic(enum stream_kind kind, int instrument, int rate)
{
    return (uint32_t)kind << 16 | (uint32_t)(instrument + 1) << 8 | (uint32_t)rate;
}

static int *watchers_of(struct source_market *s, uint32_t topic)
{
    return &s->watchers[topic >> 16][topic >> 8 & 0xff][topic & 0xff];
}

static int find_instrument(const struct source_market *s, const char *symbol)
{
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        if (strcmp(s->listings[i].symbol, symbol) == 0) {
            return i;
        }
    }
    return -1;
}

static int rate_of(const struct stream *stream)
{
    if (stream->kind == STREAM_MARK || stream->kind == STREAM_ALL_MARK) {
        return stream->period_ms == 1000 ? 0 : 1;
    }
    for (int rate = 0; stream->kind == STREAM_DEPTH && rate < RATES; rate++) {
        if (period_of_rate[rate] == stream->period_ms) {
            return rate;
        }
    }
    return 0;
}

static struct sim_topic resolve(struct source *base, const struct stream *stream, const char *name)
{
    (void)name;
    struct source_market *s = (struct source_market *)base;
    bool is_all = stream->kind == STREAM_ALL_FORCE || stream->kind == STREAM_ALL_MARK;
    int i = is_all ? -1 : find_instrument(s, stream->symbol);
    if (stream->kind == STREAM_OTHER || (i < 0 && !is_all)) {
        return (struct sim_topic){0};
    }
    return (struct sim_topic){make_topic(stream->kind, i, rate_of(stream)), false};
}

/* E: what the market says, or the wall when the timer was late; but of a market in another time than ours
 * only its own. */
static int64_t event_ms(const struct source_market *s)
{
    int64_t at = s->start_ms + sim_market_time_ms(s->market);
    if (s->is_running && s->speed != 1.0) {
        return at;
    }
    int64_t now = source_wall_ms();
    if (!s->is_running) {
        return now;
    }
    return now > at && now - at < 1000 ? now : at;
}

static void publish(struct source_market *s, enum stream_kind kind, int instrument, int rate,
                    const char *suffix)
{
    char name[STREAM_NAME_MAX];
    const char *symbol = instrument >= 0 ? s->lower[instrument] : "";
    int n = snprintf(name, sizeof name, "%s%s", symbol, suffix);
    const struct sim_frame frame = {
        .topic = make_topic(kind, instrument, rate),
        .name = name,
        .name_n = (size_t)n,
        .data = s->out.data,
        .data_n = s->out.len,
    };
    if (s->out.failed == 0) {
        s->base.host.sink.put(s->base.host.sink.user, &frame);
    }
    buf_reset(&s->out);
}

static bool is_watched(struct source_market *s, enum stream_kind kind, int instrument, int rate)
{
    return s->watchers[kind][instrument + 1][rate] > 0;
}

static void on_trade(void *user, int i, const struct market_trade *t)
{
    struct source_market *s = user;
    if (is_watched(s, STREAM_TRADE, i, 0)) {
        encode_trade(&s->out, &s->listings[i], event_ms(s), s->start_ms, t);
        publish(s, STREAM_TRADE, i, 0, "@trade");
    }
}

static void on_agg(void *user, int i, const struct market_agg *t)
{
    struct source_market *s = user;
    if (is_watched(s, STREAM_AGG, i, 0)) {
        encode_agg(&s->out, &s->listings[i], event_ms(s), s->start_ms, t);
        publish(s, STREAM_AGG, i, 0, "@aggTrade");
    }
}

static void on_quote(void *user, int i, const struct market_quote *q)
{
    struct source_market *s = user;
    if (is_watched(s, STREAM_QUOTE, i, 0)) {
        encode_quote(&s->out, &s->listings[i], event_ms(s), s->start_ms, q);
        publish(s, STREAM_QUOTE, i, 0, "@bookTicker");
    }
}

static void on_depth(void *user, int i, enum market_rate rate, const struct market_depth *d)
{
    struct source_market *s = user;
    encode_depth(&s->out, &s->listings[i], event_ms(s), s->start_ms, d);
    publish(s, STREAM_DEPTH, i, (int)rate, depth_suffix[rate]);
}

static void add_to_all_marks(struct source_market *s, int i, int rate, const struct market_mark *m)
{
    static const char *const suffix[] = {"!markPrice@arr@1s", "!markPrice@arr"};
    buf_byte(&s->all_marks, i == 0 ? '[' : ',');
    encode_mark(&s->all_marks, &s->listings[i], event_ms(s), m);
    if (i < MARKET_INSTRUMENTS - 1) {
        return;
    }
    buf_byte(&s->all_marks, ']');
    for (int r = 0; r <= rate; r++) {
        buf_append(&s->out, s->all_marks.data, s->all_marks.len);
        publish(s, STREAM_ALL_MARK, -1, r, suffix[r]);
    }
    buf_reset(&s->all_marks);
}

static void on_mark(void *user, int i, const struct market_mark *m)
{
    static const char *const suffix[] = {"@markPrice@1s", "@markPrice"};
    struct source_market *s = user;
    int rates = m->time_ms / 1000 % 3 == 0 ? 2 : 1;
    for (int rate = 0; rate < rates; rate++) {
        if (is_watched(s, STREAM_MARK, i, rate)) {
            encode_mark(&s->out, &s->listings[i], event_ms(s), m);
            publish(s, STREAM_MARK, i, rate, suffix[rate]);
        }
    }
    add_to_all_marks(s, i, rates - 1, m);
}

static void on_liquidation(void *user, int i, const struct market_liquidation *l)
{
    struct source_market *s = user;
    s->force[i].latest = *l;
    s->force[i].is_there = true;
}

/* At most one an instrument in any second, the latest: so sparing is the venue. */
static void tell_forced(struct source_market *s)
{
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        struct pending_force *f = &s->force[i];
        if (!f->is_there || sim_market_time_ms(s->market) - f->told_ms < FORCE_WINDOW_MS) {
            continue;
        }
        f->is_there = false;
        f->told_ms = sim_market_time_ms(s->market);
        encode_force(&s->out, &s->listings[i], event_ms(s), s->start_ms, &f->latest);
        publish(s, STREAM_FORCE, i, 0, "@forceOrder");
        encode_force(&s->out, &s->listings[i], event_ms(s), s->start_ms, &f->latest);
        publish(s, STREAM_ALL_FORCE, -1, 0, "!forceOrder@arr");
    }
}

static void stop_running(struct source_market *s)
{
    s->is_running = false;
    uv_idle_stop(&s->idle);
    uv_timer_stop(&s->timer);
}

static void step_once(struct source_market *s)
{
    const struct market_listener l = {on_trade, on_agg, on_quote, on_depth, on_mark, on_liquidation, s};
    if (sim_market_step(s->market, &l) < 0 || (s->pauses && sim_market_tell_depth(s->market, &l) < 0)) {
        stop_running(s);
        s->base.host.ended(s->base.host.user);
        return;
    }
    s->step++;
    tell_forced(s);
    if (s->pauses) {
        s->is_paused = true;
        stop_running(s);
    }
}

static void on_idle(uv_idle_t *idle)
{
    struct source_market *s = idle->data;
    for (int n = 0; n < STEPS_A_TURN && s->is_running; n++) {
        if (!s->base.host.has_listeners(s->base.host.user) || !s->base.host.has_room(s->base.host.user)) {
            uv_idle_stop(idle); /* until somebody has drained or subscribed */
            return;
        }
        step_once(s);
    }
}

static void start(struct source_market *s)
{
    s->is_running = true;
    s->start_ms = source_wall_ms() - sim_market_time_ms(s->market);
    s->origin_ns = source_monotonic_ns();
    s->origin_step = s->step;
    if (s->speed == 0.0) {
        uv_idle_start(&s->idle, on_idle);
    }
}

static void run_due(struct source_market *s)
{
    double elapsed_ms = (double)(source_monotonic_ns() - s->origin_ns) / 1e6;
    int64_t due = s->origin_step + (int64_t)(elapsed_ms * s->speed / MARKET_STEP_MS);
    int64_t most = (int64_t)(STEPS_AT_ONCE * (s->speed > 1.0 ? s->speed : 1.0));
    if (due - s->step > most) { /* the machine slept: the market's clock jumps, its steps do not */
        int64_t skipped = due - s->step - most;
        s->origin_step -= skipped;
        s->start_ms += skipped * MARKET_STEP_MS;
        due -= skipped;
    }
    while (s->step < due && s->is_running) {
        step_once(s);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct source_market *s = timer->data;
    if (s->is_paused) {
        return;
    }
    if (!s->is_running) {
        bool is_settled = s->settled_at_ns != 0 && source_monotonic_ns() >= s->settled_at_ns;
        if (!s->waits || is_settled) {
            start(s);
        }
    } else if (s->speed > 0.0) {
        run_due(s);
    } else if (!uv_is_active((uv_handle_t *)&s->idle)) {
        uv_idle_start(&s->idle, on_idle);
    }
}

static void watch(struct source *base, uint32_t topic, int delta)
{
    struct source_market *s = (struct source_market *)base;
    enum stream_kind kind = (enum stream_kind)(topic >> 16);
    int *count = watchers_of(s, topic);
    *count += delta;
    if (kind == STREAM_DEPTH) {
        sim_market_watch(s->market, (int)(topic >> 8 & 0xff) - 1, (enum market_rate)(topic & 0xff),
                         *count > 0);
    }
    if (delta > 0 && !s->is_running && (kind == STREAM_DEPTH || s->settled_at_ns != 0)) {
        s->settled_at_ns = source_monotonic_ns() + SETTLE_MS * INT64_C(1000000);
    }
}

static void drained(struct source *base)
{
    struct source_market *s = (struct source_market *)base;
    if (s->is_running && s->speed == 0.0) {
        uv_idle_start(&s->idle, on_idle);
    }
}

static int rest_depth(struct source_market *s, int i, int limit, struct buf *out)
{
    enum { MOST = 1000 };
    struct market_level rows[2][MOST];
    struct price_level levels[2][MOST];
    size_t n[2];
    const struct listing *in = &s->listings[i];
    sim_market_book(s->market, i, (size_t)(limit < MOST ? limit : MOST), rows[0], &n[0], rows[1], &n[1]);
    for (int side = 0; side < 2; side++) {
        for (size_t k = 0; k < n[side]; k++) {
            levels[side][k] = (struct price_level){rows[side][k].tick * in->tick,
                                                   rows[side][k].lots * in->lot};
        }
    }
    int64_t time_ms = s->start_ms + sim_market_time_ms(s->market);
    encode_book(out, in, sim_market_last_id(s->market, i), event_ms(s), time_ms, levels[0], n[0], levels[1],
                n[1]);
    return 200;
}

static int rest_truth(struct source_market *s, int i, struct buf *out)
{
    enum { MOST = 65536 };
    struct market_level *rows = calloc(MOST, 2 * sizeof rows[0]);
    struct price_level *levels = calloc(MOST, 2 * sizeof levels[0]);
    size_t n[2];
    const struct listing *in = &s->listings[i];
    if (rows && levels) {
        sim_market_book(s->market, i, MOST, rows, &n[0], rows + MOST, &n[1]);
        for (size_t side = 0; side < 2; side++) {
            for (size_t k = side * MOST; k < side * MOST + n[side]; k++) {
                levels[k] = (struct price_level){rows[k].tick * in->tick, rows[k].lots * in->lot};
            }
        }
        int64_t time_ms = s->start_ms + sim_market_time_ms(s->market);
        encode_book(out, in, sim_market_last_id(s->market, i), time_ms, time_ms, levels, n[0], levels + MOST,
                    n[1]);
    }
    int err = rows && levels ? 200 : AP_ENOMEM;
    free(rows);
    free(levels);
    return err;
}

static void put_premium(struct source_market *s, int i, struct buf *out)
{
    struct market_mark m;
    sim_market_mark(s->market, i, &m);
    int64_t now = event_ms(s);
    const struct premium p = {m.mark, m.index, m.index, m.funding, next_funding_ms(now), now};
    encode_premium(out, &s->listings[i], &p);
}

static int rest(struct source *base, const struct rest_request *r, struct buf *out)
{
    struct source_market *s = (struct source_market *)base;
    int i = r->symbol[0] ? find_instrument(s, r->symbol) : 0;
    if (i < 0) {
        return source_rest_error(out, 400, -1121, "Invalid symbol.");
    }
    switch (r->kind) {
    case REST_PING: buf_text(out, "{}"); return 200;
    case REST_TIME: encode_time(out, event_ms(s)); return 200;
    case REST_EXCHANGE_INFO:
        encode_exchange_info(out, s->listings, MARKET_INSTRUMENTS, event_ms(s));
        return 200;
    case REST_DEPTH: return rest_depth(s, i, r->limit, out);
    case REST_SIM_TRUTH: return rest_truth(s, i, out);
    case REST_SIM_PAUSE:
        s->pauses = true;
        buf_printf(out, "{\"paused\":%s}", s->is_paused ? "true" : "false");
        return 200;
    case REST_SIM_HEAL:
    case REST_SIM_FAULTS: break; /* not the market's */
    case REST_OPEN_INTEREST:
        encode_open_interest(out, &s->listings[i], sim_market_open_interest(s->market, i), event_ms(s));
        return 200;
    case REST_PREMIUM_INDEX:
        if (r->symbol[0]) {
            put_premium(s, i, out);
            return 200;
        }
        for (i = 0; i < MARKET_INSTRUMENTS; i++) {
            buf_byte(out, i == 0 ? '[' : ',');
            put_premium(s, i, out);
        }
        buf_byte(out, ']');
        return 200;
    }
    return source_rest_error(out, 404, -1121, "Invalid symbol.");
}

static void close_handles(struct source *base)
{
    struct source_market *s = (struct source_market *)base;
    stop_running(s);
    uv_close((uv_handle_t *)&s->timer, NULL);
    uv_close((uv_handle_t *)&s->idle, NULL);
}

static void destroy(struct source *base)
{
    struct source_market *s = (struct source_market *)base;
    sim_market_destroy(s->market);
    buf_finish(&s->out);
    buf_finish(&s->all_marks);
    free(s);
}

static const struct source_ops market_ops = {resolve, watch, rest, drained, close_handles, destroy};

int source_market_create(const struct sim_options *o, const struct source_host *host,
                         struct source **ret_source)
{
    struct source_market *s = calloc(1, sizeof *s);
    if (!s) {
        return AP_ENOMEM;
    }
    int err = sim_market_create(o->seed, &s->market);
    if (err < 0) {
        free(s);
        return err;
    }
    s->base = (struct source){&market_ops, *host};
    s->speed = o->speed;
    s->waits = o->waits;
    s->start_ms = source_wall_ms();
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        listing_of_spec(sim_market_spec(i), &s->listings[i]);
        for (size_t k = 0; s->listings[i].symbol[k]; k++) {
            s->lower[i][k] = (char)tolower((unsigned char)s->listings[i].symbol[k]);
        }
        s->force[i].told_ms = -FORCE_WINDOW_MS;
    }
    buf_init(&s->out, FRAME_CEILING);
    buf_init(&s->all_marks, FRAME_CEILING);
    s->timer.data = s->idle.data = s;
    uv_timer_init(host->loop, &s->timer);
    uv_idle_init(host->loop, &s->idle);
    uv_timer_start(&s->timer, on_timer, 0, TIMER_MS);
    *ret_source = &s->base;
    return 0;
}
