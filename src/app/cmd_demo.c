#include "commands.h"
#include "output.h"
#include "watch.h"

#include <alphaplus/base/text.h>
#include <alphaplus/sim/sim.h>
#include <stdio.h>
#include <string.h>

/* Own positions of the demo: near enough to the market's start that the risk panel has something to say. */
static const char demo_positions[] =
    "[account]\nname = bin\nvenue = binance\ncurrency = USDT\nwallet = 100000\n"
    "[account]\nname = sub\nvenue = binance\ncurrency = USDT\nwallet = 60000\n"
    "[position]\naccount = bin\ninstrument = binance:BTCUSDT\nside = long\nsize = 6\nentry = 64850\nmargin = cross\nstop = 62175\n"
    "[position]\naccount = sub\ninstrument = binance:ETHUSDT\nside = short\nsize = 120\nentry = 3385\nmargin = isolated 40620\n"
    "[position]\naccount = bin\ninstrument = binance:SOLUSDT\nside = long\nsize = 900\nentry = 148.20\nmargin = cross\nstop = 142.30\n";

static int demo_own(struct positions *own)
{
    struct buf why;
    buf_init(&why, 4096);
    int err = positions_parse(demo_positions, "demo", own, &why);
    if (err < 0)
        complain("demo positions: %s", why.data);
    buf_finish(&why);
    return err;
}

/* One exchange a venue. */
struct exchanges {
    struct sim *sims[VENUE_MAX];
    size_t n;
    char names[INSTRUMENT_MAX][INSTRUMENT_NAME_MAX];
    const char *wanted[INSTRUMENT_MAX];
    size_t wanted_n;
};

static void stop_exchanges(struct exchanges *x)
{
    for (size_t i = 0; i < x->n; i++)
        sim_stop(x->sims[i]);
}

static int start_exchange(struct exchanges *x, const struct cli *cli, const char *venue,
                          struct feed_options *fo)
{
    struct sim_options so = {
        .speed = cli->speed > 0 ? cli->speed : 1.0, .seed = cli->seed, .waits = true, .venue = venue};
    char why[256] = "", symbol[SYMBOL_MAX];
    if (x->n == VENUE_MAX)
        return complain("--venue: at most %d", VENUE_MAX);
    if (sim_start(&so, &x->sims[x->n], why, sizeof why) < 0)
        return complain("the demo exchange cannot start: %s", why);
    struct feed_endpoint *e = &fo->endpoints[fo->endpoint_n++];
    text_copy(e->venue, sizeof e->venue, venue);
    snprintf(e->url, sizeof e->url, "http://127.0.0.1:%u", (unsigned)sim_port(x->sims[x->n++]));
    for (size_t i = 0; x->wanted_n < INSTRUMENT_MAX && sim_symbol(venue, i, symbol, sizeof symbol); i++) {
        snprintf(x->names[x->wanted_n], sizeof x->names[0], "%s:%s", venue, symbol);
        x->wanted[x->wanted_n] = x->names[x->wanted_n];
        x->wanted_n++;
    }
    return 0;
}

/* "binance,bybit": an exchange each. */
static int start_exchanges(struct exchanges *x, const struct cli *cli, struct feed_options *fo)
{
    char text[256], *rest = text;
    const char *venue;
    if (!text_copy(text, sizeof text, cli->venue ? cli->venue : sim_venue(0)))
        return complain("--venue: the list is too long");
    int status = 0;
    while (status == 0 && (venue = strsep(&rest, ",")) != NULL) {
        if (*venue)
            status = start_exchange(x, cli, venue, fo);
    }
    if (status == 0 && x->n == 0)
        status = complain("--venue: names none");
    fo->instruments = x->wanted;
    fo->instrument_n = x->wanted_n;
    return status;
}

int command_demo(const struct cli *cli, const struct settings *settings)
{
    struct exchanges x = {.n = 0};
    struct positions own;
    struct watch_options wo = {.cli = cli, .settings = settings, .title = "demo", .has_screen = true};

    if (demo_own(&own) < 0)
        return 1;
    if (cli->json)
        wait_begin();
    int status = start_exchanges(&x, cli, &wo.pipeline.feed);
    if (status == 0) {
        wo.pipeline.source = "demo";
        wo.pipeline.journal_path = cli->journal;
        wo.pipeline.positions = &own;
        status = watch_run(&wo);
    }
    stop_exchanges(&x);
    return status;
}
