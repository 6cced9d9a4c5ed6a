#include "liqs.h"

#include <alphaplus/base/clock.h>
#include <math.h>
#include <stdlib.h>

static const int64_t window_ns[LIQ_WINDOWS] = {60 * NS_PER_S, 900 * NS_PER_S, 3600 * NS_PER_S};
#define CENTS_MAX 1e15 /* ten trillion a liquidation: beyond that the sum would be nonsense */

int liqs_init(struct liqs *l)
{
    *l = (struct liqs){0};
    l->items = calloc(LIQS_KEPT, sizeof *l->items);
    return l->items ? 0 : AP_ENOMEM;
}

void liqs_finish(struct liqs *l)
{
    if (l)
        free(l->items);
}

void liqs_watch(struct liqs *l, int64_t now_ns)
{
    if (l->watched_since_ns != 0)
        return;
    l->watched_since_ns = now_ns;
    for (int w = 0; w < LIQ_WINDOWS; w++)
        l->windows[w].covered_since_ns = now_ns;
}

static const struct liqs_item *item_at(const struct liqs *l, uint64_t index)
{
    return &l->items[index % LIQS_KEPT];
}

static void drop_oldest(struct liqs *l, struct liqs_window *w)
{
    const struct liqs_item *old = item_at(l, w->tail++);
    w->cents[old->side] -= old->cents;
}

void liqs_add(struct liqs *l, int64_t now_ns, enum position_side side, double usd,
              enum completeness completeness)
{
    liqs_watch(l, now_ns);
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        struct liqs_window *w = &l->windows[i];
        if (l->head - w->tail == LIQS_KEPT) {
            w->covered_since_ns = item_at(l, w->tail)->time_ns;
            drop_oldest(l, w);
        }
    }
    int64_t cents = usd > 0.0 && usd * 100.0 < CENTS_MAX ? llround(usd * 100.0) : 0;
    l->items[l->head++ % LIQS_KEPT] = (struct liqs_item){
        .time_ns = now_ns, .cents = cents, .side = (uint8_t)side, .completeness = (uint8_t)completeness};
    for (int i = 0; i < LIQ_WINDOWS; i++)
        l->windows[i].cents[side] += cents;
}

void liqs_expire(struct liqs *l, int64_t now_ns)
{
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        struct liqs_window *w = &l->windows[i];
        while (w->tail < l->head && item_at(l, w->tail)->time_ns <= now_ns - window_ns[i])
            drop_oldest(l, w);
    }
}

enum completeness completeness_worst(enum completeness a, enum completeness b)
{
    if (a == COMPLETENESS_UNKNOWN)
        return b;
    if (b == COMPLETENESS_UNKNOWN)
        return a;
    return a > b ? a : b; /* FULL < SAMPLED < INFERRED by number */
}

void liqs_totals(const struct liqs *l, int64_t now_ns, enum completeness floor,
                 struct liq_total out[LIQ_WINDOWS])
{
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        const struct liqs_window *w = &l->windows[i];
        int64_t covered = l->watched_since_ns ? now_ns - w->covered_since_ns : 0;
        struct liq_total t = {
            .window_ns = window_ns[i],
            .covered_ns = covered < window_ns[i] ? covered : window_ns[i],
            .long_usd = (double)w->cents[POSITION_LONG] / 100.0,
            .short_usd = (double)w->cents[POSITION_SHORT] / 100.0,
            .count = (uint32_t)(l->head - w->tail),
        };
        enum completeness worst = floor;
        int64_t max_cents = -1;
        for (uint64_t k = w->tail; k < l->head; k++) {
            const struct liqs_item *item = item_at(l, k);
            worst = completeness_worst(worst, item->completeness);
            if (item->cents > max_cents) {
                max_cents = item->cents;
                t.max_ns = item->time_ns;
            }
        }
        t.max_usd = max_cents > 0 ? (double)max_cents / 100.0 : 0.0;
        t.completeness = (uint8_t)worst;
        out[i] = t;
    }
}
