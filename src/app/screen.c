#include "screen.h"

#include "away.h"
#include "output.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/ui/ui.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#define REWIND_SURVEY_NS (3600 * NS_PER_S) /* marks of that much before */

enum { SIGNALS = 6 };

struct screen {
    struct screen_options o;
    struct term *term;    /* owned */
    struct ui *ui;        /* owned */
    struct deck *rewound; /* owned: over the running session; NULL: the screen shows now */
    struct away *away;    /* owned; NULL: nothing is being found out */
    uv_loop_t loop;
    uv_poll_t input;
    uv_timer_t frame_timer, end_timer;
    uv_signal_t signals[SIGNALS];
    int frames; /* drawn */
    int status;
    bool is_ending;
};

/* --- crash: bytes that restore the terminal, then the signal's own way ------------------------------------------ */

static void on_fatal(int signal_number)
{
    term_curses_emergency();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void watch_fatal(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++) {
        struct sigaction action = {.sa_handler = on_fatal, .sa_flags = (int)SA_RESETHAND};
        sigaction(fatal[i], &action, NULL);
    }
}

/* --- wishes of the screen ----------------------------------------------------------------------------------------- */

static void end(struct screen *s)
{
    if (s->is_ending)
        return;
    s->is_ending = true;
    uv_stop(&s->loop);
}

static void suspend(struct screen *s)
{
    s->term->ops->suspend(s->term);
    kill(getpid(), SIGSTOP); /* goes on here at SIGCONT */
    s->term->ops->resume(s->term);
    s->term->ops->redraw(s->term);
}

/* The present moment of the running session. */
static int64_t live_now(const struct screen *s)
{
    struct head_view head;
    return board_read(publication_head(s->o.publication), &head) > 0 ? head.time_ns : 0;
}

static void rewind_to(struct screen *s, int64_t at_ns)
{
    struct deck_options o = {.path = s->o.journal,
                             .at_ns = at_ns,
                             .speed = 1,
                             .survey_from_ns = at_ns - REWIND_SURVEY_NS,
                             .trade_usd = s->o.settings->screen.mark_trades,
                             .is_paused = true,
                             .is_growing = true};
    char why[256] = "", text[300];
    if (!s->o.journal) {
        ui_tell(s->ui, true, "nothing is recorded: there is nothing to go back in");
        return;
    }
    int err = source_open_journal(s->o.journal, &o.source, why, sizeof why);
    if (err == 0)
        err = deck_start(&o, &s->rewound, why, sizeof why);
    if (err < 0) {
        snprintf(text, sizeof text, "cannot go back: %s", why[0] ? why : ap_err_text(err));
        ui_tell(s->ui, true, text);
        return;
    }
    deck_extend(s->rewound, live_now(s));
    deck_seek(s->rewound, at_ns);
    ui_look_at(s->ui, deck_publication(s->rewound));
}

static void back_to_now(struct screen *s)
{
    ui_look_at(s->ui, s->o.publication);
    deck_stop(s->rewound);
    s->rewound = NULL;
}

static void jump(struct screen *s, struct deck *d)
{
    struct ui_mark_at mark;
    int direction;
    unsigned kinds = ui_jump(s->ui, &direction);
    int err = deck_jump(d, kinds, direction, &mark);
    if (err == AP_EAGAIN)
        ui_tell(s->ui, false, "none so far; the journal is still being looked through");
    else if (err < 0)
        ui_tell(s->ui, false, direction < 0 ? "no such mark before this" : "no such mark after this");
}

static void find_away(struct screen *s)
{
    struct ui_away none = {.from_ns = ui_away_from(s->ui), .error = AP_ENOTFOUND};
    struct deck *d = s->o.deck ? s->o.deck : s->rewound;
    struct ui_replay r = {.at_ns = live_now(s)};
    if (d)
        deck_state(d, &r);
    none.to_ns = r.at_ns;
    away_stop(s->away);
    s->away = NULL;
    int err = s->o.journal ? away_start(s->o.journal, none.from_ns, r.at_ns, &s->away) : AP_ENOTFOUND;
    if (err < 0) {
        none.error = err;
        ui_show_away(s->ui, &none);
    }
}

static void bring_away(struct screen *s)
{
    struct ui_away found;
    if (!s->away)
        return;
    away_result(s->away, &found);
    ui_show_away(s->ui, &found);
    if (found.progress < 1.0)
        return;
    away_stop(s->away);
    s->away = NULL;
}

static void fulfil_session(struct screen *s, unsigned wishes)
{
    if (wishes & UI_WISH_QUIT)
        end(s);
    if (wishes & UI_WISH_SUSPEND)
        suspend(s);
    if (wishes & UI_WISH_AWAY)
        find_away(s);
    if ((wishes & UI_WISH_REWIND) && !s->rewound && !s->o.deck)
        rewind_to(s, ui_seek_ns(s->ui));
    if ((wishes & UI_WISH_NOW) && s->rewound)
        back_to_now(s);
}

static void fulfil(struct screen *s, unsigned wishes)
{
    static const struct {
        unsigned wish;
        enum player_step step;
    } steps[] = {{UI_WISH_STEP_EVENT, STEP_EVENT},
                 {UI_WISH_STEP_DEPTH, STEP_DEPTH},
                 {UI_WISH_STEP_SECOND, STEP_SECOND}};
    fulfil_session(s, wishes);
    struct deck *d = s->o.deck ? s->o.deck : s->rewound;
    if (!d)
        return;
    if (wishes & UI_WISH_PAUSE)
        deck_toggle_pause(d);
    if (wishes & UI_WISH_FASTER)
        deck_faster(d, 1);
    if (wishes & UI_WISH_SLOWER)
        deck_faster(d, -1);
    if (wishes & UI_WISH_SEEK)
        deck_seek(d, ui_seek_ns(s->ui));
    if (wishes & UI_WISH_JUMP)
        jump(s, d);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (wishes & steps[i].wish)
            deck_step(d, steps[i].step);
    }
}

/* --- the loop ----------------------------------------------------------------------------------------------------- */

static void draw(struct screen *s)
{
    struct ui_replay replay = {0};
    struct deck *d = s->o.deck ? s->o.deck : s->rewound;
    if (s->rewound)
        deck_extend(s->rewound, live_now(s));
    if (d)
        deck_state(d, &replay);
    replay.is_live = s->rewound != NULL;
    bring_away(s);
    int drawn = ui_frame(s->ui, clock_system()->wall_ns(NULL), &replay);
    if (drawn < 0) {
        s->status = 1;
        end(s);
    }
    s->frames += drawn > 0;
    if (s->o.cli->frames > 0 && s->frames >= s->o.cli->frames)
        end(s);
}

static void on_input(uv_poll_t *handle, int status, int events)
{
    struct screen *s = handle->data;
    if (status < 0 || (events & UV_DISCONNECT)) { /* the terminal is gone */
        end(s);
        return;
    }
    fulfil(s, ui_keys(s->ui));
    if (!s->is_ending)
        draw(s);
}

static void on_frame(uv_timer_t *timer)
{
    draw(timer->data);
}

static void on_end(uv_timer_t *timer)
{
    end(timer->data);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct screen *s = handle->data;
    switch (number) {
    case SIGWINCH:
        s->term->ops->resize(s->term);
        draw(s);
        break;
    case SIGTSTP: suspend(s); break;
    case SIGCONT: s->term->ops->redraw(s->term); break;
    default: end(s);
    }
}

static int start_loop(struct screen *s)
{
    static const int numbers[SIGNALS] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT};
    uint64_t period_ms = 1000u / (uint64_t)s->o.settings->screen.fps;

    if (uv_loop_init(&s->loop) < 0)
        return AP_ENOMEM;
    s->loop.data = s;
    for (int i = 0; i < SIGNALS; i++) {
        uv_signal_init(&s->loop, &s->signals[i]);
        s->signals[i].data = s;
        uv_signal_start(&s->signals[i], on_signal, numbers[i]);
    }
    uv_timer_init(&s->loop, &s->frame_timer);
    s->frame_timer.data = s;
    uv_timer_start(&s->frame_timer, on_frame, 0, period_ms);
    uv_timer_init(&s->loop, &s->end_timer);
    s->end_timer.data = s;
    if (s->o.cli->duration_ns > 0)
        uv_timer_start(&s->end_timer, on_end, (uint64_t)(s->o.cli->duration_ns / NS_PER_MS), 0);
    return 0;
}

static int watch_input(struct screen *s)
{
    if (uv_poll_init(&s->loop, &s->input, STDIN_FILENO) < 0)
        return AP_EIO;
    s->input.data = s;
    return uv_poll_start(&s->input, UV_READABLE | UV_DISCONNECT, on_input) < 0 ? AP_EIO : 0;
}

static void close_handle(uv_handle_t *handle, void *user)
{
    (void)user;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_loop(struct screen *s)
{
    uv_walk(&s->loop, close_handle, NULL);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    uv_loop_close(&s->loop);
}

static int32_t local_offset_s(void)
{
    time_t now = time(NULL);
    struct tm tm;
    return localtime_r(&now, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

static int open_screen(struct screen *s, char *why, size_t why_size)
{
    const struct cli *cli = s->o.cli;
    const struct settings *settings = s->o.settings;
    struct term_options to = {.colors = cli->colors ? cli->colors : settings->screen.colors,
                              .glyphs = cli->glyphs ? cli->glyphs : settings->screen.glyphs,
                              .mouse = settings->screen.mouse};
    int err = term_curses_open(&to, &s->term, why, why_size);
    if (err < 0)
        return err;
    struct ui_options uo = {.term = s->term,
                            .settings = settings,
                            .registry = metric_registry(),
                            .publication = s->o.publication,
                            .title = s->o.title,
                            .asks_before_quit = s->o.asks_before_quit,
                            .watch = s->o.watch,
                            .user = s->o.user,
                            .utc_offset_s = local_offset_s()};
    err = ui_create(&uo, &s->ui, why, why_size);
    return err < 0 ? err : watch_input(s);
}

int screen_run(const struct screen_options *o)
{
    struct screen s = {.o = *o};
    char why[256] = "cannot open the screen";

    if (start_loop(&s) < 0) /* before curses, so that curses leaves SIGWINCH alone */
        return complain("cannot start the event loop");
    int err = open_screen(&s, why, sizeof why);
    if (err == 0) {
        watch_fatal();
        uv_run(&s.loop, UV_RUN_DEFAULT);
    }
    ui_destroy(s.ui);
    deck_stop(s.rewound);
    away_stop(s.away);
    term_close(s.term);
    close_loop(&s);
    if (err < 0)
        return complain("%s", why);
    return s.status;
}
