#include "journal_upgrade.h"

#include "output.h"
#include "watch.h"

#include <alphaplus/journal/journal.h>
#include <stdio.h>
#include <unistd.h>

static bool on_progress(void *user, double part)
{
    const bool *has_tty = user;
    if (*has_tty)
        fprintf(stderr, "\rcopying %3.0f %%", part * 100.0);
    return wait_more(0);
}

int journal_upgrade_command(const struct cli *cli)
{
    bool has_tty = isatty(STDERR_FILENO) == 1;
    struct journal_upgrade_options o = {
        .path = cli->args[1], .copy = cli->copy, .progress = on_progress, .user = &has_tty};
    char why[512] = "", line[512];
    int from = 0, n;

    wait_begin();
    int err = journal_upgrade(&o, &from, why, sizeof why);
    if (has_tty)
        fputs("\r\033[K", stderr);
    if (err < 0)
        return complain("%s: %s", o.path, why[0] ? why : ap_err_text(err));
    if (from == JOURNAL_SCHEMA)
        n = snprintf(line, sizeof line, "%s: schema %d already, nothing to do\n", o.path, from);
    else
        n = snprintf(line, sizeof line, "%s: schema %d -> %d%s%s\n", o.path, from, JOURNAL_SCHEMA,
                     o.copy ? "; as it was: " : "", o.copy ? o.copy : "");
    err = output_write(line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    return err < 0 && err != AP_EEOF;
}
