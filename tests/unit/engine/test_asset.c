/* Markets of one base asset together: two perpetuals and a spot market of BTC, one of ETH, one quoted in euros. */
#include "event_script.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/model/detail.h>
#include <string.h>

#define T0 (INT64_C(1700006400) * NS_PER_S)
enum { PERP = 1, OTHER, SPOT, ETHER, EURO };

struct run {
    struct engine *engine;
    struct script script;
    size_t at;
    uint64_t ids[6];
};

static void declare(struct script *s, uint32_t id, const char *venue, const char *symbol, const char *base,
                    const char *quote, enum instrument_kind kind)
{
    struct instrument in = script_instrument(id, symbol);
    memset(in.venue, 0, sizeof in.venue);
    strncat(in.venue, venue, sizeof in.venue - 1);
    strncat(in.base, base, sizeof in.base - 1);
    strncat(in.quote, quote, sizeof in.quote - 1);
    in.kind = (uint8_t)kind;
    in.liq_completeness = kind == INSTRUMENT_SPOT ? COMPLETENESS_UNKNOWN
                          : id == OTHER           ? COMPLETENESS_FULL
                                                  : COMPLETENESS_SAMPLED;
    script_declare(s, &in);
}

static void play(struct run *r)
{
    for (const struct event *ev; (ev = script_next(&r->script, &r->at)) != NULL;)
        assert_ok(engine_apply(r->engine, ev));
}

/* One level a side, `qty` thousandths at bid and at the price ten ticks (1.0) above it. */
static void book(struct run *r, uint32_t id, int64_t bid, int64_t qty)
{
    struct level levels[2] = {{bid, qty}, {bid + 10, qty}};
    r->ids[id] += 10;
    script_depth(&r->script, EVENT_DEPTH_SNAPSHOT, id, r->ids[id], r->ids[id], 0, levels, 1, 1);
    script_depth(&r->script, EVENT_DEPTH, id, r->ids[id], r->ids[id] + 1, r->ids[id], levels, 1, 1);
}

static void begin(struct run *r)
{
    *r = (struct run){.at = 0};
    script_init(&r->script, T0 + NS_PER_MS);
    script_session(&r->script);
    declare(&r->script, PERP, "binance", "BTCUSDT", "BTC", "USDT", INSTRUMENT_PERPETUAL);
    declare(&r->script, OTHER, "bybit", "BTCUSDT", "BTC", "USDT", INSTRUMENT_PERPETUAL);
    declare(&r->script, SPOT, "binance-spot", "BTCUSDC", "BTC", "USDC", INSTRUMENT_SPOT);
    declare(&r->script, ETHER, "binance", "ETHUSDT", "ETH", "USDT", INSTRUMENT_PERPETUAL);
    declare(&r->script, EURO, "binance-spot", "BTCEUR", "BTC", "EUR", INSTRUMENT_SPOT);
    assert_ok(engine_create(NULL, NULL, &r->engine));
    book(r, PERP, 200000, 1000);  /* 20000.0, 20001.0 */
    book(r, OTHER, 200100, 3000); /* 20010.0, 20011.0 */
    book(r, SPOT, 199900, 500);   /* 19990.0, 19991.0 */
    book(r, ETHER, 10000, 1000);
    book(r, EURO, 180000, 1000);
    play(r);
}

static void end(struct run *r)
{
    engine_destroy(r->engine);
    script_finish(&r->script);
}

static void at(struct run *r, int64_t after_ns)
{
    r->script.now_ns = T0 + after_ns;
    script_idle(&r->script);
    play(r);
}

static struct metric_value value(struct run *r, uint32_t id, const char *metric)
{
    int i = metric_find(metric_registry(), metric);
    assert_true(i >= 0);
    return engine_market(r->engine, id - 1)->metrics[i];
}

static void assert_value(struct run *r, uint32_t id, const char *metric, enum metric_state state, double want)
{
    struct metric_value v = value(r, id, metric);
    if (v.state != state)
        print_error("%s of %u is %s\n", metric, id, metric_state_name(v.state));
    assert_int_equal(v.state, state);
    assert_near(v.value, want, 1e-9 * (1.0 + fabs(want)));
}

static void test_sums(void **state)
{
    struct run r;
    (void)state;
    begin(&r);
    at(&r, NS_PER_S);
    double bids = 20000.0 + 3 * 20010.0 + 0.5 * 19990.0, asks = 20001.0 + 3 * 20011.0 + 0.5 * 19991.0;
    for (uint32_t id = PERP; id <= SPOT; id++) {
        assert_value(&r, id, "asset.markets", METRIC_OK, 3.0);
        struct metric_value v = value(&r, id, "asset.depth.bid.10");
        assert_near(v.value, bids, 1e-6);
        assert_near(value(&r, id, "asset.depth.ask.50").value, asks, 1e-6);
    }
    assert_value(&r, ETHER, "asset.markets", METRIC_OK, 1.0);
    assert_value(&r, EURO, "asset.markets", METRIC_NO_DATA, 0.0); /* not in dollars */
    double perp = (20000.5 + 20010.5) / 2.0;                      /* no open interest: all count the same */
    assert_value(&r, SPOT, "asset.basis.bps", METRIC_OK, (perp / 19990.5 - 1.0) * 1e4);
    assert_value(&r, PERP, "asset.dispersion.bps", METRIC_OK, (20010.5 / 20000.5 - 1.0) * 1e4);
    assert_value(&r, ETHER, "asset.basis.bps", METRIC_NO_DATA, 0.0);
    end(&r);
}

static void test_a_member_is_lost(void **state)
{
    struct run r;
    (void)state;
    begin(&r);
    at(&r, NS_PER_S);
    r.script.now_ns = T0 + NS_PER_S + 10 * NS_PER_MS;
    script_gap(&r.script, OTHER, GAP_DISCONNECT, 0);
    at(&r, 2 * NS_PER_S);
    assert_value(&r, PERP, "asset.markets", METRIC_DEGRADED, 2.0);
    assert_value(&r, OTHER, "asset.depth.bid.10", METRIC_DEGRADED, 20000.0 + 0.5 * 19990.0);
    assert_value(&r, SPOT, "asset.basis.bps", METRIC_DEGRADED, (20000.5 / 19990.5 - 1.0) * 1e4);
    assert_value(&r, SPOT, "asset.dispersion.bps", METRIC_NO_DATA, 0.0);
    r.script.now_ns = T0 + 2 * NS_PER_S + NS_PER_MS;
    script_gap(&r.script, 0, GAP_RING_FULL, 0);
    at(&r, 3 * NS_PER_S);
    assert_value(&r, PERP, "asset.markets", METRIC_DEGRADED, 0.0);
    assert_value(&r, PERP, "asset.depth.bid.10", METRIC_NO_DATA, 0.0);
    assert_value(&r, PERP, "asset.basis.bps", METRIC_NO_DATA, 0.0);
    end(&r);
}

static void funding(struct run *r, uint32_t id, int64_t rate, int64_t oi)
{
    struct event *ev = script_event(&r->script, EVENT_MARK, id, sizeof(struct mark_row));
    *(struct mark_row *)event_rows(ev) = (struct mark_row){.mark = 1, .funding_rate = rate, .has_funding = 1};
    event_buf_push(&r->script.buf, ev);
    ev = script_event(&r->script, EVENT_OPEN_INTEREST, id, sizeof(struct count_row));
    *(struct count_row *)event_rows(ev) = (struct count_row){.value = oi};
    event_buf_push(&r->script.buf, ev);
}

static void test_contracts(void **state)
{
    struct run r;
    (void)state;
    begin(&r);
    funding(&r, PERP, 10000, 100000); /* 1 bp in 8 h, 100 BTC */
    at(&r, NS_PER_S);
    assert_value(&r, PERP, "asset.oi.usd", METRIC_DEGRADED, 100 * 20000.0);
    assert_value(&r, PERP, "asset.funding.annual", METRIC_DEGRADED, 1e-4 * 1095 * 100);
    funding(&r, OTHER, -20000, 300000);
    at(&r, 2 * NS_PER_S);
    double a = 100 * 20000.0, b = 300 * 20010.0;
    assert_value(&r, SPOT, "asset.oi.usd", METRIC_OK, a + b);
    assert_value(&r, SPOT, "asset.funding.annual", METRIC_OK, (a * 1e-4 - b * 2e-4) / (a + b) * 1095 * 100);
    assert_value(&r, ETHER, "asset.oi.usd", METRIC_NO_DATA, 0.0);
    end(&r);
}

/* One of the two feeds is sampled: what is known is a lower bound. */
static void test_liquidations(void **state)
{
    struct run r;
    (void)state;
    begin(&r);
    script_liquidation(&r.script, PERP, 200000, 2000, POSITION_LONG);
    script_liquidation(&r.script, OTHER, 200000, 500, POSITION_SHORT);
    at(&r, NS_PER_S);
    assert_value(&r, SPOT, "asset.liq.long.1m", METRIC_DEGRADED, 40000.0);
    assert_value(&r, PERP, "asset.liq.short.1h", METRIC_DEGRADED, 10000.0);
    at(&r, 61 * NS_PER_S);
    assert_value(&r, SPOT, "asset.liq.long.1m", METRIC_DEGRADED, 0.0);
    assert_value(&r, SPOT, "asset.liq.long.15m", METRIC_DEGRADED, 40000.0);
    end(&r);
}

/* A walk that the second market follows 300 ms later is found, from either side, and is forgotten with either book. */
static void test_lead(void **state)
{
    struct run r;
    uint64_t rng = 11;
    int64_t mids[8] = {200000, 200000, 200000, 200000, 200000, 200000, 200000, 200000}, px = 200000;
    (void)state;
    begin(&r);
    for (int i = 0; i < 4800; i++) { /* 8 minutes */
        px += (int64_t)test_below(&rng, 21) - 10;
        memmove(mids + 1, mids, sizeof mids - sizeof mids[0]);
        mids[0] = px;
        r.script.now_ns = T0 + (i + 20) * 100 * NS_PER_MS + NS_PER_MS;
        book(&r, PERP, px, 1000);
        book(&r, OTHER, mids[3] + (int64_t)test_below(&rng, 3), 1000);
        play(&r);
        r.script.buf.used = r.at = 0;
    }
    struct metric_value lead = value(&r, PERP, "asset.lead.ms"), back = value(&r, OTHER, "asset.lead.ms");
    assert_int_equal(lead.state, METRIC_OK);
    assert_near(lead.value, 300.0, 51.0);
    assert_near(back.value, -lead.value, 1e-9);
    assert_near(lead.se, 55.0, 1e-9); /* clocks of two venues that nobody measured */
    assert_true(value(&r, PERP, "asset.lead.rho").value > 0.9);
    assert_true(value(&r, PERP, "asset.lead.ratio").value > 1.0);
    assert_true(value(&r, OTHER, "asset.lead.ratio").value < 1.0);
    struct metric_value low = value(&r, PERP, "asset.share.low"), high = value(&r, PERP, "asset.share.high");
    assert_int_equal(low.state, METRIC_OK);
    assert_true(low.value >= 0.0 && low.value <= high.value && high.value <= 1.0);
    assert_true(low.value + high.value > 1.0); /* on the whole, this one leads */
    assert_int_equal(value(&r, SPOT, "asset.lead.ms").state, METRIC_WARMUP); /* stood still */
    script_gap(&r.script, OTHER, GAP_DISCONNECT, 0);
    at(&r, 490 * NS_PER_S);
    assert_int_equal(value(&r, PERP, "asset.lead.ms").state, METRIC_NO_DATA);
    assert_int_equal(value(&r, OTHER, "asset.lead.rho").state, METRIC_NO_DATA);
    end(&r);
}

static void test_detail(void **state)
{
    static struct detail d;
    struct run r;
    (void)state;
    begin(&r);
    at(&r, NS_PER_S);
    engine_detail(r.engine, SPOT - 1, &d);
    assert_int_equal(d.asset.n, 3);
    assert_string_equal(d.asset.parts[1].name, "bybit:BTCUSDT");
    assert_true(d.asset.parts[1].is_true);
    assert_near(d.asset.parts[1].bid_10.value, 60030.0, 1e-6);
    engine_detail(r.engine, EURO - 1, &d);
    assert_int_equal(d.asset.n, 0);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),      cmocka_unit_test(test_a_member_is_lost),
        cmocka_unit_test(test_contracts), cmocka_unit_test(test_liquidations),
        cmocka_unit_test(test_lead),      cmocka_unit_test(test_detail),
    };
    return cmocka_run_group_tests_name("asset", tests, NULL, NULL);
}
