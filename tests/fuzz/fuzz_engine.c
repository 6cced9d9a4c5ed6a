/* Any sequence of events that pass event_check: what is published stays possible, looking changes nothing, and no arithmetic
 * on doubles goes wrong.
 *
 * The input is a list of steps: an operation, then as many bytes as it asks for; past the end there are zeros. Two markets trade
 * around a price of their own. Operation 15 takes the bytes as they are: header and rows. */
#include "engine_look.h"
#include "fuzz.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/model/position.h>
#include <fenv.h>

#define T0 (INT64_C(1700000000) * NS_PER_S)
enum { STEPS_MAX = 400, LEAPS_MAX = 2, ROWS_MAX = 15, RAW_MAX = 4096, MARKETS = 2 };

struct feed {
    const uint8_t *data;
    size_t n, at;
    int64_t now_ns;
    uint64_t seq, id[MARKETS];
    int leaps;
    struct engine *engine, *blind; /* owned; the second has no publication and nobody looks at it */
    struct publication *pub;       /* owned */
    union {
        struct event ev;
        uint64_t words[(sizeof(struct event) + RAW_MAX) / 8];
    } u;
};

static uint8_t take(struct feed *f)
{
    return f->at < f->n ? f->data[f->at++] : 0;
}

static const struct {
    int64_t base_px, tick;
    uint8_t rule, decimals, inverse;
} kinds[MARKETS] = {{640000, 1, BOOK_RULE_PREV_ID, 1, 0}, {FIXED_VALUE_MAX - 1000, 3, BOOK_RULE_NONE, 0, 1}};

static int64_t some_px(struct feed *f, uint32_t m)
{
    return kinds[m].base_px + (int8_t)take(f) * kinds[m].tick;
}

/* 0, then one to the largest in powers of two. */
static int64_t some_qty(struct feed *f)
{
    uint8_t code = take(f) % 52;
    return code == 0 ? 0 : INT64_C(1) << (code - 1);
}

static void *begin(struct feed *f, int kind, uint32_t instrument, size_t bytes)
{
    memset(&f->u, 0, sizeof(struct event) + bytes + 8);
    f->u.ev.size = event_size_for(bytes);
    f->u.ev.kind = (uint16_t)kind;
    f->u.ev.instrument = instrument;
    f->u.ev.exch_ns = f->now_ns - take(f) * NS_PER_MS;
    return event_rows(&f->u.ev);
}

static void apply(struct feed *f)
{
    struct event *ev = &f->u.ev;
    ev->seq = ++f->seq;
    ev->recv_ns = f->now_ns;
    int check = event_check(ev, sizeof f->u);
    if (check != 0 && check != AP_EUNKNOWN)
        return;
    int err = engine_apply(f->engine, ev);
    FUZZ_CHECK(err == 0 || err == AP_EFULL || err == AP_EINVAL || err == AP_ECORRUPT);
    FUZZ_CHECK(engine_apply(f->blind, ev) == err);
}

static void put_instrument(struct feed *f, uint32_t m, uint8_t qty_decimals)
{
    struct instrument *in = begin(f, EVENT_INSTRUMENT, m + 1, sizeof *in);
    *in = (struct instrument){.venue = "fuzz",
                              .symbol = {(char)('A' + m)},
                              .id = m + 1,
                              .version = 1,
                              .kind = INSTRUMENT_PERPETUAL,
                              .book_rule = kinds[m].rule,
                              .inverse = kinds[m].inverse,
                              .price_decimals = kinds[m].decimals,
                              .qty_decimals = qty_decimals,
                              .mark_decimals = 8,
                              .rate_decimals = 8,
                              .tick = kinds[m].tick,
                              .lot = 1,
                              .multiplier = 100000000,
                              .trading = 1,
                              .liq_completeness = COMPLETENESS_SAMPLED};
    apply(f);
}

static void put_session(struct feed *f)
{
    struct session_row *s = begin(f, EVENT_SESSION, 0, sizeof *s);
    s->source[0] = 'f';
    apply(f);
    for (uint32_t m = 0; m < MARKETS; m++)
        put_instrument(f, m, 3);
}

static void put_depth(struct feed *f, int kind, uint32_t m)
{
    uint8_t counts = take(f), how = take(f);
    uint32_t bid_n = counts & ROWS_MAX, ask_n = counts >> 4;
    uint64_t before = f->id[m];
    struct depth_rows *d = begin(f, kind, m + 1, sizeof *d + (bid_n + ask_n) * sizeof(struct level));
    d->bid_n = bid_n;
    d->ask_n = ask_n;
    for (uint32_t i = 0; i < bid_n + ask_n; i++)
        d->levels[i] = (struct level){some_px(f, m), some_qty(f)};
    if (kind == EVENT_DEPTH)
        f->id[m] += 1 + how % 4;
    f->u.ev.first_id = before + 1;
    f->u.ev.last_id = f->id[m];
    f->u.ev.prev_id = (how & 0xf0) == 0xf0 ? before + 7 : before;
    f->u.ev.flags = kind == EVENT_DEPTH_SNAPSHOT && (how & 0xe0) == 0xe0 ? EVENT_MORE : 0;
    apply(f);
}

static void put_trade(struct feed *f, uint32_t m)
{
    struct trade_row *t = begin(f, EVENT_TRADE, m + 1, sizeof *t);
    uint8_t how = take(f);
    *t = (struct trade_row){.px = some_px(f, m),
                            .qty = some_qty(f),
                            .aggressor = how & 1,
                            .flags = how == 255 ? TRADE_NOT_MARKET : 0};
    apply(f);
}

static void put_mark(struct feed *f, uint32_t m)
{
    struct mark_row *r = begin(f, EVENT_MARK, m + 1, sizeof *r);
    *r = (struct mark_row){.mark = some_qty(f), .index = some_qty(f), .has_funding = take(f) & 1};
    apply(f);
}

static void put_liquidation(struct feed *f, uint32_t m)
{
    struct liquidation_row *l = begin(f, EVENT_LIQUIDATION, m + 1, sizeof *l);
    uint8_t how = take(f);
    *l = (struct liquidation_row){
        .px = some_px(f, m), .qty = some_qty(f), .side = how & 1, .completeness = how >> 1 & 3};
    apply(f);
}

static void put_gap(struct feed *f)
{
    uint8_t how = take(f);
    struct gap_row *g = begin(f, EVENT_GAP, how >> 4 & 3, sizeof *g);
    *g = (struct gap_row){.cause = how & 7, .lost = 1};
    apply(f);
}

static void put_position(struct feed *f, uint32_t m)
{
    struct account *a = begin(f, EVENT_ACCOUNT, 0, sizeof *a);
    a->name[0] = 'a';
    a->wallet = take(f) * 100.0;
    apply(f);
    struct position *p = begin(f, EVENT_POSITION, 0, sizeof *p);
    uint8_t how = take(f);
    p->account[0] = 'a';
    snprintf(p->instrument, sizeof p->instrument, "fuzz:%c", 'A' + (int)m);
    p->side = how & 1;
    p->margin_mode = how >> 1 & 1;
    p->qty = take(f);
    p->entry = 1.0 + take(f) * 300.0;
    apply(f);
}

/* As they are, but for the time. Numbers of accounts and positions are risk's own matter, with targets of their own. */
static void put_raw(struct feed *f)
{
    size_t n = sizeof(struct event) + (size_t)take(f) * 16;
    memset(&f->u, 0, sizeof f->u);
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)&f->u)[i] = take(f);
    f->u.ev.size = (uint32_t)n & ~7u;
    if (f->u.ev.kind < EVENT_POSITION || f->u.ev.kind > EVENT_TIERS)
        apply(f);
}

static void pass_time(struct feed *f)
{
    static const int64_t steps_ms[] = {0,   1,    3,    10,    50,    99,    100,   101,
                                       500, 1000, 3000, 10000, 15000, 30000, 70000, 1000000};
    int64_t ms = steps_ms[take(f) % 16];
    if (ms > 1000 && f->leaps++ >= LEAPS_MAX)
        ms = 1;
    f->now_ns += ms * NS_PER_MS;
}

static void ask(struct feed *f)
{
    static const int64_t columns_s[] = {1, 5, 10, 60};
    struct board *board = publication_request(f->pub, take(f) % VIEWER_MAX);
    struct view_request *r = board_begin(board);
    uint32_t m = take(f) % (MARKETS + 1);
    int64_t group = 1 + take(f);
    *r = (struct view_request){.id = r->id + 1,
                               .market = m,
                               .rows = take(f) % 140,
                               .group = group,
                               .top_px = (kinds[m % MARKETS].base_px / group + (int8_t)take(f)) * group,
                               .heat_cols = take(f),
                               .column_ns = columns_s[take(f) % 4] * NS_PER_S,
                               .mark_usd = take(f)};
    board_publish(board);
}

static void look(struct feed *f)
{
    static struct market_view v;
    static struct head_view head;
    static struct picture pic;
    engine_publish(f->engine);
    FUZZ_CHECK(board_read(publication_head(f->pub), &head) > 0);
    FUZZ_CHECK(look_head(&head) == NULL);
    for (uint32_t i = 0; i < head.market_n; i++) {
        FUZZ_CHECK(board_read(publication_market(f->pub, i), &v) > 0);
        const char *why = look_market(&v, engine_book(f->engine, i));
        if (why)
            fprintf(stderr, "market %u, event %llu: %s\n", i, (unsigned long long)v.seq, why);
        FUZZ_CHECK(why == NULL);
    }
    for (uint32_t viewer = 0; viewer < VIEWER_MAX; viewer++) {
        if (board_read(publication_picture(f->pub, viewer), &pic) > 0)
            FUZZ_CHECK(look_picture(&pic) == NULL);
    }
}

static void step(struct feed *f)
{
    uint8_t op = take(f);
    uint32_t m = op >> 4 & 1;
    if (op & 0x80)
        pass_time(f);
    switch (op & 15) {
    case 0: put_trade(f, m); break;
    case 1: put_mark(f, m); break;
    case 2: put_liquidation(f, m); break;
    case 3: put_gap(f); break;
    case 4: put_position(f, m); break;
    case 5: put_depth(f, EVENT_DEPTH_SNAPSHOT, m); break;
    case 6: ask(f); break;
    case 7: look(f); break;
    case 8: put_instrument(f, m, take(f) % 12); break;
    case 9:
        if (take(f) == 9)
            put_session(f);
        break;
    case 15: put_raw(f); break;
    default: put_depth(f, EVENT_DEPTH, m); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct feed f;
    uint64_t exact[2], all[2];

    f = (struct feed){.data = data, .n = size, .now_ns = T0, .id = {100, 100}};
    if (publication_create(&f.pub) < 0 || engine_create(f.pub, NULL, &f.engine) < 0 ||
        engine_create(NULL, NULL, &f.blind) < 0)
        abort();
    feclearexcept(FE_ALL_EXCEPT);
    feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
    put_session(&f);
    for (int i = 0; i < STEPS_MAX && f.at < f.n; i++)
        step(&f);
    engine_advance(f.engine, f.now_ns + NS_PER_S);
    engine_advance(f.blind, f.now_ns + NS_PER_S);
    look(&f);
    engine_digest(f.engine, &exact[0], &all[0]);
    engine_digest(f.blind, &exact[1], &all[1]);
    FUZZ_CHECK(exact[0] == exact[1] && all[0] == all[1]);
    fedisableexcept(FE_ALL_EXCEPT);
    engine_destroy(f.engine);
    engine_destroy(f.blind);
    publication_destroy(f.pub);
    return 0;
}
