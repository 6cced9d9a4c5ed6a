#include "watch.h"

#include "jsonl.h"
#include "output.h"
#include "parameters.h"
#include "screen.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <errno.h>
#include <signal.h>
#include <time.h>

static sigset_t end_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

void wait_begin(void)
{
    sigset_t set = end_signals();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

bool wait_more(int64_t wait_ns)
{
    sigset_t set = end_signals();
    struct timespec t = {.tv_sec = (time_t)(wait_ns / NS_PER_S), .tv_nsec = (long)(wait_ns % NS_PER_S)};
    return sigtimedwait(&set, NULL, &t) < 0;
}

static int64_t now_ns(void)
{
    return clock_system()->monotonic_ns(NULL);
}

static bool is_over(const struct cli *cli, int64_t start_ns)
{
    return cli->duration_ns > 0 && now_ns() - start_ns >= cli->duration_ns;
}

static int run_lines(const struct watch_options *o, struct jsonl *l)
{
    int64_t start = now_ns();
    int more = 1;
    while (more > 0 && wait_more(0) && !is_over(o->cli, start))
        more = jsonl_write(l, 100 * NS_PER_MS);
    return more < 0 && more != AP_EEOF;
}

/* record: a line a minute would be noise; it says how it goes when it ends. */
static int run_silent(const struct watch_options *o)
{
    int64_t start = now_ns();
    while (!is_over(o->cli, start) && wait_more(100 * NS_PER_MS))
        ;
    return 0;
}

static int start_lines(const struct watch_options *o, struct pipeline_options *po, struct jsonl *l)
{
    if (jsonl_init(l) < 0) {
        jsonl_finish(l);
        return complain("out of memory");
    }
    l->once = o->cli->once;
    if (o->cli->at && text_parse_time(o->cli->at, clock_system()->wall_ns(NULL), &l->at_ns) < 0) {
        complain("--at %s: not a time; try 2026-11-21T14:03:22 or 14:03:22", o->cli->at);
        jsonl_finish(l);
        return 2;
    }
    po->on_tick = jsonl_tick;
    po->on_host = jsonl_host;
    po->user = l;
    po->tick_every_ns = o->cli->every_ns > 0 ? o->cli->every_ns : NS_PER_S;
    return 0;
}

/* The settings were found good when they were read. */
static int start_pipeline(const struct watch_options *o, struct pipeline_options *po,
                          struct parameters *parameters, struct pipeline **ret_pipeline)
{
    struct buf faults;
    char why[512] = "";

    buf_init(&faults, 64u << 10);
    int err = parameters_from(o->settings, parameters, &faults);
    buf_finish(&faults);
    po->parameters = parameters;
    if (err == 0)
        err = pipeline_start(po, ret_pipeline, why, sizeof why);
    return err < 0 ? complain("%s", why[0] ? why : ap_err_text(err)) : 0;
}

static int change_watch(void *user, bool is_removal, const char *name, char *why, size_t why_size)
{
    return pipeline_watch(user, is_removal, name, why, why_size);
}

int watch_run(const struct watch_options *o)
{
    struct pipeline_options po = o->pipeline;
    struct parameters parameters;
    struct pipeline *p;
    struct jsonl lines = {0};
    bool has_lines = o->cli->json;
    int status = has_lines ? start_lines(o, &po, &lines) : 0;

    if (status != 0)
        return status;
    if (has_lines || !o->has_screen)
        wait_begin();
    status = start_pipeline(o, &po, &parameters, &p);
    if (status != 0) {
        if (has_lines)
            jsonl_finish(&lines);
        return status;
    }
    if (has_lines) {
        status = run_lines(o, &lines);
    } else if (!o->has_screen) {
        status = run_silent(o);
    } else {
        struct screen_options so = {.cli = o->cli,
                                    .settings = o->settings,
                                    .publication = pipeline_publication(p),
                                    .journal = o->pipeline.journal_path,
                                    .title = o->title,
                                    .watch = change_watch,
                                    .user = p,
                                    .asks_before_quit = o->pipeline.journal_path != NULL};
        status = screen_run(&so);
    }
    int err = pipeline_stop(p);
    if (err < 0)
        status = complain("%s: the end of the session was not stored: %s", o->pipeline.journal_path,
                          ap_err_text(err));
    if (has_lines)
        jsonl_finish(&lines);
    return status;
}
