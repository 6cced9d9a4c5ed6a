#include "liqs.h"

#include <alphaplus/base/clock.h>
#include <math.h>
#include <stdlib.h>

static const int64_t window_ns[LIQ_WINDOWS] = {60 * NS_PER_S, 900 * NS_PER_S, 3600 * NS_PER_S};
/* A trillion a liquidation: more is nonsense, counts as that much, and LIQS_KEPT of them still sum in an int64. */
#define CENTS_MAX 1e14

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

void liqs_missed(struct liqs *l)
{
    l->watched_since_ns = 0;
}

static const struct liqs_item *item_at(const struct liqs *l, uint64_t index)
{
    return &l->items[index % LIQS_KEPT];
}

static void find_max(const struct liqs *l, struct liqs_window *w)
{
    w->max = w->tail;
    for (uint64_t k = w->tail; k < l->head; k++) {
        if (item_at(l, k)->cents >= item_at(l, w->max)->cents)
            w->max = k;
    }
}

static void drop_oldest(struct liqs *l, struct liqs_window *w)
{
    const struct liqs_item *old = item_at(l, w->tail++);
    w->cents[old->side] -= old->cents;
    w->of_completeness[old->completeness]--;
}

static void push(struct liqs *l, struct liqs_window *w, const struct liqs_item *item)
{
    if (w->tail == l->head || item->cents >= item_at(l, w->max)->cents)
        w->max = l->head;
    w->cents[item->side] += item->cents;
    w->of_completeness[item->completeness]++;
}

void liqs_add(struct liqs *l, int64_t now_ns, enum position_side side, double usd,
              enum completeness completeness)
{
    struct liqs_item item = {
        .time_ns = now_ns, .side = side == POSITION_SHORT, .completeness = completeness & 3};
    if (usd > 0.0)
        item.cents = llround(fmin(usd * 100.0, CENTS_MAX));
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        struct liqs_window *w = &l->windows[i];
        if (l->head - w->tail == LIQS_KEPT) {
            w->covered_since_ns = item_at(l, w->tail)->time_ns;
            drop_oldest(l, w);
            if (w->max < w->tail)
                find_max(l, w);
        }
        push(l, w, &item);
    }
    l->items[l->head++ % LIQS_KEPT] = item;
}

void liqs_expire(struct liqs *l, int64_t now_ns)
{
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        struct liqs_window *w = &l->windows[i];
        while (w->tail < l->head && item_at(l, w->tail)->time_ns <= now_ns - window_ns[i])
            drop_oldest(l, w);
        if (w->max < w->tail)
            find_max(l, w);
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

static struct liq_total total(const struct liqs *l, int window, int64_t now_ns, enum completeness floor)
{
    const struct liqs_window *w = &l->windows[window];
    int64_t covered = l->watched_since_ns ? now_ns - w->covered_since_ns : 0;
    struct liq_total t = {
        .window_ns = window_ns[window],
        .covered_ns = covered < 0                   ? 0
                      : covered < window_ns[window] ? covered
                                                    : window_ns[window],
        .long_usd = (double)w->cents[POSITION_LONG] / 100.0,
        .short_usd = (double)w->cents[POSITION_SHORT] / 100.0,
        .count = (uint32_t)(l->head - w->tail),
    };
    enum completeness worst = floor;
    for (int c = COMPLETENESS_UNKNOWN; c <= COMPLETENESS_INFERRED; c++) {
        if (w->of_completeness[c] > 0)
            worst = completeness_worst(worst, (enum completeness)c);
    }
    t.completeness = (uint8_t)worst;
    if (t.count > 0) {
        t.max_usd = (double)item_at(l, w->max)->cents / 100.0;
        t.max_ns = item_at(l, w->max)->time_ns;
    }
    return t;
}

void liqs_totals(const struct liqs *l, int64_t now_ns, enum completeness floor,
                 struct liq_total out[LIQ_WINDOWS])
{
    for (int i = 0; i < LIQ_WINDOWS; i++)
        out[i] = total(l, i, now_ns, floor);
}

static uint64_t oldest_kept(const struct liqs *l)
{
    uint64_t oldest = l->head;
    for (int i = 0; i < LIQ_WINDOWS; i++)
        oldest = l->windows[i].tail < oldest ? l->windows[i].tail : oldest;
    return oldest;
}

void liqs_save(const struct liqs *l, struct buf *out)
{
    uint64_t oldest = oldest_kept(l);
    save_u64(out, oldest);
    save_u64(out, l->head - oldest);
    save_i64(out, l->watched_since_ns);
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        save_u64(out, l->windows[i].tail - oldest);
        save_i64(out, l->windows[i].covered_since_ns);
    }
    for (uint64_t k = oldest; k < l->head; k++) {
        const struct liqs_item *item = item_at(l, k);
        save_i64(out, item->time_ns);
        save_u64(out, (uint64_t)item->cents);
        save_u64(out, (uint64_t)item->side << 2 | item->completeness);
    }
}

static void load_items(struct liqs *l, struct load *from, uint64_t oldest)
{
    for (uint64_t k = oldest; k < l->head && from->err == 0; k++) {
        struct liqs_item *item = &l->items[k % LIQS_KEPT];
        item->time_ns = load_i64(from);
        item->cents = (int64_t)load_count(from, (uint64_t)CENTS_MAX);
        uint64_t kinds = load_count(from, 7);
        item->side = (uint8_t)(kinds >> 2);
        item->completeness = kinds & 3;
        load_expect(from, item->time_ns > 0);
    }
}

void liqs_load(struct liqs *l, struct load *from)
{
    uint64_t oldest = load_count(from, UINT64_MAX / 2);
    l->head = oldest + load_count(from, LIQS_KEPT);
    l->watched_since_ns = load_i64(from);
    load_expect(from, l->watched_since_ns >= 0);
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        l->windows[i].tail = oldest + load_count(from, l->head - oldest);
        l->windows[i].covered_since_ns = load_i64(from);
        load_expect(from, l->windows[i].covered_since_ns >= 0);
    }
    load_items(l, from, oldest);
    for (int i = 0; i < LIQ_WINDOWS && from->err == 0; i++) {
        struct liqs_window *w = &l->windows[i];
        for (uint64_t k = w->tail; k < l->head; k++) {
            const struct liqs_item *item = item_at(l, k);
            w->cents[item->side] += item->cents;
            w->of_completeness[item->completeness]++;
        }
        find_max(l, w);
    }
}
