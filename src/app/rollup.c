#include "rollup.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/model/detail.h>
#include <math.h>
#include <stdlib.h>

#define FIGURES_NS  (60 * NS_PER_S)
#define LEVEL_SHARE 0.01 /* of the largest: what is smaller is left out */

static struct rollup_head head_of(const struct instrument *in, int kind, int64_t time_ns)
{
    return (struct rollup_head){.kind = (uint16_t)kind,
                                .price_decimals = in->price_decimals,
                                .qty_decimals = in->qty_decimals,
                                .instrument = in->id,
                                .time_ns = time_ns};
}

void rollup_bar(const struct rollup *r, const struct instrument *in, const struct bar *bar)
{
    struct rollup_bar b = {.head = head_of(in, RESULT_BAR, bar->start_ns + bar->span_ns), .bar = *bar};
    b.head.size = sizeof b;
    if (bar->span_ns == NS_PER_S)
        r->emit(r->user, &b.head);
}

static void emit_figures(const struct rollup *r, const struct market_view *v, int64_t tick_ns)
{
    union {
        struct rollup_figures f;
        char room[sizeof(struct rollup_figures) + METRIC_MAX * sizeof(struct rollup_figure)];
    } record = {.f = {.head = head_of(&v->inst, RESULT_FIGURES, tick_ns)}};
    const struct metric_registry *registry = metric_registry();
    struct rollup_figures *f = &record.f;
    uint32_t n = 0;

    for (int i = 0; i < registry->n; i++) {
        const struct metric_value *value = &v->metrics[i];
        bool is_known = value->state == METRIC_OK || value->state == METRIC_DEGRADED;
        if (is_known && !registry->rows[i].is_host)
            f->rows[n++] = (struct rollup_figure){(uint32_t)i, value->state, value->value};
    }
    f->head.n = n;
    f->head.size = (uint32_t)(sizeof *f + n * sizeof f->rows[0]);
    if (n > 0)
        r->emit(r->user, &f->head);
}

/* Bins of the model's map that matter beside its largest. */
static void emit_levels(const struct rollup *r, const struct instrument *in, const struct liq_map_view *map,
                        int64_t tick_ns)
{
    union {
        struct rollup_levels l;
        char room[sizeof(struct rollup_levels) + 2 * LIQ_MAP_BINS * sizeof(struct rollup_level)];
    } record = {.l = {.head = head_of(in, RESULT_LEVELS, tick_ns)}};
    struct rollup_levels *l = &record.l;
    double largest = 0, unit = (double)fixed_pow10(in->price_decimals);
    uint32_t n = 0;

    for (uint32_t i = 0; i < map->n && i < LIQ_MAP_BINS; i++)
        largest = fmax(largest, fmax(map->long_usd[i], map->short_usd[i]));
    for (uint32_t i = 0; i < map->n && i < LIQ_MAP_BINS; i++) {
        double px = (map->low + (i + 0.5) * map->width) * unit;
        for (uint32_t side = POSITION_LONG; side <= POSITION_SHORT; side++) {
            double usd = side == POSITION_LONG ? map->long_usd[i] : map->short_usd[i];
            if (usd > 0 && usd >= largest * LEVEL_SHARE && px > 0 && px < (double)FIXED_VALUE_MAX)
                l->rows[n++] = (struct rollup_level){.px = llround(px), .usd = usd, .side = side};
        }
    }
    l->head.n = n;
    l->head.size = (uint32_t)(sizeof *l + n * sizeof l->rows[0]);
    if (n > 0)
        r->emit(r->user, &l->head);
}

void rollup_tick(const struct rollup *r, struct engine *e, int64_t tick_ns)
{
    if (tick_ns % FIGURES_NS != 0)
        return;
    struct detail *detail = malloc(sizeof *detail);
    for (uint32_t i = 0; i < engine_market_count(e); i++) {
        emit_figures(r, engine_market(e, i), tick_ns);
        if (!detail)
            continue; /* this minute goes without */
        engine_detail(e, i, detail);
        emit_levels(r, &engine_market(e, i)->inst, &detail->liq_map, tick_ns);
    }
    free(detail);
}
