#include "screen.h"

#include "output.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/ui/ui.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

enum { SIGNALS = 6 };

struct screen {
    struct screen_options o;
    struct term *term; /* owned */
    struct ui *ui;     /* owned */
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

static void fulfil(struct screen *s, unsigned wishes)
{
    static const struct {
        unsigned wish;
        enum player_step step;
    } steps[] = {{UI_WISH_STEP_EVENT, STEP_EVENT},
                 {UI_WISH_STEP_DEPTH, STEP_DEPTH},
                 {UI_WISH_STEP_SECOND, STEP_SECOND}};
    struct deck *d = s->o.deck;

    if (wishes & UI_WISH_QUIT)
        end(s);
    if (wishes & UI_WISH_SUSPEND)
        suspend(s);
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
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (wishes & steps[i].wish)
            deck_step(d, steps[i].step);
    }
}

/* --- the loop ----------------------------------------------------------------------------------------------------- */

static void draw(struct screen *s)
{
    struct ui_replay replay = {0};
    if (s->o.deck) {
        struct player p;
        deck_state(s->o.deck, &p);
        replay = (struct ui_replay){.is_on = true,
                                    .is_paused = p.is_paused,
                                    .is_ended = p.is_ended,
                                    .speed = p.speed,
                                    .at_ns = p.at_ns,
                                    .first_ns = p.first_ns,
                                    .last_ns = p.last_ns};
    }
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
    term_close(s.term);
    close_loop(&s);
    if (err < 0)
        return complain("%s", why);
    return s.status;
}
