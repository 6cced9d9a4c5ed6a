#include "commands.h"
#include "output.h"
#include "watch.h"

#include <alphaplus/base/text.h>
#include <alphaplus/sim/sim.h>
#include <stdio.h>

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

int command_demo(const struct cli *cli, const struct settings *settings)
{
    struct sim_options so = {.speed = cli->speed > 0 ? cli->speed : 1.0, .seed = cli->seed, .waits = true};
    struct sim *sim;
    struct positions own;
    char why[256] = "", names[INSTRUMENT_MAX][INSTRUMENT_NAME_MAX];
    const char *wanted[INSTRUMENT_MAX];
    size_t n = 0;

    if (demo_own(&own) < 0)
        return 1;
    if (cli->json)
        wait_begin();
    if (sim_start(&so, &sim, why, sizeof why) < 0)
        return complain("the demo exchange cannot start: %s", why);
    for (; n < INSTRUMENT_MAX && sim_symbol(n); n++) {
        snprintf(names[n], sizeof names[n], "binance:%s", sim_symbol(n));
        wanted[n] = names[n];
    }
    struct watch_options wo = {.cli = cli, .settings = settings, .title = "demo", .has_screen = true};
    struct feed_options *fo = &wo.pipeline.feed;
    fo->instruments = wanted;
    fo->instrument_n = n;
    fo->endpoint_n = 1;
    text_copy(fo->endpoints[0].venue, sizeof fo->endpoints[0].venue, "binance");
    snprintf(fo->endpoints[0].url, sizeof fo->endpoints[0].url, "http://127.0.0.1:%u",
             (unsigned)sim_port(sim));
    wo.pipeline.source = "demo";
    wo.pipeline.journal_path = cli->journal;
    wo.pipeline.positions = &own;
    int status = watch_run(&wo);
    sim_stop(sim);
    return status;
}
