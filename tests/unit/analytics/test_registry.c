/* Every figure and every parameter is whole in its table, documented, and covered: the table below names a test for each family of ids.
 * Who adds a figure names the vector or the property that holds it. */
#include "test.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/analytics/params.h>
#include <stdio.h>
#include <string.h>

/* The longest prefix counts. */
static const struct cover {
    const char *prefix, *file, *test;
} covers[] = {
    {"asset.", "unit/engine/test_asset.c", "test_sums"},
    {"asset.basis.", "unit/engine/test_asset.c", "test_a_member_is_lost"},
    {"asset.dispersion.", "unit/engine/test_asset.c", "test_sums"},
    {"asset.funding.", "unit/engine/test_asset.c", "test_contracts"},
    {"asset.lead.", "unit/analytics/test_leadlag.c", "test_vector"},
    {"asset.liq.", "unit/engine/test_asset.c", "test_liquidations"},
    {"asset.oi.", "unit/engine/test_asset.c", "test_contracts"},
    {"asset.share.", "unit/analytics/test_leadlag.c", "test_infoshare"},
    {"basis.", "unit/analytics/test_carry.c", "test_funding"},
    {"book.cancel.", "unit/analytics/test_wall.c", "test_cancelled"},
    {"book.cluster.", "unit/analytics/test_wall.c", "test_clusters"},
    {"book.depth.", "property/test_analytics.c", "test_definitions"},
    {"book.imbalance.", "unit/analytics/test_liquidity.c", "test_rows"},
    {"book.liquidity.", "unit/analytics/test_cost.c", "test_score"},
    {"book.microprice", "unit/analytics/test_microprice.c", "test_fit"},
    {"book.mid", "unit/analytics/test_measures.c", "test_spread"},
    {"book.pressure", "unit/analytics/test_liquidity.c", "test_score_book"},
    {"book.refill.", "unit/analytics/test_wall.c", "test_refills"},
    {"book.spoof.", "unit/analytics/test_wall.c", "test_episodes"},
    {"book.spread.", "unit/analytics/test_measures.c", "test_spread"},
    {"book.walk.", "unit/analytics/test_cost.c", "test_quote"},
    {"book.wall.", "unit/analytics/test_wall.c", "test_planted"},
    {"book.weighted_mid", "unit/analytics/test_liquidity.c", "test_rows"},
    {"flow.amihud.", "unit/analytics/test_flow.c", "test_amihud"},
    {"flow.asymmetry", "property/test_flow.c", "test_batch"},
    {"flow.dfa", "unit/analytics/test_flow.c", "test_efficiency"},
    {"flow.efficiency.", "unit/analytics/test_flow.c", "test_efficiency"},
    {"flow.hasbrouck.", "unit/analytics/test_flow.c", "test_hasbrouck"},
    {"flow.impact.", "unit/analytics/test_flow.c", "test_spreads"},
    {"flow.impact.model.", "unit/analytics/test_flow.c", "test_square_root"},
    {"flow.kyle.", "unit/analytics/test_flow.c", "test_kyle"},
    {"flow.ofi.", "unit/analytics/test_flow.c", "test_ofi_regression"},
    {"flow.ofi.integrated.", "unit/analytics/test_flow.c", "test_levels"},
    {"flow.resilience.", "unit/analytics/test_flow.c", "test_resilience"},
    {"flow.roll", "unit/analytics/test_flow.c", "test_roll"},
    {"flow.spread.", "unit/analytics/test_flow.c", "test_spreads"},
    {"flow.vpin", "unit/analytics/test_flow.c", "test_vpin"},
    {"flow.vpin.bulk", "unit/analytics/test_flow.c", "test_vpin_bulk"},
    {"flow.vr.", "unit/analytics/test_flow.c", "test_efficiency"},
    {"funding.", "unit/analytics/test_carry.c", "test_funding"},
    {"host.", "unit/model/test_host.c", "test_values"},
    {"liq.cascade", "unit/analytics/test_liquidations.c", "test_cascade"},
    {"liq.cluster.", "unit/analytics/test_liqlevels.c", "test_clusters"},
    {"liq.distance.", "unit/analytics/test_liquidations.c", "test_impact"},
    {"liq.hawkes.", "unit/analytics/test_hawkes.c", "test_fit"},
    {"liq.impact.", "unit/analytics/test_liquidations.c", "test_impact"},
    {"liq.long.", "unit/analytics/test_liquidations.c", "test_totals"},
    {"liq.map.", "unit/analytics/test_liqlevels.c", "test_vector"},
    {"liq.short.", "unit/analytics/test_liquidations.c", "test_totals"},
    {"oi.", "unit/analytics/test_carry.c", "test_interest"},
    {"price.", "unit/analytics/test_trades.c", "test_levels"},
    {"trade.buy.", "unit/analytics/test_trades.c", "test_windows"},
    {"trade.cvd.", "unit/analytics/test_trades.c", "test_windows"},
    {"trade.large.", "unit/analytics/test_trades.c", "test_sizes"},
    {"trade.pace.", "unit/analytics/test_measures.c", "test_trades"},
    {"trade.poc.", "unit/analytics/test_trades.c", "test_value_area"},
    {"trade.pressure.", "unit/analytics/test_trades.c", "test_windows"},
    {"trade.sell.", "unit/analytics/test_trades.c", "test_windows"},
    {"trade.size.", "unit/analytics/test_trades.c", "test_sizes"},
    {"trade.value.", "unit/analytics/test_trades.c", "test_value_area"},
    {"trade.volume.", "unit/analytics/test_trades.c", "test_windows"},
    {"trade.vwap.", "unit/analytics/test_trades.c", "test_vwap"},
    {"usual.", "unit/analytics/test_usual.c", "test_own_history"},
    {"vol.ewma", "unit/analytics/test_carry.c", "test_ewma"},
    {"vol.realised.", "unit/analytics/test_carry.c", "test_realised"},
};
enum { COVERS = sizeof covers / sizeof covers[0] };

static char *read_beside(const char *name)
{
    char path[4096];
    const char *data = getenv("AP_TEST_DATA");
    snprintf(path, sizeof path, "%s/../%s", data ? data : "tests/data", name);
    FILE *f = fopen(path, "r");
    if (!f)
        print_error("%s: not there\n", path);
    assert_non_null(f);
    size_t size = 4u << 20;
    char *text = malloc(size);
    assert_non_null(text);
    size_t n = fread(text, 1, size - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

static bool is_line(const char *text)
{
    return text && text[0] != '\0' && !strchr(text, '\n');
}

static void test_rows(void **state)
{
    const struct metric_registry *r = metric_registry();
    (void)state;
    for (int i = 0; i < r->n; i++) {
        const struct metric_row *row = &r->rows[i];
        bool is_whole = is_line(row->id) && is_line(row->label) && is_line(row->unit) &&
                        is_line(row->range) && is_line(row->window) && is_line(row->meaning) &&
                        is_line(row->source) && row->cadence <= CADENCE_ASKED && strlen(row->label) <= 12;
        if (!is_whole)
            print_error("%s: its row lacks something, or its label is too long\n", row->id);
        assert_true(is_whole);
        assert_int_equal(metric_find(r, row->id), i); /* no id twice */
        assert_int_equal(row->is_host, strncmp(row->id, "host.", 5) == 0);
    }
    int n;
    const struct param_row *params = param_rows(&n);
    for (int i = 0; i < n; i++) {
        const struct param_row *p = &params[i];
        bool is_whole = is_line(p->id) && is_line(p->unit) && is_line(p->meaning) && is_line(p->source) &&
                        p->min < p->max && p->fallback >= p->min && p->fallback <= p->max;
        if (!is_whole)
            print_error("%s: its row lacks something, or its default is out of range\n", p->id);
        assert_true(is_whole);
        assert_int_equal(param_find(p->id), i);
    }
}

/* Each row belongs to one measure. */
static void test_computed(void **state)
{
    static int owners[METRIC_MAX];
    int n;
    const struct measure *const *list = measure_list(&n);
    (void)state;
    for (int i = 0; i < n; i++) {
        for (int k = list[i]->first; k < list[i]->first + list[i]->n; k++)
            owners[k]++;
    }
    for (int i = 0; i < metric_registry()->n; i++) {
        if (owners[i] != 1)
            print_error("%s: %d measures write it\n", metric_registry()->rows[i].id, owners[i]);
        assert_int_equal(owners[i], 1);
    }
}

static const struct cover *cover_of(const char *id)
{
    const struct cover *best = NULL;
    for (size_t i = 0; i < COVERS; i++) {
        size_t n = strlen(covers[i].prefix);
        if (strncmp(id, covers[i].prefix, n) == 0 && (!best || n > strlen(best->prefix)))
            best = &covers[i];
    }
    return best;
}

static void test_covered(void **state)
{
    bool is_checked[COVERS] = {false};
    (void)state;
    for (int i = 0; i < metric_registry()->n; i++) {
        const char *id = metric_registry()->rows[i].id;
        const struct cover *c = cover_of(id);
        if (!c)
            print_error("%s: no test is named for it; add a line to the table above\n", id);
        assert_non_null(c);
        if (is_checked[c - covers])
            continue;
        is_checked[c - covers] = true;
        char function[128], *text = read_beside(c->file);
        snprintf(function, sizeof function, "static void %s(", c->test);
        bool is_there = strstr(text, function) != NULL;
        if (!is_there)
            print_error("%s: %s has no %s\n", c->prefix, c->file, c->test);
        free(text);
        assert_true(is_there);
    }
}

static void test_documented(void **state)
{
    char *page = read_beside("../man/alphaplus-metrics.7"), item[128];
    int n;
    const struct param_row *params = param_rows(&n);
    (void)state;
    for (int i = 0; i < metric_registry()->n; i++) {
        snprintf(item, sizeof item, "\n.It Cm %s Pq", metric_registry()->rows[i].id);
        if (!strstr(page, item))
            print_error("%s: not in the manual; alphaplus man metrics > man/alphaplus-metrics.7\n",
                        metric_registry()->rows[i].id);
        assert_non_null(strstr(page, item));
    }
    for (int i = 0; i < n; i++) {
        snprintf(item, sizeof item, "\n.It Cm %s\n", params[i].id);
        if (!strstr(page, item))
            print_error("%s: not in the manual\n", params[i].id);
        assert_non_null(strstr(page, item));
    }
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_computed),
        cmocka_unit_test(test_covered),
        cmocka_unit_test(test_documented),
    };
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
