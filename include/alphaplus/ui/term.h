/* The terminal behind one small interface: curses for people, a fake one for tests. */
#ifndef ALPHAPLUS_UI_TERM_H
#define ALPHAPLUS_UI_TERM_H

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct canvas;
struct theme;

/* Keys: Unicode code points, or one of these. */
enum key {
    KEY__NONE = 0,
    KEY__BASE = 0x110000,
    KEY__UP,
    KEY__DOWN,
    KEY__LEFT,
    KEY__RIGHT,
    KEY__HOME,
    KEY__END,
    KEY__PGUP,
    KEY__PGDN,
    KEY__ENTER,
    KEY__TAB,
    KEY__BACKTAB,
    KEY__ESC,
    KEY__BACKSPACE,
    KEY__DELETE,
    KEY__F1,
    KEY__F2,
    KEY__F3,
    KEY__F4,
    KEY__F5,
    KEY__F6,
    KEY__F7,
    KEY__F8,
    KEY__F9,
    KEY__F10,
    KEY__RESIZE,
    KEY__MOUSE,
};

struct term_mouse {
    int x, y;
    int button; /* 1 left, 2 middle, 3 right, 4 wheel up, 5 wheel down */
};

struct term {
    const struct term_ops *ops;
    int cols, rows;
    int colors; /* 0 mono, 8, 16, 256, 1<<24 */
    bool is_utf8;
    struct term_mouse mouse; /* of the last KEY__MOUSE */
};
struct term_ops {
    /* Cells that changed since the last call reach the terminal in one go. AP_EAGAIN: it is still busy with earlier output. */
    int (*draw)(struct term *t, const struct canvas *c, const struct theme *theme);
    uint32_t (*key)(struct term *t); /* KEY__NONE when there is none */
    void (*resize)(struct term *t);  /* asks for the size again */
    void (*redraw)(struct term *t);  /* next draw sends everything */
    void (*suspend)(struct term *t); /* gives the terminal back, for SIGTSTP */
    void (*resume)(struct term *t);
    size_t (*queued)(struct term *t); /* bytes not yet taken by the terminal */
    void (*close)(struct term *t);
};

struct term_options {
    const char *colors; /* "auto", "mono", "8", "16", "256", "direct" */
    const char *glyphs; /* "auto", "ascii", "utf8" */
    bool mouse;
};
/* Opens the controlling terminal. AP_EUNSUPPORTED: TERM unknown or too poor; words in `why`. */
AP_MUST_CHECK int term_curses_open(const struct term_options *o, struct term **ret_term, char *why,
                                   size_t why_size);
/* For a fatal-signal handler: writes prebuilt bytes and restores the modes; async-signal-safe; once. */
void term_curses_emergency(void);

AP_MUST_CHECK int term_fake_open(int cols, int rows, int colors, bool is_utf8, struct term **ret_term);
void term_fake_key(struct term *t, uint32_t key); /* queued for ops->key */
void term_fake_resize(struct term *t, int cols, int rows);
/* What is on the fake screen: rows of text, then (when with_roles) rows of role letters. Owned by the terminal. */
const char *term_fake_text(struct term *t, bool with_roles);
uint64_t term_fake_cells_sent(const struct term *t); /* cells that changed in all draws */

void term_close(struct term *t); /* NULL is fine */

#endif
