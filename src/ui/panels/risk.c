/* Own accounts and positions: what dies, at which price, how far away. Equity never crosses accounts. */
#include "../format.h"
#include "panel.h"
#include <alphaplus/base/text.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_COLS 10

static uint8_t pnl_role(double v)
{
    return v > 0.0 ? ROLE_BUY : v < 0.0 ? ROLE_SELL : ROLE_TEXT;
}

static const char *known(char *buf, bool is_known, double v, bool plus)
{
    return is_known ? format_account(buf, v, plus) : FORMAT_NONE;
}

/* Cells of a table from left to right. */
struct row {
    const struct pane *p;
    int x, y;
};

static void cell_left(struct row *r, int w, uint8_t role, const char *text)
{
    struct pane clip = pane_sub(r->p, r->x, r->y, w, 1);
    pane_text(&clip, 0, 0, role, text);
    r->x += w + 1;
}

static void cell_right(struct row *r, int w, uint8_t role, const char *text)
{
    pane_right(r->p, r->x, r->x + w, r->y, role, text);
    r->x += w + 1;
}

static void account_head(const struct pane *p, int y)
{
    struct row r = {p, 0, y};
    cell_left(&r, NAME_COLS, ROLE_DIM, "ACCOUNT");
    cell_left(&r, 8, ROLE_DIM, "VENUE");
    cell_right(&r, 11, ROLE_DIM, "EQUITY");
    cell_right(&r, 11, ROLE_DIM, "WALLET");
    cell_right(&r, 9, ROLE_DIM, "uPNL");
    cell_right(&r, 6, ROLE_DIM, "MM/EQ");
    if (p->w >= 100)
        cell_right(&r, 27, ROLE_DIM, "MAINTENANCE");
}

static void account_row(const struct pane *p, int y, const struct account_view *v)
{
    struct row r = {p, 0, y};
    char a[FORMAT_MAX];
    cell_left(&r, NAME_COLS, ROLE_TEXT, v->acc.name);
    cell_left(&r, 8, ROLE_DIM, v->acc.venue);
    cell_right(&r, 11, ROLE_BRIGHT, known(a, v->is_known, v->equity, false));
    cell_right(&r, 11, ROLE_TEXT, format_account(a, v->acc.wallet, false));
    cell_right(&r, 9, v->is_known ? pnl_role(v->upnl) : ROLE_UNKNOWN, known(a, v->is_known, v->upnl, true));
    if (v->is_known)
        snprintf(a, sizeof a, "%.1f%%", v->margin_ratio * 100.0);
    uint8_t role = !v->is_known            ? ROLE_UNKNOWN
                   : v->margin_ratio > 0.8 ? ROLE_ALARM
                   : v->margin_ratio > 0.5 ? ROLE_BAD
                                           : ROLE_TEXT;
    cell_right(&r, 6, role, v->is_known ? a : FORMAT_NONE);
    int bar = p->w >= 100 ? 16 : p->w - r.x < 16 ? p->w - r.x : 16;
    for (int i = 0; i < bar; i++)
        pane_put(p, r.x + i, y, 0xb7, ROLE_BORDER, PAINT_OWN, 0);
    if (v->is_known)
        pane_bar(p, r.x, y, bar, v->margin_ratio, role == ROLE_TEXT ? ROLE_STRIP : ROLE_BAD);
    if (p->w >= 100) {
        r.x += 17;
        cell_right(&r, 10, ROLE_TEXT, known(a, v->is_known, v->maintenance, false));
    }
}

/* Nearest to its liquidation first; those without a price behind, as they came. */
struct order {
    double distance;
    uint32_t index;
};

static int nearer(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->distance < y->distance)
        return -1;
    return x->distance > y->distance ? 1 : x->index < y->index ? -1 : 1;
}

static void position_head(const struct pane *p, int y)
{
    struct row r = {p, 0, y};
    cell_left(&r, NAME_COLS, ROLE_DIM, "ACCOUNT");
    cell_left(&r, 11, ROLE_DIM, "INSTRUMENT");
    cell_left(&r, 5, ROLE_DIM, "SIDE");
    cell_right(&r, 9, ROLE_DIM, "SIZE");
    if (p->w >= 120)
        cell_right(&r, 11, ROLE_DIM, "NOTIONAL");
    if (p->w >= 90)
        cell_right(&r, 9, ROLE_DIM, "ENTRY");
    cell_right(&r, 9, ROLE_DIM, "MARK");
    cell_right(&r, 9, ROLE_DIM, "LIQ");
    cell_right(&r, 7, ROLE_DIM, "DIST");
    if (p->w >= 80)
        cell_right(&r, 8, ROLE_DIM, "uPNL");
    if (p->w >= 120) {
        cell_right(&r, 6, ROLE_DIM, "LEV");
        cell_right(&r, 5, ROLE_DIM, "MODE");
    }
    if (p->w >= 100)
        cell_right(&r, 9, ROLE_DIM, "STOP");
}

static int price_decimals(double v)
{
    return v < 1.0 ? 5 : v < 10.0 ? 4 : v < 1000.0 ? 3 : v < 10000.0 ? 2 : 1;
}

static const char *liq_text(char *buf, const struct position_view *v)
{
    if (v->has_liq)
        return format_price(buf, v->liq, price_decimals(v->liq));
    return v->has_tiers && v->has_mark ? "never" : FORMAT_NONE;
}

static void position_row(const struct pane *p, int y, const struct position_view *v)
{
    struct row r = {p, 0, y};
    char a[FORMAT_MAX];
    bool is_long = v->pos.side == POSITION_LONG;
    const char *colon = strchr(v->pos.instrument, ':');
    double d = fabs(v->distance_pct);
    uint8_t near = !v->has_liq ? ROLE_UNKNOWN
                   : d < 2.0   ? ROLE_ALARM
                   : d < 5.0   ? ROLE_BAD
                   : d < 10.0  ? ROLE_WARN
                               : ROLE_OWN;

    cell_left(&r, NAME_COLS, ROLE_TEXT, v->pos.account);
    cell_left(&r, 11, ROLE_BRIGHT, colon != NULL ? colon + 1 : v->pos.instrument);
    cell_left(&r, 5, is_long ? ROLE_BUY : ROLE_SELL, is_long ? "LONG" : "SHORT");
    cell_right(&r, 9, ROLE_TEXT, format_qty(a, v->pos.qty, v->pos.qty >= 1000.0 ? 0 : 3));
    if (p->w >= 120)
        cell_right(&r, 11, ROLE_TEXT, known(a, v->has_mark, v->notional, false));
    if (p->w >= 90)
        cell_right(&r, 9, ROLE_TEXT, format_price(a, v->pos.entry, price_decimals(v->pos.entry)));
    cell_right(&r, 9, ROLE_TEXT,
               v->has_mark ? format_price(a, v->mark, price_decimals(v->mark)) : FORMAT_NONE);
    cell_right(&r, 9, v->has_liq ? ROLE_OWN : ROLE_UNKNOWN, liq_text(a, v));
    cell_right(&r, 7, near, v->has_liq ? format_pct(a, v->distance_pct, 1) : FORMAT_NONE);
    if (p->w >= 80)
        cell_right(&r, 8, v->has_mark ? pnl_role(v->upnl) : ROLE_UNKNOWN,
                   known(a, v->has_mark, v->upnl, true));
    if (p->w >= 120) {
        snprintf(a, sizeof a, "%.1fx", v->leverage);
        cell_right(&r, 6, ROLE_TEXT, v->has_mark ? a : FORMAT_NONE);
        cell_right(&r, 5, ROLE_DIM, v->pos.margin_mode == MARGIN_ISOLATED ? "iso" : "cross");
    }
    if (p->w >= 100)
        cell_right(&r, 9, v->pos.stop > 0.0 ? ROLE_TEXT : ROLE_WARN,
                   v->pos.stop > 0.0 ? format_price(a, v->pos.stop, price_decimals(v->pos.stop)) : "NONE");
}

static uint32_t sort_positions(const struct risk_view *v, struct order *order)
{
    uint32_t n = v->position_n < POSITION_MAX ? v->position_n : POSITION_MAX;
    for (uint32_t i = 0; i < n; i++)
        order[i] = (struct order){v->positions[i].has_liq ? fabs(v->positions[i].distance_pct) : INFINITY, i};
    qsort(order, n, sizeof *order, nearer);
    return n;
}

static void title_of(const struct risk_view *v, char *buf, size_t size)
{
    double equity = 0.0, upnl = 0.0, gross = 0.0;
    bool is_known = v->account_n > 0;
    char a[FORMAT_MAX], b[FORMAT_MAX], c[FORMAT_MAX];
    for (uint32_t i = 0; i < v->account_n && i < ACCOUNT_MAX; i++) {
        is_known = is_known && v->accounts[i].is_known;
        equity += v->accounts[i].equity;
        upnl += v->accounts[i].upnl;
    }
    for (uint32_t i = 0; i < v->position_n && i < POSITION_MAX; i++)
        gross += v->positions[i].has_mark ? v->positions[i].notional : 0.0;
    if (is_known)
        snprintf(buf, size, "RISK  equity %s  uPnL %s  gross %s", format_account(a, equity, false),
                 format_account(b, upnl, true), format_money(c, gross, false));
    else
        snprintf(buf, size, "RISK");
}

void risk_draw(const struct ui *ui, const struct pane *p)
{
    const struct risk_view *v = &ui->live.head.risk;
    struct order order[POSITION_MAX];
    char title[128];
    int y = 1;

    title_of(v, title, sizeof title);
    panel_head(ui, p, PANEL_RISK, title);
    if (v->account_n == 0 && v->position_n == 0) {
        pane_text(p, 0, 2, ROLE_DIM,
                  "No positions. Name them in a plain file: alphaplus live --positions FILE");
        return;
    }
    account_head(p, y++);
    for (uint32_t i = 0; i < v->account_n && i < ACCOUNT_MAX && y < p->h; i++)
        account_row(p, y++, &v->accounts[i]);
    struct pane rest = pane_sub(p, 0, y, p->w, p->h - y);
    if (rest.h < 3)
        return;
    pane_title(&rest, 0, "POSITIONS  nearest to liquidation first", false);
    position_head(&rest, 1);
    uint32_t n = sort_positions(v, order);
    for (uint32_t i = (uint32_t)ui->scroll[PANEL_RISK]; i < n && 2 + (int)i < rest.h + ui->scroll[PANEL_RISK];
         i++)
        position_row(&rest, 2 + (int)i - ui->scroll[PANEL_RISK], &v->positions[order[i].index]);
}
