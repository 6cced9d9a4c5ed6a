#include "made_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void made_init(struct made_events *m, uint64_t seed, uint32_t instruments)
{
    *m = (struct made_events){.rng = seed * UINT64_C(0x9e3779b97f4a7c15) + 1, .instruments = instruments};
    m->recv_ns = INT64_C(1700000000000000000);
    for (int i = 0; i < 4; i++) {
        m->mid[i] = 300000 + 7000 * i;
        m->id[i] = UINT64_C(4984034747463) + (uint64_t)i;
    }
}

void made_finish(struct made_events *m)
{
    free(m->data);
    m->data = NULL;
}

void made_clear(struct made_events *m)
{
    m->n = m->events = m->levels = 0;
}

static uint64_t next(struct made_events *m)
{
    m->rng ^= m->rng << 13;
    m->rng ^= m->rng >> 7;
    m->rng ^= m->rng << 17;
    return m->rng;
}

uint64_t made_random(struct made_events *m, uint64_t below)
{
    return next(m) % below;
}

struct event *made_add(struct made_events *m, int kind, uint32_t instrument, const void *rows,
                       size_t rows_bytes)
{
    uint32_t size = event_size_for(rows_bytes);
    if (m->n + size > m->cap) {
        m->cap = 2 * (m->n + size);
        m->data = realloc(m->data, m->cap);
        if (m->data == NULL) {
            abort();
        }
    }
    struct event *ev = (struct event *)(void *)(m->data + m->n);
    memset(ev, 0, size);
    *ev = (struct event){.size = size,
                         .kind = (uint16_t)kind,
                         .instrument = instrument,
                         .version = instrument != 0 ? 1 : 0,
                         .seq = ++m->seq,
                         .recv_ns = m->recv_ns};
    if (rows_bytes > 0) {
        memcpy(ev + 1, rows, rows_bytes);
    }
    m->n += size;
    m->events++;
    return ev;
}

void made_session(struct made_events *m)
{
    struct session_row s = {.program = "alphaplus test", .source = "made", .libm_fingerprint = 42};
    s.wall_ns = m->recv_ns;
    made_add(m, EVENT_SESSION, 0, &s, sizeof(s));
    for (uint32_t i = 1; i <= m->instruments; i++) {
        struct instrument in = {.venue = "binance",
                                .quote = "USDT",
                                .settle = "USDT",
                                .id = i,
                                .version = 1,
                                .kind = INSTRUMENT_PERPETUAL,
                                .book_rule = BOOK_RULE_PREV_ID,
                                .price_decimals = 2,
                                .qty_decimals = 3,
                                .mark_decimals = 8,
                                .rate_decimals = 8,
                                .tick = 10,
                                .lot = 1,
                                .multiplier = 100000000,
                                .funding_interval_s = 28800,
                                .trading = 1,
                                .liq_completeness = COMPLETENESS_SAMPLED};
        (void)snprintf(in.base, sizeof(in.base), "AA%c", (int)('A' + i / 2)); /* two of an asset */
        (void)snprintf(in.symbol, sizeof(in.symbol), "AAA%uUSDT", i);
        made_add(m, EVENT_INSTRUMENT, i, &in, sizeof(in));
    }
}

static int64_t made_size(struct made_events *m)
{
    static const int64_t usual[] = {1, 2, 10, 24, 100, 178, 440, 1000};
    uint64_t how = made_random(m, 4);
    return how == 0 ? 0 : how == 1 ? usual[made_random(m, 8)] : (int64_t)made_random(m, 60000);
}

static void add_depth(struct made_events *m, uint32_t i)
{
    struct {
        uint32_t bid_n, ask_n;
        struct level levels[128];
    } rows;
    uint32_t n[2] = {(uint32_t)made_random(m, 60), (uint32_t)made_random(m, 60)}, k = 0;
    for (int side = 0; side < 2; side++) {
        int64_t px = m->mid[i] + (side == SIDE_BID ? -400 : 1);
        for (uint32_t at = 0; at < n[side]; at++) {
            px += 1 + (int64_t)made_random(m, 7);
            rows.levels[k++] = (struct level){10 * px, made_size(m)};
        }
    }
    rows.bid_n = n[0];
    rows.ask_n = n[1];
    struct event *ev = made_add(m, EVENT_DEPTH, i + 1, &rows,
                                sizeof(struct depth_rows) + k * sizeof(rows.levels[0]));
    ev->prev_id = m->id[i];
    ev->first_id = m->id[i] + 1 + made_random(m, 50);
    ev->last_id = m->id[i] = ev->first_id + made_random(m, 3000);
    ev->exch_ns = m->recv_ns / 1000000 * 1000000 - 2000000;
    m->levels += k;
}

static void add_quote(struct made_events *m, uint32_t i)
{
    struct quote_row q = {10 * m->mid[i], made_size(m) + 1, 10 * m->mid[i] + 10, made_size(m) + 1};
    struct event *ev = made_add(m, EVENT_QUOTE, i + 1, &q, sizeof(q));
    ev->last_id = m->id[i];
    ev->exch_ns = m->recv_ns / 1000000 * 1000000;
}

static void add_trade(struct made_events *m, uint32_t i)
{
    struct trade_row t = {
        .px = 10 * m->mid[i], .qty = made_size(m) + 1, .aggressor = (uint8_t)made_random(m, 2)};
    t.flags = made_random(m, 50) == 0 ? TRADE_NOT_MARKET : 0;
    struct event *ev = made_add(m, EVENT_TRADE, i + 1, &t, sizeof(t));
    ev->last_id = m->seq + 1000;
    ev->exch_ns = m->recv_ns / 1000000 * 1000000;
}

static void add_rare(struct made_events *m, uint32_t i)
{
    struct mark_row mark = {.mark = 1000 * m->mid[i] + 5,
                            .index = 1000 * m->mid[i],
                            .funding_rate = (int64_t)made_random(m, 40000) - 20000,
                            .next_funding_ns = (m->recv_ns / INT64_C(28800000000000) + 1) *
                                               INT64_C(28800000000000),
                            .has_funding = 1};
    struct liquidation_row l = {.px = 10 * m->mid[i],
                                .qty = made_size(m) + 1,
                                .order_px = 10 * m->mid[i] + 20,
                                .side = (uint8_t)made_random(m, 2),
                                .completeness = COMPLETENESS_SAMPLED};
    struct count_row interest = {.value = 5000000 + (int64_t)made_random(m, 1000)};
    struct feed_row feed = {.state = FEED_LIVE, .venue = "binance", .frames = m->seq, .reason = ""};
    struct gap_row gap = {.cause = GAP_BAD_FRAME, .error = AP_ESYNTAX, .lost = 1, .text = "made"};
    switch (made_random(m, 6)) {
    case 0: made_add(m, EVENT_MARK, i + 1, &mark, sizeof(mark)); break;
    case 1: made_add(m, EVENT_LIQUIDATION, i + 1, &l, sizeof(l)); break;
    case 2: made_add(m, EVENT_OPEN_INTEREST, i + 1, &interest, sizeof(interest)); break;
    case 3: made_add(m, EVENT_FEED, 0, &feed, sizeof(feed)); break;
    case 4: made_add(m, EVENT_GAP, i + 1, &gap, sizeof(gap)); break;
    default: made_add(m, EVENT_IDLE, 0, NULL, 0); break;
    }
}

void made_market(struct made_events *m, size_t events)
{
    for (size_t k = 0; k < events; k++) {
        uint32_t i = (uint32_t)made_random(m, m->instruments);
        uint64_t what = made_random(m, 100);
        m->recv_ns += (int64_t)made_random(m, 8000000);
        m->mid[i] += (int64_t)made_random(m, 3) - 1;
        if (what < 40) {
            add_depth(m, i);
        } else if (what < 75) {
            add_quote(m, i);
        } else if (what < 96) {
            add_trade(m, i);
        } else {
            add_rare(m, i);
        }
    }
}

/* Numbers that break arithmetic, and ordinary ones. */
static uint64_t odd_number(struct made_events *m)
{
    static const uint64_t odd[] = {0,
                                   1,
                                   2,
                                   15,
                                   16,
                                   17,
                                   UINT32_MAX,
                                   (uint64_t)INT64_MAX,
                                   (uint64_t)INT64_MIN,
                                   UINT64_MAX,
                                   UINT64_MAX - 1,
                                   UINT64_C(1) << 62};
    switch (made_random(m, 3)) {
    case 0: return odd[made_random(m, sizeof(odd) / sizeof(odd[0]))];
    case 1: return next(m) >> made_random(m, 64);
    default: return 100000 + 100 * made_random(m, 50);
    }
}

void made_odd(struct made_events *m, size_t events, uint32_t instrument)
{
    static const int kinds[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  16,    17,   17,   17, 17,
                                17, 16, 18, 18, 19, 19, 20, 21, 22, 22,    23,   31,   32, 255,
                                0,  17, 18, 19, 20, 21, 22, 17, 17, 65535, 4000, 1234, 64, 63};
    static const size_t sizes[] = {0, 8, 24, 32, 40, 32, 24, 8};
    uint64_t rows[2 + 2 * 48];
    for (size_t k = 0; k < events; k++) {
        int kind = kinds[made_random(m, sizeof(kinds) / sizeof(kinds[0]))];
        size_t n = sizes[made_random(m, 8)];
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            rows[i] = odd_number(m);
        }
        if ((kind == EVENT_DEPTH || kind == EVENT_DEPTH_SNAPSHOT) && made_random(m, 8) != 0) {
            uint32_t bids = (uint32_t)made_random(m, 24), asks = (uint32_t)made_random(m, 24);
            rows[0] = bids | (uint64_t)asks << 32;
            n = 8 + (size_t)(bids + asks) * sizeof(struct level);
        } else if (kind == EVENT_TRADE && made_random(m, 4) != 0) {
            rows[2] &= 0xffff;
        } else if (kind == EVENT_LIQUIDATION && made_random(m, 4) != 0) {
            n = sizeof(struct liquidation_row);
            rows[3] &= 0x010301;
        }
        m->recv_ns = (int64_t)(made_random(m, 10) == 0 ? odd_number(m) : (uint64_t)m->recv_ns + 1000);
        m->seq += made_random(m, 5) == 0 ? made_random(m, 1000) : 0;
        struct event *ev = made_add(m, kind, instrument, rows, n);
        uint64_t *const fields[] = {&ev->first_id, &ev->last_id, &ev->prev_id, &ev->aux};
        for (int i = 0; i < 4; i++) {
            *fields[i] = made_random(m, 2) == 0 ? 0 : odd_number(m);
        }
        ev->prev_id = made_random(m, 4) == 0 ? ev->last_id : ev->prev_id;
        ev->exch_ns = made_random(m, 2) == 0 ? 0 : (int64_t)odd_number(m);
        ev->flags = made_random(m, 10) == 0 ? (uint16_t)next(m) : 0;
        ev->version = made_random(m, 10) == 0 ? (uint32_t)next(m) : 1;
    }
}
