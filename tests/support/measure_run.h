/* The measures of one market in a run of events, with ticks derived as the engine derives them. */
#ifndef TESTS_SUPPORT_MEASURE_RUN_H
#define TESTS_SUPPORT_MEASURE_RUN_H

#include "test.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/analytics/params.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>
#include <fenv.h>
#include <string.h>

struct measure_run {
    struct instrument inst;
    struct book *book;
    struct measures *measures;
    struct measure_input in;
    struct params params;
    int64_t tick_ns; /* next; 0: before the first event */
    bool is_measured;
};

/* One decimal in prices, three in sizes. */
static inline struct instrument run_instrument(void)
{
    return (struct instrument){.id = 1,
                               .kind = INSTRUMENT_PERPETUAL,
                               .price_decimals = 1,
                               .qty_decimals = 3,
                               .mark_decimals = 2,
                               .rate_decimals = 8,
                               .tick = 1,
                               .lot = 1,
                               .multiplier = 100000000,
                               .funding_interval_s = 28800,
                               .trading = 1,
                               .liq_completeness = COMPLETENESS_FULL};
}

static inline void run_init(struct measure_run *r, const struct instrument *inst)
{
    memset(r, 0, sizeof *r);
    r->inst = *inst;
    assert_ok(book_create(1, &r->book));
    params_init(&r->params);
    r->in = (struct measure_input){.inst = &r->inst, .book = r->book, .params = &r->params};
    assert_ok(measures_create(&r->in, NULL, &r->measures));
}

static inline void run_finish(struct measure_run *r)
{
    measures_destroy(r->measures);
    book_destroy(r->book);
}

static inline void run_look(struct measure_run *r, int64_t now_ns)
{
    r->in.now_ns = now_ns;
    r->in.is_true = book_best(r->book, SIDE_BID, &r->in.bid) && book_best(r->book, SIDE_ASK, &r->in.ask) &&
                    r->in.bid.px < r->in.ask.px;
}

/* All ticks up to and including now_ns. */
static inline void run_to(struct measure_run *r, int64_t now_ns)
{
    if (r->tick_ns == 0)
        r->tick_ns = now_ns / TICK_NS * TICK_NS + TICK_NS;
    if (now_ns - r->tick_ns > ENGINE_LEAP_NS)
        r->tick_ns = (now_ns - ENGINE_LEAP_NS) / TICK_NS * TICK_NS;
    for (; r->tick_ns <= now_ns; r->tick_ns += TICK_NS) {
        run_look(r, r->tick_ns);
        measures_tick(r->measures, &r->in, r->tick_ns % NS_PER_S == 0);
    }
    run_look(r, now_ns);
}

static inline void run_lost(struct measure_run *r)
{
    if (r->is_measured)
        measures_lost(r->measures, &r->in);
    r->is_measured = false;
}

static inline void run_missed(struct measure_run *r, int64_t now_ns)
{
    run_to(r, now_ns);
    measures_missed(r->measures, &r->in);
}

/* One level at now_ns. */
static inline void run_level(struct measure_run *r, int64_t now_ns, enum side side, int64_t px, int64_t qty)
{
    struct {
        struct event ev;
        struct {
            uint32_t bid_n, ask_n;
            struct level level;
        } rows; /* struct depth_rows of one */
    } e = {.ev = {.size = sizeof e, .kind = EVENT_DEPTH, .recv_ns = now_ns, .exch_ns = now_ns},
           .rows = {side == SIDE_BID, side == SIDE_ASK, {px, qty}}};
    run_to(r, now_ns);
    assert_ok(book_set(r->book, side, px, qty));
    run_look(r, now_ns);
    if (!r->in.is_true) {
        run_lost(r);
        return;
    }
    r->is_measured = true;
    measures_event(r->measures, &r->in, &e.ev);
}

#define RUN_ROW(run, at_ns, event_kind, row_type, ...)                                                       \
    do {                                                                                                     \
        struct {                                                                                             \
            struct event ev;                                                                                 \
            struct row_type row;                                                                             \
        } run_row = {                                                                                        \
            .ev = {.size = sizeof run_row, .kind = (event_kind), .recv_ns = (at_ns), .exch_ns = (at_ns)},    \
            .row = {__VA_ARGS__}};                                                                           \
        run_to((run), (at_ns));                                                                              \
        measures_event((run)->measures, &(run)->in, &run_row.ev);                                            \
    } while (0)

static inline void run_trade(struct measure_run *r, int64_t now_ns, int64_t px, int64_t qty, int is_sell)
{
    RUN_ROW(r, now_ns, EVENT_TRADE, trade_row, .px = px, .qty = qty, .aggressor = (uint8_t)is_sell);
}

static inline void run_liquidation(struct measure_run *r, int64_t now_ns, int64_t px, int64_t qty,
                                   int is_short)
{
    RUN_ROW(r, now_ns, EVENT_LIQUIDATION, liquidation_row, .px = px, .qty = qty, .side = (uint8_t)is_short,
            .completeness = r->inst.liq_completeness);
}

static inline void run_mark(struct measure_run *r, int64_t now_ns, int64_t mark, int64_t index)
{
    RUN_ROW(r, now_ns, EVENT_MARK, mark_row, .mark = mark, .index = index);
}

static inline void run_open_interest(struct measure_run *r, int64_t now_ns, int64_t qty)
{
    RUN_ROW(r, now_ns, EVENT_OPEN_INTEREST, count_row, .value = qty);
}

/* A group's set-up and tear-down: what would make a NaN or an infinity stops the test. */
static inline int run_trap(void **state)
{
    (void)state;
    feclearexcept(FE_ALL_EXCEPT);
    return feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW) < 0;
}

static inline int run_untrap(void **state)
{
    (void)state;
    return fedisableexcept(FE_ALL_EXCEPT) < 0;
}

static inline struct metric_value run_value(const struct measure_run *r, const char *id)
{
    int i = metric_find(metric_registry(), id);
    if (i < 0)
        print_error("%s: no such figure\n", id);
    assert_true(i >= 0);
    return measures_values(r->measures)[i];
}

#endif
