/* What the model does, told as the venue tells it to whoever listens. */
#include "sim/source_market.h"

#include <stdio.h>
#include <string.h>

#define FORCE_WINDOW_MS   1000
#define ALL_QUOTES_MS     5000
#define FUNDING_EVERY_MS  60000
#define INTEREST_EVERY_MS 3000

static const char *const depth_suffix[RATES] = {"@depth@0ms", "@depth@100ms", "@depth", "@depth@500ms"};

uint32_t market_topic(enum stream_kind kind, int instrument, int slot)
{
    return (uint32_t)kind << 16 | (uint32_t)(instrument + 1) << 8 | (uint32_t)slot;
}

static bool is_watched(const struct source_market *s, enum stream_kind kind, int instrument, int slot)
{
    return s->watchers[kind][instrument + 1][slot] > 0;
}

struct about {
    enum stream_kind kind;
    int instrument, slot;
    const char *suffix; /* of the stream's name */
    uint64_t id, only;
};

/* Puts out what stands in s->out. */
static void publish(struct source_market *s, const struct about *a)
{
    char name[STREAM_NAME_MAX];
    const char *lower = a->instrument >= 0 ? s->lower[a->instrument] : "";
    int n = snprintf(name, sizeof name, "%s%s", lower, a->suffix);
    const struct sim_frame frame = {
        .topic = market_topic(a->kind, a->instrument, a->slot),
        .name = name,
        .name_n = (size_t)n,
        .data = s->out.data,
        .data_n = s->out.len,
        .kind = a->kind,
        .symbol = a->instrument >= 0 ? s->listings[a->instrument].symbol : NULL,
        .id = a->id,
        .only = a->only,
    };
    if (s->out.failed == 0) {
        s->base.host.sink.put(s->base.host.sink.user, &frame);
    }
    buf_reset(&s->out);
}

/* --- trades and quotes ---------------------------------------------------------------------------------------- */

static void on_trade(void *user, int i, const struct market_trade *t)
{
    struct source_market *s = user;
    bars_trade(&s->bars[i], s->start_ms + t->time_ms, t);
    if (is_watched(s, STREAM_TRADE, i, 0)) {
        s->dialect->trade(&s->out, &s->listings[i], market_event_ms(s), market_start_ms(s), t);
        publish(s, &(struct about){STREAM_TRADE, i, .suffix = "@trade"});
    }
}

static void on_agg(void *user, int i, const struct market_agg *t)
{
    struct source_market *s = user;
    if (is_watched(s, STREAM_AGG, i, 0)) {
        s->dialect->agg(&s->out, &s->listings[i], market_event_ms(s), market_start_ms(s), t);
        publish(s, &(struct about){STREAM_AGG, i, .suffix = "@aggTrade"});
    }
}

static void on_quote(void *user, int i, const struct market_quote *q)
{
    struct source_market *s = user;
    if (is_watched(s, STREAM_QUOTE, i, 0)) {
        s->dialect->quote(&s->out, &s->listings[i], market_event_ms(s), market_start_ms(s), q);
        publish(s, &(struct about){STREAM_QUOTE, i, .suffix = "@bookTicker"});
    }
}

static void tell_all_quotes(struct source_market *s)
{
    for (int i = 0; i < MARKET_INSTRUMENTS && is_watched(s, STREAM_ALL_QUOTE, -1, 0); i++) {
        struct market_quote q;
        sim_market_quote(s->market, i, &q);
        s->dialect->quote(&s->out, &s->listings[i], market_event_ms(s), market_start_ms(s), &q);
        publish(s, &(struct about){STREAM_ALL_QUOTE, -1, .suffix = "!bookTicker"});
    }
}

/* --- books ---------------------------------------------------------------------------------------------------- */

static void on_depth(void *user, int i, enum market_rate rate, const struct market_depth *d)
{
    struct source_market *s = user;
    s->dialect->depth(&s->out, &s->listings[i], market_event_ms(s), market_start_ms(s), d);
    publish(s, &(struct about){STREAM_DEPTH, i, (int)rate, depth_suffix[rate], d->last_id, 0});
}

void market_levels(struct source_market *s, int instrument, size_t limit, size_t ret_n[2])
{
    const struct listing *in = &s->listings[instrument];
    size_t raw_n[2], raw = listing_raw(in, limit);
    sim_market_book(s->market, instrument, raw < ROWS_MAX ? raw : ROWS_MAX, s->rows, &raw_n[0],
                    s->rows + ROWS_MAX, &raw_n[1]);
    for (int side = 0; side < 2; side++) {
        ret_n[side] = listing_levels(in, side, s->rows + side * ROWS_MAX, raw_n[side], limit,
                                     s->levels + side * ROWS_MAX);
    }
}

static void say_window(struct source_market *s, int i, int slot, const struct listener *newcomer)
{
    char suffix[STREAM_NAME_MAX];
    const struct window *w = &s->windows[i][slot];
    const struct window_news news = window_news(w, newcomer != NULL);
    snprintf(suffix, sizeof suffix, "@depth%d@%dms", w->spec->levels, w->spec->period_ms);
    s->dialect->window(&s->out, &s->listings[i], market_event_ms(s), market_start_ms(s), &news);
    uint64_t id = s->dialect->ids_from > 0 ? w->count + s->dialect->ids_from : w->id;
    publish(s, &(struct about){STREAM_WINDOW, i, slot, suffix, w->spec->levels > 1 ? id : 0,
                               newcomer ? newcomer->serial : 0});
}

static bool turn_window(struct source_market *s, int i, struct window *w)
{
    market_levels(s, i, (size_t)w->spec->levels, w->fresh_n);
    for (int side = 0; side < 2; side++) {
        memcpy(w->fresh[side], s->levels + side * ROWS_MAX, w->fresh_n[side] * sizeof w->fresh[0][0]);
    }
    return window_turn(w, sim_market_last_id(s->market, i), sim_market_time_ms(s->market));
}

/* Of each stream that is due; all of them before a pause. Instruments take turns, as their other books do. */
static void tell_windows(struct source_market *s, bool is_last)
{
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        for (int slot = 0; slot < WINDOWS_MAX && s->dialect->windows[slot].levels > 0; slot++) {
            int64_t every = s->dialect->windows[slot].period_ms / MARKET_STEP_MS;
            bool is_due = is_last || (s->step + 3 * i) % every == 0;
            if (is_due && is_watched(s, STREAM_WINDOW, i, slot) && turn_window(s, i, &s->windows[i][slot])) {
                say_window(s, i, slot, NULL);
            }
        }
    }
}

/* --- figures -------------------------------------------------------------------------------------------------- */

static void say_figure(struct source_market *s, enum stream_kind kind, int i, int slot, const char *suffix,
                       const struct figures *now, const struct figures *before, uint64_t only)
{
    s->dialect->figure(&s->out, &s->listings[i], market_event_ms(s), kind, now, before);
    publish(s, &(struct about){kind, i, slot, suffix, 0, only});
}

static void add_to_all_marks(struct source_market *s, int i, int rate, const struct figures *f)
{
    static const char *const suffix[] = {"!markPrice@arr@1s", "!markPrice@arr"};
    if (!is_watched(s, STREAM_ALL_MARK, -1, 0) && !is_watched(s, STREAM_ALL_MARK, -1, 1)) {
        buf_reset(&s->all_marks);
        return;
    }
    buf_byte(&s->all_marks, s->all_marks.len == 0 ? '[' : ',');
    s->dialect->figure(&s->all_marks, &s->listings[i], market_event_ms(s), STREAM_MARK, f, NULL);
    if (i < MARKET_INSTRUMENTS - 1) {
        return;
    }
    buf_byte(&s->all_marks, ']');
    for (int r = 0; r <= rate; r++) {
        buf_append(&s->out, s->all_marks.data, s->all_marks.len);
        publish(s,
                &(struct about){.kind = STREAM_ALL_MARK, .instrument = -1, .slot = r, .suffix = suffix[r]});
    }
    buf_reset(&s->all_marks);
}

static void on_mark(void *user, int i, const struct market_mark *m)
{
    static const char *const suffix[] = {"@markPrice@1s", "@markPrice"};
    static const struct {
        enum stream_kind kind;
        int64_t every_ms;
    } others[] = {
        {STREAM_INDEX, 1000}, {STREAM_OPEN_INTEREST, INTEREST_EVERY_MS}, {STREAM_FUNDING, FUNDING_EVERY_MS}};
    struct source_market *s = user;
    struct figures now;
    market_figures(s, i, &now);
    int rates = m->time_ms / 1000 % 3 == 0 ? 2 : 1;
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) {
        if (m->time_ms % others[k].every_ms == 0 && is_watched(s, others[k].kind, i, 0)) {
            say_figure(s, others[k].kind, i, 0, "", &now, NULL, 0);
        }
    }
    for (int rate = 0; rate < rates; rate++) {
        if (is_watched(s, STREAM_MARK, i, rate)) {
            say_figure(s, STREAM_MARK, i, rate, suffix[rate], &now, NULL, 0);
        }
    }
    add_to_all_marks(s, i, rates - 1, &now);
}

/* Tickers tell what has changed. */
static void tell_tickers(struct source_market *s)
{
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        struct figures now;
        if (!is_watched(s, STREAM_TICKER, i, 0)) {
            continue;
        }
        market_figures(s, i, &now);
        if (memcmp(&now.quote.bid, &s->told[i].quote.bid, sizeof now.quote.bid) != 0 ||
            memcmp(&now.quote.ask, &s->told[i].quote.ask, sizeof now.quote.ask) != 0 ||
            sim_market_time_ms(s->market) % 1000 == 0) {
            say_figure(s, STREAM_TICKER, i, 0, "", &now, &s->told[i], 0);
            s->told[i] = now;
        }
    }
}

/* --- liquidations --------------------------------------------------------------------------------------------- */

static void say_force(struct source_market *s, int i, const struct market_liquidation *l)
{
    s->dialect->force(&s->out, &s->listings[i], market_event_ms(s), market_start_ms(s), l);
    publish(s, &(struct about){STREAM_FORCE, i, .suffix = "@forceOrder"});
    s->dialect->force(&s->out, &s->listings[i], market_event_ms(s), market_start_ms(s), l);
    publish(s, &(struct about){STREAM_ALL_FORCE, -1, .suffix = "!forceOrder@arr"});
}

static void on_liquidation(void *user, int i, const struct market_liquidation *l)
{
    struct source_market *s = user;
    if (s->dialect->force && !s->dialect->is_forced_sampled) {
        say_force(s, i, l);
        return;
    }
    s->force[i].latest = *l;
    s->force[i].is_there = s->dialect->force != NULL;
}

/* At most one an instrument in any second, the latest: so sparing are some venues. */
static void tell_forced(struct source_market *s)
{
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        struct pending_force *f = &s->force[i];
        if (!f->is_there || sim_market_time_ms(s->market) - f->told_ms < FORCE_WINDOW_MS) {
            continue;
        }
        f->is_there = false;
        f->told_ms = sim_market_time_ms(s->market);
        say_force(s, i, &f->latest);
    }
}

/* --- all ------------------------------------------------------------------------------------------------------ */

int market_tell_step(struct source_market *s)
{
    const struct market_listener l = {on_trade, on_agg, on_quote, on_depth, on_mark, on_liquidation, s};
    int err = sim_market_step(s->market, &l);
    if (err == 0 && s->pauses) {
        err = sim_market_tell_depth(s->market, &l);
    }
    s->step++;
    tell_windows(s, s->pauses);
    if (s->dialect->ticker_ms > 0 && sim_market_time_ms(s->market) % s->dialect->ticker_ms == 0) {
        tell_tickers(s);
    }
    if (sim_market_time_ms(s->market) % ALL_QUOTES_MS == 0) {
        tell_all_quotes(s);
    }
    tell_forced(s);
    return err;
}

void market_watch(struct source_market *s, uint32_t topic, int delta)
{
    enum stream_kind kind = (enum stream_kind)(topic >> 16);
    int i = (int)(topic >> 8 & 0xff) - 1, slot = (int)(topic & 0xff);
    int *count = &s->watchers[kind][i + 1][slot];
    bool was_watched = *count > 0;
    *count += delta;
    if (kind == STREAM_DEPTH) {
        sim_market_watch(s->market, i, (enum market_rate)slot, *count > 0);
    }
    if (kind == STREAM_WINDOW && !was_watched) {
        window_start(&s->windows[i][slot]);
        (void)turn_window(s, i, &s->windows[i][slot]);
    }
    if (kind == STREAM_TICKER && !was_watched) {
        market_figures(s, i, &s->told[i]);
    }
}

void market_greet(struct source_market *s, struct listener *l, uint32_t topic)
{
    enum stream_kind kind = (enum stream_kind)(topic >> 16);
    int i = (int)(topic >> 8 & 0xff) - 1, slot = (int)(topic & 0xff);
    struct figures now;
    switch (kind) {
    case STREAM_WINDOW: say_window(s, i, slot, l); break;
    case STREAM_TICKER: say_figure(s, kind, i, slot, "", &s->told[i], NULL, l->serial); break;
    case STREAM_MARK:
    case STREAM_INDEX:
    case STREAM_FUNDING:
    case STREAM_OPEN_INTEREST:
        market_figures(s, i, &now);
        say_figure(s, kind, i, slot, "", &now, NULL, l->serial);
        break;
    default: break;
    }
}
