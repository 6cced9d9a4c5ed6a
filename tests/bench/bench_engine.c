/* Events through the whole engine, all measures on: depth frames shaped like those of a busy perpetual (41 levels, one each
 * 10 ms of event time, most within a few hundred ticks of a wandering touch), quotes, trades, marks and a liquidation now and
 * then. And what a publication, a tick and a picture of a large screen cost. Decoding is not in it. */
#include "app/crew.h"
#include "bench.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 20000, QUICK_FRAMES = 300, ROWS = 41, SNAPSHOT = 1000, TICK = 10, MID = 6394400 };
enum { MARKETS_MAX = 10, PUBLISH_EVERY = 256, PICTURES = 50, IDLE_S = 1200 };
#define T0       (INT64_C(1700000000) * NS_PER_S)
#define FRAME_NS (10 * NS_PER_MS)

struct work {
    struct event_buf events; /* owned */
    uint64_t event_n, frame_n;
    uint32_t market_n;
    uint64_t seq;
    struct publication *pub;        /* owned */
    struct engine *engine;          /* owned; of the last round */
    unsigned publish_every;         /* events; 0: never */
    const struct engine_crew *crew; /* borrowed; NULL: one thread */
    struct buf saved;
    uint64_t sink;
};

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

/* Ticks from the touch, as measured on recorded traffic. */
static int64_t distance(uint64_t *rng)
{
    static const struct {
        int percent;
        int64_t below;
    } bands[] = {{20, 16}, {24, 256}, {33, 1024}, {9, 4096}, {7, 16384}, {3, 65536}, {4, 300000}};
    int64_t from = 0;
    int roll = (int)(next_random(rng) % 100);
    for (size_t i = 0; i < sizeof bands / sizeof bands[0]; i++) {
        roll -= bands[i].percent;
        if (roll < 0)
            return from + (int64_t)(next_random(rng) % (uint64_t)(bands[i].below - from));
        from = bands[i].below;
    }
    return from;
}

static int64_t some_qty(uint64_t *rng)
{
    return next_random(rng) % 3 == 0 ? 0 : 1 + (int64_t)(next_random(rng) % 50000);
}

static void *begin(struct work *w, int kind, uint32_t market, int64_t now_ns, size_t bytes,
                   struct event **ret_event)
{
    struct event *ev = event_buf_new(&w->events, kind, bytes);
    if (!ev)
        abort();
    ev->instrument = market;
    ev->version = 1;
    ev->seq = ++w->seq;
    ev->recv_ns = now_ns;
    ev->exch_ns = now_ns - 3 * NS_PER_MS;
    *ret_event = ev;
    return event_rows(ev);
}

static void end(struct work *w, const struct event *ev)
{
    event_buf_push(&w->events, ev);
    w->event_n++;
}

static void add_instrument(struct work *w, uint32_t market)
{
    struct event *ev;
    struct instrument in = {.venue = "binance",
                            .quote = "USDT",
                            .id = market,
                            .version = 1,
                            .kind = INSTRUMENT_PERPETUAL,
                            .book_rule = BOOK_RULE_PREV_ID,
                            .price_decimals = 2,
                            .qty_decimals = 3,
                            .mark_decimals = 8,
                            .rate_decimals = 8,
                            .tick = TICK,
                            .lot = 1,
                            .multiplier = 100000000,
                            .trading = 1,
                            .liq_completeness = COMPLETENESS_SAMPLED};
    snprintf(in.base, sizeof in.base, "COIN%u", market);
    snprintf(in.symbol, sizeof in.symbol, "COIN%uUSDT", market);
    memcpy(begin(w, EVENT_INSTRUMENT, market, T0, sizeof in, &ev), &in, sizeof in);
    end(w, ev);
}

static void add_snapshot(struct work *w, uint32_t market, int64_t touch, uint64_t *rng)
{
    struct event *ev;
    struct depth_rows *rows = begin(w, EVENT_DEPTH_SNAPSHOT, market, T0,
                                    sizeof *rows + 2 * SNAPSHOT * sizeof(struct level), &ev);
    rows->bid_n = rows->ask_n = SNAPSHOT;
    for (int64_t i = 0; i < SNAPSHOT; i++) {
        rows->levels[i] = (struct level){(touch - i * 2) * TICK, 1 + (int64_t)(next_random(rng) % 9999)};
        rows->levels[SNAPSHOT + i] = (struct level){(touch + 1 + i * 2) * TICK,
                                                    1 + (int64_t)(next_random(rng) % 9999)};
    }
    ev->last_id = 1;
    end(w, ev);
}

static void add_frame(struct work *w, uint32_t market, uint64_t id, int64_t now_ns, int64_t *touch,
                      uint64_t *rng)
{
    struct event *ev;
    struct depth_rows *f = begin(w, EVENT_DEPTH, market, now_ns,
                                 sizeof *f + (ROWS + 2) * sizeof(struct level), &ev);
    int64_t step = (int64_t)(next_random(rng) % 7) - 3;
    uint32_t n = 0, bid_n = ROWS / 2 - 4 + (uint32_t)(next_random(rng) % 9);
    f->bid_n = bid_n;
    f->ask_n = ROWS + 2 - bid_n;
    for (; n < ROWS + 2; n++) {
        int64_t away = distance(rng);
        int64_t px = n < bid_n ? *touch + step - away : *touch + step + 1 + away;
        f->levels[n] = (struct level){px * TICK, some_qty(rng)};
    }
    /* What the touch passes over goes; the new touch is there. */
    for (int64_t i = 0; i < step; i++)
        f->levels[ROWS - 1 - i] = (struct level){(*touch + 1 + i) * TICK, 0};
    for (int64_t i = 0; i < -step; i++)
        f->levels[i] = (struct level){(*touch - i) * TICK, 0};
    f->levels[bid_n - 1] = (struct level){(*touch + step) * TICK, 1 + (int64_t)(next_random(rng) % 9999)};
    f->levels[ROWS + 1] = (struct level){(*touch + step + 1) * TICK, 1 + (int64_t)(next_random(rng) % 9999)};
    *touch += step;
    ev->first_id = ev->last_id = id;
    ev->prev_id = id - 1;
    end(w, ev);
}

static void add_small(struct work *w, uint32_t market, uint64_t i, int64_t now_ns, int64_t touch,
                      uint64_t *rng)
{
    struct event *ev;
    struct quote_row *quote = begin(w, EVENT_QUOTE, market, now_ns, sizeof *quote, &ev);
    *quote = (struct quote_row){touch * TICK, 1, (touch + 1) * TICK, 1};
    end(w, ev);
    for (uint64_t k = next_random(rng) % 3; k > 0; k--) {
        bool is_buy = next_random(rng) % 2;
        struct trade_row *trade = begin(w, EVENT_TRADE, market, now_ns, sizeof *trade, &ev);
        *trade = (struct trade_row){.px = (touch + is_buy) * TICK,
                                    .qty = 1 + (int64_t)(next_random(rng) % 900),
                                    .aggressor = is_buy ? AGGRESSOR_BUY : AGGRESSOR_SELL};
        end(w, ev);
    }
    if (i % 100 == 0) {
        struct mark_row *mark = begin(w, EVENT_MARK, market, now_ns, sizeof *mark, &ev);
        *mark = (struct mark_row){.mark = touch * TICK * 1000000, .index = touch * TICK * 1000000};
        end(w, ev);
    }
    if (i % 400 == 0) {
        struct liquidation_row *liq = begin(w, EVENT_LIQUIDATION, market, now_ns, sizeof *liq, &ev);
        *liq = (struct liquidation_row){
            .px = touch * TICK, .qty = 500, .side = POSITION_LONG, .completeness = COMPLETENESS_SAMPLED};
        end(w, ev);
    }
}

static void make_work(struct work *w, uint64_t frame_n, uint32_t market_n)
{
    uint64_t rng = 88172645463325252u;
    int64_t touch[MARKETS_MAX];
    size_t cap = frame_n * 1200 + market_n * 64000 + 4096;
    *w = (struct work){.frame_n = frame_n, .market_n = market_n};
    w->events = (struct event_buf){.data = aligned_alloc(64, (cap + 63) / 64 * 64), .cap = cap};
    if (!w->events.data || publication_create(&w->pub) < 0)
        abort();
    for (uint32_t i = 0; i < market_n; i++) {
        touch[i] = MID / TICK + i * 100;
        add_instrument(w, i + 1);
        add_snapshot(w, i + 1, touch[i], &rng);
    }
    for (uint64_t i = 0; i < frame_n; i++) {
        uint32_t m = (uint32_t)(i % market_n);
        int64_t now_ns = T0 + (int64_t)(i / market_n + 1) * FRAME_NS;
        add_frame(w, m + 1, i / market_n + 2, now_ns, &touch[m], &rng);
        add_small(w, m + 1, i / market_n, now_ns, touch[m], &rng);
    }
}

static void free_work(struct work *w)
{
    engine_destroy(w->engine);
    publication_destroy(w->pub);
    free(w->events.data);
}

static int run(struct work *w)
{
    unsigned since = 0;
    engine_destroy(w->engine);
    w->engine = NULL;
    struct engine_hooks hooks = {.crew = w->crew};
    if (engine_create(w->pub, &hooks, &w->engine) < 0)
        return -1;
    for (size_t at = 0; at < w->events.used;) {
        const struct event *ev = (const struct event *)(const void *)(w->events.data + at);
        if (engine_apply(w->engine, ev) < 0)
            return -1;
        at += ev->size;
        if (w->publish_every && ++since == w->publish_every) {
            engine_publish(w->engine);
            since = 0;
        }
    }
    return engine_market(w->engine, 0)->book_state == BOOK_TRUE &&
                   engine_market(w->engine, 0)->level_updates == w->frame_n / w->market_n * (ROWS + 2)
               ? 0
               : -1;
}

static double levels(void *user)
{
    struct work *w = user;
    return run(w) < 0 ? -1 : (double)w->frame_n * (ROWS + 2);
}

static double events(void *user)
{
    struct work *w = user;
    return run(w) < 0 ? -1 : (double)w->event_n;
}

/* A wide screen: 85 columns of 5 s, 60 rows. */
static double pictures(void *user)
{
    struct work *w = user;
    static struct picture pic;
    int64_t at = engine_time(w->engine);
    for (int i = 1; i <= PICTURES; i++) {
        struct board *board = publication_request(w->pub, 0);
        struct view_request *r = board_begin(board);
        *r = (struct view_request){.id = r->id + 1,
                                   .rows = 60,
                                   .top_px = MID / 1000 * 1000 + 30 * 1000,
                                   .group = 1000,
                                   .heat_cols = 85,
                                   .column_ns = 5 * NS_PER_S,
                                   .mark_usd = 10000};
        board_publish(board);
        engine_publish(w->engine);
    }
    if (board_read(publication_picture(w->pub, 0), &pic) == 0 || !pic.has_column[80] ||
        engine_time(w->engine) != at)
        return -1;
    w->sink += pic.heat[80][60];
    return PICTURES;
}

/* Time that passes over a standing book: what a second of ten ticks costs. */
static double seconds(void *user)
{
    struct work *w = user;
    int64_t from = engine_time(w->engine) / NS_PER_S;
    for (int i = 1; i <= 200; i++)
        engine_advance(w->engine, (from + i) * NS_PER_S);
    return 200;
}

static const struct mac_key save_key = {{1, 2}};

/* A checkpoint of one market with 20 minutes of heat columns: what the engine's thread is held up, */
static double saves(void *user)
{
    struct work *w = user;
    buf_reset(&w->saved);
    if (engine_save(w->engine, &w->saved) < 0)
        return -1;
    w->sink += w->saved.len;
    return 1;
}

/* and what a seek costs before the first event is played. */
static double loads(void *user)
{
    struct work *w = user;
    return engine_load(w->engine, &save_key, w->saved.data, w->saved.len) < 0 ? -1 : 1;
}

int main(int argc, char **argv)
{
    struct bench b;
    struct work one, ten;
    bench_init(&b, argc, argv);
    make_work(&one, b.quick ? QUICK_FRAMES : FRAMES, 1);
    make_work(&ten, b.quick ? QUICK_FRAMES : FRAMES, MARKETS_MAX);
    bench_rate(&b, "engine/apply", "levels/s", levels, &one);
    bench_rate(&b, "engine/apply_events", "events/s", events, &one);
    one.publish_every = PUBLISH_EVERY;
    bench_rate(&b, "engine/apply_publish", "levels/s", levels, &one);
    one.publish_every = 1;
    bench_cost(&b, "engine/publish_each", "ns/event", events, &one);
    bench_rate(&b, "engine/ten_markets", "levels/s", levels, &ten);
    ten.publish_every = PUBLISH_EVERY;
    bench_rate(&b, "engine/ten_markets_publish", "levels/s", levels, &ten);
    struct crew *crew;
    if (crew_create(2, &crew) < 0)
        return 1;
    ten.crew = crew_of_engine(crew);
    bench_rate(&b, "engine/ten_markets_publish_two_hands", "levels/s", levels, &ten);
    ten.publish_every = 0;
    bench_rate(&b, "engine/ten_markets_two_hands", "levels/s", levels, &ten);
    if (run(&one) < 0)
        return 1;
    bench_cost(&b, "engine/second", "ns/s", seconds, &one);
    for (int64_t from = engine_time(one.engine), i = 1; i <= IDLE_S; i++)
        engine_advance(one.engine, from + i * NS_PER_S);
    bench_cost(&b, "engine/picture", "ns/picture", pictures, &one);
    buf_init(&one.saved, 64u << 20);
    bench_cost(&b, "engine/save", "ns/save", saves, &one);
    printf("# engine/save: %zu bytes\n", one.saved.len);
    if (engine_save_seal(&one.saved, &save_key) < 0)
        return 1;
    bench_cost(&b, "engine/load", "ns/load", loads, &one);
    buf_finish(&one.saved);
    bench_use(&one.sink);
    free_work(&one);
    free_work(&ten);
    crew_destroy(crew);
    return bench_finish(&b);
}
