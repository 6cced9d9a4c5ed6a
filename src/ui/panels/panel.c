#include "panel.h"

#include "../format.h"
#include "../theme.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const struct panel_ops panel_table[PANEL_N] = {
    {PANEL_REPLAY, replay_draw}, {PANEL_STATUS, status_draw}, {PANEL_RISK_LINE, risk_line_draw},
    {PANEL_HEAT, heat_draw},     {PANEL_LADDER, ladder_draw}, {PANEL_LIQ_LINE, liq_line_draw},
    {PANEL_LIQS, liqs_draw},     {PANEL_TAPE, tape_draw},     {PANEL_STATE, state_draw},
    {PANEL_RISK, risk_draw},     {PANEL_HEALTH, health_draw}, {PANEL_METRICS, metrics_draw},
    {PANEL_EVENTS, events_draw}, {PANEL_NOTES, notes_draw},   {PANEL_FOOTER, footer_draw},
};

bool panel_is_focus(const struct ui *ui, enum panel panel)
{
    return ui->focus == (int)panel;
}

void panel_head(const struct ui *ui, const struct pane *p, enum panel panel, const char *title)
{
    pane_title(p, 0, title, panel_is_focus(ui, panel));
    bool can_hold = panel == PANEL_HEAT || panel == PANEL_LIQS || panel == PANEL_TAPE;
    if (!ui->is_held || !can_hold)
        return;
    char text[FORMAT_MAX + 16], age[FORMAT_MAX];
    int64_t held = ui->live.head.time_ns - ui->held_ns;
    snprintf(text, sizeof text, " HELD %s ", format_age(age, held - held % INT64_C(1000000000)));
    pane_right(p, 0, p->w, 0, ROLE_HELD, text);
}

bool panel_has_picture(const struct ui *ui)
{
    const struct data *d = ui->shown;
    return d->picture_version != 0 && d->picture.request.market == d->market_index && d->picture.row_n > 0 &&
           d->picture.request.id >= ui->fresh_id && ui->request.rows > 0;
}

void panel_banner(const struct ui *ui, const struct pane *p)
{
    const struct data *d = ui->shown;
    const struct feed_view *f = data_feed(d);
    bool is_down = f != NULL && (f->row.state == FEED_DOWN || f->row.state == FEED_STALE);
    char text[96], age[FORMAT_MAX];

    if (data_is_true(d) && !is_down)
        return;
    if (!data_has_market(d))
        snprintf(text, sizeof text, " WAITING FOR THE FIRST INSTRUMENT ");
    else if (is_down && d->market.book_state == BOOK_TRUE)
        snprintf(text, sizeof text, " FEED %s  %s ", feed_state_name(f->row.state),
                 format_age(age, d->head.time_ns - f->since_ns));
    else
        snprintf(text, sizeof text, " %s  %s ", book_state_name(d->market.book_state),
                 format_age(age, d->head.time_ns - d->market.book_since_ns));
    int w = text_columns(text), y = p->h / 2;
    pane_fill(p, 0, y, p->w, ' ', ROLE_TEXT);
    pane_text(p, w < p->w ? (p->w - w) / 2 : 0, y, ROLE_ALARM, text);
}

char completeness_mark(int completeness)
{
    return completeness == COMPLETENESS_FULL                                               ? '='
           : completeness == COMPLETENESS_SAMPLED || completeness == COMPLETENESS_INFERRED ? '~'
                                                                                           : '?';
}

const char *panel_figure(char *buf, const struct metric_row *row, const struct metric_value *v,
                         const struct instrument *in)
{
    const char *unit = row->unit;
    if (strcmp(unit, "usd") == 0)
        return format_money(buf, v->value, strcmp(row->range, "any") == 0);
    if (strcmp(unit, "px") == 0)
        return format_price(buf, v->value, in->price_decimals + 1);
    if (strcmp(unit, "bps") == 0) {
        snprintf(buf, FORMAT_MAX, "%.2fbp", v->value);
        return buf;
    }
    if (strcmp(unit, "%") == 0 || strcmp(unit, "pct") == 0)
        return format_pct(buf, v->value, 2);
    if (strncmp(row->range, "[-", 2) == 0 || strcmp(row->range, "any") == 0) {
        snprintf(buf, FORMAT_MAX, "%+.2f", v->value);
        return buf;
    }
    double size = fabs(v->value);
    if (size >= 1000.0)
        return format_money(buf, v->value, false);
    return format_price(buf, v->value, size >= 100.0 ? 1 : size >= 1.0 || size < 0.0005 ? 2 : 3);
}

bool panel_is_marked(const struct ui *ui, const struct ladder_row *row)
{
    const struct ui_marks *m = &ui->marks[ui->shown->market_index];
    int64_t group = ui->shown->picture.request.group;
    for (int i = 0; i < m->n; i++) {
        if (m->px[i] >= row->px - group / 2 && m->px[i] < row->px - group / 2 + group)
            return true;
    }
    return false;
}

char panel_line_letter(const struct ui *ui, const struct ladder_row *row)
{
    static const struct {
        uint32_t flag;
        char letter;
    } own[] = {{LADDER_OWN_LIQ, 'L'}, {LADDER_OWN_STOP, 'S'}, {LADDER_OWN_ENTRY, 'E'}},
      lines[] = {{LADDER_MARK, 'M'},      {LADDER_POC, 'P'},      {LADDER_VWAP, 'V'},
                 {LADDER_INDEX, 'I'},     {LADDER_DAY_OPEN, 'O'}, {LADDER_WEEK_OPEN, 'W'},
                 {LADDER_PREV_HIGH, 'H'}, {LADDER_PREV_LOW, 'B'}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (row->flags & own[i].flag)
            return own[i].letter;
    }
    if (panel_is_marked(ui, row))
        return 'X';
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (row->flags & lines[i].flag)
            return lines[i].letter;
    }
    return 0;
}
