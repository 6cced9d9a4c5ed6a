/* journal prune: the oldest events go. */
#ifndef ALPHAPLUS_APP_JOURNAL_PRUNE_H
#define ALPHAPLUS_APP_JOURNAL_PRUNE_H

#include <alphaplus/config/cli.h>

/* The exit status. */
int journal_prune_command(const struct cli *cli);

#endif
