/* Line 2: the position that dies first, and how thin the market is. */
#include "../format.h"
#include "line.h"
#include "panel.h"
#include <math.h>
#include <string.h>

static uint8_t distance_role(double pct)
{
    double d = fabs(pct);
    return d < 2.0 ? ROLE_ALARM : d < 5.0 ? ROLE_BAD : d < 10.0 ? ROLE_WARN : ROLE_OWN;
}

/* "binance:BTCUSDT" -> "binance BTCUSDT" */
static const char *spaced(char *buf, const char *instrument)
{
    size_t n = strnlen(instrument, INSTRUMENT_NAME_MAX - 1);
    memcpy(buf, instrument, n);
    buf[n] = '\0';
    char *colon = strchr(buf, ':');
    if (colon != NULL)
        *colon = ' ';
    return buf;
}

static void add_first(struct line *l, const struct risk_view *r, int width)
{
    char name[INSTRUMENT_NAME_MAX], a[FORMAT_MAX], b[FORMAT_MAX];
    if (r->position_n == 0) {
        line_add(l, 0, 0, ROLE_DIM,
                 width < 60 ? "no positions"
                            : "no positions  (a positions file makes this line: the first to die)");
        return;
    }
    if (r->first_to_die < 0 || (uint32_t)r->first_to_die >= r->position_n) {
        uint32_t unknown = 0;
        for (uint32_t i = 0; i < r->position_n; i++)
            unknown += !r->positions[i].has_liq && (!r->positions[i].has_tiers || !r->positions[i].has_mark);
        if (unknown > 0)
            line_add(l, 0, 0, ROLE_WARN,
                     "FIRST TO DIE unknown: %u of %u positions without mark or margin tiers", unknown,
                     r->position_n);
        else
            line_add(l, 0, 0, ROLE_GOOD, "no position can be liquidated");
        return;
    }
    const struct position_view *v = &r->positions[r->first_to_die];
    uint8_t role = distance_role(v->distance_pct);
    int decimals = v->liq < 10.0 ? 5 : v->liq < 1000.0 ? 3 : v->liq < 10000.0 ? 2 : 1;
    line_add(l, 0, 0, role, "%s%s", v->distance_pct >= 0.0 ? "▲" : "▼",
             width < 70 ? "FIRST" : "FIRST TO DIE");
    line_add(l, 0, 0, ROLE_BRIGHT, "%s %s", spaced(name, v->pos.instrument),
             v->pos.side == POSITION_LONG ? "LONG" : "SHORT");
    line_add(l, 1, 0, ROLE_OWN, width < 60 ? "%s" : "liq %s", format_price(a, v->liq, decimals));
    line_add(l, 0, 6, role, "%s", format_pct(b, v->distance_pct, 1));
    if (v->pos.stop > 0.0)
        line_add(l, 7, 0, ROLE_DIM, "stop %s", format_price(a, v->pos.stop, decimals));
    else
        line_add(l, 2, 0, ROLE_WARN, "NO STOP");
}

static void add_accounts(struct line *l, const struct risk_view *r)
{
    char a[FORMAT_MAX];
    double upnl = 0.0, worst = -1.0;
    bool is_known = r->account_n > 0;
    const char *name = "";
    for (uint32_t i = 0; i < r->account_n; i++) {
        is_known = is_known && r->accounts[i].is_known;
        upnl += r->accounts[i].upnl;
        if (r->accounts[i].is_known && r->accounts[i].margin_ratio > worst) {
            worst = r->accounts[i].margin_ratio;
            name = r->accounts[i].acc.name;
        }
    }
    if (r->account_n == 0)
        return;
    line_add(l, 3, 13, is_known ? ROLE_TEXT : ROLE_DIM, "uPnL %s",
             is_known ? format_account(a, upnl, true) : FORMAT_NONE);
    if (worst >= 0.0)
        line_add(l, 5, 0,
                 worst > 0.8   ? ROLE_ALARM
                 : worst > 0.5 ? ROLE_BAD
                               : ROLE_TEXT,
                 "%s MM/EQ %.1f%%", name, worst * 100.0);
}

static void add_gauge(struct line *l, const struct ui *ui, int rank, enum gauge gauge, const char *label,
                      bool is_money, int width)
{
    const struct metric_value *v = ui_gauge(ui, gauge);
    char a[FORMAT_MAX];
    if (v == NULL)
        return;
    struct line_item *item;
    if (v->state != METRIC_OK && v->state != METRIC_DEGRADED)
        item = line_add(l, rank, width, ROLE_UNKNOWN, "%s %s", label, FORMAT_NONE);
    else if (is_money)
        item = line_add(l, rank, width, ROLE_TEXT, "%s %s%s", label, v->state == METRIC_DEGRADED ? ">=" : "",
                        format_money(a, v->value, false));
    else
        item = line_add(l, rank, width, ROLE_TEXT, "%s %s", label, format_price(a, v->value, 2));
    item->is_right = true;
}

void risk_line_draw(const struct ui *ui, const struct pane *p)
{
    struct line l = {.gap = p->w >= 100 ? 2 : 1};
    add_first(&l, &ui->live.head.risk, p->w);
    add_accounts(&l, &ui->live.head.risk);
    add_gauge(&l, ui, 9, GAUGE_PACE, "trades/s", false, 14);
    add_gauge(&l, ui, 8, GAUGE_IMBALANCE, "imbal", false, 11);
    add_gauge(&l, ui, 6, GAUGE_DEPTH_BID, p->w < 120 ? "10bp bid" : "depth 10bp bid", true, 14);
    add_gauge(&l, ui, 6, GAUGE_DEPTH_ASK, "ask", true, 9);
    add_gauge(&l, ui, 4, GAUGE_SPREAD, "spread bp", false, 14);
    line_draw(&l, p, 0);
}
