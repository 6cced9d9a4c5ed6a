/* What live, record and demo have in common: a pipeline with a screen, with JSON lines, or with neither. */
#ifndef ALPHAPLUS_APP_WATCH_H
#define ALPHAPLUS_APP_WATCH_H

#include "pipeline.h"

#include <alphaplus/config/cli.h>
#include <alphaplus/config/settings.h>

struct watch_options {
    const struct cli *cli;
    const struct settings *settings;
    struct pipeline_options pipeline; /* on_tick is watch's own */
    const char *title;
    bool has_screen;
};
int watch_run(const struct watch_options *o);

/* Ends at SIGINT, SIGTERM, SIGHUP or after duration_ns (0: never). True while none of it happened; sleeps at most wait_ns. For
 * commands without a screen: wait_begin once, before threads are made. */
void wait_begin(void);
bool wait_more(int64_t wait_ns);

#endif
