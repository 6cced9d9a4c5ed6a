/* The market model as an exchange: steps on the loop's timer, and what it does told in the words of a venue. */
#include "sim/source_market.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TIMER_MS      10 /* at the speed of life */
#define FRAME_CEILING (4u << 20)
#define STEPS_AT_ONCE 50 /* of real time that may be caught up in one go; the rest is skipped, not rushed */
#define STEPS_A_TURN  10 /* of a source that waits for its readers */
#define LATE_MS       1000

static const int period_of_rate[RATES] = {0, 100, 250, 500};

static int slot_of(const struct stream *stream)
{
    if (stream->kind == STREAM_MARK || stream->kind == STREAM_ALL_MARK) {
        return stream->period_ms == 3000 ? 1 : 0;
    }
    for (int rate = 0; stream->kind == STREAM_DEPTH && rate < RATES; rate++) {
        if (period_of_rate[rate] == stream->period_ms) {
            return rate;
        }
    }
    return stream->kind == STREAM_WINDOW ? stream->slot : 0;
}

static bool is_of_all(enum stream_kind kind)
{
    return kind == STREAM_ALL_FORCE || kind == STREAM_ALL_MARK || kind == STREAM_ALL_QUOTE;
}

static struct sim_topic resolve(struct source *base, const struct stream *stream, const char *name)
{
    (void)name;
    struct source_market *s = (struct source_market *)base;
    if (is_of_all(stream->kind)) {
        return (struct sim_topic){market_topic(stream->kind, -1, slot_of(stream)), false};
    }
    for (int i = 0; i < MARKET_INSTRUMENTS && stream->kind != STREAM_OTHER; i++) {
        if (strcmp(s->listings[i].symbol, stream->symbol) == 0) {
            return (struct sim_topic){market_topic(stream->kind, i, slot_of(stream)), false};
        }
    }
    return (struct sim_topic){0};
}

static int64_t shift_ms(const struct source_market *s)
{
    return s->base.host.clock_shift_ms ? s->base.host.clock_shift_ms(s->base.host.user) : 0;
}

int64_t market_start_ms(const struct source_market *s)
{
    return s->start_ms + shift_ms(s);
}

int64_t market_event_ms(const struct source_market *s)
{
    int64_t at = s->start_ms + sim_market_time_ms(s->market), now = source_wall_ms();
    if (!s->is_running) {
        at = now;
    } else if (s->speed == 1.0 && now > at && now - at < LATE_MS) {
        at = now;
    }
    return at + shift_ms(s);
}

void market_figures(const struct source_market *s, int instrument, struct figures *ret)
{
    memset(ret, 0, sizeof *ret);
    sim_market_mark(s->market, instrument, &ret->mark);
    sim_market_quote(s->market, instrument, &ret->quote);
    ret->open_interest = sim_market_open_interest(s->market, instrument);
}

static void stop_running(struct source_market *s)
{
    s->is_running = false;
    uv_idle_stop(&s->idle);
    uv_timer_stop(&s->timer);
}

static void step_once(struct source_market *s)
{
    if (market_tell_step(s) < 0) {
        stop_running(s);
        s->base.host.ended(s->base.host.user);
    } else if (s->pauses) {
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
    bool is_book = kind == STREAM_DEPTH || kind == STREAM_WINDOW;
    market_watch(s, topic, delta);
    if (delta > 0 && !s->is_running && (is_book || s->settled_at_ns != 0)) {
        s->settled_at_ns = source_monotonic_ns() + SETTLE_MS * INT64_C(1000000);
    }
}

static void greet(struct source *base, struct listener *l, uint32_t topic)
{
    market_greet((struct source_market *)base, l, topic);
}

static void drained(struct source *base)
{
    struct source_market *s = (struct source_market *)base;
    if (s->is_running && s->speed == 0.0) {
        uv_idle_start(&s->idle, on_idle);
    }
}

static int rest(struct source *base, const struct rest_request *r, struct buf *out)
{
    return market_rest((struct source_market *)base, r, out);
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
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        for (int slot = 0; slot < WINDOWS_MAX; slot++) {
            window_finish(&s->windows[i][slot]);
        }
    }
    free(s->rows);
    free(s->levels);
    buf_finish(&s->out);
    buf_finish(&s->all_marks);
    free(s);
}

static const struct source_ops market_ops = {resolve, watch, greet, rest, drained, close_handles, destroy};

static int open_instrument(struct source_market *s, int i, uint64_t seed)
{
    struct market_quote quote;
    struct listing *in = &s->listings[i];
    s->dialect->list(sim_market_spec(i), in);
    for (size_t k = 0; in->symbol[k]; k++) {
        s->lower[i][k] = (char)tolower((unsigned char)in->symbol[k]);
    }
    s->force[i].told_ms = INT64_MIN / 2;
    sim_market_quote(s->market, i, &quote);
    bars_init(&s->bars[i], seed + (uint64_t)i, quote.bid.tick, s->start_ms);
    int err = 0;
    for (int slot = 0; err == 0 && slot < WINDOWS_MAX && s->dialect->windows[slot].levels > 0; slot++) {
        err = window_init(&s->windows[i][slot], &s->dialect->windows[slot]);
    }
    return err;
}

static int open_market(struct source_market *s, uint64_t seed)
{
    int err = sim_market_create(seed, &s->market);
    s->rows = calloc(2 * ROWS_MAX, sizeof s->rows[0]);
    s->levels = calloc(2 * ROWS_MAX, sizeof s->levels[0]);
    if (err == 0 && (!s->rows || !s->levels)) {
        err = AP_ENOMEM;
    }
    for (int i = 0; err == 0 && i < MARKET_INSTRUMENTS; i++) {
        err = open_instrument(s, i, seed);
    }
    return err;
}

int source_market_create(const struct sim_options *o, const struct dialect *dialect,
                         const struct source_host *host, struct source **ret_source)
{
    struct source_market *s = calloc(1, sizeof *s);
    if (!s) {
        return AP_ENOMEM;
    }
    s->base = (struct source){&market_ops, *host};
    s->dialect = dialect;
    s->speed = o->speed;
    s->waits = o->waits;
    s->start_ms = source_wall_ms();
    buf_init(&s->out, FRAME_CEILING);
    buf_init(&s->all_marks, FRAME_CEILING);
    int err = open_market(s, o->seed);
    if (err < 0) {
        destroy(&s->base);
        return err;
    }
    s->timer.data = s->idle.data = s;
    uv_timer_init(host->loop, &s->timer);
    uv_idle_init(host->loop, &s->idle);
    /* A fast market's steps come one by one as well, not a heap at a time. */
    uv_timer_start(&s->timer, on_timer, 0, o->speed > 1.0 ? (uint64_t)ceil(TIMER_MS / o->speed) : TIMER_MS);
    *ret_source = &s->base;
    return 0;
}
