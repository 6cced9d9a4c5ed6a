#include "commands.h"
#include "fingerprint.h"
#include "output.h"
#include "parameters.h"
#include "rollup.h"
#include "version.h"
#include "watch.h"
#include "worker.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/journal/journal.h>
#include <alphaplus/replay/source.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMIT_EVENTS 8192

struct import {
    struct source *source;
    struct journal_writer *writer;
    struct engine *engine; /* finds the gaps and makes the digests that replay is held to */
    struct worker *worker;
    struct rollup rollup;
    uint64_t events, gaps;
    int err; /* of what the rollup gave out; sticky */
    bool has_tty;
};

static int store_results(struct import *im)
{
    struct result r;
    while (engine_next_result(im->engine, &r)) {
        im->gaps += r.kind == RESULT_GAP;
        int err = journal_append_result(im->writer, &r);
        if (err < 0)
            return err;
    }
    return 0;
}

static void store_rollup(void *user, const struct rollup_head *record)
{
    struct import *im = user;
    int err = journal_append_rollup(im->writer, record);
    if (err == AP_EFULL) { /* long silence and many instruments: make room */
        err = journal_commit(im->writer);
        err = err < 0 ? err : journal_append_rollup(im->writer, record);
    }
    im->err = im->err < 0 ? im->err : err;
}

static void on_tick(void *user, struct engine *e, int64_t tick_ns)
{
    struct import *im = user;
    rollup_tick(&im->rollup, e, tick_ns);
}

static void on_bar(void *user, const struct instrument *in, const struct bar *bar)
{
    struct import *im = user;
    rollup_bar(&im->rollup, in, bar);
}

static int store_event(struct import *im, const struct event *ev)
{
    int err = journal_append(im->writer, ev);
    if (err == 0)
        err = engine_apply(im->engine, ev);
    if (err == 0)
        err = im->err;
    if (err == 0)
        err = store_results(im);
    if (err == 0 && ++im->events % COMMIT_EVENTS == 0)
        err = journal_commit(im->writer);
    return err;
}

/* 0: all of it; AP_EAGAIN: interrupted; else an error, told. */
static int import_all(struct import *im, const char *output)
{
    const struct event *ev;
    int more = 0, err = 0;

    while (err == 0 && (more = source_next(im->source, &ev)) > 0) {
        err = store_event(im, ev);
        if (im->events % COMMIT_EVENTS == 0) {
            if (im->has_tty)
                fprintf(stderr, "\rimporting %3.0f %%", source_progress(im->source) * 100.0);
            if (!wait_more(0))
                err = AP_EAGAIN;
        }
    }
    if (im->has_tty)
        fputs("\r\033[K", stderr);
    if (more < 0)
        complain("%s", source_why(im->source));
    else if (err < 0 && err != AP_EAGAIN)
        complain("%s: %s", output, ap_err_text(err));
    if (err == 0) {
        engine_seal(im->engine);
        err = store_results(im);
    }
    if (err == 0)
        err = journal_commit(im->writer);
    return more < 0 ? more : err;
}

static int open_writer(const char *path, struct journal_writer **ret_writer)
{
    struct stat st;
    char why[512] = "";

    if (stat(path, &st) == 0 && st.st_size > 0)
        return complain("%s is already there; name another file or remove it first", path);
    struct journal_writer_options o = {
        .path = path, .program = ALPHAPLUS_PROGRAM, .metrics = metric_registry()};
    int err = journal_writer_open(&o, ret_writer, why, sizeof why);
    return err < 0 ? complain("%s: %s", path, why[0] ? why : ap_err_text(err)) : 0;
}

static int open_source(const struct cli *cli, const struct settings *settings, struct source **ret_source)
{
    struct parameters parameters;
    struct buf faults;
    char why[512] = "";

    buf_init(&faults, 64u << 10);
    int err = parameters_from(settings, &parameters, &faults); /* were found good when they were read */
    buf_finish(&faults);
    struct source_capture_options so = {.venue = cli->venue,
                                        .paths = cli->args,
                                        .path_n = cli->arg_n,
                                        .libm_fingerprint = libm_fingerprint(),
                                        .instruments_path = cli->instruments,
                                        .program = ALPHAPLUS_PROGRAM,
                                        .params = parameters.rows,
                                        .param_n = parameters.n};
    if (err == 0)
        err = source_is_tardis(cli->args[0]) ? source_open_tardis(&so, ret_source, why, sizeof why)
                                             : source_open_capture(&so, ret_source, why, sizeof why);
    return err < 0 ? complain("%s", why[0] ? why : ap_err_text(err)) : 0;
}

int command_import(const struct cli *cli, const struct settings *settings)
{
    struct import im = {.has_tty = isatty(STDERR_FILENO) == 1};

    if (cli->arg_n == 0 || (!cli->venue && !source_is_tardis(cli->args[0]))) {
        complain("import needs --venue, such as --venue binance, unless the files are CSV by Tardis");
        return 2;
    }
    if (open_source(cli, settings, &im.source) != 0)
        return 1;
    im.rollup = (struct rollup){.emit = store_rollup, .user = &im};
    wait_begin();
    int status = open_writer(cli->output, &im.writer);
    if (status == 0 && worker_create(&im.worker) < 0)
        status = complain("out of memory");
    const struct engine_hooks hooks = {.on_tick = on_tick,
                                       .on_bar = on_bar,
                                       .worker = worker_measures(im.worker),
                                       .user = &im,
                                       .tick_every_ns = TICK_NS};
    if (status == 0 && engine_create(NULL, &hooks, &im.engine) < 0)
        status = complain("out of memory");
    if (status == 0) {
        int err = import_all(&im, cli->output);
        int closed = journal_writer_close(im.writer);
        if (err == 0 && closed < 0)
            err = complain("%s: %s", cli->output, ap_err_text(closed));
        status = err != 0;
        fprintf(stderr,
                "alphaplus: %s%" PRIu64 " events, %" PRIu64 " frames that could not be read, %" PRIu64
                " gaps -> %s\n",
                err == AP_EAGAIN ? "interrupted after " : "", im.events, source_bad_frames(im.source),
                im.gaps, cli->output);
    }
    engine_destroy(im.engine);
    worker_destroy(im.worker);
    source_close(im.source);
    return status;
}
