/* `journal upgrade`. */
#ifndef ALPHAPLUS_APP_JOURNAL_UPGRADE_H
#define ALPHAPLUS_APP_JOURNAL_UPGRADE_H

#include <alphaplus/config/cli.h>

/* The exit status; what went wrong is told. */
int journal_upgrade_command(const struct cli *cli);

#endif
