/* Figures of the registry by their labels, the chosen ones first, each with its state. */
#include "../format.h"
#include "panel.h"
#include <stdio.h>
#include <string.h>

/* Shown first, in this order, where the program has them. */
static const char *const preferred[] = {
    "book.spread.bps",         "book.imbalance.distance", "book.microprice",
    "book.depth.bid.10",       "book.depth.ask.10",       "book.pressure",
    "trade.cvd.60s",           "trade.pace.10s",          "flow.ofi.10s",
    "trade.vwap.day",          "book.walk.buy.100k.bps",  "book.walk.sell.100k.bps",
    "book.liquidity.relative", "book.liquidity.absolute", "book.wall.count",
    "book.cancel.5s",
};

static bool is_preferred(const char *id)
{
    for (size_t i = 0; i < sizeof preferred / sizeof *preferred; i++) {
        if (strcmp(preferred[i], id) == 0)
            return true;
    }
    return false;
}

/* A little scale from -1 to 1 with a block where the value is. */
static void draw_scale(const struct pane *p, int x, int y, double value)
{
    int w = p->w - x < 11 ? p->w - x : 11;
    w -= w % 2 == 0;
    int at = (int)((value + 1.0) / 2.0 * (w - 1) + 0.5);
    for (int i = 0; i < w; i++)
        pane_put(p, x + i, y,
                 i == at      ? 0x2588
                 : i == w / 2 ? 0x2502
                              : 0x2500,
                 i != at        ? ROLE_BORDER
                 : value >= 0.0 ? ROLE_BUY
                                : ROLE_SELL,
                 PAINT_OWN, 0);
}

static void draw_value(const struct ui *ui, const struct pane *p, int y, int row_index)
{
    const struct metric_row *row = &ui->registry->rows[row_index];
    const struct metric_value *v = &ui->live.market.metrics[row_index];
    int end = p->w < 34 ? 21 : 24;
    char text[FORMAT_MAX], bound[FORMAT_MAX + 2];

    int x = pane_textf(p, 0, y, ROLE_DIM, "%.12s", row->label);
    if (v->state != METRIC_OK && v->state != METRIC_DEGRADED) {
        pane_right(p, x + 1, end, y, ROLE_UNKNOWN,
                   v->state == METRIC_WARMUP  ? "warm-up"
                   : v->state == METRIC_STALE ? "stale"
                                              : FORMAT_NONE);
        return;
    }
    panel_figure(text, row, v, &ui->live.market.inst);
    snprintf(bound, sizeof bound, "%s%s", v->state == METRIC_DEGRADED ? ">=" : "", text);
    pane_right(p, x + 1, end, y, ROLE_TEXT, bound);
    if (strncmp(row->range, "[-1", 3) == 0)
        draw_scale(p, end + 1, y, v->value);
    else if (strcmp(row->window, "now") != 0)
        pane_textf(p, end + 1, y, ROLE_UNKNOWN, "%.*s", p->w - end - 1 > 0 ? p->w - end - 1 : 0, row->window);
}

void state_draw(const struct ui *ui, const struct pane *p)
{
    int skip = ui->scroll[PANEL_STATE], y = 1;
    panel_head(ui, p, PANEL_STATE, "STATE");
    if (!data_has_market(&ui->live))
        return;
    for (size_t i = 0; i < sizeof preferred / sizeof *preferred && y < p->h; i++) {
        int row = metric_find(ui->registry, preferred[i]);
        if (row >= 0 && skip-- <= 0)
            draw_value(ui, p, y++, row);
    }
    for (int row = 0; row < ui->registry->n && row < METRIC_MAX && y < p->h; row++) {
        if (!is_preferred(ui->registry->rows[row].id) && !ui->registry->rows[row].is_host && skip-- <= 0)
            draw_value(ui, p, y++, row);
    }
}
