/* What happened: gaps, resyncs, walls, feeds. The newest on the line above the footer, the list in its own panel. */
#include "../format.h"
#include "line.h"
#include "panel.h"
#include <alphaplus/base/clock.h>
#include <string.h>

#define FRESH_NS (60 * NS_PER_S)

static uint8_t note_role(const struct note_item *n)
{
    switch (n->kind) {
    case NOTE_GAP:
    case NOTE_LOST: return ROLE_BAD;
    case NOTE_RESYNC: return ROLE_GOOD;
    case NOTE_FEED:
    case NOTE_CLOCK: return ROLE_WARN;
    case NOTE_WALL_BORN:
    case NOTE_WALL_GONE: return ROLE_WALL;
    case NOTE_BIG_LIQ: return ROLE_LIQ_LONG;
    default: return ROLE_TEXT;
    }
}

static const char *note_mark(const struct note_item *n)
{
    return n->kind == NOTE_GAP || n->kind == NOTE_LOST              ? "!"
           : n->kind == NOTE_WALL_BORN || n->kind == NOTE_WALL_GONE ? "◆"
                                                                    : "·";
}

static int draw_note(const struct ui *ui, const struct pane *p, int x, int y, const struct note_item *n,
                     bool is_fresh)
{
    const struct data *d = &ui->live;
    char a[FORMAT_MAX];
    int start = x;
    uint8_t role = is_fresh ? note_role(n) : ROLE_DIM;

    x += pane_text(p, x, y, role, note_mark(n)) + 1;
    x += pane_text(p, x, y, ROLE_DIM, format_time(a, n->time_ns, 0, ui_offset_s(ui), true)) + 1;
    if (n->instrument < d->name_n && d->name_n > 1)
        x += pane_textf(p, x, y, ROLE_DIM, "%s", d->names[n->instrument].symbol) + 1;
    x += pane_text(p, x, y, is_fresh ? (role == ROLE_WALL ? ROLE_TEXT : role) : ROLE_DIM, n->text);
    return x - start;
}

static bool is_serious(const struct note_item *n)
{
    return n->kind != NOTE_WALL_BORN && n->kind != NOTE_WALL_GONE;
}

/* Puts a note on the line if it fits whole; the column behind it. */
static int add_note(const struct ui *ui, const struct pane *p, int x, const struct note_item *n)
{
    const struct data *d = &ui->live;
    int w = 2 + 10 + text_columns(n->text);
    w += n->instrument < d->name_n && d->name_n > 1 ? text_columns(d->names[n->instrument].symbol) + 1 : 0;
    if (x > 0 && x + w > p->w)
        return x;
    return x + draw_note(ui, p, x, 0, n, d->head.time_ns - n->time_ns < FRESH_NS) + 3;
}

void notes_draw(const struct ui *ui, const struct pane *p)
{
    const struct data *d = &ui->live;
    int x = 0;
    if (ui->message_until_ns > ui->wall_ns) {
        pane_text(p, 0, 0, ui->is_message_bad ? ROLE_BAD : ROLE_BRIGHT, ui->message);
        return;
    }
    if (ui->note_back > 0) {
        for (uint32_t i = (uint32_t)ui->note_back; i < d->note_n && x < p->w; i++)
            x = add_note(ui, p, x, &d->notes[i]);
        pane_right(p, 0, p->w, 0, ROLE_DIM, " n newer  N older");
        return;
    }
    /* Walls come and go: what is serious stands before them for a minute. */
    bool is_full = false;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < d->note_n && i < 24 && !is_full; i++) {
            bool is_first = is_serious(&d->notes[i]) && d->head.time_ns - d->notes[i].time_ns < FRESH_NS;
            if (is_first != (pass == 0))
                continue;
            int next = add_note(ui, p, x, &d->notes[i]);
            is_full = next == x;
            x = next;
        }
    }
}

void events_draw(const struct ui *ui, const struct pane *p)
{
    const struct data *d = &ui->live;
    int y = 1;
    panel_head(ui, p, PANEL_EVENTS, "EVENTS");
    if (d->note_n == 0)
        pane_text(p, 0, 1, ROLE_DIM, "nothing happened yet");
    for (uint32_t i = (uint32_t)ui->scroll[PANEL_EVENTS]; i < d->note_n && y < p->h; i++, y++)
        draw_note(ui, p, 0, y, &d->notes[i], d->head.time_ns - d->notes[i].time_ns < FRESH_NS);
}
