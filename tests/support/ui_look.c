/* The screen on an invented market, for eyes: `ui_look [--replay] [--gap] [--theme NAME] [--colors N] [--glyphs G] [--frames N]`. */
#include "fake_market.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/ui/ui.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *option(int argc, char **argv, const char *name, const char *fallback)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return i + 1 < argc ? argv[i + 1] : "";
    }
    return fallback;
}

static void configure(int argc, char **argv, struct settings *s)
{
    *s = (struct settings){.screen = {.fps = 10,
                                      .mouse = true,
                                      .utc = true,
                                      .tape_floor = 10000.0,
                                      .liquidation_floor = 10000.0,
                                      .mark_trades = 125000.0}};
    snprintf(s->screen.theme, sizeof s->screen.theme, "%s", option(argc, argv, "--theme", "default"));
}

static void break_things(int argc, char **argv, struct fake_market *m)
{
    if (option(argc, argv, "--down", NULL) != NULL)
        fake_market_feed(m, FEED_DOWN, "connection refused; next try in 4 s");
    if (option(argc, argv, "--young", NULL) != NULL)
        fake_market_history(m, 45);
}

static int run(struct ui *ui, struct fake_market *m, int frames, bool is_replay, bool has_gap)
{
    int64_t start = clock_system()->monotonic_ns(NULL);
    struct ui_replay replay = {.is_on = is_replay,
                               .speed = 10.0,
                               .first_ns = FAKE_MARKET_BEGIN_NS,
                               .last_ns = FAKE_MARKET_NOW_NS + 600 * NS_PER_S};
    for (int n = 0; n < frames; n++) {
        int64_t now = FAKE_MARKET_NOW_NS + clock_system()->monotonic_ns(NULL) - start;
        replay.at_ns = now;
        fake_market_book(m, has_gap && n > 8 ? BOOK_GAP : BOOK_TRUE);
        fake_market_at(m, now);
        unsigned wishes = ui_keys(ui);
        if (wishes & UI_WISH_QUIT)
            return 0;
        if (wishes & UI_WISH_PAUSE)
            replay.is_paused = !replay.is_paused;
        int err = ui_frame(ui, now, is_replay ? &replay : NULL);
        if (err < 0)
            return err;
        struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
        poll(&in, 1, 100);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct settings settings;
    struct term_options to = {option(argc, argv, "--colors", "auto"), option(argc, argv, "--glyphs", "auto"),
                              true};
    char why[256] = "";
    struct term *term = NULL;
    struct ui *ui = NULL;
    struct fake_market *m = NULL;
    bool is_replay = option(argc, argv, "--replay", NULL) != NULL;

    configure(argc, argv, &settings);
    int err = fake_market_create(&m);
    if (err == 0) {
        break_things(argc, argv, m);
        err = term_curses_open(&to, &term, why, sizeof why);
    }
    if (err == 0) {
        struct ui_options o = {.term = term,
                               .settings = &settings,
                               .registry = fake_market_registry(),
                               .publication = fake_market_publication(m),
                               .title = "demo-20261121.apj",
                               .asks_before_quit = !is_replay};
        err = ui_create(&o, &ui, why, sizeof why);
    }
    if (err == 0)
        err = run(ui, m, (int)strtol(option(argc, argv, "--frames", "1000000"), NULL, 10), is_replay,
                  option(argc, argv, "--gap", NULL) != NULL);
    ui_destroy(ui);
    term_close(term);
    fake_market_destroy(m);
    if (err < 0)
        fprintf(stderr, "ui_look: %s: %s\n", ap_err_text(err), why);
    return err < 0;
}
