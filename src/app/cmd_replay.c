#include "commands.h"
#include "deck.h"
#include "json.h"
#include "output.h"
#include "play.h"
#include "screen.h"
#include "staff.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <stdio.h>

#define LINE_BYTES_MAX (4u << 20)
#define CHUNK_NS       (10 * NS_PER_S) /* of the recording, between looks at the output */

struct printer {
    struct buf text;
    int err; /* of the output; sticky */
};

static void print_state(struct printer *p, struct engine *e)
{
    if (p->err < 0)
        return;
    buf_reset(&p->text);
    p->err = json_state(e, NULL, &p->text);
    if (p->err < 0)
        complain("cannot make a line: %s", ap_err_text(p->err));
    else
        p->err = output_write(p->text.data, p->text.len);
}

static void on_tick(void *user, struct engine *e, int64_t tick_ns)
{
    (void)tick_ns;
    print_state(user, e);
}

static int print_all(struct source *s, struct printer *p, struct engine *e)
{
    struct lookahead next = {.source = s};
    const struct event *ev;
    int more = lookahead_peek(&next, &ev);
    int64_t until = more > 0 ? ev->recv_ns : 0;

    while (more > 0 && p->err == 0) {
        until += CHUNK_NS;
        if (lookahead_peek(&next, &ev) > 0 && ev->recv_ns > until) /* silence: go where it ends */
            until = ev->recv_ns;
        more = play_until(&next, e, until);
    }
    return more < 0 ? more : p->err;
}

static int replay_lines(struct source *s, const struct cli *cli)
{
    struct printer p = {.err = 0};
    struct engine *e;
    struct staff staff = {0};
    struct lookahead next = {.source = s};
    int64_t first, last, at = INT64_MAX;
    bool is_single = cli->once || cli->at;

    int err = source_span(s, &first, &last);
    if (err == 0 && cli->at && text_parse_time_within(cli->at, first, last, &at) < 0) {
        complain("--at %s: not a time; try 2026-11-21T14:03:22 or 14:03:22", cli->at);
        return 2;
    }
    if (err == 0)
        err = staff_init(&staff);
    struct engine_hooks hooks = {.on_tick = is_single ? NULL : on_tick,
                                 .user = &p,
                                 .tick_every_ns = cli->every_ns > 0 ? cli->every_ns : NS_PER_S};
    staff_serve(&staff, &hooks);
    if (err == 0)
        err = engine_create(NULL, &hooks, &e);
    if (err < 0) {
        staff_finish(&staff);
        return complain("%s", source_why(s)[0] ? source_why(s) : ap_err_text(err));
    }
    buf_init(&p.text, LINE_BYTES_MAX);
    if (is_single) {
        err = play_until(&next, e, at);
        if (err >= 0)
            print_state(&p, e);
    } else {
        err = print_all(s, &p, e);
    }
    if (err < 0 && p.err == 0)
        complain("%s", source_why(s)[0] ? source_why(s) : ap_err_text(err));
    buf_finish(&p.text);
    engine_destroy(e);
    staff_finish(&staff);
    return (err < 0 && p.err != AP_EEOF) || (p.err < 0 && p.err != AP_EEOF);
}

/* 2: one of them is no time, told. */
static int want_time(const char *name, const char *text, int64_t first, int64_t last, int64_t *ret_ns)
{
    if (!text || text_parse_time_within(text, first, last, ret_ns) == 0)
        return 0;
    complain("%s %s: not a time; try 2026-11-21T14:03:22 or 14:03:22", name, text);
    return 2;
}

static int want_times(struct source *s, const struct cli *cli, struct deck_options *o)
{
    int64_t first, last;
    if (source_span(s, &first, &last) < 0)
        return complain("%s: %s", cli->args[0], source_why(s));
    int status = want_time("--at", cli->at, first, last, &o->at_ns);
    if (status == 0)
        status = want_time("--from", cli->from, first, last, &o->from_ns);
    if (status == 0)
        status = want_time("--to", cli->to, first, last, &o->to_ns);
    if (status == 0 && o->to_ns != 0 && o->to_ns <= (o->from_ns != 0 ? o->from_ns : first)) {
        complain("--to %s: nothing is left before that", cli->to);
        return 2;
    }
    if (status == 0 && o->from_ns > last) {
        complain("--from %s: behind the end of the journal", cli->from);
        return 2;
    }
    if (status == 0 && cli->follow && !cli->at && !cli->from)
        o->at_ns = last;
    return status;
}

static int replay_screen(struct source *s, const struct cli *cli, const struct settings *settings)
{
    struct deck *deck;
    char why[256] = "", title[128];
    struct deck_options o = {.source = s,
                             .path = cli->args[0],
                             .speed = cli->speed,
                             .trade_usd = settings->screen.mark_trades,
                             .is_loop = cli->loop,
                             .is_growing = cli->follow};

    int status = want_times(s, cli, &o);
    if (status != 0) {
        source_close(s);
        return status;
    }
    if (deck_start(&o, &deck, why, sizeof why) < 0)
        return complain("%s: %s", cli->args[0], why);
    snprintf(title, sizeof title, "replay %.100s", cli->args[0]);
    struct screen_options so = {.cli = cli,
                                .settings = settings,
                                .publication = deck_publication(deck),
                                .deck = deck,
                                .journal = cli->args[0],
                                .title = title};
    status = screen_run(&so);
    deck_error(deck, why, sizeof why);
    deck_stop(deck);
    return why[0] ? complain("%s", why) : status;
}

int command_replay(const struct cli *cli, const struct settings *settings)
{
    struct source *s;
    char why[512] = "";

    if (cli->arg_n != 1) {
        complain("replay: name one journal");
        return 2;
    }
    int err = source_open_journal(cli->args[0], &s, why, sizeof why);
    if (err < 0)
        return complain("%s: %s", cli->args[0], why[0] ? why : ap_err_text(err));
    if (!cli->json)
        return replay_screen(s, cli, settings);
    int status = replay_lines(s, cli);
    source_close(s);
    return status;
}
