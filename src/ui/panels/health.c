/* Is the program itself well: feeds, books, rings, latencies, memory, journal. */
#include "../format.h"
#include "panel.h"
#include <alphaplus/base/clock.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LABEL_COLS 12

static void feed_rows(const struct ui *ui, const struct pane *p)
{
    const struct head_view *h = &ui->live.head;
    char a[FORMAT_MAX];
    pane_title(p, 0, "FEEDS", panel_is_focus(ui, PANEL_HEALTH));
    if (p->h < 2)
        return;
    pane_text(p, 0, 1, ROLE_DIM,
              "VENUE     STATE        SINCE   LAST  FRAMES/s    BYTES/s   BAD  UNKNOWN  RECONN  REFUSED");
    for (uint32_t i = 0; i < h->feed_n && i < VENUE_MAX && 2 + (int)i < p->h; i++) {
        const struct feed_view *f = &h->feeds[i];
        int y = 2 + (int)i;
        uint8_t role = f->row.state == FEED_LIVE                                 ? ROLE_GOOD
                       : f->row.state == FEED_DOWN || f->row.state == FEED_STALE ? ROLE_BAD
                                                                                 : ROLE_WARN;
        pane_textf(p, 0, y, ROLE_TEXT, "%.9s", f->row.venue);
        pane_text(p, 10, y, role, feed_state_name(f->row.state));
        pane_right(p, 21, 28, y, ROLE_TEXT, format_age(a, h->time_ns - f->since_ns));
        pane_right(p, 28, 35, y, ROLE_TEXT,
                   f->last_ns > 0 ? format_age(a, h->time_ns - f->last_ns) : FORMAT_NONE);
        pane_right(p, 35, 45, y, ROLE_TEXT, format_count(a, f->row.frames_per_s));
        pane_right(p, 45, 56, y, ROLE_TEXT, format_bytes(a, f->row.bytes_per_s));
        pane_right(p, 56, 62, y, f->row.bad_frames > 0 ? ROLE_WARN : ROLE_DIM,
                   format_count(a, f->row.bad_frames));
        pane_right(p, 62, 71, y, f->row.unknown_frames > 0 ? ROLE_WARN : ROLE_DIM,
                   format_count(a, f->row.unknown_frames));
        pane_right(p, 71, 79, y, f->row.reconnects > 0 ? ROLE_WARN : ROLE_DIM,
                   format_count(a, f->row.reconnects));
        pane_right(p, 79, 88, y, f->row.refused > 0 ? ROLE_BAD : ROLE_DIM, format_count(a, f->row.refused));
        pane_textf(p, 90, y, ROLE_WARN, "%.60s", f->row.reason);
    }
}

struct list {
    const struct pane *p;
    int y;
};

__attribute__((format(printf, 4, 5))) static void entry(struct list *l, uint8_t role, const char *label,
                                                        const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (l->y >= l->p->h)
        return;
    pane_text(l->p, 0, l->y, ROLE_DIM, label);
    pane_text(l->p, LABEL_COLS, l->y++, role, text);
}

/* Of the venue that the shown instrument is on; NULL: none yet. */
static const struct feed_row *feed_of(const struct ui *ui)
{
    const struct head_view *h = &ui->live.head;
    for (uint32_t i = 0; i < h->feed_n && i < VENUE_MAX; i++) {
        if (data_has_market(&ui->live) && strcmp(h->feeds[i].row.venue, ui->live.market.inst.venue) == 0)
            return &h->feeds[i].row;
    }
    return NULL;
}

static void feed_times(struct list *l, const struct feed_row *f)
{
    char a[FORMAT_MAX], b[FORMAT_MAX];
    if (f->has_latency)
        entry(l, ROLE_TEXT, "feed", "p50 %s   p99 %s%s", format_latency(a, f->latency_p50_ns),
              format_latency(b, f->latency_p99_ns), f->is_latency_raw ? "   by this clock" : "");
    else
        entry(l, ROLE_UNKNOWN, "feed", FORMAT_NONE);
    if (f->has_clock)
        entry(l, ROLE_TEXT, "clock", "the venue's %s %s, give or take %s",
              format_latency(a, f->clock_ns < 0 ? -f->clock_ns : f->clock_ns),
              f->clock_ns < 0 ? "behind" : "ahead", format_latency(b, f->clock_error_ns));
    else
        entry(l, ROLE_UNKNOWN, "clock", FORMAT_NONE);
}

static void feed_details(struct list *l, const struct feed_row *f)
{
    char text[160] = "";
    size_t n = 0;
    for (int i = 0; i < FEED_UNKNOWN_MAX && f->unknown[i].name[0] && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %" PRIu64, i > 0 ? ", " : "",
                              f->unknown[i].name, f->unknown[i].count);
    feed_times(l, f);
    entry(l, n > 0 ? ROLE_WARN : ROLE_DIM, "unknown", "%s", n > 0 ? text : "none");
    entry(l, ROLE_TEXT, "mended",
          "turned %" PRIu64 "  renewed %" PRIu64 "  repeats %" PRIu64 "  REST errors %" PRIu64, f->rotations,
          f->renewals, f->repeats, f->rest_errors);
}

static void book_rows(const struct ui *ui, const struct pane *p)
{
    const struct market_view *m = &ui->live.market;
    struct list l = {p, 1};
    char title[64], name[FORMAT_MAX], a[FORMAT_MAX], b[FORMAT_MAX];
    bool is_true = data_is_true(&ui->live);

    snprintf(title, sizeof title, "BOOK %s",
             data_has_market(&ui->live) ? format_name(name, sizeof name, m->inst.symbol, m->inst.venue) : "");
    pane_title(p, 0, title, false);
    entry(&l, is_true ? ROLE_GOOD : ROLE_BAD, "state", "%s for %s", book_state_name(m->book_state),
          format_age(a, ui->live.head.time_ns - m->book_since_ns));
    entry(&l, m->gaps > 0 ? ROLE_WARN : ROLE_TEXT, "gaps",
          "%" PRIu64 "   resyncs %" PRIu64 "   crossed %" PRIu64, m->gaps, m->resyncs, m->crossed);
    if (m->checksums > 0)
        entry(&l, m->mismatches > 0 ? ROLE_WARN : ROLE_TEXT, "checksums", "%" PRIu64 " wrong of %" PRIu64,
              m->mismatches, m->checksums);
    entry(&l, ROLE_TEXT, "updates", "%s of %s levels", format_count(a, m->depth_events),
          format_count(b, m->level_updates));
    entry(&l, ROLE_TEXT, "trades", "%s", format_count(a, m->trades));
    entry(&l, ROLE_TEXT, "levels", "%" PRIu32 " bids, %" PRIu32 " asks", m->bid_levels, m->ask_levels);
    if (is_true && m->known_hi > 0)
        entry(&l, ROLE_TEXT, "known", "%s .. %s", format_px(a, &m->inst, m->known_lo),
              format_px(b, &m->inst, m->known_hi));
    else
        entry(&l, ROLE_UNKNOWN, "known", FORMAT_NONE);
    entry(&l, ROLE_TEXT, "latency", "%s exchange to here", format_latency(a, m->latency_ns));
    const struct feed_row *feed = feed_of(ui);
    if (feed)
        feed_details(&l, feed);
    entry(&l, ui->live.head.lost > 0 ? ROLE_BAD : ROLE_TEXT, "lost", "%s events",
          format_count(a, ui->live.head.lost));
    entry(&l, ROLE_DIM, "digest", "%016" PRIx64, ui->live.head.digest_all);
}

static void machine_rows(const struct ui *ui, const struct pane *p)
{
    const struct host_view *h = &ui->live.host;
    struct list l = {p, 1};
    char a[FORMAT_MAX], b[FORMAT_MAX], c[FORMAT_MAX];

    pane_title(p, 0, "PROGRAM", false);
    if (ui->live.host_version == 0) {
        pane_text(p, 0, 1, ROLE_UNKNOWN, "no figures yet");
        return;
    }
    double fill = h->ring_size > 0 ? (double)h->ring_used / (double)h->ring_size : 0.0;
    entry(&l, ROLE_TEXT, "events", "%s   %s/s", format_count(a, h->events), format_count(b, h->events_per_s));
    entry(&l, fill > 0.5 ? ROLE_WARN : ROLE_TEXT, "ring", "%.1f%% of %s   refused %" PRIu64, fill * 100.0,
          format_bytes(a, h->ring_size), h->ring_refused);
    entry(&l, ROLE_TEXT, "decode", "p50 %s   p99 %s", format_latency(a, h->decode_p50_ns),
          format_latency(b, h->decode_p99_ns));
    entry(&l, ROLE_TEXT, "apply", "p50 %s   p99 %s", format_latency(a, h->apply_p50_ns),
          format_latency(b, h->apply_p99_ns));
    entry(&l, ROLE_TEXT, "publish", "p50 %s   p99 %s   max %s", format_latency(a, h->publish_p50_ns),
          format_latency(b, h->publish_p99_ns), format_latency(c, h->publish_max_ns));
    entry(&l, ROLE_TEXT, "memory", "%s", format_bytes(a, h->resident_bytes));
    uint8_t role = h->journal_state == JOURNAL_RECORDING ? ROLE_GOOD
                   : h->journal_state == JOURNAL_OFF     ? ROLE_DIM
                                                         : ROLE_BAD;
    entry(&l, role, "journal", "%s  %s", journal_state_name(h->journal_state), h->journal_text);
    if (h->journal_state == JOURNAL_OFF)
        return;
    entry(&l, ROLE_TEXT, "stored", "%s events in %s   behind %s", format_count(a, h->journal_events),
          format_bytes(b, h->journal_bytes), format_bytes(c, h->journal_lag_bytes));
    if (h->journal_lost > 0)
        entry(&l, ROLE_BAD, "not stored", "%s events", format_count(a, h->journal_lost));
    entry(&l, ROLE_TEXT, "committed", "%s", format_time(a, h->journal_commit_ns, 1, ui_offset_s(ui), true));
    entry(&l, ROLE_DIM, "file", "%s", h->journal_path);
}

void health_draw(const struct ui *ui, const struct pane *p)
{
    int feeds = 2 + (int)(ui->live.head.feed_n < VENUE_MAX ? ui->live.head.feed_n : VENUE_MAX);
    if (feeds > p->h / 2)
        feeds = p->h / 2;
    struct pane top = pane_sub(p, 0, 0, p->w, feeds);
    int half = p->w / 2;
    struct pane left = pane_sub(p, 0, feeds, half - 1, p->h - feeds),
                right = pane_sub(p, half, feeds, p->w - half, p->h - feeds);
    feed_rows(ui, &top);
    book_rows(ui, &left);
    struct pane between = pane_sub(p, half - 1, feeds, 1, p->h - feeds);
    pane_vline(&between, 0);
    machine_rows(ui, &right);
}
