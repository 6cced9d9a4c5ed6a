#include "sim/window.h"

#include <stdlib.h>
#include <string.h>

int window_init(struct window *w, const struct window_spec *spec)
{
    *w = (struct window){.spec = spec};
    size_t n = (size_t)spec->levels;
    for (int side = 0; side < 2; side++) {
        w->told[side] = calloc(n, sizeof w->told[0][0]);
        w->fresh[side] = calloc(n, sizeof w->fresh[0][0]);
        w->change[side] = calloc(2 * n, sizeof w->change[0][0]);
        if (!w->told[side] || !w->fresh[side] || !w->change[side]) {
            window_finish(w);
            return AP_ENOMEM;
        }
    }
    return 0;
}

void window_finish(struct window *w)
{
    for (int side = 0; w && side < 2; side++) {
        free(w->told[side]);
        free(w->fresh[side]);
        free(w->change[side]);
        w->told[side] = w->fresh[side] = w->change[side] = NULL;
    }
}

void window_start(struct window *w)
{
    w->told_n[0] = w->told_n[1] = 0;
    w->change_n[0] = w->change_n[1] = 0;
    w->id = w->prev_id = w->count = 0;
    w->told_ms = 0;
}

/* Both lists best first: what is only in the old one is gone. */
static size_t compare(int side, const struct price_level *was, size_t was_n, const struct price_level *now,
                      size_t now_n, struct price_level *ret_change)
{
    size_t i = 0, k = 0, n = 0;
    while (i < was_n || k < now_n) {
        bool is_same = i < was_n && k < now_n && was[i].px == now[k].px;
        bool is_gone = i < was_n &&
                       (k == now_n || (side == 0 ? was[i].px > now[k].px : was[i].px < now[k].px));
        if (is_same) {
            if (was[i].qty != now[k].qty) {
                ret_change[n++] = now[k];
            }
            i++;
            k++;
        } else if (is_gone) {
            ret_change[n++] = (struct price_level){was[i++].px, 0};
        } else {
            ret_change[n++] = now[k++];
        }
    }
    return n;
}

bool window_turn(struct window *w, uint64_t id, int64_t time_ms)
{
    for (int side = 0; side < 2; side++) {
        w->change_n[side] = compare(side, w->told[side], w->told_n[side], w->fresh[side], w->fresh_n[side],
                                    w->change[side]);
    }
    bool is_news = w->change_n[0] + w->change_n[1] > 0 || w->count == 0;
    bool is_again = w->spec->again_ms > 0 && time_ms - w->told_ms >= w->spec->again_ms;
    if (!is_news && !is_again && (w->spec->on_change || !w->spec->is_whole)) {
        return false;
    }
    for (int side = 0; side < 2; side++) {
        struct price_level *fresh = w->fresh[side];
        w->fresh[side] = w->told[side];
        w->told[side] = fresh;
        w->told_n[side] = w->fresh_n[side];
    }
    w->prev_id = w->id;
    if (is_news) {
        w->id = id;
        w->count++;
    }
    w->told_ms = time_ms;
    return true;
}

struct window_news window_news(const struct window *w, bool is_for_newcomer)
{
    bool is_all = is_for_newcomer || w->spec->is_whole || w->count == 1;
    struct window_news news = {
        .spec = w->spec,
        .is_snapshot = is_all,
        .id = w->id,
        .prev_id = w->prev_id,
        .count = w->count,
        .time_ms = w->told_ms,
    };
    for (int side = 0; side < 2; side++) {
        news.all[side] = w->told[side];
        news.all_n[side] = w->told_n[side];
        news.rows[side] = is_all ? w->told[side] : w->change[side];
        news.n[side] = is_all ? w->told_n[side] : w->change_n[side];
    }
    return news;
}
