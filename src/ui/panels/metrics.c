/* Every figure of the registry for the market on screen: value, state, error, cadence; of the chosen one, what it means. */
#include "../actions.h"
#include "../format.h"
#include "panel.h"
#include <stdio.h>
#include <string.h>

#define ABOUT_ROWS 4 /* the chosen figure's own words, below a line */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool holds(const char *text, const char *word)
{
    for (; *text != '\0'; text++) {
        size_t i = 0;
        while (word[i] != '\0' && lower(text[i]) == lower(word[i]))
            i++;
        if (word[i] == '\0')
            return true;
    }
    return word[0] == '\0';
}

static bool is_wanted(const struct ui *ui, int row)
{
    const struct metric_row *r = &ui->registry->rows[row];
    return holds(r->id, ui->find) || holds(r->label, ui->find) || holds(r->meaning, ui->find);
}

int metrics_wanted(const struct ui *ui)
{
    int n = 0;
    for (int i = 0; i < ui->registry->n && i < METRIC_MAX; i++)
        n += is_wanted(ui, i);
    return n;
}

static struct metric_value value_of(const struct ui *ui, int row)
{
    if (ui->registry->rows[row].is_host)
        return host_metric(&ui->registry->rows[row], ui->live.host_version ? &ui->live.host : NULL);
    return data_has_market(&ui->live) ? ui->live.market.metrics[row] : metric_none(METRIC_NO_DATA);
}

static uint8_t state_role(int state)
{
    return state == METRIC_OK         ? ROLE_DIM
           : state == METRIC_DEGRADED ? ROLE_WARN
           : state == METRIC_STALE    ? ROLE_WARN
                                      : ROLE_UNKNOWN;
}

static void draw_row(const struct ui *ui, const struct pane *p, int y, int row, bool is_chosen)
{
    const struct metric_row *r = &ui->registry->rows[row];
    struct metric_value v = value_of(ui, row);
    char text[FORMAT_MAX], bound[FORMAT_MAX + 2];

    pane_text(p, 0, y, is_chosen ? ROLE_BRIGHT : ROLE_DIM, is_chosen ? ">" : " ");
    pane_textf(p, 2, y, is_chosen ? ROLE_BRIGHT : ROLE_TEXT, "%.12s", r->label);
    if (v.state == METRIC_OK || v.state == METRIC_DEGRADED) {
        panel_figure(text, r, &v, &ui->live.market.inst);
        snprintf(bound, sizeof bound, "%s%s", v.state == METRIC_DEGRADED ? ">=" : "", text);
        pane_right(p, 15, 28, y, is_chosen ? ROLE_BRIGHT : ROLE_TEXT, bound);
    } else {
        pane_right(p, 15, 28, y, ROLE_UNKNOWN, FORMAT_NONE);
    }
    if (v.se > 0.0) {
        struct metric_value se = metric_ok(v.se);
        struct metric_row plain = *r;
        plain.range = ">= 0";
        pane_right(p, 28, 38, y, ROLE_DIM, panel_figure(text, &plain, &se, &ui->live.market.inst));
    }
    pane_textf(p, 39, y, ROLE_DIM, "%.5s", r->unit);
    pane_text(p, 45, y, state_role(v.state), metric_state_name(v.state));
    pane_text(p, 54, y, ROLE_WARN, v.is_ref ? "ref" : "");
    pane_textf(p, 58, y, ROLE_DIM, "%.5s", metric_cadence_name(r->cadence));
    pane_textf(p, 64, y, ROLE_DIM, "%s", r->id);
}

static void draw_about(const struct ui *ui, const struct pane *p, int row)
{
    const struct metric_row *r = &ui->registry->rows[row];
    pane_title(p, 0, r->id, false);
    pane_text(p, 0, 1, ROLE_TEXT, r->meaning);
    pane_textf(p, 0, 2, ROLE_DIM, "unit %s   range %s   window %s", r->unit, r->range, r->window);
    pane_textf(p, 0, 3, ROLE_DIM, "source: %s", r->source);
}

void metrics_draw(const struct ui *ui, const struct pane *p)
{
    int wanted = metrics_wanted(ui), chosen = ui->scroll[PANEL_METRICS], at = 0, chosen_row = -1;
    bool has_about = p->h >= 12;
    int rows = p->h - 2 - (has_about ? ABOUT_ROWS : 0);
    char title[96];

    if (chosen >= wanted)
        chosen = wanted > 0 ? wanted - 1 : 0;
    snprintf(title, sizeof title, "METRICS %d of %d%s%.40s", wanted, ui->registry->n,
             ui->find[0] ? "  find: " : "   / finds", ui->find);
    panel_head(ui, p, PANEL_METRICS, title);
    pane_text(p, 2, 1, ROLE_DIM, "FIGURE               VALUE       +-SE UNIT  STATE    REF EVERY ID");
    if (wanted == 0) {
        pane_text(p, 2, 2, ROLE_DIM, "none holds that; / finds another, / and Enter shows all");
        return;
    }
    int first = chosen - rows / 2;
    if (first > wanted - rows)
        first = wanted - rows;
    if (first < 0)
        first = 0;
    for (int i = 0; i < ui->registry->n && i < METRIC_MAX; i++) {
        if (!is_wanted(ui, i))
            continue;
        if (at == chosen)
            chosen_row = i;
        if (at >= first && at - first < rows)
            draw_row(ui, p, 2 + at - first, i, at == chosen);
        at++;
    }
    if (has_about && chosen_row >= 0) {
        struct pane about = pane_sub(p, 0, p->h - ABOUT_ROWS, p->w, ABOUT_ROWS);
        draw_about(ui, &about, chosen_row);
    }
}
