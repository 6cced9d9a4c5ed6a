#include "commands.h"
#include "output.h"
#include "paths.h"
#include "watch.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wanted {
    char text[SETTING_TEXT_MAX]; /* the setting, cut into names */
    const char *names[INSTRUMENT_MAX];
    size_t n;
};

/* From the command line, or else from the settings: names apart by spaces or commas. */
static int want_instruments(const struct cli *cli, const struct settings *settings, struct wanted *w)
{
    if (cli->arg_n > INSTRUMENT_MAX) {
        complain("at most %d instruments at a time", INSTRUMENT_MAX);
        return 2;
    }
    for (w->n = 0; w->n < cli->arg_n; w->n++)
        w->names[w->n] = cli->args[w->n];
    if (w->n > 0)
        return 0;
    text_copy(w->text, sizeof w->text, settings->feeds.instruments);
    char *rest = w->text, *name;
    while ((name = strsep(&rest, " ,")) && w->n < INSTRUMENT_MAX) {
        if (*name)
            w->names[w->n++] = name;
    }
    return 0;
}

static int want_endpoints(const struct cli *cli, struct feed_options *fo)
{
    for (size_t i = 0; i < cli->endpoint_n; i++) {
        const char *equals = strchr(cli->endpoints[i], '=');
        struct feed_endpoint *e = &fo->endpoints[fo->endpoint_n];
        if (!equals || (size_t)(equals - cli->endpoints[i]) >= sizeof e->venue ||
            fo->endpoint_n == VENUE_MAX || !text_copy(e->url, sizeof e->url, equals + 1)) {
            complain("--endpoint %s: write VENUE=URL, e.g. binance=http://127.0.0.1:4100", cli->endpoints[i]);
            return 2;
        }
        memcpy(e->venue, cli->endpoints[i], (size_t)(equals - cli->endpoints[i]));
        fo->endpoint_n++;
    }
    return 0;
}

static int want_positions(const struct cli *cli, const struct settings *settings, struct positions *own,
                          bool *ret_has)
{
    const char *path = cli->positions ? cli->positions : settings->risk.positions;
    struct buf why;

    *ret_has = path[0] != '\0';
    if (!*ret_has)
        return 0;
    buf_init(&why, 64u << 10);
    int err = positions_load(path, own, &why);
    if (err < 0)
        complain("positions cannot be used:\n%s", why.len ? why.data : ap_err_text(err));
    buf_finish(&why);
    return err < 0;
}

static int want_journal(const struct cli *cli, const struct settings *settings, char *path, size_t size)
{
    char folder[PATH_TEXT_MAX];
    int err = 0;

    if (cli->journal)
        return text_copy(path, size, cli->journal) ? 0 : complain("--journal: the name is too long");
    if (settings->journal.directory[0])
        text_copy(folder, sizeof folder, settings->journal.directory);
    else
        err = path_data(folder, sizeof folder);
    if (err == 0)
        err = path_make(folder);
    if (err == 0)
        err = path_journal(folder, clock_system()->wall_ns(NULL), path, size);
    if (err < 0)
        return complain(
            "no place for the journal (%s): name one with --journal FILE, or run with --no-journal",
            ap_err_text(err));
    return 0;
}

/* The small letters win, as with other programs. */
static const char *from_environment(const char *small, const char *large)
{
    const char *value = getenv(small);
    return value && *value ? value : getenv(large);
}

int command_live(const struct cli *cli, const struct settings *settings)
{
    static const char name[] = "live";
    struct wanted wanted;
    struct positions own;
    char journal[PATH_TEXT_MAX];
    bool has_own, is_record = cli->command == CLI_RECORD;
    struct watch_options wo = {.cli = cli, .settings = settings, .title = name, .has_screen = !is_record};

    if (is_record && cli->no_journal) {
        complain("record --no-journal would keep nothing; use live --json");
        return 2;
    }
    int status = want_instruments(cli, settings, &wanted);
    if (status == 0)
        status = want_endpoints(cli, &wo.pipeline.feed);
    if (status == 0)
        status = want_positions(cli, settings, &own, &has_own);
    if (status == 0 && !cli->no_journal)
        status = want_journal(cli, settings, journal, sizeof journal);
    if (status != 0)
        return status;
    wo.pipeline.feed.instruments = wanted.names;
    wo.pipeline.feed.instrument_n = wanted.n;
    wo.pipeline.feed.ca_file = cli->ca_file;
    wo.pipeline.feed.proxy = from_environment("https_proxy", "HTTPS_PROXY");
    wo.pipeline.feed.no_proxy = from_environment("no_proxy", "NO_PROXY");
    wo.pipeline.source = is_record ? "record" : "live";
    wo.pipeline.journal_path = cli->no_journal ? NULL : journal;
    wo.pipeline.keep_ns = settings->journal.keep_days * 86400 * NS_PER_S;
    wo.pipeline.max_bytes = (uint64_t)settings->journal.max_gigabytes << 30;
    wo.pipeline.positions = has_own ? &own : NULL;
    if (is_record && !cli->json)
        fprintf(stderr, "alphaplus: recording %zu instruments to %s; Ctrl-C ends it\n", wanted.n, journal);
    return watch_run(&wo);
}
