/* Events for tests, one call each: they stand one behind the other in one block, numbered and timed. */
#ifndef TESTS_SUPPORT_EVENT_SCRIPT_H
#define TESTS_SUPPORT_EVENT_SCRIPT_H

#include "test.h"

#include <alphaplus/model/event.h>
#include <string.h>

#define SCRIPT_BYTES (4u << 20)

struct script {
    struct event_buf buf;
    uint64_t seq;
    int64_t now_ns; /* stamped on what comes next */
};

static inline void script_init(struct script *s, int64_t now_ns)
{
    *s = (struct script){.buf = {.data = aligned_alloc(64, SCRIPT_BYTES), .cap = SCRIPT_BYTES},
                         .now_ns = now_ns};
    assert_non_null(s->buf.data);
}

static inline void script_finish(struct script *s)
{
    free(s->buf.data);
}

static inline struct event *script_event(struct script *s, int kind, uint32_t instrument, size_t rows_bytes)
{
    struct event *ev = event_buf_new(&s->buf, kind, rows_bytes);
    assert_non_null(ev);
    ev->instrument = instrument;
    ev->version = instrument ? 1 : 0;
    ev->seq = ++s->seq;
    ev->recv_ns = s->now_ns;
    ev->exch_ns = s->now_ns;
    return ev;
}

static inline void script_session(struct script *s)
{
    struct event *ev = script_event(s, EVENT_SESSION, 0, sizeof(struct session_row));
    struct session_row *row = event_rows(ev);
    strncat(row->program, "test", sizeof row->program - 1);
    strncat(row->source, "test", sizeof row->source - 1);
    event_buf_push(&s->buf, ev);
}

static inline struct instrument script_instrument(uint32_t id, const char *symbol)
{
    struct instrument in = {.id = id,
                            .version = 1,
                            .kind = INSTRUMENT_PERPETUAL,
                            .book_rule = BOOK_RULE_PREV_ID,
                            .price_decimals = 1,
                            .qty_decimals = 3,
                            .mark_decimals = 8,
                            .rate_decimals = 8,
                            .tick = 1,
                            .lot = 1,
                            .multiplier = 100000000,
                            .funding_interval_s = 28800,
                            .trading = 1,
                            .liq_completeness = COMPLETENESS_SAMPLED};
    strncat(in.venue, "binance", sizeof in.venue - 1);
    strncat(in.symbol, symbol, sizeof in.symbol - 1);
    return in;
}

static inline void script_declare(struct script *s, const struct instrument *in)
{
    struct event *ev = script_event(s, EVENT_INSTRUMENT, in->id, sizeof *in);
    memcpy(event_rows(ev), in, sizeof *in);
    event_buf_push(&s->buf, ev);
}

/* levels: bids first. */
static inline void script_depth(struct script *s, int kind, uint32_t instrument, uint64_t first,
                                uint64_t last, uint64_t prev, const struct level *levels, uint32_t bid_n,
                                uint32_t ask_n)
{
    size_t bytes = sizeof(struct depth_rows) + (bid_n + ask_n) * sizeof *levels;
    struct event *ev = script_event(s, kind, instrument, bytes);
    struct depth_rows *rows = event_rows(ev);
    rows->bid_n = bid_n;
    rows->ask_n = ask_n;
    memcpy(rows->levels, levels, (bid_n + ask_n) * sizeof *levels);
    ev->first_id = first;
    ev->last_id = last;
    ev->prev_id = prev;
    event_buf_push(&s->buf, ev);
}

static inline void script_trade(struct script *s, uint32_t instrument, int64_t px, int64_t qty,
                                enum aggressor side)
{
    struct event *ev = script_event(s, EVENT_TRADE, instrument, sizeof(struct trade_row));
    *(struct trade_row *)event_rows(ev) = (struct trade_row){
        .px = px, .qty = qty, .aggressor = (uint8_t)side};
    event_buf_push(&s->buf, ev);
}

static inline void script_mark(struct script *s, uint32_t instrument, int64_t mark, int64_t index)
{
    struct event *ev = script_event(s, EVENT_MARK, instrument, sizeof(struct mark_row));
    *(struct mark_row *)event_rows(ev) = (struct mark_row){.mark = mark, .index = index};
    event_buf_push(&s->buf, ev);
}

static inline void script_liquidation(struct script *s, uint32_t instrument, int64_t px, int64_t qty,
                                      enum position_side side)
{
    struct event *ev = script_event(s, EVENT_LIQUIDATION, instrument, sizeof(struct liquidation_row));
    *(struct liquidation_row *)event_rows(ev) = (struct liquidation_row){
        .px = px, .qty = qty, .side = (uint8_t)side, .completeness = COMPLETENESS_SAMPLED};
    event_buf_push(&s->buf, ev);
}

static inline void script_gap(struct script *s, uint32_t instrument, enum gap_cause cause, uint64_t lost)
{
    struct event *ev = script_event(s, EVENT_GAP, instrument, sizeof(struct gap_row));
    *(struct gap_row *)event_rows(ev) = (struct gap_row){.cause = cause, .lost = lost};
    event_buf_push(&s->buf, ev);
}

static inline void script_idle(struct script *s)
{
    struct event *ev = script_event(s, EVENT_IDLE, 0, 0);
    event_buf_push(&s->buf, ev);
}

/* The next event at *at; NULL at the end. */
static inline const struct event *script_next(const struct script *s, size_t *at)
{
    if (*at >= s->buf.used)
        return NULL;
    const struct event *ev = (const struct event *)(s->buf.data + *at);
    *at += ev->size;
    return ev;
}

#endif
