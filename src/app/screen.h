/* The main thread with a screen: keys, signals, frames. */
#ifndef ALPHAPLUS_APP_SCREEN_H
#define ALPHAPLUS_APP_SCREEN_H

#include "deck.h"

#include <alphaplus/config/cli.h>
#include <alphaplus/config/settings.h>
#include <alphaplus/model/publication.h>
#include <stdbool.h>

struct screen_options {
    const struct cli *cli;           /* borrowed */
    const struct settings *settings; /* borrowed */
    struct publication *publication; /* borrowed */
    struct deck *deck;               /* borrowed; NULL: live */
    const char *journal;             /* what is replayed, or recorded live; NULL: nothing is */
    const char *title;
    bool asks_before_quit;
    int (*watch)(void *user, bool is_removal, const char *name, char *why, size_t why_size); /* as in ui.h */
    void *user;
};
/* Until the user quits, a signal ends it, or --frames / --for is over. Returns the exit status; the terminal is given back. */
int screen_run(const struct screen_options *o);

#endif
