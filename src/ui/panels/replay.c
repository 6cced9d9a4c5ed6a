/* The band that makes a replay unmistakable: a line in a colour of its own with speed, place and time. */
#include "../format.h"
#include "line.h"
#include "panel.h"
#include <alphaplus/base/text.h>
#include <stdio.h>

static double place(const struct ui_replay *r)
{
    if (r->last_ns <= r->first_ns)
        return 1.0;
    double f = (double)(r->at_ns - r->first_ns) / (double)(r->last_ns - r->first_ns);
    return f < 0.0 ? 0.0 : f > 1.0 ? 1.0 : f;
}

void replay_draw(const struct ui *ui, const struct pane *p)
{
    const struct ui_replay *r = &ui->replay;
    struct line l = {.gap = 2};
    char a[FORMAT_MAX], date[FORMAT_MAX];

    pane_fill(p, 0, 0, p->w, ' ', ROLE_REPLAY);
    line_add(&l, 0, 0, ROLE_REPLAY, " REPLAY");
    line_add(&l, 0, 7, ROLE_REPLAY, "%s", r->is_ended ? "END" : r->is_paused ? "PAUSED" : "PLAYING");
    line_add(&l, 1, 6, ROLE_REPLAY, "x%.6g", r->speed);
    text_time(date, sizeof date, r->at_ns + ui_offset_s(ui) * INT64_C(1000000000), 0, true);
    date[10] = '\0';
    line_add(&l, 2, 10, ROLE_REPLAY, "%s", date);
    line_add(&l, 0, 12, ROLE_REPLAY, "%s", format_time(a, r->at_ns, 3, ui_offset_s(ui), true));
    line_add(&l, 4, 0, ROLE_REPLAY, "%s", format_time(a, r->first_ns, 0, ui_offset_s(ui), true));
    line_add(&l, 4, 0, ROLE_REPLAY, "%s", format_time(a, r->last_ns, 0, ui_offset_s(ui), true))->is_right =
        true;
    line_add(&l, 5, 0, ROLE_REPLAY, "%.40s ", ui->title)->is_right = true;
    struct pane bar = line_draw(&l, p, 0);
    int w = bar.w - 2;
    if (w < 8)
        return;
    int at = (int)(place(r) * (w - 1) + 0.5);
    for (int i = 0; i < w; i++)
        pane_put(&bar, 1 + i, 0, i == at ? 0x25cf : i < at ? 0x2501 : 0x2500, ROLE_REPLAY, PAINT_OWN, 0);
}
