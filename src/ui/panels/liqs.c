/* Liquidations: totals of each window first, long and short apart, then the feed. A sum that holds a sampled feed is a lower bound. */
#include "../format.h"
#include "panel.h"
#include <alphaplus/base/clock.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NOTABLE 10.0 /* times the floor: drawn bright */

static bool has_begun(const struct liq_total *t)
{
    return t->covered_ns > 0 || t->count > 0;
}

/* ">=1.24M", "=1.24M" is never written: what is complete needs no sign. */
static const char *sum_text(char *buf, const struct liq_total *t, double usd)
{
    char money[FORMAT_MAX];
    if (!has_begun(t))
        return FORMAT_NONE;
    snprintf(buf, FORMAT_MAX, "%s%s",
             t->completeness == COMPLETENESS_FULL ? "" : ">=", format_money(money, usd, false));
    return buf;
}

static const struct liq_total *totals(const struct ui *ui)
{
    return ui->live.head.liq;
}

/* Venues with their completeness: "bin~ okx=". */
static void venues_text(const struct data *d, char *buf, size_t size)
{
    size_t used = 0;
    buf[0] = '\0';
    for (uint32_t i = 0; i < d->name_n; i++) {
        bool is_seen = false;
        for (uint32_t j = 0; j < i; j++)
            is_seen = is_seen || strcmp(d->names[i].venue, d->names[j].venue) == 0;
        if (is_seen || used + 6 >= size)
            continue;
        int n = snprintf(buf + used, size - used, "%s%.3s%c", used > 0 ? " " : "", d->names[i].venue,
                         completeness_mark(d->names[i].liq_completeness));
        used += n > 0 ? (size_t)n : 0;
    }
}

static void title_of(const struct ui *ui, char *buf, size_t size)
{
    char since[FORMAT_MAX], venues[48];
    venues_text(&ui->live, venues, sizeof venues);
    if (ui->live.head.session_ns > 0)
        snprintf(buf, size, "LIQUIDATIONS since %s%s  %s",
                 format_minute(since, ui->live.head.session_ns, ui_offset_s(ui)),
                 ui_offset_s(ui) == 0 ? "Z" : "", venues);
    else
        snprintf(buf, size, "LIQUIDATIONS");
}

void liq_line_draw(const struct ui *ui, const struct pane *p)
{
    const struct liq_total *t = totals(ui);
    char text[64], sum[FORMAT_MAX], since[FORMAT_MAX];

    panel_head(ui, p, PANEL_LIQS, "");
    int x = pane_text(p, 0, 0, panel_is_focus(ui, PANEL_LIQS) ? ROLE_FOCUS : ROLE_TITLE, "LIQS");
    if (p->w >= 60 && ui->live.head.session_ns > 0)
        x += pane_textf(p, x, 0, ROLE_DIM, " since %s%s",
                        format_minute(since, ui->live.head.session_ns, ui_offset_s(ui)),
                        ui_offset_s(ui) == 0 ? "Z" : "");
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        char span[FORMAT_MAX], other[FORMAT_MAX];
        format_span(span, t[i].window_ns);
        const char *longs = sum_text(sum, &t[i], t[i].long_usd),
                   *shorts = sum_text(other, &t[i], t[i].short_usd);
        if (x + text_columns(span) + text_columns(longs) + text_columns(shorts) + 7 > p->w)
            break; /* a cut number would lie */
        x += pane_textf(p, x, 0, ROLE_DIM, "  %s ", span);
        x += pane_textf(p, x, 0, ROLE_LIQ_LONG, "L%s", longs);
        x += pane_textf(p, x, 0, ROLE_LIQ_SHORT, " S%s", shorts);
    }
    venues_text(&ui->live, text, sizeof text);
    if (x + 2 + text_columns(text) + (ui->is_held ? 12 : 0) <= p->w)
        x += pane_textf(p, x, 0, ROLE_DIM, "  %s", text);
    pane_put(p, x, 0, ' ', ROLE_TEXT, PAINT_OWN, 0);
}

static int draw_totals(const struct ui *ui, const struct pane *p, int y)
{
    bool is_wide = p->w >= 48;
    pane_text(p, 0, y, ROLE_DIM, "win");
    pane_right(p, 4, 15, y, ROLE_DIM, "LONG");
    pane_right(p, 15, 26, y, ROLE_DIM, "SHORT");
    pane_right(p, 26, 32, y, ROLE_DIM, "n");
    if (is_wide)
        pane_text(p, 34, y, ROLE_DIM, "largest");
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        const struct liq_total *t = &totals(ui)[i];
        char a[FORMAT_MAX], b[FORMAT_MAX];
        y++;
        pane_text(p, 0, y, ROLE_TEXT, format_span(a, t->window_ns));
        pane_right(p, 4, 15, y, ROLE_LIQ_LONG, sum_text(a, t, t->long_usd));
        pane_right(p, 15, 26, y, ROLE_LIQ_SHORT, sum_text(a, t, t->short_usd));
        pane_right(p, 26, 32, y, ROLE_TEXT, has_begun(t) ? format_count(a, t->count) : FORMAT_NONE);
        int x = 34;
        if (is_wide && t->count > 0)
            x += 1 + pane_textf(p, x, y, ROLE_DIM, "%-5s %s", format_money(a, t->max_usd, false),
                                format_time(b, t->max_ns, 0, ui_offset_s(ui), false));
        if (t->covered_ns < t->window_ns)
            pane_textf(p, is_wide ? x : 33, y, ROLE_DIM, is_wide ? "(%s of %s)" : "(%s)",
                       format_age(a, t->covered_ns), format_span(b, t->window_ns));
    }
    return y + 1;
}

static void draw_item(const struct ui *ui, const struct pane *p, int y, const struct liq_item *item,
                      bool has_symbol)
{
    const struct data *d = ui->shown;
    const struct instrument *in = item->instrument < d->name_n ? &d->names[item->instrument] : NULL;
    bool is_long = item->side == POSITION_LONG, is_wide = p->w >= 50;
    char a[FORMAT_MAX];
    int x = pane_text(p, 0, y, ROLE_DIM,
                      format_time(a, item->recv_ns, is_wide ? 1 : 0, ui_offset_s(ui), false)) +
            1;

    x += pane_text(p, x, y, is_long ? ROLE_LIQ_LONG : ROLE_LIQ_SHORT, is_long ? "▼LONG " : "▲SHORT") + 1;
    if (in != NULL && has_symbol && is_wide)
        x += pane_textf(p, x, y, ROLE_TEXT, "%-4.4s", in->base[0] != '\0' ? in->base : in->symbol) + 1;
    pane_right(p, x, x + 5, y,
               item->usd >= NOTABLE * ui->settings->screen.liquidation_floor ? ROLE_BRIGHT : ROLE_TEXT,
               format_money(a, item->usd, false));
    x += 5;
    pane_right(p, x, x + 9, y, ROLE_TEXT, in != NULL ? format_px(a, in, item->px) : FORMAT_NONE);
    x += 9;
    pane_put(p, x, y, item->is_bankruptcy ? 'b' : ' ', ROLE_DIM, PAINT_OWN, 0);
    x += 1;
    if (p->w - x >= 6) {
        int w = is_wide ? 7 : 6, decimals = fabs(item->distance_pct) < 10.0 && p->w - x >= w ? 2 : 1;
        pane_right(p, x, x + w, y, ROLE_DIM,
                   item->has_distance ? format_pct(a, item->distance_pct, decimals) : FORMAT_NONE);
        x += w + 1;
    }
    if (in != NULL && has_symbol && !is_wide)
        pane_textf(p, x, y, ROLE_DIM, "%.5s", in->base[0] != '\0' ? in->base : in->symbol);
    else if (in != NULL && p->w - x >= 4)
        pane_textf(p, x, y, ROLE_DIM, "%.3s%c", in->venue, completeness_mark(item->completeness));
}

void liqs_draw(const struct ui *ui, const struct pane *p)
{
    bool has_line = layout_find(&ui->layout, PANEL_LIQ_LINE) != NULL;
    const struct data *d = ui->shown;
    int y = 0;

    if (!has_line) {
        char title[96];
        title_of(ui, title, sizeof title);
        panel_head(ui, p, PANEL_LIQS, title);
        y = p->h >= 7 ? draw_totals(ui, p, 1) : 1;
    }
    if (d->liq_n == 0) {
        char a[FORMAT_MAX];
        pane_textf(p, 0, y, ROLE_DIM, "none of %s or more",
                   format_money(a, ui->settings->screen.liquidation_floor, false));
        return;
    }
    for (uint32_t i = (uint32_t)ui->scroll[PANEL_LIQS]; i < d->liq_n && y < p->h; i++, y++)
        draw_item(ui, p, y, &d->liqs[i], d->name_n > 1);
}
