#include "commands.h"
#include "output.h"
#include "parameters.h"
#include "paths.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/ui/term.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX (1u << 20)

struct doctor {
    struct buf out;
    int faults;
};

static void say(struct doctor *d, bool is_good, const char *what, const char *found, const char *remedy)
{
    buf_printf(&d->out, "%-4s %-12s %s\n", is_good ? "ok" : "!!", what, found);
    if (!is_good) {
        buf_printf(&d->out, "                  -> %s\n", remedy);
        d->faults++;
    }
}

static void check_terminal(struct doctor *d, const struct cli *cli, const struct settings *s)
{
    const char *name = getenv("TERM");
    char text[256], why[200] = "";
    struct winsize size = {0};

    if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)) {
        say(d, true, "terminal", "none here (not a tty): --json works, the screen does not", "");
        return;
    }
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    snprintf(text, sizeof text, "%s, %ux%u", name ? name : "TERM is not set", size.ws_col, size.ws_row);
    say(d, size.ws_col >= 80 && size.ws_row >= 24, "terminal", text, "make the window 80x24 or larger");
    struct term_options o = {.colors = cli->colors ? cli->colors : s->screen.colors,
                             .glyphs = cli->glyphs ? cli->glyphs : s->screen.glyphs};
    struct term *term;
    if (term_curses_open(&o, &term, why, sizeof why) < 0) {
        say(d, false, "screen", why,
            "set TERM to what your terminal is, e.g. xterm-256color; inside tmux: tmux-256color");
        return;
    }
    int colors = term->colors;
    bool is_utf8 = term->is_utf8;
    term_close(term);
    if (colors > 256)
        snprintf(text, sizeof text, "24-bit");
    else
        snprintf(text, sizeof text, "%d", colors);
    say(d, colors >= 256 || getenv("NO_COLOR"), "colours", text,
        "256 or more look best: TERM=xterm-256color, or COLORTERM=truecolor with the package ncurses-term");
    say(d, is_utf8, "glyphs", is_utf8 ? "utf8" : "ascii", "use a UTF-8 locale: LC_ALL=C.UTF-8");
}

static void check_folder(struct doctor *d, const char *what, const char *folder)
{
    char text[PATH_TEXT_MAX + 64];
    struct statvfs vfs;
    int err = path_make(folder);

    if (err < 0 || access(folder, W_OK) != 0) {
        snprintf(text, sizeof text, "%s cannot be written", folder);
        say(d, false, what, text,
            "choose another with [journal] directory in settings.ini, or --journal FILE");
        return;
    }
    double free_gb = statvfs(folder, &vfs) == 0 ? (double)vfs.f_bavail * (double)vfs.f_frsize / 1e9 : 0.0;
    snprintf(text, sizeof text, "%s, %.1f GB free", folder, free_gb);
    say(d, free_gb >= 1.0, what, text, "make room: a day of one busy instrument takes about half a GB");
}

static void check_clock(struct doctor *d)
{
    char text[96];
    int64_t wall = clock_system()->wall_ns(NULL);
    const int64_t year_2024 = INT64_C(1704067200) * NS_PER_S;
    struct timespec res;

    clock_getres(CLOCK_MONOTONIC, &res);
    snprintf(text, sizeof text, "unix %lld, monotonic resolution %ld ns", (long long)(wall / NS_PER_S),
             res.tv_nsec);
    say(d, wall > year_2024 && res.tv_sec == 0, "clock", text,
        "set the system's clock; latencies and funding countdowns hang on it");
}

int command_doctor(const struct cli *cli, const struct settings *settings)
{
    struct doctor d = {.faults = 0};
    char path[PATH_TEXT_MAX];

    buf_init(&d.out, TEXT_MAX);
    if (cli->params) {
        if (settings_print(settings, &d.out) < 0 || parameters_print(settings, &d.out) < 0)
            d.faults += complain("out of memory");
    } else {
        const char *codeset = nl_langinfo(CODESET);
        check_terminal(&d, cli, settings);
        say(&d, strcmp(codeset, "UTF-8") == 0, "locale", codeset, "use a UTF-8 locale: LC_ALL=C.UTF-8");
        if (path_config("settings.ini", path, sizeof path) == 0)
            say(&d, true, "settings", access(path, R_OK) == 0 ? path : "none: defaults", "");
        if (settings->journal.directory[0])
            check_folder(&d, "journals", settings->journal.directory);
        else if (path_data(path, sizeof path) == 0)
            check_folder(&d, "journals", path);
        else
            say(&d, false, "journals", "no home directory", "set HOME or XDG_DATA_HOME");
        check_clock(&d);
    }
    int err = output_write(d.out.data, d.out.len);
    buf_finish(&d.out);
    return (err < 0 && err != AP_EEOF) || d.faults > 0;
}
