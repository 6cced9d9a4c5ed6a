/* The only file that knows curses. Cells that differ from the last frame go to the screen, one doupdate() a frame.
 *
 * Colours: a `*-256color` entry cannot say 24-bit colours, so where the environment promises them and a matching `*-direct` entry
 * exists, the screen is opened with that; else with what TERM says. Pairs are allocated as they are met (alloc_pair keeps them).
 * A frame is held back while the terminal has not taken the one before. */
#define NCURSES_WIDECHAR 1
#define term             curses_term /* <term.h> has a struct of this name too */
#include <curses.h>
#include <term.h>
#undef term

#include "canvas.h"
#include "theme.h"
#include <alphaplus/ui/term.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

#define QUEUE_MAX   16384 /* bytes: about a screen of text */
#define RESTORE_MAX 512
#define SYNC_BEGIN  "\033[?2026h"
#define SYNC_END    "\033[?2026l"
#define MOUSE_OFF   "\033[?1006l\033[?1002l\033[?1000l"

struct curses {
    struct term term; /* first: a struct term * is one of these */
    SCREEN *screen;   /* owned */
    struct canvas last;
    bool is_stale; /* next draw sends everything */
    bool is_suspended;
    bool has_sync; /* synchronised-output marks make sense here */
};

/* What a fatal-signal handler needs; written at open, read there. */
static struct {
    volatile sig_atomic_t is_armed;
    struct termios modes;
    char bytes[RESTORE_MAX];
    size_t n;
} restore_state;

static struct curses *curses_of(struct term *t)
{
    return (struct curses *)t;
}

/* ---- size */

static void take_size(struct curses *c)
{
    struct winsize size = {.ws_col = 0};
    int cols = 80, rows = 24;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        cols = size.ws_col;
        rows = size.ws_row;
    }
    c->term.cols = cols < CANVAS_COLS_MAX ? cols : CANVAS_COLS_MAX;
    c->term.rows = rows < CANVAS_ROWS_MAX ? rows : CANVAS_ROWS_MAX;
    if (is_term_resized(c->term.rows, c->term.cols))
        resizeterm(c->term.rows, c->term.cols);
}

static void curses_resize(struct term *t)
{
    take_size(curses_of(t));
    curses_of(t)->is_stale = true;
}

static void curses_redraw(struct term *t)
{
    curses_of(t)->is_stale = true;
}

/* ---- output */

static size_t curses_queued(struct term *t)
{
    int queued = 0;
    fd_set set;
    struct timeval now = {.tv_sec = 0};

    (void)t;
    if (ioctl(STDOUT_FILENO, TIOCOUTQ, &queued) == 0 && queued > 0)
        return (size_t)queued;
    /* A pseudo terminal may not count: what it cannot take, it says by not being writable. */
    FD_ZERO(&set);
    FD_SET(STDOUT_FILENO, &set);
    return select(STDOUT_FILENO + 1, NULL, &set, NULL, &now) == 0 ? QUEUE_MAX + 1 : 0;
}

static attr_t attributes(uint8_t attr)
{
    return (attr & ATTR_BOLD ? A_BOLD : 0) | (attr & ATTR_DIM ? A_DIM : 0) |
           (attr & ATTR_UNDERLINE ? A_UNDERLINE : 0) | (attr & ATTR_REVERSE ? A_REVERSE : 0);
}

static void put_cell(const struct curses *c, const struct theme *theme, int x, int y, const struct cell *cell)
{
    struct look look = theme_look(theme, cell, c->term.colors);
    wchar_t text[2] = {(wchar_t)cell->ch, 0};
    cchar_t out;
    int pair = 0;

    if (c->term.colors > 0 && (look.fg != COLOR_DEFAULT || look.bg != COLOR_DEFAULT)) {
        pair = alloc_pair(look.fg, look.bg);
        if (pair < 0)
            pair = 0;
    }
    setcchar(&out, text, attributes(look.attr), (short)(pair & 0x7fff), &pair);
    mvadd_wch(y, x, &out);
}

static int copy_cells(struct curses *c, const struct canvas *from, const struct theme *theme)
{
    int changed = 0;
    if (c->last.cols != from->cols || c->last.rows != from->rows) {
        int err = canvas_resize(&c->last, from->cols, from->rows);
        if (err < 0)
            return err;
        c->is_stale = true;
    }
    if (c->is_stale)
        clearok(stdscr, TRUE);
    for (int y = 0; y < from->rows; y++) {
        size_t row = (size_t)y * (size_t)from->cols;
        if (!c->is_stale &&
            memcmp(&c->last.cells[row], &from->cells[row], (size_t)from->cols * sizeof *from->cells) == 0)
            continue;
        for (int x = 0; x < from->cols; x++) {
            const struct cell *cell = &from->cells[row + (size_t)x];
            if (!c->is_stale && memcmp(&c->last.cells[row + (size_t)x], cell, sizeof *cell) == 0)
                continue;
            put_cell(c, theme, x, y, cell);
            c->last.cells[row + (size_t)x] = *cell;
            changed++;
        }
    }
    c->is_stale = false;
    return changed;
}

static int curses_draw(struct term *t, const struct canvas *from, const struct theme *theme)
{
    struct curses *c = curses_of(t);
    if (c->is_suspended || curses_queued(t) > QUEUE_MAX)
        return AP_EAGAIN;
    int changed = copy_cells(c, from, theme);
    if (changed <= 0)
        return changed;
    if (c->has_sync)
        putp(SYNC_BEGIN);
    wnoutrefresh(stdscr);
    doupdate();
    if (c->has_sync)
        putp(SYNC_END);
    fflush(stdout);
    return 0;
}

/* ---- keys */

static uint32_t special_key(struct curses *c, wint_t key)
{
    static const struct {
        int curses;
        uint32_t ours;
    } table[] = {
        {KEY_UP, KEY__UP},         {KEY_DOWN, KEY__DOWN},           {KEY_LEFT, KEY__LEFT},
        {KEY_RIGHT, KEY__RIGHT},   {KEY_HOME, KEY__HOME},           {KEY_END, KEY__END},
        {KEY_PPAGE, KEY__PGUP},    {KEY_NPAGE, KEY__PGDN},          {KEY_ENTER, KEY__ENTER},
        {KEY_BTAB, KEY__BACKTAB},  {KEY_BACKSPACE, KEY__BACKSPACE}, {KEY_DC, KEY__DELETE},
        {KEY_RESIZE, KEY__RESIZE},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].curses == (int)key)
            return table[i].ours;
    }
    if ((int)key >= KEY_F(1) && (int)key <= KEY_F(10))
        return KEY__F1 + (uint32_t)((int)key - KEY_F(1));
    MEVENT event;
    if ((int)key != KEY_MOUSE || getmouse(&event) != OK)
        return KEY__ESC + 0x1000; /* a key of no meaning here */
    c->term.mouse = (struct term_mouse){.x = event.x, .y = event.y, .button = 0};
    if (event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED))
        c->term.mouse.button = 1;
    else if (event.bstate & BUTTON4_PRESSED)
        c->term.mouse.button = 4;
    else if (event.bstate & BUTTON5_PRESSED)
        c->term.mouse.button = 5;
    return KEY__MOUSE;
}

static uint32_t curses_key(struct term *t)
{
    wint_t key = 0;
    int got = get_wch(&key);
    if (got == ERR)
        return KEY__NONE;
    if (got == KEY_CODE_YES)
        return special_key(curses_of(t), key);
    switch (key) {
    case '\r':
    case '\n': return KEY__ENTER;
    case '\t': return KEY__TAB;
    case 0x1b: return KEY__ESC;
    case 0x7f:
    case 0x08: return KEY__BACKSPACE;
    case 0: return KEY__ESC + 0x1000;
    default: return key < 0x110000 ? (uint32_t)key : '?';
    }
}

/* ---- giving the terminal back */

/* A capability's bytes without its padding marks ($<5/>). */
static void restore_add(const char *capability)
{
    if (capability == NULL || capability == (const char *)-1)
        return;
    for (const char *at = capability; *at != '\0' && restore_state.n < RESTORE_MAX; at++) {
        const char *end = at[0] == '$' && at[1] == '<' ? strchr(at, '>') : NULL;
        if (end != NULL)
            at = end;
        else
            restore_state.bytes[restore_state.n++] = *at;
    }
}

static void restore_prepare(const struct termios *modes, bool has_sync)
{
    restore_state.n = 0;
    restore_state.modes = *modes;
    if (has_sync)
        restore_add(SYNC_END);
    restore_add(MOUSE_OFF);
    restore_add(tigetstr("sgr0"));
    restore_add(tigetstr("op"));
    restore_add(tigetstr("rmkx"));
    restore_add(tigetstr("cnorm"));
    restore_add(tigetstr("rmcup"));
    restore_state.is_armed = 1;
}

void term_curses_emergency(void)
{
    if (!restore_state.is_armed)
        return;
    restore_state.is_armed = 0;
    int saved = errno;
    for (size_t at = 0; at < restore_state.n;) {
        ssize_t n = write(STDOUT_FILENO, restore_state.bytes + at, restore_state.n - at);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    tcsetattr(STDIN_FILENO, TCSANOW, &restore_state.modes);
    errno = saved;
}

static void curses_suspend(struct term *t)
{
    struct curses *c = curses_of(t);
    if (c->is_suspended)
        return;
    def_prog_mode();
    endwin();
    restore_state.is_armed = 0;
    c->is_suspended = true;
}

static void curses_resume(struct term *t)
{
    struct curses *c = curses_of(t);
    if (!c->is_suspended)
        return;
    reset_prog_mode();
    c->is_suspended = false;
    restore_state.is_armed = 1;
    take_size(c);
    c->is_stale = true;
}

static void curses_close(struct term *t)
{
    struct curses *c = curses_of(t);
    if (!c->is_suspended)
        endwin();
    restore_state.is_armed = 0;
    delscreen(c->screen);
    canvas_finish(&c->last);
    free(c);
}

static const struct term_ops curses_ops = {
    .draw = curses_draw,
    .key = curses_key,
    .resize = curses_resize,
    .redraw = curses_redraw,
    .suspend = curses_suspend,
    .resume = curses_resume,
    .queued = curses_queued,
    .close = curses_close,
};

/* ---- opening */

static bool is_entry(const char *name)
{
    int status = 0;
    if (setupterm(name, STDOUT_FILENO, &status) != OK)
        return false;
    del_curterm(cur_term);
    return true;
}

static bool is_set(const char *variable)
{
    const char *v = getenv(variable);
    return v != NULL && v[0] != '\0';
}

/* The 24-bit entry that goes with this TERM: "tmux-256color" has "tmux-direct". */
static bool find_direct(const char *name, char *direct, size_t size)
{
    char base[64];
    size_t n = strlen(name);
    const char *cut = strstr(name, "-256color");
    if (strstr(name, "-direct") != NULL)
        n = 0;
    else if (cut != NULL)
        n = (size_t)(cut - name);
    if (n == 0 || n >= sizeof base)
        return false;
    memcpy(base, name, n);
    base[n] = '\0';
    if (strcmp(base, "screen") == 0)
        snprintf(base, sizeof base, "tmux");
    const char *tail = strncmp(base, "xterm-", 6) == 0 ? base + 6 : base;
    snprintf(direct, size, "%s-direct", tail);
    if (is_entry(direct))
        return true;
    snprintf(direct, size, "xterm-direct");
    return strncmp(base, "xterm", 5) == 0 && is_entry(direct);
}

/* LC_CTYPE alone: prices are never read by a locale. A machine without the locale that is asked for still has C.UTF-8. */
static bool open_locale(const char *glyphs)
{
    bool is_given = is_set("LC_ALL") || is_set("LC_CTYPE") || is_set("LANG");
    bool is_found = setlocale(LC_CTYPE, "") != NULL;
    bool is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (!is_utf8 && (!is_found || !is_given || strcmp(glyphs, "utf8") == 0) &&
        setlocale(LC_CTYPE, "C.UTF-8") != NULL)
        is_utf8 = true;
    return strcmp(glyphs, "ascii") == 0 ? false : strcmp(glyphs, "utf8") == 0 ? true : is_utf8;
}

static bool is_mono(const char *wanted)
{
    return strcmp(wanted, "mono") == 0 || (strcmp(wanted, "auto") == 0 && is_set("NO_COLOR"));
}

static int colors_of(const char *wanted)
{
    static const int steps[] = {COLORS_DIRECT, 256, 16, 8};
    int limit = strcmp(wanted, "8") == 0     ? 8
                : strcmp(wanted, "16") == 0  ? 16
                : strcmp(wanted, "256") == 0 ? 256
                                             : COLORS_DIRECT;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (COLORS >= steps[i] && steps[i] <= limit)
            return steps[i];
    }
    return 0;
}

/* ncurses takes signals that nobody has taken yet; they are the program's. */
static SCREEN *new_screen(const char *name)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    struct sigaction before[sizeof signals / sizeof *signals];
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], NULL, &before[i]);
    SCREEN *screen = newterm(name, stdout, stdin);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &before[i], NULL);
    return screen;
}

static int open_screen(struct curses *c, const struct term_options *o, const char *name, char *why,
                       size_t why_size)
{
    char direct[80];
    bool wants_direct = strcmp(o->colors, "direct") == 0;
    const char *promise = getenv("COLORTERM");
    if (strcmp(o->colors, "auto") == 0 && !is_set("NO_COLOR") && promise != NULL)
        wants_direct = strcmp(promise, "truecolor") == 0 || strcmp(promise, "24bit") == 0;
    if (wants_direct && find_direct(name, direct, sizeof direct))
        c->screen = new_screen(direct);
    if (c->screen == NULL)
        c->screen = new_screen(name);
    if (c->screen == NULL) {
        snprintf(why, why_size, "the terminal \"%s\" could not be opened", name);
        return AP_EUNSUPPORTED;
    }
    if (tigetstr("cup") == NULL || tigetstr("cup") == (char *)-1) {
        endwin();
        delscreen(c->screen);
        c->screen = NULL;
        snprintf(why, why_size, "the terminal \"%s\" cannot move its cursor; set TERM to what it really is",
                 name);
        return AP_EUNSUPPORTED;
    }
    return 0;
}

static void set_modes(struct curses *c, const struct term_options *o)
{
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
    leaveok(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    if (!is_mono(o->colors) && has_colors()) {
        start_color();
        use_default_colors();
        c->term.colors = colors_of(o->colors);
    }
    if (o->mouse) {
        mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
        mouseinterval(0);
    }
}

int term_curses_open(const struct term_options *o, struct term **ret_term, char *why, size_t why_size)
{
    const char *name = getenv("TERM");
    struct termios modes;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        snprintf(why, why_size, "%s is no terminal; --json works without one",
                 isatty(STDIN_FILENO) ? "standard output" : "standard input");
        return AP_EUNSUPPORTED;
    }
    if (name == NULL || name[0] == '\0' || !is_entry(name)) {
        snprintf(why, why_size,
                 "TERM is %s%.40s%s; set it to a terminal that this machine knows, such as xterm-256color",
                 name == NULL || name[0] == '\0' ? "not set" : "\"", name == NULL ? "" : name,
                 name == NULL || name[0] == '\0' ? "" : "\", which is not known here");
        return AP_EUNSUPPORTED;
    }
    struct curses *c = calloc(1, sizeof *c);
    if (c == NULL)
        return AP_ENOMEM;
    c->term.ops = &curses_ops;
    c->term.is_utf8 = open_locale(o->glyphs);
    c->is_stale = true;
    c->has_sync = strncmp(name, "linux", 5) != 0 && strncmp(name, "vt", 2) != 0;
    canvas_init(&c->last);
    tcgetattr(STDIN_FILENO, &modes);
    int err = open_screen(c, o, name, why, why_size);
    if (err != 0) {
        free(c);
        return err;
    }
    set_modes(c, o);
    take_size(c);
    restore_prepare(&modes, c->has_sync);
    *ret_term = &c->term;
    return 0;
}
