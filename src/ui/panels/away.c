/* What happened while nobody looked: a box over the screen, most important first. */
#include "../draw.h"
#include "../format.h"
#include "panel.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <math.h>
#include <stdio.h>

struct list {
    struct pane inside;
    int at; /* next line */
};

static void line(struct list *l, uint8_t role, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void line(struct list *l, uint8_t role, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (l->at < l->inside.h)
        pane_text(&l->inside, 0, l->at, role, text);
    l->at++;
}

static void positions(struct list *l, const struct ui *ui, const struct ui_away *a)
{
    char when[FORMAT_MAX], money[FORMAT_MAX], pct[FORMAT_MAX];
    for (uint32_t i = 0; i < a->position_n; i++) {
        const struct ui_away_position *p = &a->positions[i];
        bool is_close = p->at_ns != 0 && fabs(p->distance_pct) < 5.0;
        line(l, is_close ? ROLE_BAD : ROLE_OWN, "%s %s  closest to liquidation %s%s%s", p->pos.instrument,
             p->pos.side == POSITION_LONG ? "LONG" : "SHORT",
             p->at_ns != 0 ? format_pct(pct, p->distance_pct, 2) : FORMAT_NONE, p->at_ns != 0 ? " at " : "",
             p->at_ns != 0 ? format_time(when, p->at_ns, 0, ui_offset_s(ui), true) : "");
        if (p->fundings > 0)
            line(l, ROLE_TEXT, "  funding %s %s (%u x)", p->funding < 0.0 ? "received" : "paid",
                 format_money(money, fabs(p->funding), false), p->fundings);
    }
}

static void markets(struct list *l, const struct ui *ui, const struct ui_away *a)
{
    char low[FORMAT_MAX], high[FORMAT_MAX], t1[FORMAT_MAX], t2[FORMAT_MAX], x[FORMAT_MAX], y[FORMAT_MAX];
    for (uint32_t i = 0; i < a->market_n; i++) {
        const struct ui_away_market *m = &a->markets[i];
        int decimals = i < ui->live.name_n ? ui->live.names[i].price_decimals : 2;
        if (m->first > 0.0)
            line(l, ROLE_BRIGHT, "%-20s %s  %s at %s .. %s at %s", m->name,
                 format_pct(x, (m->last / m->first - 1.0) * 100.0, 2), format_price(low, m->low, decimals),
                 format_time(t1, m->low_ns, 0, ui_offset_s(ui), false), format_price(high, m->high, decimals),
                 format_time(t2, m->high_ns, 0, ui_offset_s(ui), true));
        else
            line(l, ROLE_DIM, "%-20s no trade", m->name);
        if (m->liqs > 0)
            line(l, ROLE_TEXT, "  liquidated %slongs %s, shorts %s",
                 m->completeness == COMPLETENESS_FULL ? "" : ">= ", format_money(x, m->long_usd, false),
                 format_money(y, m->short_usd, false));
    }
}

static void liquidations(struct list *l, const struct ui *ui, const struct ui_away *a)
{
    char when[FORMAT_MAX], money[FORMAT_MAX];
    if (a->liq_n > 0)
        line(l, ROLE_TITLE, "largest liquidations");
    for (uint32_t i = 0; i < a->liq_n; i++) {
        const struct liq_item *item = &a->liqs[i];
        line(l, item->side == POSITION_LONG ? ROLE_LIQ_LONG : ROLE_LIQ_SHORT, "  %s  %-5s %8s  %s",
             format_time(when, item->recv_ns, 0, ui_offset_s(ui), true),
             item->side == POSITION_LONG ? "LONG" : "SHORT", format_money(money, item->usd, false),
             item->instrument < a->market_n ? a->markets[item->instrument].name : "");
    }
}

static void gaps(struct list *l, const struct ui_away *a)
{
    char lost[FORMAT_MAX], age[FORMAT_MAX];
    if (a->gaps == 0 && a->lost == 0) {
        line(l, ROLE_GOOD, "no gaps: every book was true all the time");
        return;
    }
    line(l, ROLE_BAD, "%llu %s, books not true for %s together; %s events lost", (unsigned long long)a->gaps,
         a->gaps == 1 ? "gap" : "gaps", format_age(age, a->gap_ns), format_count(lost, a->lost));
}

void away_draw(const struct ui *ui, const struct pane *p)
{
    const struct ui_away *a = &ui->away;
    char from[FORMAT_MAX], to[FORMAT_MAX], title[160], age[FORMAT_MAX];
    struct list l = {.inside = pane_sub(p, 2, 1, p->w - 4, p->h - 2)};

    snprintf(title, sizeof title, " %s .. %s (%s)   Enter replays it   Esc closes ",
             format_time(from, a->from_ns, 0, ui_offset_s(ui), false),
             format_time(to, a->to_ns, 0, ui_offset_s(ui), true), format_age(age, a->to_ns - a->from_ns));
    draw_box(p, title);
    if (a->error < 0) {
        line(&l, ROLE_BAD, "not known: %s", ap_err_text(a->error));
    } else if (a->progress < 1.0) {
        line(&l, ROLE_TEXT, "looking through it: %.0f %%", a->progress * 100.0);
    } else {
        positions(&l, ui, a);
        markets(&l, ui, a);
        liquidations(&l, ui, a);
        gaps(&l, a);
    }
    for (int y = 0; y < l.inside.h; y++)
        pane_back(&l.inside, 0, y, l.inside.w, ROLE_BOX);
    if (l.at > l.inside.h)
        pane_textf(p, 2, p->h - 1, ROLE_BOX, " %d more lines ", l.at - l.inside.h);
}
