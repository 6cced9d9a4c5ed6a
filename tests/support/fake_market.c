#include "fake_market.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARKETS    2
#define SLOT_NS    (200 * NS_PER_MS)
#define CELL_TICKS 10 /* the book is a density over cells of ten ticks */
#define WALLS      4

struct spec {
    const char *symbol, *base;
    int64_t mid;  /* price units (ticks) */
    double swing; /* of the price path, price units */
    double cell_qty;
    uint8_t price_decimals, qty_decimals;
};
static const struct spec specs[MARKETS] = {
    {"BTCUSDT", "BTC", 640981, 600.0, 4.2, 1, 3},
    {"ETHUSDT", "ETH", 342490, 3000.0, 60.0, 2, 3},
};

struct fake_wall {
    int64_t px;
    double qty;
    int64_t from_s, to_s; /* seconds before FAKE_MARKET_NOW_NS; to_s < from_s */
    enum side side;
};
static const struct fake_wall walls[WALLS] = {
    {641600, 150.0, 120, -100000, SIDE_ASK},
    {640400, 230.0, 100000, -100000, SIDE_BID},
    {639700, 90.0, 300, -100000, SIDE_BID},
    {641900, 120.0, 320, 160, SIDE_ASK},
};

static const struct metric_row metric_rows[] = {
    {"book.spread.bps", "spread bp", "bps", "> 0", "now", "quoted spread relative to the mid", "definition",
     CADENCE_EVENT, 0},
    {"book.spread.ticks", "spread tk", "ticks", ">= 1", "now", "quoted spread in ticks", "definition",
     CADENCE_EVENT, 0},
    {"book.depth.bid.10", "bid 10bp", "usd", ">= 0", "now", "value of bids within 10 bps of the mid",
     "definition", CADENCE_100MS, 0},
    {"book.depth.ask.10", "ask 10bp", "usd", ">= 0", "now", "value of asks within 10 bps of the mid",
     "definition", CADENCE_100MS, 0},
    {"book.imbalance.distance", "imbal", "1", "[-1, 1]", "now", "", "", CADENCE_100MS, 0},
    {"book.pressure", "pressure", "usd", "any", "now", "", "", CADENCE_100MS, 0},
    {"book.microprice", "micro", "px", "> 0", "24 h", "", "", CADENCE_EVENT, 0},
    {"trade.vwap.day", "VWAP", "px", "> 0", "UTC day", "", "", CADENCE_EVENT, 0},
    {"trade.cvd.60s", "CVD 1m", "usd", "any", "60 s", "", "", CADENCE_1S, 0},
    {"trade.pace.10s", "pace", "1/s", ">= 0", "10 s", "", "", CADENCE_1S, 0},
    {"flow.ofi.10s", "OFI 10s", "base", "any", "10 s", "", "", CADENCE_1S, 0},
};
static const struct metric_registry registry = {metric_rows, sizeof metric_rows / sizeof *metric_rows};

struct fake_market {
    struct publication *pub; /* owned */
    enum book_state book;
    enum feed_state feed;
    enum journal_state journal;
    char reason[96];
    bool has_positions;
    int64_t history_s;
    int64_t now_ns;
    int64_t slot; /* the next one to publish */
    uint64_t seq;
    uint64_t answered; /* id of the request */
    double liq_long[LIQ_WINDOWS], liq_short[LIQ_WINDOWS];
};

/* ---- a path and a book from hashes */

static uint64_t mix(uint64_t v)
{
    v += UINT64_C(0x9e3779b97f4a7c15);
    v = (v ^ (v >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ (v >> 27)) * UINT64_C(0x94d049bb133111eb);
    return v ^ (v >> 31);
}

/* 0..1 */
static double unit(uint64_t a, uint64_t b)
{
    return (double)(mix(mix(a) ^ b) >> 11) / 9007199254740992.0;
}

/* Smooth noise over time, -1..1. */
static double noise(uint64_t seed, double at)
{
    double whole = floor(at), f = at - whole;
    double a = unit(seed, (uint64_t)(int64_t)whole), b = unit(seed, (uint64_t)(int64_t)whole + 1);
    f = f * f * (3.0 - 2.0 * f);
    return (a + (b - a) * f) * 2.0 - 1.0;
}

static double path(uint32_t market, int64_t t_ns)
{
    double s = (double)(t_ns - FAKE_MARKET_NOW_NS) / 1e9;
    uint64_t seed = market * 97 + 11;
    return (double)specs[market].mid +
           specs[market].swing * (0.62 * noise(seed, s / 400.0) + 0.24 * noise(seed + 1, s / 90.0) +
                                  0.10 * noise(seed + 2, s / 22.0) + 0.04 * noise(seed + 3, s / 5.0));
}

static double wall_qty(uint32_t market, int64_t lo, int64_t hi, int64_t t_ns)
{
    double sum = 0.0;
    int64_t ago = (FAKE_MARKET_NOW_NS - t_ns) / NS_PER_S;
    for (int i = 0; market == 0 && i < WALLS; i++) {
        if (walls[i].px >= lo && walls[i].px < hi && ago <= walls[i].from_s && ago > walls[i].to_s)
            sum += walls[i].qty;
    }
    return sum;
}

static double cell_qty(uint32_t market, int64_t cell, int64_t t_ns, double mid)
{
    double u = unit(market + 5, (uint64_t)cell), row = unit(market + 6, (uint64_t)(cell / 5));
    double away = fabs((double)(cell * CELL_TICKS) - mid) / (400.0 + 1e-9);
    double thin = away < 1.0 ? 0.35 + 0.65 * away : 1.0;
    double pulse = 1.0 + 0.35 * noise((uint64_t)cell * 7 + market, (double)t_ns / 45e9);
    double round_number = cell % 50 == 0 ? 2.5 : 1.0;
    return specs[market].cell_qty * (0.25 + 1.6 * u * u * u) * (0.5 + 1.3 * row * row) * thin * pulse *
           round_number;
}

/* Size resting in [lo, hi), base units. */
static double book_qty(uint32_t market, int64_t lo, int64_t hi, int64_t t_ns, double mid)
{
    double sum = wall_qty(market, lo, hi, t_ns);
    int64_t from = lo / CELL_TICKS, to = (hi + CELL_TICKS - 1) / CELL_TICKS;
    for (int64_t c = from; c < to; c++) {
        int64_t a = c * CELL_TICKS > lo ? c * CELL_TICKS : lo,
                b = (c + 1) * CELL_TICKS < hi ? (c + 1) * CELL_TICKS : hi;
        if (b > a)
            sum += cell_qty(market, c, t_ns, mid) * (double)(b - a) / CELL_TICKS;
    }
    return sum;
}

static int64_t touch_bid(uint32_t market, int64_t t_ns)
{
    return (int64_t)floor(path(market, t_ns));
}

static double second_volume(uint32_t market, int64_t s)
{
    double u = unit(market + 21, (uint64_t)s);
    return 4.0e4 + 9.0e5 * u * u * u * (1.2 + noise(market + 22, (double)s / 60.0));
}

static double second_signed(uint32_t market, int64_t s)
{
    double lean = 0.55 * noise(market + 23, (double)s / 50.0) +
                  0.45 * (unit(market + 24, (uint64_t)s) * 2.0 - 1.0);
    return second_volume(market, s) * lean;
}

/* ---- what is published */

static void fill_instrument(uint32_t market, struct instrument *in)
{
    const struct spec *s = &specs[market];
    *in = (struct instrument){.id = market + 1,
                              .version = 1,
                              .kind = INSTRUMENT_PERPETUAL,
                              .book_rule = BOOK_RULE_PREV_ID,
                              .price_decimals = s->price_decimals,
                              .qty_decimals = s->qty_decimals,
                              .mark_decimals = 8,
                              .rate_decimals = 8,
                              .tick = 1,
                              .lot = 1,
                              .multiplier = 100000000,
                              .funding_interval_s = 8 * 3600,
                              .trading = 1,
                              .liq_completeness = COMPLETENESS_SAMPLED};
    snprintf(in->venue, sizeof in->venue, "binance");
    snprintf(in->symbol, sizeof in->symbol, "%s", s->symbol);
    snprintf(in->base, sizeof in->base, "%s", s->base);
    snprintf(in->quote, sizeof in->quote, "USDT");
    snprintf(in->settle, sizeof in->settle, "USDT");
}

static int64_t known_edge(uint32_t market, double pct)
{
    return (int64_t)((double)specs[market].mid * (1.0 + pct / 100.0));
}

static void set_metric(struct market_view *v, const char *id, double value, int state)
{
    int row = metric_find(&registry, id);
    v->metrics[row] = state == METRIC_OK || state == METRIC_DEGRADED
                          ? (struct metric_value){.value = value, .state = (uint8_t)state}
                          : metric_none(state);
}

static void fill_metrics(const struct fake_market *m, uint32_t market, struct market_view *v)
{
    bool is_true = m->book == BOOK_TRUE;
    int state = is_true ? METRIC_OK : METRIC_NO_DATA;
    double scale = pow(10.0, specs[market].price_decimals), mid = (double)v->bid_px + 0.5;
    double reach = mid * 10e-4;
    double bid = book_qty(market, (int64_t)(mid - reach), v->bid_px, m->now_ns, mid) * mid / scale;
    double ask = book_qty(market, v->ask_px, (int64_t)(mid + reach), m->now_ns, mid) * mid / scale;
    set_metric(v, "book.spread.bps", 1.0 / mid * 1e4, state);
    set_metric(v, "book.spread.ticks", 1.0, state);
    set_metric(v, "book.depth.bid.10", bid, state);
    set_metric(v, "book.depth.ask.10", ask, is_true ? METRIC_DEGRADED : state);
    set_metric(v, "book.imbalance.distance", (bid - ask) / (bid + ask), state);
    set_metric(v, "book.pressure", (bid - ask) * 0.4, state);
    set_metric(v, "book.microprice", (mid + 0.2) / scale, is_true ? METRIC_WARMUP : state);
    set_metric(v, "trade.vwap.day", ((double)specs[market].mid - 300.0) / scale, METRIC_OK);
    double cvd = 0.0;
    for (int64_t s = m->now_ns / NS_PER_S - 60; s < m->now_ns / NS_PER_S; s++)
        cvd += second_signed(market, s);
    set_metric(v, "trade.cvd.60s", cvd, METRIC_OK);
    set_metric(v, "trade.pace.10s", 212.4, METRIC_OK);
    set_metric(v, "flow.ofi.10s", 41.3 * noise(77, (double)m->now_ns / 1e10), state);
}

static void fill_liq(const struct fake_market *m, struct liq_total *t)
{
    static const int64_t windows[LIQ_WINDOWS] = {60, 900, 3600};
    int64_t watched = (m->now_ns - FAKE_MARKET_BEGIN_NS) / NS_PER_S;
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        double grow = i == 0 ? 1.0 : i == 1 ? 5.1 : 9.6;
        t[i] = (struct liq_total){.window_ns = windows[i] * NS_PER_S,
                                  .covered_ns = (watched < windows[i] ? watched : windows[i]) * NS_PER_S,
                                  .long_usd = 1.2413e6 * grow,
                                  .short_usd = 8.03e4 * grow,
                                  .max_usd = i == 0 ? 4.12e5 : 1.1e6,
                                  .max_ns = FAKE_MARKET_NOW_NS - (i == 0 ? 2 : 337) * NS_PER_S,
                                  .count = (uint32_t)(41 * grow),
                                  .completeness = COMPLETENESS_SAMPLED};
    }
}

static void fill_walls(struct market_view *v)
{
    v->wall_n = 0;
    for (int i = 0; i < WALLS; i++) {
        if (walls[i].to_s >= 0)
            continue;
        v->walls[v->wall_n++] = (struct wall_view){.px = walls[i].px,
                                                   .qty = (int64_t)(walls[i].qty * 1000.0),
                                                   .born_ns = FAKE_MARKET_NOW_NS - 100 * NS_PER_S,
                                                   .z = 4.2,
                                                   .share = 0.2,
                                                   .side = (uint8_t)walls[i].side};
    }
}

static void fill_market(const struct fake_market *m, uint32_t market, struct market_view *v)
{
    bool is_true = m->book == BOOK_TRUE;
    *v = (struct market_view){.seq = m->seq, .time_ns = m->now_ns, .book_state = (uint8_t)m->book};
    fill_instrument(market, &v->inst);
    v->book_since_ns = is_true ? FAKE_MARKET_BEGIN_NS + 2 * NS_PER_S : m->now_ns - 3 * NS_PER_S;
    v->last_depth_ns = m->now_ns - 40 * NS_PER_MS;
    v->last_exch_ns = v->last_depth_ns - 11 * NS_PER_MS;
    v->latency_ns = 11 * NS_PER_MS;
    v->gaps = is_true ? 0 : 1;
    v->depth_events = 26841;
    v->level_updates = 1100481;
    v->trades = 84123;
    v->has_touch = is_true;
    v->bid_px = touch_bid(market, m->now_ns);
    v->ask_px = v->bid_px + 1;
    v->bid_qty = 3412;
    v->ask_qty = 8120;
    if (is_true) {
        v->known_lo = known_edge(market, -0.21);
        v->known_hi = known_edge(market, 0.22);
        v->bid_levels = 998;
        v->ask_levels = 1004;
    }
    v->has_last = v->has_mark = v->has_funding = v->has_oi = v->has_day_open = 1;
    v->last_px = v->bid_px;
    v->last_side = AGGRESSOR_SELL;
    v->last_qty = 120;
    v->last_trade_ns = m->now_ns - 120 * NS_PER_MS;
    v->mark = v->bid_px * fixed_pow10(8 - specs[market].price_decimals);
    v->index = v->mark - v->mark / 10000 * 13 / 10;
    v->mark_ns = m->now_ns;
    v->funding_rate = 10000;
    v->next_funding_ns = INT64_C(1795276800) * NS_PER_S;
    v->open_interest = market == 0 ? 81283441 : 904113000;
    v->open_interest_ns = m->now_ns;
    v->day_open_px = (int64_t)((double)specs[market].mid / 1.0184);
    v->day_open_ns = FAKE_MARKET_NOW_NS / (86400 * NS_PER_S) * (86400 * NS_PER_S);
    fill_liq(m, v->liq);
    if (market == 0)
        fill_walls(v);
    fill_metrics(m, market, v);
}

/* ---- own risk */

static void add_position(struct risk_view *r, const char *account, const char *instrument, int side,
                         double qty, double entry, double mark, double liq, double stop, double mmr)
{
    struct position_view *v = &r->positions[r->position_n++];
    double sign = side == POSITION_LONG ? 1.0 : -1.0;
    *v = (struct position_view){.has_mark = 1, .has_liq = 1, .has_tiers = 1};
    snprintf(v->pos.account, sizeof v->pos.account, "%s", account);
    snprintf(v->pos.instrument, sizeof v->pos.instrument, "%s", instrument);
    v->pos.side = (uint8_t)side;
    v->pos.margin_mode = side == POSITION_LONG ? MARGIN_CROSS : MARGIN_ISOLATED;
    v->pos.qty = qty;
    v->pos.entry = entry;
    v->pos.stop = stop;
    v->mark = mark;
    v->notional = qty * mark;
    v->upnl = (mark - entry) * qty * sign;
    v->maintenance = v->notional * mmr;
    v->leverage = 10.0;
    v->liq = liq;
    v->distance_pct = (liq / mark - 1.0) * 100.0;
}

static void add_account(struct risk_view *r, const char *name, const char *venue, double wallet)
{
    struct account_view *a = &r->accounts[r->account_n++];
    *a = (struct account_view){.is_known = 1};
    snprintf(a->acc.name, sizeof a->acc.name, "%s", name);
    snprintf(a->acc.venue, sizeof a->acc.venue, "%s", venue);
    snprintf(a->acc.currency, sizeof a->acc.currency, "USDT");
    a->acc.wallet = wallet;
    for (uint32_t i = 0; i < r->position_n; i++) {
        if (strcmp(r->positions[i].pos.account, name) != 0)
            continue;
        a->upnl += r->positions[i].upnl;
        a->maintenance += r->positions[i].maintenance;
    }
    a->equity = wallet + a->upnl;
    a->margin_ratio = a->maintenance / a->equity;
}

static void fill_risk(const struct fake_market *m, struct risk_view *r)
{
    double btc = (double)touch_bid(0, m->now_ns) / 10.0, eth = (double)touch_bid(1, m->now_ns) / 100.0;
    *r = (struct risk_view){.first_to_die = -1};
    if (!m->has_positions)
        return;
    add_position(r, "bin", "binance:BTCUSDT", POSITION_LONG, 6.0, 64850.0, btc, 48168.9, 62175.0, 0.005);
    add_position(r, "bin", "binance:SOLUSDT", POSITION_LONG, 900.0, 148.20, 151.36, 44.63, 142.3, 0.01);
    add_position(r, "byb", "bybit:ETHUSDT", POSITION_SHORT, 120.0, 3385.0, eth, 3706.6, 0.0, 0.0077);
    add_account(r, "bin", "binance", 100000.0);
    add_account(r, "byb", "bybit", 60000.0);
    r->first_to_die = 2;
}

static void fill_head(const struct fake_market *m, struct head_view *h)
{
    *h = (struct head_view){.seq = m->seq,
                            .time_ns = m->now_ns,
                            .session_ns = FAKE_MARKET_BEGIN_NS,
                            .market_n = MARKETS,
                            .feed_n = 1};
    h->digest_exact = mix(m->seq);
    h->digest_all = mix(m->seq + 1);
    snprintf(h->source, sizeof h->source, "demo");
    struct feed_view *f = &h->feeds[0];
    f->row = (struct feed_row){.state = (uint8_t)m->feed,
                               .frames = 184211,
                               .bytes = 99121334,
                               .frames_per_s = 88,
                               .bytes_per_s = 61233,
                               .has_clock = 1,
                               .clock_ns = -1840000,
                               .clock_error_ns = 2100000,
                               .has_latency = 1,
                               .latency_p50_ns = 6600000,
                               .latency_p99_ns = 31000000,
                               .rotations = 2,
                               .unknown_frames = 5,
                               .unknown = {{"(symbol)", 3}, {"kline", 2}}};
    snprintf(f->row.venue, sizeof f->row.venue, "binance");
    snprintf(f->row.reason, sizeof f->row.reason, "%s", m->reason);
    f->since_ns = FAKE_MARKET_BEGIN_NS;
    f->last_ns = m->now_ns - 40 * NS_PER_MS;
    fill_liq(m, h->liq);
    fill_risk(m, &h->risk);
}

static void fill_host(const struct fake_market *m, struct host_view *h)
{
    *h = (struct host_view){.events = 271034,
                            .events_per_s = 96,
                            .ring_used = 4096,
                            .ring_size = 16u << 20,
                            .decode_p50_ns = 1210,
                            .decode_p99_ns = 3400,
                            .apply_p50_ns = 2800,
                            .apply_p99_ns = 11200,
                            .publish_p50_ns = 41000,
                            .publish_p99_ns = 230000,
                            .publish_max_ns = 1900000,
                            .resident_bytes = 48u << 20,
                            .journal_state = (uint8_t)m->journal,
                            .journal_bytes = 5123441,
                            .journal_events = 271002,
                            .journal_commit_ns = m->now_ns - 180 * NS_PER_MS};
    snprintf(h->journal_path, sizeof h->journal_path, "demo-20261121T140200Z.apj");
    snprintf(h->journal_text, sizeof h->journal_text, "%s",
             m->journal == JOURNAL_STOPPED ? "no space left on the disk" : "");
}

/* ---- trails */

static void push_slot(struct fake_market *m, int64_t slot)
{
    int64_t t = slot * SLOT_NS;
    for (uint32_t k = 0; k < MARKETS; k++) {
        double u = unit(k + 31, (uint64_t)slot), size = unit(k + 32, (uint64_t)slot);
        if (u > 0.45)
            continue;
        bool is_buy = unit(k + 33, (uint64_t)slot) < 0.5;
        int64_t ticks = size > 0.8 ? (int64_t)((size - 0.8) * 90.0) : 0, px = touch_bid(k, t) + is_buy;
        struct tape_item item = {.recv_ns = t + (int64_t)(u * 1e8),
                                 .exch_ns = t,
                                 .px = px,
                                 .first_px = is_buy ? px - ticks : px + ticks,
                                 .usd = 6.0e3 / (1.003 - size),
                                 .instrument = k,
                                 .prints = 1 + (uint32_t)(size * size * 40.0),
                                 .aggressor = is_buy ? AGGRESSOR_BUY : AGGRESSOR_SELL};
        item.qty = (int64_t)(item.usd / ((double)px / pow(10.0, specs[k].price_decimals)) * 1000.0);
        trail_push(publication_tape(m->pub, k), &item);
    }
    double u = unit(41, (uint64_t)slot), size = unit(42, (uint64_t)slot);
    if (u < 0.12) {
        uint32_t k = u < 0.05 ? 1 : 0;
        bool is_long = unit(43, (uint64_t)slot) < 0.75;
        int64_t px = touch_bid(k, t);
        double away = (is_long ? -0.17 : 0.07) * unit(44, (uint64_t)slot);
        struct liq_item item = {.recv_ns = t + 10 * NS_PER_MS,
                                .exch_ns = t,
                                .px = (int64_t)((double)px * (1.0 + away / 100.0)),
                                .usd = 9.0e3 / (1.01 - size),
                                .distance_pct = away,
                                .instrument = k,
                                .side = is_long ? POSITION_LONG : POSITION_SHORT,
                                .completeness = COMPLETENESS_SAMPLED,
                                .has_distance = 1};
        item.qty = 1;
        trail_push(publication_liquidations(m->pub), &item);
    }
}

static void push_notes(struct fake_market *m)
{
    static const struct {
        int64_t ago_s;
        uint16_t kind;
        const char *text;
    } notes[] = {
        {2690, NOTE_FEED, "binance LIVE"},
        {2100, NOTE_GAP, "book ids did not follow: 5121883 after 5121801"},
        {2099, NOTE_RESYNC, "book true again after 0.9 s"},
        {160, NOTE_WALL_GONE, "wall ask 64190.0 gone: 120 of 120 BTC pulled"},
        {120, NOTE_WALL_BORN, "wall ask 64160.0 150 BTC"},
        {10, NOTE_BIG_LIQ, "LONG 954k at 63902.5"},
    };
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        struct note_item item = {
            .time_ns = FAKE_MARKET_NOW_NS - notes[i].ago_s * NS_PER_S, .seq = i + 1, .kind = notes[i].kind};
        snprintf(item.text, sizeof item.text, "%s", notes[i].text);
        trail_push(publication_notes(m->pub), &item);
    }
}

/* ---- the picture */

static uint8_t code_of(double qty)
{
    if (qty < HEAT_UNIT)
        return HEAT_ZERO;
    double code = 2.0 + log(qty / HEAT_UNIT) / log(HEAT_BASE);
    return code >= 255.0 ? 255 : (uint8_t)code;
}

static uint32_t known_flags(const struct market_view *v, int64_t px, int64_t g)
{
    uint32_t flags = 0;
    if (px >= v->known_lo && px + g - 1 <= v->known_hi)
        flags |= LADDER_KNOWN_BID;
    if (px - g + 1 >= v->known_lo && px <= v->known_hi)
        flags |= LADDER_KNOWN_ASK;
    return flags == 0 && px + g > v->known_lo && px - g < v->known_hi ? LADDER_PART_KNOWN : flags;
}

/* Sizes of the row and what lies between it and the touch, as far as the book is known. */
static void fill_sizes(const struct fake_market *m, const struct view_request *r, const struct market_view *v,
                       struct ladder_row *row)
{
    double scale = pow(10.0, specs[r->market].price_decimals), mid = (double)v->bid_px + 0.5;
    int64_t px = row->px, g = r->group;
    if (px <= v->bid_px) {
        int64_t hi = px + g < v->bid_px + 1 ? px + g : v->bid_px + 1,
                lo = px > v->known_lo ? px : v->known_lo;
        row->bid_qty = hi > lo ? (int64_t)(book_qty(r->market, lo, hi, m->now_ns, mid) * 1000.0) : 0;
        row->cum_usd = book_qty(r->market, lo, v->bid_px + 1, m->now_ns, mid) * mid / scale;
    } else if (px >= v->ask_px) {
        int64_t lo = px - g + 1 > v->ask_px ? px - g + 1 : v->ask_px,
                hi = px < v->known_hi ? px + 1 : v->known_hi + 1;
        row->ask_qty = hi > lo ? (int64_t)(book_qty(r->market, lo, hi, m->now_ns, mid) * 1000.0) : 0;
        row->cum_usd = book_qty(r->market, v->ask_px, hi, m->now_ns, mid) * mid / scale;
    }
}

static void fill_row(const struct fake_market *m, const struct view_request *r, const struct market_view *v,
                     struct ladder_row *row)
{
    int64_t px = row->px, g = r->group;
    if (m->book == BOOK_TRUE) {
        row->flags |= known_flags(v, px, g);
        fill_sizes(m, r, v, row);
    }
    int64_t slot = m->now_ns / (3 * NS_PER_S);
    row->bid_delta = (int64_t)(((double)row->bid_qty) * 0.2 * noise((uint64_t)px, (double)slot));
    row->ask_delta = (int64_t)(((double)row->ask_qty) * 0.2 * noise((uint64_t)px + 1, (double)slot));
    for (uint32_t i = 0; i < v->wall_n; i++) {
        int64_t w = v->walls[i].px;
        if (v->walls[i].side == SIDE_BID ? w >= px && w < px + g : w > px - g && w <= px)
            row->flags |= LADDER_WALL;
    }
    if (v->last_px >= px && v->last_px < px + g)
        row->flags |= LADDER_LAST;
    if (r->market == 0 && m->has_positions && 648500 >= px && 648500 < px + g)
        row->flags |= LADDER_OWN_ENTRY;
}

static void fill_flow(const struct fake_market *m, const struct view_request *r, struct picture *p)
{
    double scale = pow(10.0, specs[r->market].price_decimals);
    for (int64_t s = m->now_ns / NS_PER_S - 480; s < m->now_ns / NS_PER_S; s++) {
        double at = path(r->market, s * NS_PER_S);
        int64_t row = (int64_t)floor(((double)r->top_px + (double)r->group - at) / (double)r->group);
        if (row >= 0 && row < (int64_t)r->rows)
            p->rows[row].volume += (int64_t)(second_volume(r->market, s) / (at / scale) * 1000.0);
    }
}

static void fill_column(const struct fake_market *m, const struct view_request *r, uint32_t col,
                        struct picture *p)
{
    int64_t from = p->col_start_ns + (int64_t)col * r->column_ns, end = from + r->column_ns;
    int64_t t = end < m->now_ns ? end : m->now_ns, half = r->group / 2;
    double mid = path(r->market, t);
    int64_t lo_known = known_edge(r->market, -0.21), hi_known = known_edge(r->market, 0.22);

    if (from < FAKE_MARKET_BEGIN_NS || m->now_ns - from > m->history_s * NS_PER_S)
        return;
    p->has_column[col] = 1;
    for (uint32_t i = 0; i < 2 * r->rows; i++) {
        int64_t hi = r->top_px + r->group - (int64_t)i * half, lo = hi - half;
        if (lo < lo_known || hi > hi_known)
            continue;
        p->heat[col][i] = code_of(book_qty(r->market, lo, hi, t, mid));
    }
    double pixel = floor(((double)(r->top_px + r->group) - mid) / (double)half);
    p->trace[col] = pixel >= 0.0 && pixel < 2.0 * r->rows ? (int16_t)pixel : -1;
    for (int64_t s = from / NS_PER_S; s < t / NS_PER_S; s++)
        p->volume[col] += (float)second_volume(r->market, s);
}

static void fill_cvd(const struct fake_market *m, const struct view_request *r, struct picture *p)
{
    double sum = 0.0;
    for (uint32_t c = 0; c < p->col_n; c++) {
        int64_t from = (p->col_start_ns + (int64_t)c * r->column_ns) / NS_PER_S,
                to = from + r->column_ns / NS_PER_S;
        for (int64_t s = from; s < to && s < m->now_ns / NS_PER_S && p->has_column[c]; s++)
            sum += second_signed(r->market, s);
        p->cvd[c] = (float)sum;
    }
}

static void fill_marks(const struct view_request *r, struct picture *p)
{
    for (uint32_t c = 0; c < p->col_n; c++) {
        uint64_t slot = (uint64_t)((p->col_start_ns + (int64_t)c * r->column_ns) / r->column_ns);
        double u = unit(51, slot);
        if (!p->has_column[c] || p->trace[c] < 0 || u > 0.14)
            continue;
        uint16_t kind = u < 0.03   ? HEAT_LIQ_LONG
                        : u < 0.04 ? HEAT_LIQ_SHORT
                        : u < 0.09 ? HEAT_BUY
                                   : HEAT_SELL;
        p->marks[p->mark_n++] = (struct heat_mark){(uint16_t)c, (uint16_t)p->trace[c], kind, 0, 2.0e5f};
    }
}

static int compare_codes(const void *a, const void *b)
{
    return *(const uint8_t *)a - *(const uint8_t *)b;
}

static void fill_shades(struct picture *p)
{
    static uint8_t codes[HEAT_COLS_MAX * HEAT_ROWS_MAX];
    size_t n = 0;
    for (uint32_t c = 0; c < p->col_n; c++) {
        for (uint32_t i = 0; i < 2 * p->row_n; i++) {
            if (p->heat[c][i] > HEAT_ZERO)
                codes[n++] = p->heat[c][i];
        }
    }
    if (n == 0)
        return;
    qsort(codes, n, 1, compare_codes);
    p->shade_lo = codes[n * 60 / 100];
    p->shade_hi = codes[n * 99 / 100];
}

void fake_market_answer(struct fake_market *m)
{
    struct view_request r;
    struct market_view v;
    struct board *b = publication_picture(m->pub, 0);

    if (board_read(publication_request(m->pub, 0), &r) == 0 || r.id == 0 || r.market >= MARKETS ||
        r.rows > LADDER_ROWS_MAX)
        return;
    fill_market(m, r.market, &v);
    struct picture *p = board_begin(b);
    memset(p, 0, sizeof *p);
    p->request = r;
    p->seq = m->seq;
    p->time_ns = m->now_ns;
    p->row_n = r.rows;
    p->col_n = r.heat_cols;
    p->bid_px = v.has_touch ? v.bid_px : 0;
    p->ask_px = v.has_touch ? v.ask_px : 0;
    p->last_px = v.last_px;
    p->col_start_ns = (m->now_ns - 1) / r.column_ns * r.column_ns - ((int64_t)r.heat_cols - 1) * r.column_ns;
    for (uint32_t i = 0; i < r.rows; i++) {
        p->rows[i].px = r.top_px - (int64_t)i * r.group;
        fill_row(m, &r, &v, &p->rows[i]);
    }
    fill_flow(m, &r, p);
    for (uint32_t c = 0; c < r.heat_cols; c++)
        fill_column(m, &r, c, p);
    fill_cvd(m, &r, p);
    fill_marks(&r, p);
    fill_shades(p);
    board_publish(b);
}

/* ---- the outside */

int fake_market_create(struct fake_market **ret_market)
{
    struct fake_market *m = calloc(1, sizeof *m);
    if (m == NULL)
        return AP_ENOMEM;
    int err = publication_create(&m->pub);
    if (err < 0) {
        free(m);
        return err;
    }
    m->book = BOOK_TRUE;
    m->feed = FEED_LIVE;
    m->journal = JOURNAL_RECORDING;
    m->has_positions = true;
    m->history_s = 1 << 20;
    m->seq = 271034;
    *ret_market = m;
    return 0;
}

void fake_market_destroy(struct fake_market *m)
{
    if (m == NULL)
        return;
    publication_destroy(m->pub);
    free(m);
}

struct publication *fake_market_publication(struct fake_market *m)
{
    return m->pub;
}

const struct metric_registry *fake_market_registry(void)
{
    return &registry;
}

void fake_market_book(struct fake_market *m, enum book_state state)
{
    m->book = state;
}

void fake_market_feed(struct fake_market *m, enum feed_state state, const char *reason)
{
    m->feed = state;
    snprintf(m->reason, sizeof m->reason, "%s", reason);
}

void fake_market_positions(struct fake_market *m, bool has_positions)
{
    m->has_positions = has_positions;
}

void fake_market_journal(struct fake_market *m, enum journal_state state)
{
    m->journal = state;
}

void fake_market_history(struct fake_market *m, int64_t seconds)
{
    m->history_s = seconds;
}

void fake_market_at(struct fake_market *m, int64_t now_ns)
{
    if (m->slot == 0) {
        m->slot = (now_ns - 300 * NS_PER_S) / SLOT_NS;
        push_notes(m);
    }
    m->now_ns = now_ns;
    m->seq++;
    for (; m->slot * SLOT_NS < now_ns - SLOT_NS; m->slot++)
        push_slot(m, m->slot);
    for (uint32_t k = 0; k < MARKETS; k++) {
        fill_market(m, k, board_begin(publication_market(m->pub, k)));
        board_publish(publication_market(m->pub, k));
    }
    fill_host(m, board_begin(publication_host(m->pub)));
    board_publish(publication_host(m->pub));
    fill_head(m, board_begin(publication_head(m->pub)));
    board_publish(publication_head(m->pub));
    fake_market_answer(m);
}
