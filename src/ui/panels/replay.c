/* The band that makes a replay unmistakable: a line in a colour of its own with speed, place, time, and a time line with what happened
 * along it. Over the running session it says in words how far behind now the screen is. */
#include "../format.h"
#include "line.h"
#include "panel.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <stdio.h>

#define LONG_LIVE_COLS 150
#define LONG_COLS      110 /* from here on there is room for the ends and the title */

static double place(const struct ui_replay *r)
{
    if (r->last_ns <= r->first_ns)
        return 1.0;
    double f = (double)(r->at_ns - r->first_ns) / (double)(r->last_ns - r->first_ns);
    return f < 0.0 ? 0.0 : f > 1.0 ? 1.0 : f;
}

/* Of several marks in one column, the rarest that matters most. */
static uint32_t mark_glyph(unsigned kinds)
{
    static const struct {
        enum ui_mark kind;
        uint32_t glyph;
    } glyphs[] = {{UI_MARK_GAP, '!'},
                  {UI_MARK_LIQUIDATION, 'L'},
                  {UI_MARK_TRADE, 'T'},
                  {UI_MARK_PULLED, 'x'},
                  {UI_MARK_FORMED, 'w'}};
    for (size_t i = 0; i < sizeof glyphs / sizeof *glyphs; i++) {
        if (kinds & 1u << glyphs[i].kind)
            return glyphs[i].glyph;
    }
    return 0;
}

static unsigned kinds_in(const struct ui *ui, int column, int w)
{
    unsigned kinds = 0;
    int from = column * UI_BINS / w, to = (column + 1) * UI_BINS / w;
    for (int i = from; i < to || i == from; i++)
        kinds |= ui->replay.bins[i];
    return kinds & ui->jump_kinds;
}

static void draw_line(const struct ui *ui, const struct pane *bar, uint8_t role)
{
    int w = bar->w - 2;
    if (w < 8)
        return;
    int at = (int)(place(&ui->replay) * (w - 1) + 0.5);
    for (int i = 0; i < w; i++) {
        uint32_t mark = mark_glyph(kinds_in(ui, i, w));
        uint32_t ch = i == at ? 0x25cf : mark != 0 ? mark : i < at ? 0x2501 : 0x2500;
        pane_put(bar, 1 + i, 0, ch, role, PAINT_OWN, i == at ? ATTR_BOLD : 0);
    }
}

static const char *state_word(const struct ui_replay *r)
{
    return r->is_seeking  ? "SEEKING"
           : r->is_paused ? "PAUSED"
           : r->is_ended  ? r->is_growing ? "WAITING" : "END"
                          : "PLAYING";
}

/* "-1:02:03", "-00:32". */
static void format_behind(char *buf, size_t size, int64_t ns)
{
    int64_t s = ns > 0 ? ns / NS_PER_S : 0;
    if (s >= 3600)
        snprintf(buf, size, "-%lld:%02lld:%02lld", (long long)(s / 3600), (long long)(s / 60 % 60),
                 (long long)(s % 60));
    else
        snprintf(buf, size, "-%02lld:%02lld", (long long)(s / 60), (long long)(s % 60));
}

static void add_head(struct line *l, const struct ui_replay *r, uint8_t role)
{
    char behind[32];
    if (r->is_live) {
        format_behind(behind, sizeof behind, r->last_ns - r->at_ns);
        line_add(l, 0, 14, role, " %s %s", r->is_paused ? "HELD" : "REWOUND", behind);
        if (r->is_seeking)
            line_add(l, 3, 7, role, "SEEKING");
        line_add(l, 6, 0, role, "R: back to now");
        line_add(l, 7, 0, role, "recording goes on");
    } else {
        line_add(l, 0, 0, role, " REPLAY");
        line_add(l, 0, 7, role, "%s", state_word(r));
    }
    if (r->speed > 0.0)
        line_add(l, 1, 5, role, "x%.6g", r->speed);
    else
        line_add(l, 1, 5, role, "x max");
}

void replay_draw(const struct ui *ui, const struct pane *p)
{
    const struct ui_replay *r = &ui->replay;
    bool is_long = p->w >= (r->is_live ? LONG_LIVE_COLS : LONG_COLS);
    uint8_t role = r->is_live ? ROLE_HELD : ROLE_REPLAY;
    struct line l = {.gap = 2};
    char a[FORMAT_MAX], date[FORMAT_MAX];

    pane_fill(p, 0, 0, p->w, ' ', role);
    add_head(&l, r, role);
    text_time(date, sizeof date, r->at_ns + ui_offset_s(ui) * NS_PER_S, 0, true);
    date[10] = '\0';
    line_add(&l, 2, 10, role, "%s", date);
    line_add(&l, 0, 12, role, "%s", format_time(a, r->at_ns, 3, ui_offset_s(ui), true));
    if (r->is_loop)
        line_add(&l, 3, 0, role, "loop");
    if (is_long)
        line_add(&l, 4, 0, role, "%s", format_time(a, r->first_ns, 0, ui_offset_s(ui), true));
    if (r->surveyed < 1.0)
        line_add(&l, 3, 9, role, "index %2.0f%% ", r->surveyed * 100.0)->is_right = true;
    if (is_long) {
        line_add(&l, 4, 0, role, "%s", format_time(a, r->last_ns, 0, ui_offset_s(ui), true))->is_right = true;
        line_add(&l, 5, 0, role, "%.40s ", ui->title)->is_right = true;
    }
    struct pane bar = line_draw(&l, p, 0);
    draw_line(ui, &bar, role);
}
