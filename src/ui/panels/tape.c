/* The tape: taker sweeps above the floor, newest first; below it what buyers and sellers did in the picture's time. */
#include "../format.h"
#include "panel.h"
#include <alphaplus/base/clock.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define NOTABLE 10.0 /* times the floor: drawn bright */

static void draw_item(const struct ui *ui, const struct pane *p, int y, const struct tape_item *item)
{
    const struct instrument *in = &ui->shown->market.inst;
    bool is_buy = item->aggressor == AGGRESSOR_BUY;
    char a[FORMAT_MAX];
    int x = 0;

    x += pane_text(p, x, y, ROLE_DIM, format_time(a, item->recv_ns, 3, ui_offset_s(ui), false)) + 1;
    x += pane_text(p, x, y, is_buy ? ROLE_BUY : ROLE_SELL, is_buy ? "BUY " : "SELL");
    pane_right(p, x, x + 6, y,
               item->usd >= NOTABLE * ui->settings->screen.tape_floor ? ROLE_BRIGHT : ROLE_TEXT,
               format_money(a, item->usd, false));
    x += 7;
    format_px(a, in, item->px);
    x += pane_text(p, x, y, is_buy ? ROLE_BUY : ROLE_SELL, a) + 1;
    if (item->prints > 1)
        pane_textf(p, x, y, ROLE_DIM, "x%" PRIu32, item->prints);
    x += 5;
    int64_t ticks = in->tick > 0 ? (item->px - item->first_px) / in->tick : 0;
    if (ticks != 0) {
        snprintf(a, sizeof a, "%+" PRId64 " tick%s", ticks, ticks == 1 || ticks == -1 ? "" : "s");
        if (x + text_columns(a) <= p->w)
            x += pane_text(p, x, y, ROLE_DIM, a) + 1;
    }
    if (item->flags & TRADE_NOT_MARKET && p->w - x >= 4)
        pane_text(p, x, y, ROLE_WARN, "adl");
}

/* Buyers' and sellers' shares of the volume in the heatmap's columns. */
static bool draw_flow(const struct ui *ui, const struct pane *p, int y)
{
    const struct picture *pic = &ui->shown->picture;
    double volume = 0.0, signed_volume = 0.0;
    uint32_t first = pic->col_n;
    char a[FORMAT_MAX], span[FORMAT_MAX];

    if (!panel_has_picture(ui))
        return false;
    for (uint32_t c = 0; c < pic->col_n; c++) {
        if (!pic->has_column[c])
            continue;
        if (first == pic->col_n)
            first = c;
        else
            volume += (double)pic->volume[c];
    }
    if (first + 1 >= pic->col_n || volume <= 0.0)
        return false;
    signed_volume = (double)pic->cvd[pic->col_n - 1] - (double)pic->cvd[first];
    double buy = (volume + signed_volume) / (2.0 * volume);
    buy = buy < 0.0 ? 0.0 : buy > 1.0 ? 1.0 : buy;
    int64_t ns = (int64_t)(pic->col_n - 1 - first) * pic->request.column_ns;
    int x = pane_textf(p, 0, y, ROLE_DIM, "CVD %s ", format_span(span, ns));
    x += pane_textf(p, x, y, signed_volume >= 0.0 ? ROLE_BUY : ROLE_SELL, "%-7s",
                    format_money(a, signed_volume, true));
    x += pane_textf(p, x, y, ROLE_DIM, " buy %2.0f%% ", buy * 100.0);
    int w = p->w - x - 1;
    w = w > 24 ? 24 : w;
    int bought = (int)(buy * w + 0.5);
    for (int i = 0; i < w; i++)
        pane_put(p, x + i, y, i < bought ? 0x2588 : 0x2591, i < bought ? ROLE_BID_BAR : ROLE_ASK_BAR,
                 PAINT_OWN, 0);
    return true;
}

void tape_draw(const struct ui *ui, const struct pane *p)
{
    const struct data *d = ui->shown;
    bool has_line = layout_find(&ui->layout, PANEL_LIQ_LINE) != NULL;
    int y = 0, end = p->h;
    char title[96], a[FORMAT_MAX];

    if (!has_line) {
        snprintf(title, sizeof title, "TAPE sweeps >=%s",
                 format_money(a, ui->settings->screen.tape_floor, false));
        panel_head(ui, p, PANEL_TAPE, title);
        y = 1;
    }
    struct pane rows = pane_sub(p, has_line ? 1 : 0, 0, p->w, p->h);
    if (p->h >= 6 && draw_flow(ui, &rows, p->h - 1))
        end--;
    if (d->tape_n == 0)
        pane_textf(&rows, 0, y, ROLE_DIM, "no sweep of %s or more yet",
                   format_money(a, ui->settings->screen.tape_floor, false));
    for (uint32_t i = (uint32_t)ui->scroll[PANEL_TAPE]; i < d->tape_n && y < end; i++, y++)
        draw_item(ui, &rows, y, &d->tape[i]);
}
