/* The book by rows of a group: bids left of the price, asks right of it, bars that grow away from the price. */
#include "../axis.h"
#include "../format.h"
#include "panel.h"
#include <alphaplus/base/fixed.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Columns from left to right: delta qty bar | mark price mark | bar qty delta, then volume and cumulated value. 0: left out. */
struct columns {
    int delta, qty, bar, price, volume, cum;
    int x_delta, x_qty, x_bar, x_price; /* price: with a mark on each side */
    int x_ask_bar, x_ask_qty, x_ask_delta, x_volume, x_cum;
};

static int total(const struct columns *c)
{
    int side = (c->delta > 0 ? c->delta + 1 : 0) + c->qty + 1 + c->bar;
    return 2 * side + c->price + 2 + (c->volume > 0 ? c->volume + 1 : 0) + (c->cum > 0 ? c->cum + 1 : 0);
}

/* Takes in what fits, the most important first; the bars get the rest. */
static void fit_columns(struct columns *c, int w, int price)
{
    *c = (struct columns){.qty = 7, .bar = 3, .price = price};
    int *const optional[] = {&c->delta, &c->volume, &c->cum};
    const int widths[] = {5, 5, 5};
    for (size_t i = 0; i < 3; i++) {
        *optional[i] = widths[i];
        if (total(c) + 2 > w) {
            *optional[i] = 0;
            break;
        }
    }
    if (total(c) + 10 <= w)
        c->qty++;
    if (c->delta > 0 && total(c) + 12 <= w)
        c->delta++;
    if (c->volume > 0 && total(c) + 9 <= w)
        c->volume++;
    while (total(c) + 2 <= w && c->bar < 16)
        c->bar++;
    int x = 0;
    c->x_delta = x;
    x += c->delta > 0 ? c->delta + 1 : 0;
    c->x_qty = x;
    x += c->qty + 1;
    c->x_bar = x;
    x += c->bar;
    c->x_price = x;
    x += c->price + 2;
    c->x_ask_bar = x;
    x += c->bar + 1;
    c->x_ask_qty = x;
    x += c->qty;
    c->x_ask_delta = x + 1;
    x += c->delta > 0 ? c->delta + 1 : 0;
    c->x_volume = x + 1;
    x += c->volume > 0 ? c->volume + 1 : 0;
    c->x_cum = x + 1;
}

struct ladder {
    const struct ui *ui;
    const struct picture *pic;
    const struct instrument *in;
    struct columns c;
    struct pane pane; /* the rows */
    double full;      /* size of a full bar, in the unit shown */
    int decimals;     /* of sizes */
    int flow_decimals;
    bool is_true;
};

static void head(const struct ladder *l, const struct pane *p)
{
    const struct columns *c = &l->c;
    pane_fill(p, 0, 0, p->w, ' ', ROLE_DIM);
    if (c->delta > 0) {
        pane_right(p, c->x_delta, c->x_delta + c->delta, 0, ROLE_DIM, "Δ15s");
        pane_right(p, c->x_ask_delta, c->x_ask_delta + c->delta, 0, ROLE_DIM, "Δ15s");
    }
    pane_right(p, c->x_qty, c->x_qty + c->qty, 0, ROLE_BID, "BID");
    pane_right(p, c->x_ask_qty, c->x_ask_qty + c->qty, 0, ROLE_ASK, "ASK");
    pane_right(p, c->x_price, c->x_price + 1 + c->price, 0,
               panel_is_focus(l->ui, PANEL_LADDER) ? ROLE_FOCUS : ROLE_TITLE, "PRICE");
    if (c->volume > 0)
        pane_right(p, c->x_volume, c->x_volume + c->volume, 0, ROLE_DIM, "VOL");
    if (c->cum > 0)
        pane_right(p, c->x_cum, c->x_cum + c->cum, 0, ROLE_DIM, "CUM");
    if (l->ui->is_held)
        pane_text(p, 0, 0, ROLE_HELD, " HELD ");
}

static void draw_price(const struct ladder *l, const struct ladder_row *row, int y)
{
    const struct columns *c = &l->c;
    char text[FORMAT_MAX];
    bool is_last = row->flags & LADDER_LAST;
    bool is_ask = row->ask_qty > 0 || (l->pic->ask_px > 0 && row->px >= l->pic->ask_px);
    uint8_t role = is_last ? ROLE_LAST : !l->is_true ? ROLE_DIM : is_ask ? ROLE_ASK : ROLE_BID;

    format_px_row(text, l->in, row->px, l->pic->request.group);
    pane_right(&l->pane, c->x_price + 1, c->x_price + 1 + c->price, y, role, text);
    char left = panel_line_letter(l->ui, row);
    bool is_own = row->flags & (LADDER_OWN_LIQ | LADDER_OWN_STOP | LADDER_OWN_ENTRY) ||
                  panel_is_marked(l->ui, row);
    if (left != 0)
        pane_put(&l->pane, c->x_price, y, (unsigned char)left, is_own ? ROLE_OWN : ROLE_DIM, PAINT_OWN, 0);
    if (row->flags & LADDER_WALL && l->is_true)
        pane_put(&l->pane, c->x_price + 1 + c->price, y, 0x25c6, ROLE_WALL, PAINT_OWN, 0);
    else if (is_last)
        pane_put(&l->pane, c->x_price + 1 + c->price, y, 0x25c4, ROLE_LAST, PAINT_OWN, 0);
}

static void draw_delta(const struct ladder *l, int x, int y, int64_t delta, int64_t px)
{
    char text[FORMAT_MAX];
    double v = ui_size(l->ui, l->in, delta, px);
    if (l->ui->is_usd && fabs(v) >= 1.0)
        format_money_fit(text, v, true, l->c.delta);
    else
        format_delta(text, l->ui->is_usd ? 0.0 : v, l->flow_decimals);
    if (text_columns(text) > l->c.delta)
        format_money_fit(text, v, true, l->c.delta);
    bool is_large = fabs(v) > l->full * 0.25;
    pane_right(&l->pane, x, x + l->c.delta, y, is_large ? ROLE_TEXT : ROLE_DIM, text);
}

static void draw_side(const struct ladder *l, const struct ladder_row *row, int y, bool is_ask)
{
    const struct columns *c = &l->c;
    int64_t qty = is_ask ? row->ask_qty : row->bid_qty;
    bool is_known = row->flags & (is_ask ? LADDER_KNOWN_ASK : LADDER_KNOWN_BID);
    bool is_part = row->flags & LADDER_PART_KNOWN;
    int x = is_ask ? c->x_ask_qty : c->x_qty;
    char text[FORMAT_MAX];

    if (!l->is_true) {
        pane_right(&l->pane, x, x + c->qty, y, ROLE_UNKNOWN, FORMAT_NONE);
        return;
    }
    if (qty == 0 && !is_known && !is_part) {
        pane_right(&l->pane, x, x + c->qty, y, ROLE_UNKNOWN, "?");
        return;
    }
    double v = ui_size(l->ui, l->in, qty, row->px);
    if (l->ui->is_usd)
        format_money(text, v, false);
    else
        format_fit(text, v, l->decimals, c->qty);
    uint8_t role = row->flags & LADDER_WALL ? ROLE_WALL : is_ask ? ROLE_ASK : ROLE_BID;
    bool is_bound = !is_known;
    pane_right(&l->pane, x, x + c->qty, y, is_bound ? ROLE_UNKNOWN : role, text);
    if (is_bound && text_columns(text) < c->qty)
        pane_put(&l->pane, x + c->qty - text_columns(text) - 1, y, 0x2265, ROLE_UNKNOWN, PAINT_OWN, 0);
    double f = l->full > 0.0 ? v / l->full : 0.0;
    if (is_ask)
        pane_bar(&l->pane, c->x_ask_bar, y, c->bar, f, is_bound ? ROLE_UNKNOWN : ROLE_ASK_BAR);
    else
        pane_bar_left(&l->pane, c->x_bar, y, c->bar, f, is_bound ? ROLE_UNKNOWN : ROLE_BID_BAR);
    if (c->delta > 0 && !(row->flags & LADDER_NO_FLOW))
        draw_delta(l, is_ask ? c->x_ask_delta : c->x_delta, y, is_ask ? row->ask_delta : row->bid_delta,
                   row->px);
}

static void draw_row(const struct ladder *l, const struct ladder_row *row, int y)
{
    const struct columns *c = &l->c;
    int64_t bid = l->pic->bid_px, ask = l->pic->ask_px;
    char text[FORMAT_MAX];

    bool is_bid_side = bid > 0 ? row->px <= bid : row->flags & LADDER_KNOWN_BID;
    bool is_ask_side = ask > 0 ? row->px >= ask : row->flags & LADDER_KNOWN_ASK;
    if (bid == 0 && ask == 0)
        is_bid_side = is_ask_side = true;
    draw_price(l, row, y);
    if (is_bid_side)
        draw_side(l, row, y, false);
    if (is_ask_side)
        draw_side(l, row, y, true);
    if (c->volume > 0 && row->volume > 0 && !(row->flags & LADDER_NO_FLOW)) {
        double v = ui_size(l->ui, l->in, row->volume, row->px);
        if (l->ui->is_usd)
            format_money_fit(text, v, false, c->volume);
        else
            format_fit(text, v, l->flow_decimals, c->volume);
        pane_right(&l->pane, c->x_volume, c->x_volume + c->volume, y, ROLE_TEXT, text);
    }
    uint32_t known = is_ask_side ? LADDER_KNOWN_ASK : LADDER_KNOWN_BID;
    if (c->cum > 0 && l->is_true && row->cum_usd > 0.0 && row->flags & known)
        pane_right(&l->pane, c->x_cum, c->x_cum + c->cum, y, ROLE_DIM,
                   format_money(text, row->cum_usd, false));
}

/* Where the price went when the rows stay behind it. */
static void draw_arrow(const struct ladder *l)
{
    const struct picture *pic = l->pic;
    int64_t mid = data_mid(&l->ui->live);
    char text[FORMAT_MAX + 16], px[FORMAT_MAX];
    if (mid == 0)
        return;
    enum axis_side side = axis_where(pic->request.top_px, pic->request.group, (int)pic->row_n, mid);
    if (side == AXIS_INSIDE)
        return;
    snprintf(text, sizeof text, " %s %s  c centres ", side == AXIS_ABOVE ? "▲" : "▼",
             format_px(px, l->in, mid));
    int w = text_columns(text), y = side == AXIS_ABOVE ? 0 : l->pane.h - 1;
    pane_text(&l->pane, w < l->pane.w ? (l->pane.w - w) / 2 : 0, y, ROLE_HELD, text);
}

/* Below the rows: what lies outside them and matters. */
static void pin(const struct pane *p, int y, uint8_t role, const char *text)
{
    pane_text(p, 1, y, role, text);
}

static void foot_known(const struct ladder *l, const struct pane *p, int y)
{
    const struct market_view *m = &l->ui->shown->market;
    char a[FORMAT_MAX], b[FORMAT_MAX];
    if (!l->is_true || m->known_hi == 0)
        pin(p, y, ROLE_UNKNOWN, "book not known");
    else
        pane_textf(p, 1, y, ROLE_DIM, "book known %s .. %s", format_px(a, l->in, m->known_lo),
                   format_px(b, l->in, m->known_hi));
}

static void foot_own(const struct ladder *l, const struct pane *p, int y)
{
    const struct risk_view *r = &l->ui->live.head.risk;
    char name[INSTRUMENT_NAME_MAX], a[FORMAT_MAX], b[FORMAT_MAX];
    int64_t scale = fixed_pow10(l->in->price_decimals);
    int x = 1;

    instrument_name(l->in, name);
    for (uint32_t i = 0; i < r->position_n && i < POSITION_MAX; i++) {
        const struct position_view *v = &r->positions[i];
        if (strcmp(v->pos.instrument, name) != 0)
            continue;
        if (v->has_liq && axis_where(l->pic->request.top_px, l->pic->request.group, (int)l->pic->row_n,
                                     (int64_t)llround(v->liq * (double)scale)) != AXIS_INSIDE)
            x += 2 + pane_textf(p, x, y, ROLE_OWN, "%sLIQ %s %s", v->distance_pct >= 0.0 ? "▲" : "▼",
                                format_price(a, v->liq, l->in->price_decimals),
                                format_pct(b, v->distance_pct, 1));
        x += 2 +
             pane_textf(p, x, y, ROLE_OWN, "entry %s", format_price(a, v->pos.entry, l->in->price_decimals));
        if (v->pos.stop > 0.0)
            x += 2 + pane_textf(p, x, y, ROLE_OWN, "stop %s",
                                format_price(a, v->pos.stop, l->in->price_decimals));
    }
    if (x == 1)
        pin(p, y, ROLE_DIM, "no position here");
}

static void foot_legend(const struct ladder *l, const struct pane *p, int y)
{
    char group[FORMAT_MAX];
    int64_t g = l->pic->request.group;
    int x = 1 + pane_textf(p, 1, y, ROLE_TEXT, "rows %s  %s", format_px_row(group, l->in, g, g),
                           l->ui->is_usd ? (l->in->quote[0] != '\0' ? l->in->quote : "quote") : l->in->base);
    pane_text(p, x, y, ROLE_DIM, "   ◆ wall  ◄ last  M mark  E entry  S stop  L liq");
}

static void setup(struct ladder *l, const struct ui *ui, const struct pane *p)
{
    const struct picture *pic = &ui->shown->picture;
    const struct shade *s = &ui->shade;
    int64_t top = pic->rows[0].px, bottom = pic->rows[pic->row_n - 1].px;
    char a[FORMAT_MAX], b[FORMAT_MAX];

    *l = (struct ladder){
        .ui = ui, .pic = pic, .in = &ui->shown->market.inst, .is_true = data_is_true(ui->shown)};
    format_px_row(a, l->in, top, pic->request.group);
    format_px_row(b, l->in, bottom, pic->request.group);
    int price = text_columns(a) > text_columns(b) ? text_columns(a) : text_columns(b);
    fit_columns(&l->c, p->w, price > 5 ? price : 5);
    /* A full bar: the upper cut-off, so bars change their scale as rarely as the shades do. */
    double coins = s->hi > 0 ? HEAT_UNIT * pow(HEAT_BASE, s->hi - 2) : 0.0;
    int64_t largest = 0;
    for (uint32_t i = 0; i < pic->row_n; i++) {
        largest = pic->rows[i].bid_qty > largest ? pic->rows[i].bid_qty : largest;
        largest = pic->rows[i].ask_qty > largest ? pic->rows[i].ask_qty : largest;
    }
    if (coins <= 0.0)
        coins = instrument_qty(l->in, largest);
    l->full = ui->is_usd && !l->in->inverse ? coins * data_price(ui->shown) : coins;
    l->decimals = format_qty_decimals(coins * 2.0, l->c.qty, l->in->qty_decimals);
    l->flow_decimals = format_qty_decimals(coins * 2.0, 5, l->in->qty_decimals);
    if (l->flow_decimals > 1)
        l->flow_decimals = 1 + (coins < 2.0);
}

void ladder_draw(const struct ui *ui, const struct pane *p)
{
    struct ladder l = {.ui = ui};
    int rows = ui->layout.price_rows < p->h - 1 ? ui->layout.price_rows : p->h - 1;

    if (!panel_has_picture(ui)) {
        struct pane rest = pane_sub(p, 0, 1, p->w, rows);
        pane_title(p, 0, "LADDER", panel_is_focus(ui, PANEL_LADDER));
        panel_banner(ui, &rest);
        return;
    }
    setup(&l, ui, p);
    l.pane = pane_sub(p, 0, 1, p->w, rows);
    head(&l, p);
    for (int y = 0; y < rows && y < (int)l.pic->row_n; y++)
        draw_row(&l, &l.pic->rows[y], y);
    draw_arrow(&l);
    panel_banner(ui, &l.pane);
    int foot = ui->layout.foot_rows, at = 1 + rows;
    if (foot >= 3) {
        foot_own(&l, p, at++);
        foot_known(&l, p, at++);
        foot_legend(&l, p, at);
    } else if (foot >= 1) {
        foot_own(&l, p, at);
    }
}
