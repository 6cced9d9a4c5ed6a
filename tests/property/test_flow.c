/* Flow, toxicity, impact and efficiency as streams over a simulated market: what they publish is what the definitions give for the
 * record of the run; the market in the mirror, in other units and at another time; gaps; extremes. */
#include "test.h"

#include <alphaplus/analytics/efficiency.h>
#include <alphaplus/analytics/hasbrouck.h>
#include <alphaplus/analytics/impact.h>
#include <alphaplus/analytics/measure.h>
#include <alphaplus/analytics/ofi.h>
#include <alphaplus/analytics/params.h>
#include <alphaplus/analytics/stats.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <fenv.h>
#include <string.h>

enum { MID = 1000000, SECONDS = 2520, LEVELS = 12, TRADES_MAX = 20000, UPDATES_MAX = 60000 };
#define BEGIN_S INT64_C(1700006400) /* midnight UTC */

struct market {
    struct instrument inst;
    struct book *book;
    struct measures *measures;
    struct measure_input in;
    struct params params;
    struct near_levels unused;
    int64_t scale;   /* of prices */
    int64_t shift_s; /* of time */
    bool is_mirror;
};

static void market_init(struct market *m, int64_t scale, int64_t shift_s, bool is_mirror)
{
    memset(m, 0, sizeof *m);
    m->inst = (struct instrument){
        .id = 1, .price_decimals = 2, .qty_decimals = 3, .tick = scale, .lot = 1, .multiplier = 100000000};
    m->scale = scale;
    m->shift_s = shift_s;
    m->is_mirror = is_mirror;
    params_init(&m->params);
    assert_ok(params_set(&m->params, "vpin.fast_buckets_per_day", 8000));
    assert_ok(params_set(&m->params, "vpin.buckets_per_day", 10000));
    assert_ok(params_set(&m->params, "resilience.depth_share", 0.0));
    assert_ok(book_create(scale, &m->book));
    m->in.inst = &m->inst;
    m->in.book = m->book;
    m->in.params = &m->params;
    assert_ok(measures_create(&m->in, NULL, &m->measures));
}

static void market_finish(struct market *m)
{
    measures_destroy(m->measures);
    book_destroy(m->book);
}

static void refresh(struct market *m, int64_t now_ns)
{
    m->in.now_ns = now_ns + m->shift_s * NS_PER_S;
    m->in.is_true = book_best(m->book, SIDE_BID, &m->in.bid) && book_best(m->book, SIDE_ASK, &m->in.ask) &&
                    m->in.bid.px < m->in.ask.px;
}

static int64_t mapped(const struct market *m, int64_t px)
{
    return (m->is_mirror ? 2 * MID - px : px) * m->scale;
}

static void set(struct market *m, enum side side, int64_t px, int64_t qty)
{
    enum side s = m->is_mirror ? (side == SIDE_BID ? SIDE_ASK : SIDE_BID) : side;
    assert_ok(book_set(m->book, s, mapped(m, px), qty));
}

static void book_event(struct market *m, int64_t now_ns)
{
    struct {
        struct event ev;
        uint32_t bid_n, ask_n; /* struct depth_rows of none */
    } e = {.ev = {.size = sizeof e, .kind = EVENT_DEPTH, .recv_ns = now_ns + m->shift_s * NS_PER_S}};
    refresh(m, now_ns);
    book_set_known(m->book, 1, INT64_C(1) << 40);
    measures_event(m->measures, &m->in, &e.ev);
}

static void trade_event(struct market *m, int64_t now_ns, int64_t px, int64_t qty, int side)
{
    struct {
        struct event ev;
        struct trade_row row;
    } e = {.ev = {.size = sizeof e, .kind = EVENT_TRADE, .recv_ns = now_ns + m->shift_s * NS_PER_S}};
    e.ev.exch_ns = e.ev.recv_ns;
    e.row = (struct trade_row){.px = mapped(m, px), .qty = qty};
    e.row.aggressor = (side > 0) != m->is_mirror ? AGGRESSOR_BUY : AGGRESSOR_SELL;
    refresh(m, now_ns);
    measures_event(m->measures, &m->in, &e.ev);
}

static void tick(struct market *m, int64_t now_ns)
{
    refresh(m, now_ns);
    measures_tick(m->measures, &m->in, now_ns % NS_PER_S == 0);
}

static struct metric_value value(const struct market *m, const char *id)
{
    int i = metric_find(metric_registry(), id);
    assert_true(i >= 0);
    return measures_values(m->measures)[i];
}

static double figure(const struct market *m, const char *id)
{
    struct metric_value v = value(m, id);
    if (v.state != METRIC_OK)
        print_error("%s is %s\n", id, metric_state_name(v.state));
    assert_int_equal(v.state, METRIC_OK);
    return v.value;
}

static void assert_figure(const struct market *m, const char *id, double expected, double tolerance)
{
    double got = figure(m, id), scale = fmax(1.0, fabs(expected));
    if (!(fabs(got - expected) <= tolerance * scale))
        print_error("%s: %.17g, not %.17g\n", id, got, expected);
    assert_true(fabs(got - expected) <= tolerance * scale);
}

/* --- a market that writes down what it did ----------------------------------------------------------------------------- */

struct made_trade {
    int64_t ns, px, qty, mid2;
    int side;
};
static struct record {
    struct made_trade trades[TRADES_MAX];
    struct touch touches[UPDATES_MAX];
    int64_t touch_ns[UPDATES_MAX];
    int64_t tick_mid2[SECONDS * 10 + 1];
    int n, touch_n;
} record;

struct world {
    uint64_t rng;
    int64_t bid; /* the touch is bid, bid + 2 */
    int64_t qty[2][LEVELS];
};

static void rebuild(struct world *w, struct market *m, int64_t new_bid)
{
    for (int i = 0; i < LEVELS; i++) {
        set(m, SIDE_BID, w->bid - i, 0);
        set(m, SIDE_ASK, w->bid + 2 + i, 0);
    }
    for (int i = 0; i < LEVELS; i++) {
        set(m, SIDE_BID, new_bid - i, w->qty[SIDE_BID][i]);
        set(m, SIDE_ASK, new_bid + 2 + i, w->qty[SIDE_ASK][i]);
    }
}

static void note_touch(const struct market *m, int64_t now_ns)
{
    assert_true(record.touch_n < UPDATES_MAX);
    record.touch_ns[record.touch_n] = now_ns;
    record.touches[record.touch_n++] = (struct touch){m->in.bid, m->in.ask};
}

/* One step of the world, seen by every market. Takers come in runs of a side, and the touch gives way to them. */
static void step(struct world *w, struct market **ms, int n, int64_t now_ns)
{
    uint64_t buys = now_ns / (20 * NS_PER_S) % 2 ? 80 : 20; /* of 100 */
    int side = test_below(&w->rng, 100) < buys ? 1 : -1;
    int64_t bid = w->bid, qty = 1 + (int64_t)test_below(&w->rng, 4000);
    if (test_below(&w->rng, 100) < 40) {
        int64_t px = side > 0 ? bid + 2 : bid;
        for (int i = 0; i < n; i++)
            trade_event(ms[i], now_ns, px, qty, side);
        if (record.n < TRADES_MAX)
            record.trades[record.n++] = (struct made_trade){now_ns, px, qty, 2 * bid + 2, side};
        bid += test_below(&w->rng, 4) == 0 ? side : 0;
    } else {
        bid += test_below(&w->rng, 10) == 0 ? (test_below(&w->rng, 2) ? 1 : -1) : 0;
    }
    int at = (int)test_below(&w->rng, LEVELS), book_side = (int)test_below(&w->rng, 2);
    w->qty[book_side][at] = 1 + (int64_t)test_below(&w->rng, 90000);
    for (int i = 0; i < n; i++) {
        rebuild(w, ms[i], bid);
        book_event(ms[i], now_ns);
    }
    w->bid = bid;
    note_touch(ms[0], now_ns);
}

static void run(struct world *w, struct market **ms, int n)
{
    int64_t now = BEGIN_S * NS_PER_S;
    memset(&record, 0, sizeof record);
    *w = (struct world){.rng = 99, .bid = MID - 1};
    for (int i = 0; i < LEVELS; i++)
        w->qty[0][i] = w->qty[1][i] = 50000;
    for (int i = 0; i < n; i++) {
        rebuild(w, ms[i], w->bid);
        book_event(ms[i], now);
    }
    note_touch(ms[0], now);
    for (int t = 0; t < SECONDS * 10; t++) {
        int steps = (int)test_below(&w->rng, 3);
        for (int k = 0; k < steps; k++)
            step(w, ms, n, now + (k + 1) * 10 * NS_PER_MS); /* apart by more than a sweep's millisecond */
        now += TICK_NS;
        for (int i = 0; i < n; i++)
            tick(ms[i], now);
        record.tick_mid2[t + 1] = 2 * w->bid + 2;
    }
}

/* --- what the definitions say of the record ---------------------------------------------------------------------------- */

static const int64_t end_ns = (BEGIN_S + SECONDS) * NS_PER_S;

static void check_ofi(const struct market *m, const char *id, const char *norm_id, int seconds)
{
    int64_t sum = 0;
    double depth = 0.0, n = 0.0;
    for (int i = 1; i < record.touch_n; i++) {
        if (record.touch_ns[i] < end_ns - seconds * NS_PER_S)
            continue;
        sum += ofi_step(&record.touches[i - 1], &record.touches[i]);
        depth += ((double)record.touches[i].bid.qty + (double)record.touches[i].ask.qty) / 2.0;
        n += 1.0;
    }
    assert_figure(m, id, (double)sum / 1000, 1e-12);
    assert_figure(m, norm_id, (double)sum / (depth / n), 1e-9);
}

/* Trade by trade, the mid read at the first tick at or after the horizon. */
static void check_execution(const struct market *m, int horizon_s, const char *realised_id,
                            const char *impact_id)
{
    double size = 0.0, effective = 0.0, realised = 0.0, impact = 0.0;
    for (int i = 0; i < record.n; i++) {
        const struct made_trade *t = &record.trades[i];
        int64_t due = (t->ns - BEGIN_S * NS_PER_S) / TICK_NS + 1 + horizon_s * 10;
        if (due > SECONDS * 10)
            continue;
        double mid = (double)t->mid2 / 2, later = (double)record.tick_mid2[due] / 2,
               q = (double)t->qty / 1000;
        size += q;
        effective += q * impact_effective(t->side, (double)t->px, mid);
        realised += q * impact_realised(t->side, (double)t->px, mid, later);
        impact += q * impact_permanent(t->side, mid, later);
    }
    assert_figure(m, realised_id, realised / size, 1e-9);
    assert_figure(m, impact_id, impact / size, 1e-9);
    assert_near(figure(m, realised_id) + figure(m, impact_id), effective / size, 1e-9);
    assert_true(value(m, impact_id).se > 0.0);
    if (horizon_s == 60)
        assert_figure(m, "flow.asymmetry", fmin(1.0, fmax(0.0, impact / effective)), 1e-9);
}

static void check_kyle(const struct market *m, int span_s, const char *id, const char *r2_id)
{
    static double x[SECONDS], y[SECONDS];
    struct regression fit;
    int n = SECONDS / span_s, first = n > 240 ? n - 240 : 1, kept = 0;
    for (int k = first; k < n; k++) {
        int64_t from = (BEGIN_S + (int64_t)k * span_s) * NS_PER_S;
        x[kept] = 0.0;
        for (int i = 0; i < record.n; i++) {
            const struct made_trade *t = &record.trades[i];
            if (t->ns >= from && t->ns < from + span_s * NS_PER_S)
                x[kept] += t->side * (double)t->px / 100 * (double)t->qty / 1000 / 1e6;
        }
        y[kept++] = 1e4 * log((double)record.tick_mid2[(k + 1) * span_s * 10] /
                              (double)record.tick_mid2[k * span_s * 10]);
    }
    assert_true(regression_fit(x, y, (size_t)kept, &fit));
    assert_figure(m, id, fit.beta, 1e-9);
    assert_figure(m, r2_id, fit.r2, 1e-9);
    assert_near(value(m, id).se / fit.se_hc0, 1.0, 1e-9);
}

/* Buckets begin with the volume of the first ten minutes, taken to a day. */
static void check_vpin(const struct market *m)
{
    double volume = 0.0, size, bought = 0.0, fill = 0.0, shares[TRADES_MAX];
    int n = 0;
    for (int i = 0; i < record.n; i++)
        volume += record.trades[i].ns < (BEGIN_S + 600) * NS_PER_S ? (double)record.trades[i].qty / 1000
                                                                   : 0.0;
    size = volume * 86400.0 / 600.0 / 8000.0;
    for (int i = 0; i < record.n; i++) {
        const struct made_trade *t = &record.trades[i];
        if (t->ns < (BEGIN_S + 600) * NS_PER_S)
            continue;
        for (double left = (double)t->qty / 1000; left > 0.0;) {
            double part = fmin(left, size - fill);
            bought += t->side > 0 ? part : 0.0;
            fill += part;
            left -= part;
            if (size - fill >= 1e-9 * size)
                break;
            shares[n++] = fabs(2.0 * bought - fill) / fill;
            bought = fill = 0.0;
        }
    }
    double sum = 0.0;
    assert_true(n > 150);
    for (int i = n - 50; i < n; i++)
        sum += shares[i] / 50;
    assert_figure(m, "flow.vpin.fast", sum, 1e-9);
    double rank = figure(m, "flow.vpin.fast.rank");
    assert_true(rank >= 0.0 && rank <= 1.0);
}

static void check_amihud(const struct market *m)
{
    double r[IMPACT_BARS_MAX], v[IMPACT_BARS_MAX], before = 0.0, mean, se;
    size_t n = 0;
    int at = 0;
    for (int k = 0; k < SECONDS / 60; k++) {
        double last = before, traded = 0.0;
        for (; at < record.n && record.trades[at].ns < (BEGIN_S + 60 * (k + 1)) * NS_PER_S; at++) {
            last = (double)record.trades[at].px / 100;
            traded += last * (double)record.trades[at].qty / 1000;
        }
        if (k > 0) {
            r[n] = log(last / before);
            v[n++] = traded;
        }
        before = last;
    }
    assert_true(impact_amihud(r, v, n, 0.99, &mean, &se));
    assert_figure(m, "flow.amihud.1h", mean * 1e10, 1e-9);
    assert_near(value(m, "flow.amihud.1h").se / (se * 1e10), 1.0, 1e-9);
    double square = 0.0, total = 0.0;
    for (size_t i = 0; i < n; i++) {
        square += r[i] * r[i];
        total += v[i];
    }
    double sigma = 1e4 * sqrt(square / (double)n * 1440), day = total / (double)n * 1440;
    assert_figure(m, "flow.impact.model.1m.bps", 0.7 * sigma * sqrt(1e6 / day), 1e-9);
    assert_figure(m, "flow.impact.model.10m.bps", 0.7 * sigma * sqrt(1e7 / day), 1e-9);
}

/* The last order of the record is still open: it takes no part. */
static void check_roll(const struct market *m)
{
    static double changes[TRADES_MAX];
    double spread, se;
    int n = 0;
    for (int i = 1; i + 1 < record.n; i++)
        changes[n++] = 1e4 * ((double)record.trades[i].px / (double)record.trades[i - 1].px - 1.0);
    int kept = n < 1024 ? n : 1024;
    if (impact_roll(changes + n - kept, (size_t)kept, &spread, &se))
        assert_figure(m, "flow.roll", spread, 1e-9);
    else
        assert_int_equal(value(m, "flow.roll").state, METRIC_NO_DATA);
}

static void check_hasbrouck(const struct market *m)
{
    static struct hasbrouck_trade orders[TRADES_MAX];
    struct hasbrouck h;
    int n = 0;
    int64_t fit_ns = (BEGIN_S + SECONDS - SECONDS % 60) * NS_PER_S;
    if (end_ns - fit_ns <= FIT_DELAY_NS) /* the one before is what is shown */
        fit_ns -= 60 * NS_PER_S;
    for (int i = 0; i + 1 < record.n && record.trades[i + 1].ns < fit_ns; i++) {
        const struct made_trade *t = &record.trades[i];
        orders[n++] = (struct hasbrouck_trade){1e4 * ((double)t[1].mid2 / (double)t->mid2 - 1.0),
                                               (float)t->side, i == 0};
    }
    int kept = n < 4096 ? n : 4096;
    assert_ok(hasbrouck_fit(orders + n - kept, (size_t)kept, &h));
    assert_figure(m, "flow.hasbrouck.lasting", h.lasting, 1e-9);
    assert_figure(m, "flow.hasbrouck.at_once", h.at_once, 1e-9);
    assert_figure(m, "flow.hasbrouck.r2w", h.r2_w, 1e-9);
    assert_near(value(m, "flow.hasbrouck.lasting").se, h.lasting_se, 1e-12);
}

static void check_efficiency(const struct market *m)
{
    static double p[SECONDS];
    struct efficiency e;
    size_t n = 0;
    int fit_s = SECONDS - SECONDS % 60;
    if ((SECONDS - fit_s) * NS_PER_S <= FIT_DELAY_NS)
        fit_s -= 60;
    for (int s = 1; s <= fit_s; s++)
        p[n++] = log((double)record.tick_mid2[s * 10]);
    assert_true(efficiency_measure(p, n - 1, &e));
    assert_figure(m, "flow.efficiency.score", e.score, 1e-9);
    assert_figure(m, "flow.efficiency.p", e.p, 1e-9);
    assert_figure(m, "flow.vr.2", e.vr[0].ratio, 1e-9);
    assert_figure(m, "flow.vr.16", e.vr[3].ratio, 1e-9);
    assert_near(value(m, "flow.vr.8").se, e.vr[2].se, 1e-9);
    assert_figure(m, "flow.dfa", e.dfa, 1e-9);
}

static void test_batch(void **state)
{
    struct market m, *ms[] = {&m};
    struct world w;
    (void)state;
    market_init(&m, 1, 0, false);
    run(&w, ms, 1);
    assert_true(record.n > 2000);
    check_ofi(&m, "flow.ofi.1s", "flow.ofi.norm.1s", 1);
    check_ofi(&m, "flow.ofi.10s", "flow.ofi.norm.10s", 10);
    check_ofi(&m, "flow.ofi.60s", "flow.ofi.norm.60s", 60);
    check_execution(&m, 5, "flow.spread.realised.5s", "flow.impact.5s");
    check_execution(&m, 60, "flow.spread.realised.60s", "flow.impact.60s");
    check_execution(&m, 300, "flow.spread.realised.300s", "flow.impact.300s");
    check_kyle(&m, 1, "flow.kyle.1s", "flow.kyle.1s.r2");
    check_kyle(&m, 10, "flow.kyle.10s", "flow.kyle.10s.r2");
    check_vpin(&m);
    check_amihud(&m);
    check_roll(&m);
    check_hasbrouck(&m);
    check_efficiency(&m);
    market_finish(&m);
}

/* What must be the same, or the same with the other sign, however the market is written down. */
static const struct {
    const char *id;
    double mirror; /* factor of the mirror image; 0: prices differ there, so only about the same */
    double
        scaled; /* factor when prices are a thousandfold; 0: its buckets of value fall otherwise, so about the same */
} rows[] = {
    {"flow.ofi.1s", -1, 1},
    {"flow.ofi.10s", -1, 1},
    {"flow.ofi.60s", -1, 1},
    {"flow.ofi.norm.60s", -1, 1},
    {"flow.ofi.beta", 1, 1},
    {"flow.ofi.r2", 1, 1},
    {"flow.ofi.integrated.10s", -1, 1},
    {"flow.ofi.integrated.share", 1, 1},
    {"flow.spread.effective", 0, 1},
    {"flow.spread.realised.5s", 0, 1},
    {"flow.impact.60s", 0, 1},
    {"flow.asymmetry", 0, 1},
    {"flow.vpin.fast", 1, 1},
    {"flow.vpin.fast.rank", 1, 1},
    {"flow.vpin.bulk", 0, 1},
    {"flow.kyle.1s", 0, 1e-3},
    {"flow.kyle.10s.r2", 0, 1},
    {"flow.amihud.1h", 0, 1e-3},
    {"flow.hasbrouck.lasting", 0, 1},
    {"flow.efficiency.score", 0, 1},
    {"flow.vr.4", 0, 1},
    {"flow.dfa", 0, 1},
    {"flow.resilience.depth", 0, 0},
    {"flow.resilience.spread", 2, 0},
};

static void test_symmetry(void **state)
{
    struct market plain, mirror, scaled, later, *ms[] = {&plain, &mirror, &scaled, &later};
    struct world w;
    int shown = 0;
    (void)state;
    market_init(&plain, 1, 0, false);
    market_init(&mirror, 1, 0, true);
    market_init(&scaled, 1000, 0, false);
    market_init(&later, 1, 86400 * 3, false);
    run(&w, ms, 4);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct metric_value a = value(&plain, rows[i].id), b = value(&mirror, rows[i].id);
        struct metric_value c = value(&scaled, rows[i].id), d = value(&later, rows[i].id);
        shown += a.state == METRIC_OK;
        assert_int_equal(a.state, b.state);
        assert_int_equal(a.state, c.state);
        assert_int_equal(a.state, d.state);
        assert_near(a.value, d.value, 0.0);
        if (rows[i].scaled == 0.0)
            assert_near(c.value, a.value, 0.3 * fabs(a.value));
        else
            assert_near(c.value, rows[i].scaled * a.value, 1e-9 * fmax(1.0, fabs(a.value)));
        if (rows[i].mirror == 0.0)
            assert_near(b.value, a.value, 0.02 * fabs(a.value));
        else if (rows[i].mirror < 2.0)
            assert_near(b.value, rows[i].mirror * a.value, 1e-9 * fmax(1.0, fabs(a.value)));
    }
    assert_true(shown >= 20);
    market_finish(&plain);
    market_finish(&mirror);
    market_finish(&scaled);
    market_finish(&later);
}

/* --- gaps and extremes ------------------------------------------------------------------------------------------------- */

static void assert_sane(const struct market *m)
{
    const struct metric_registry *reg = metric_registry();
    for (int i = 0; i < reg->n; i++) {
        const struct metric_value *v = &measures_values(m->measures)[i];
        if (strncmp(reg->rows[i].id, "flow.", 5) != 0)
            continue;
        bool is_fine = isfinite(v->value) && isfinite(v->se) && v->se >= 0.0;
        if (v->state != METRIC_OK && v->state != METRIC_DEGRADED)
            is_fine = is_fine && v->value == 0.0;
        if (v->state == METRIC_OK && strcmp(reg->rows[i].range, "[0, 1]") == 0)
            is_fine = is_fine && v->value >= 0.0 && v->value <= 1.0;
        if (!is_fine)
            print_error("%s: %g +- %g, %s\n", reg->rows[i].id, v->value, v->se, metric_state_name(v->state));
        assert_true(is_fine);
    }
}

/* Trades that may be missing: until one is heard again there is nothing to say about them, however long the book is true. */
static void test_missed(void **state)
{
    struct market m, *ms[] = {&m};
    struct world w;
    static const char *const of_trades[] = {
        "flow.spread.effective", "flow.impact.60s", "flow.kyle.1s",  "flow.roll",
        "flow.hasbrouck.r2w",    "flow.vpin.fast",  "flow.amihud.1h"};
    (void)state;
    market_init(&m, 1, 0, false);
    run(&w, ms, 1);
    refresh(&m, end_ns);
    measures_missed(m.measures, &m.in);
    for (int t = 0; t < 1300; t++) {
        for (size_t i = 0; i < sizeof of_trades / sizeof of_trades[0]; i++)
            assert_int_equal(value(&m, of_trades[i]).state, METRIC_NO_DATA);
        assert_int_equal(value(&m, "flow.ofi.60s").state, METRIC_OK); /* the book is as true as before */
        tick(&m, end_ns + t * TICK_NS);
    }
    trade_event(&m, end_ns + 1300 * TICK_NS, w.bid, 10, 1);
    tick(&m, end_ns + 1310 * TICK_NS);
    assert_int_equal(value(&m, "flow.impact.60s").state, METRIC_OK);
    assert_int_equal(value(&m, "flow.roll").state, METRIC_WARMUP);
    market_finish(&m);
}

/* The book is lost and comes back half as high: that fall is in no figure. */
static void test_gap(void **state)
{
    struct market m, *ms[] = {&m};
    struct world w;
    static const char *const of_book[] = {"flow.ofi.60s",
                                          "flow.ofi.integrated.10s",
                                          "flow.spread.effective",
                                          "flow.impact.5s",
                                          "flow.kyle.1s",
                                          "flow.hasbrouck.lasting",
                                          "flow.vr.2",
                                          "flow.resilience.depth"};
    (void)state;
    market_init(&m, 1, 0, false);
    run(&w, ms, 1);
    double impact = figure(&m, "flow.impact.300s"), lambda = figure(&m, "flow.kyle.1s");
    double lasting = figure(&m, "flow.hasbrouck.lasting");
    book_clear(m.book);
    refresh(&m, end_ns);
    measures_missed(m.measures, &m.in);
    measures_lost(m.measures, &m.in);
    for (size_t i = 0; i < sizeof of_book / sizeof of_book[0]; i++)
        assert_int_equal(value(&m, of_book[i]).state, METRIC_NO_DATA);
    for (int i = 1; i < 50; i++) {
        tick(&m, end_ns + i * TICK_NS);
        for (size_t k = 0; k < sizeof of_book / sizeof of_book[0]; k++)
            assert_int_equal(value(&m, of_book[k]).state, METRIC_NO_DATA);
    }
    int64_t now = end_ns + 50 * TICK_NS;
    w.bid = MID / 2;
    for (int t = 0; t < 400 * 10; t++) {
        if (test_below(&w.rng, 3) == 0)
            step(&w, ms, 1, now + 1);
        now += TICK_NS;
        tick(&m, now);
        assert_sane(&m);
        if (t > 30 && t < 590)
            assert_int_equal(value(&m, "flow.ofi.60s").state, METRIC_WARMUP);
        if (t == 100)
            assert_near(figure(&m, "flow.impact.300s"), impact, 1e-9); /* nothing came due */
        if (value(&m, "flow.kyle.1s").state == METRIC_OK)
            assert_true(fabs(value(&m, "flow.kyle.1s").value) < 100.0 * fabs(lambda));
    }
    assert_true(fabs(figure(&m, "flow.hasbrouck.lasting")) < 10.0 * fabs(lasting));
    assert_true(fabs(figure(&m, "flow.impact.300s")) < 10.0 * fabs(impact) + 1.0); /* and not 10,000 bps */
    market_finish(&m);
}

static void test_extremes(void **state)
{
    static const int64_t sizes[] = {1, FIXED_VALUE_MAX - 1, 1000};
    (void)state;
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        struct market m;
        uint64_t rng = 5;
        int64_t now = BEGIN_S * NS_PER_S, bid = MID;
        market_init(&m, 1, 0, false);
        m.inst.qty_decimals = k == 0 ? 12 : 0;
        for (int t = 0; t < 20000; t++) {
            int64_t before = bid;
            if (t % 7 == 0)
                bid += (int64_t)test_below(&rng, 3) - 1;
            if (t % 4000 == 3999)
                bid = t % 8000 == 7999 ? bid * 2 : bid / 2; /* a jump */
            set(&m, SIDE_BID, before, 0);
            set(&m, SIDE_ASK, before + 1, 0);
            if (t % 1000 < 950) { /* else one side, or none */
                set(&m, SIDE_BID, bid, sizes[k]);
                if (t % 1000 < 900)
                    set(&m, SIDE_ASK, bid + 1, sizes[k]);
            }
            refresh(&m, now);
            if (m.in.is_true)
                book_event(&m, now);
            else
                measures_lost(m.measures, &m.in);
            if (t % 3 == 0)
                trade_event(&m, now, bid, sizes[k], test_below(&rng, 2) ? 1 : -1);
            if (t % 5000 < 100)
                continue; /* time stands still */
            now += t % 6000 == 5999 ? 86400 * NS_PER_S : TICK_NS;
            tick(&m, now);
            if (t % 10 == 0)
                assert_sane(&m);
            if (t % 3333 == 3332) {
                refresh(&m, now);
                measures_missed(m.measures, &m.in);
                assert_sane(&m);
            }
        }
        market_finish(&m);
    }
}

/* Asks of one size on twelve levels, from `ask` on. */
static void set_asks(struct market *m, int64_t *ask, int64_t to, int64_t qty)
{
    for (int i = 0; i < LEVELS; i++)
        set(m, SIDE_ASK, *ask + i, 0);
    for (int i = 0; i < LEVELS; i++)
        set(m, SIDE_ASK, to + i, qty);
    *ask = to;
}

/* Ten large buys, half a minute apart. Each leaves a tenth of the asks, which come back in a straight line within 4 s; and a spread
 * of 21 ticks that falls to one by a tick every 100 ms. With `stays`, nothing comes back. */
static void recover(struct market *m, bool stays)
{
    int64_t ask = MID + 1, now = BEGIN_S * NS_PER_S;
    for (int i = 0; i < LEVELS; i++)
        set(m, SIDE_BID, MID - i, 40000);
    set_asks(m, &ask, ask, 40000);
    book_event(m, now);
    for (int i = 0; i < 150 * 10; i++) {
        trade_event(m, now + 1, MID + 1, 1 + i % 5, 1);
        now += TICK_NS;
        tick(m, now);
    }
    for (int event = 0; event < 10; event++) {
        trade_event(m, now + 1, MID + 1, 400000, 1);
        for (int t = 0; t < 300; t++) {
            int64_t qty = stays && event > 1 ? 4000 : t < 40 ? 4000 + 900 * t : 40000;
            int64_t wide = stays ? 0 : t < 20 ? 20 - t : 0;
            set_asks(m, &ask, MID + 1 + wide, qty);
            book_event(m, now + 2);
            now += TICK_NS;
            tick(m, now);
        }
        if (stays && event > 1) { /* whole again before the next, long after this one was given up */
            for (int t = 0; t < 400; t++) {
                set_asks(m, &ask, MID + 1, t < 380 ? 4000 : 40000);
                book_event(m, now + 2);
                now += TICK_NS;
                tick(m, now);
            }
            for (int t = 0; t < 150; t++) {
                now += TICK_NS;
                tick(m, now);
            }
        }
    }
}

static void test_recovery(void **state)
{
    struct market m;
    (void)state;
    market_init(&m, 1, 0, false);
    recover(&m, false);
    assert_figure(&m, "flow.resilience.depth", 2.0, 1e-5);  /* the asks cost up to 20 ticks more meanwhile */
    assert_figure(&m, "flow.resilience.spread", 1.0, 1e-3); /* the mid moves with it */
    assert_near(value(&m, "flow.resilience.depth").se, 0.0, 1e-9);
    market_finish(&m);
    market_init(&m, 1, 0, false);
    recover(&m, true);
    struct metric_value v = value(&m, "flow.resilience.depth");
    assert_int_equal(v.state, METRIC_DEGRADED); /* longer than they were watched */
    assert_near(v.value, 60.0, 1.0);
    market_finish(&m);
}

/* One trade an hour: nothing claims to know. */
static void test_sparse(void **state)
{
    struct market m;
    (void)state;
    market_init(&m, 1, 0, false);
    set(&m, SIDE_BID, MID, 5000);
    set(&m, SIDE_ASK, MID + 1, 5000);
    book_event(&m, BEGIN_S * NS_PER_S);
    for (int64_t s = 1; s <= 5 * 3600; s++) {
        if (s % 3600 == 1800)
            trade_event(&m, (BEGIN_S + s) * NS_PER_S - 5, MID + 1, 10, 1);
        tick(&m, (BEGIN_S + s) * NS_PER_S);
    }
    assert_sane(&m);
    assert_figure(&m, "flow.ofi.60s", 0.0, 0.0);
    static const char *const unknown[] = {
        "flow.spread.effective", "flow.asymmetry", "flow.vpin",     "flow.roll",
        "flow.hasbrouck.r2w",    "flow.dfa",       "flow.amihud.1h"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_int_not_equal(value(&m, unknown[i]).state, METRIC_OK);
    market_finish(&m);
}

static int trap(void **state)
{
    (void)state;
    feclearexcept(FE_ALL_EXCEPT);
    return feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW) < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch),    cmocka_unit_test(test_symmetry), cmocka_unit_test(test_missed),
        cmocka_unit_test(test_gap),      cmocka_unit_test(test_extremes), cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_recovery),
    };
    return cmocka_run_group_tests_name("flow", tests, trap, NULL);
}
