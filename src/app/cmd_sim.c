#include "commands.h"
#include "output.h"
#include "watch.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/sim/sim.h>
#include <stdio.h>

#define FAULTS_MAX 4096

int command_sim(const struct cli *cli, const struct settings *settings)
{
    struct sim_options so = {.captures = cli->capture_n ? cli->captures : NULL,
                             .capture_n = cli->capture_n,
                             .speed = cli->speed >= 0 ? cli->speed : 1.0,
                             .port = (uint16_t)(cli->port > 0 ? cli->port : 0),
                             .seed = cli->seed,
                             .faults = cli->faults,
                             .venue = cli->venue,
                             .is_loop = cli->loop,
                             .waits = true};
    struct sim *sim;
    char why[512] = "", line[128];

    (void)settings;
    wait_begin();
    if (sim_start(&so, &sim, why, sizeof why) < 0)
        return complain("sim: %s", why);
    int n = snprintf(line, sizeof line, "http://127.0.0.1:%u\n", (unsigned)sim_port(sim));
    int err = output_write(line, (size_t)n);
    int64_t start = clock_system()->monotonic_ns(NULL);
    while (err == 0 && !sim_is_done(sim) && wait_more(100 * NS_PER_MS)) {
        if (cli->duration_ns > 0 && clock_system()->monotonic_ns(NULL) - start >= cli->duration_ns)
            break;
    }
    struct buf told;
    buf_init(&told, FAULTS_MAX);
    sim_faults_tell(sim, &told);
    if (told.len > 0) {
        (void)fprintf(stderr, "faults: %s\n", told.data);
    }
    buf_finish(&told);
    sim_stop(sim);
    return err < 0 && err != AP_EEOF;
}
