/* Figures of the registry by their labels, the chosen ones first, each with its state. */
#include "../format.h"
#include "panel.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Shown first, in this order, where the program has them. */
static const char *const preferred[] = {
    "book.spread.bps",      "book.imbalance.distance", "book.microprice", "book.depth.10bps.bid",
    "book.depth.10bps.ask", "flow.vwap.session",       "book.wall.bid",   "book.wall.ask",
    "book.pressure",        "flow.rate.60s",
};

static bool is_preferred(const char *id)
{
    for (size_t i = 0; i < sizeof preferred / sizeof *preferred; i++) {
        if (strcmp(preferred[i], id) == 0)
            return true;
    }
    return false;
}

static const char *value_text(char *buf, const struct metric_row *row, const struct metric_value *v,
                              const struct instrument *in)
{
    const char *unit = row->unit;
    if (strcmp(unit, "usd") == 0)
        return format_money(buf, v->value, strchr(row->range, '-') != NULL);
    if (strcmp(unit, "px") == 0)
        return format_price(buf, v->value, in->price_decimals + 1);
    if (strcmp(unit, "bps") == 0) {
        snprintf(buf, FORMAT_MAX, "%.2fbp", v->value);
        return buf;
    }
    if (strcmp(unit, "%") == 0 || strcmp(unit, "pct") == 0)
        return format_pct(buf, v->value, 2);
    if (strncmp(row->range, "[-", 2) == 0) {
        snprintf(buf, FORMAT_MAX, "%+.2f", v->value);
        return buf;
    }
    double size = fabs(v->value);
    if (size >= 1000.0)
        return format_money(buf, v->value, false);
    return format_price(buf, v->value, size >= 100.0 ? 1 : size >= 1.0 || size < 0.0005 ? 2 : 3);
}

static void draw_value(const struct ui *ui, const struct pane *p, int y, int row_index)
{
    const struct metric_row *row = &ui->registry->rows[row_index];
    const struct metric_value *v = &ui->live.market.metrics[row_index];
    int value_end = p->w < 34 ? 24 : 26;
    char text[FORMAT_MAX];

    int x = pane_textf(p, 0, y, ROLE_DIM, "%.12s", row->label);
    if (v->state == METRIC_OK || v->state == METRIC_DEGRADED) {
        pane_right(p, x + 1, value_end, y, ROLE_TEXT, value_text(text, row, v, &ui->live.market.inst));
        if (v->state == METRIC_DEGRADED)
            pane_text(p, value_end + 1, y, ROLE_WARN, "at least");
        else if (strncmp(row->range, "[-1", 3) == 0 && p->w - value_end >= 10)
            for (int i = 0, w = 9, at = (int)((v->value + 1.0) / 2.0 * (w - 1) + 0.5); i < w; i++)
                pane_put(p, value_end + 1 + i, y,
                         i == at      ? 0x2588
                         : i == w / 2 ? 0x2502
                                      : 0x2500,
                         i == at ? (v->value >= 0.0 ? ROLE_BUY : ROLE_SELL) : ROLE_BORDER, PAINT_OWN, 0);
        else if (p->w - value_end >= 9)
            pane_textf(p, value_end + 1, y, ROLE_UNKNOWN, "%.*s", p->w - value_end - 1, row->window);
        return;
    }
    pane_right(p, x + 1, value_end, y, ROLE_UNKNOWN, FORMAT_NONE);
    pane_text(p, value_end + 1, y, v->state == METRIC_NO_DATA ? ROLE_UNKNOWN : ROLE_WARN,
              v->state == METRIC_WARMUP  ? "warm-up"
              : v->state == METRIC_STALE ? "stale"
                                         : "no data");
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
