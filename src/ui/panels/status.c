/* Line 1: can the rest be trusted, and the handful of figures of the instrument. */
#include "../format.h"
#include "line.h"
#include "panel.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define STALL_NS  (3 * NS_PER_S)
#define QUIET_NS  (3 * NS_PER_S)
#define LONG_COLS 150

static void add_feed(struct line *l, const struct ui *ui)
{
    static const struct {
        const char *dot;
        uint8_t role;
    } looks[] = {[FEED_NONE] = {"○", ROLE_DIM},  [FEED_CONNECTING] = {"◐", ROLE_WARN},
                 [FEED_LIVE] = {"●", ROLE_GOOD}, [FEED_PARTIAL] = {"◐", ROLE_WARN},
                 [FEED_STALE] = {"○", ROLE_BAD}, [FEED_DOWN] = {"○", ROLE_BAD},
                 [FEED_ENDED] = {"○", ROLE_WARN}};
    const struct data *d = &ui->live;
    const struct feed_view *f = data_feed(d);
    int state = f != NULL && f->row.state < sizeof looks / sizeof *looks ? f->row.state : FEED_NONE;
    int64_t stalled = ui->wall_ns - ui->moved_wall_ns;
    char age[FORMAT_MAX];

    if (!ui_is_replay(ui) && stalled > STALL_NS && state != FEED_ENDED)
        line_add(l, 0, 5, ROLE_ALARM, "NOTHING FOR %s", format_age(age, stalled - stalled % NS_PER_S));
    else if (d->head_version == 0 || f == NULL)
        line_add(l, 0, 5, ROLE_WARN, "◐%s", d->head_version == 0 ? "STARTING" : "NO FEED");
    else if (ui_is_replay(ui) && state == FEED_LIVE)
        line_add(l, 0, 5, ROLE_OWN, "▶REPLAY");
    else
        line_add(l, 0, 5, looks[state].role, "%s%s", looks[state].dot, feed_state_name(state));
    if (f != NULL && state != FEED_LIVE && f->row.reason[0] != '\0')
        line_add(l, 2, 0, ROLE_WARN, "%.60s", f->row.reason);
    if (data_has_market(d) && d->market.book_state != BOOK_TRUE)
        line_add(l, 0, 0, ROLE_ALARM, "%s", book_state_name(d->market.book_state));
}

/* "-.21": a small percent without the zero that says nothing. */
static const char *short_pct(char *buf, double pct)
{
    char text[FORMAT_MAX];
    snprintf(text, sizeof text, "%+.2f", pct);
    if (text[1] == '0')
        snprintf(buf, FORMAT_MAX, "%c%s", text[0], text + 2);
    else
        snprintf(buf, FORMAT_MAX, "%s", text);
    return buf;
}

static void add_truth(struct line *l, const struct ui *ui)
{
    const struct data *d = &ui->live;
    const struct market_view *m = &d->market;
    char a[FORMAT_MAX], b[FORMAT_MAX];
    int64_t mid = data_mid(d), quiet = d->head.time_ns - m->last_depth_ns;

    line_add(l, m->gaps > 0 ? 3 : 6, 4, m->gaps > 0 ? ROLE_WARN : ROLE_DIM, "gap%llu",
             (unsigned long long)m->gaps);
    if (d->head.lost > 0)
        line_add(l, 2, 0, ROLE_BAD, "lost %s", format_count(a, d->head.lost));
    if (m->last_depth_ns > 0 && quiet > QUIET_NS)
        line_add(l, 1, 10, ROLE_WARN, "quiet %s", format_age(a, quiet));
    else
        line_add(l, 8, 5, ROLE_DIM, "%5s", format_latency(a, m->latency_ns));
    if (!data_is_true(d) || mid == 0 || m->known_hi == 0)
        line_add(l, 7, 17, ROLE_DIM, "known --");
    else
        line_add(l, 7, 17, ROLE_DIM, "known %s/%s%%",
                 short_pct(a, ((double)m->known_lo / (double)mid - 1.0) * 100.0),
                 short_pct(b, ((double)m->known_hi / (double)mid - 1.0) * 100.0));
}

static void add_price(struct line *l, const struct ui *ui)
{
    const struct market_view *m = &ui->live.market;
    char a[FORMAT_MAX], name[FORMAT_MAX];

    line_add(l, 0, 0, ROLE_TITLE, "%s", format_name(name, sizeof name, m->inst.symbol, m->inst.venue));
    line_add(l, 0, 7, ROLE_LAST, "%s", m->has_last ? format_px(a, &m->inst, m->last_px) : FORMAT_NONE);
    if (!m->has_day_open || !m->has_last || m->day_open_px <= 0)
        return;
    double change = ((double)m->last_px / (double)m->day_open_px - 1.0) * 100.0;
    uint8_t role = change > 0.0 ? ROLE_BUY : change < 0.0 ? ROLE_SELL : ROLE_TEXT;
    /* A day that was not watched from its begin has no day change: it says since when. */
    if (m->day_open_ns / NS_PER_S % 86400 < 60)
        line_add(l, 2, 7, role, "%sd", format_pct(a, change, 2));
    else
        line_add(l, 4, 7, role, "%s since %s", format_pct(a, change, 2),
                 format_minute(name, m->day_open_ns, ui_offset_s(ui)));
}

static void add_mark(struct line *l, const struct ui *ui, bool is_long)
{
    const struct market_view *m = &ui->live.market;
    char a[FORMAT_MAX], b[FORMAT_MAX];

    if (m->has_mark && is_long)
        line_add(l, 9, 13, ROLE_TEXT, "mark %s", format_mark(a, &m->inst, m->mark));
    if (m->has_mark && m->index > 0)
        line_add(l, 5, is_long ? 12 : 10, ROLE_TEXT, is_long ? "basis %s" : "idx%s",
                 format_bp(a, ((double)m->mark / (double)m->index - 1.0) * 1e4, 1));
    if (m->has_funding) {
        uint32_t hours = m->inst.funding_interval_s / 3600;
        char interval[16] = "";
        if (hours > 0 && m->inst.funding_interval_s % 3600 == 0)
            snprintf(interval, sizeof interval, "/%uh", hours);
        line_add(l, 3, 0, ROLE_TEXT, "F%s%s%s %s", is_long ? " " : "",
                 format_rate(a, m->funding_rate, m->inst.rate_decimals), interval,
                 format_countdown(b, m->next_funding_ns - ui->live.head.time_ns));
    }
    if (m->has_oi) {
        double usd = instrument_qty(&m->inst, m->open_interest) *
                     (m->inst.inverse ? 1.0 : data_price(&ui->live));
        line_add(l, 10, 8, ROLE_TEXT, "OI %s", format_money(a, usd, false));
    }
}

static void add_right(struct line *l, const struct ui *ui)
{
    static const uint8_t roles[] = {[JOURNAL_OFF] = ROLE_DIM,
                                    [JOURNAL_RECORDING] = ROLE_GOOD,
                                    [JOURNAL_LAGGING] = ROLE_WARN,
                                    [JOURNAL_STOPPED] = ROLE_ALARM};
    const struct host_view *h = &ui->live.host;
    char a[FORMAT_MAX];

    if (!ui_is_replay(ui) && ui->live.host_version != 0) {
        int state = h->journal_state < sizeof roles ? h->journal_state : JOURNAL_STOPPED;
        line_add(l, state == JOURNAL_OFF ? 11 : 1, 0, roles[state], "%s",
                 state == JOURNAL_OFF ? "no REC" : journal_state_name(state))
            ->is_right = true;
    }
    int64_t now = ui_is_replay(ui) ? ui->replay.at_ns : ui->wall_ns;
    line_add(l, 0, 8, ROLE_BRIGHT, "%s", format_time(a, now, 0, ui_offset_s(ui), true))->is_right = true;
}

void status_draw(const struct ui *ui, const struct pane *p)
{
    struct line l = {.gap = p->w >= 100 ? 2 : 1};
    add_feed(&l, ui);
    if (data_has_market(&ui->live)) {
        add_price(&l, ui);
        add_mark(&l, ui, p->w >= LONG_COLS);
        add_truth(&l, ui);
    }
    add_right(&l, ui);
    line_draw(&l, p, 0);
}
