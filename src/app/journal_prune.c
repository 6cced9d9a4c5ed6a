#include "journal_prune.h"

#include "output.h"
#include "watch.h"

#include <alphaplus/base/text.h>
#include <alphaplus/journal/journal.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "20G", "500M", "64K" or bytes. */
static int parse_size(const char *text, uint64_t *ret_bytes)
{
    static const char units[] = "KMGT";
    uint64_t value = 0;
    size_t digits = strspn(text, "0123456789");
    const char *unit = text[digits] != '\0' ? strchr(units, text[digits]) : NULL;

    if (digits == 0 || digits > 15 || (text[digits] != '\0' && (!unit || text[digits + 1] != '\0')))
        return AP_ESYNTAX;
    for (size_t i = 0; i < digits; i++)
        value = 10 * value + (uint64_t)(text[i] - '0');
    for (long power = unit ? unit - units + 1 : 0; power > 0; power--) {
        if (__builtin_mul_overflow(value, 1024, &value))
            return AP_ERANGE;
    }
    *ret_bytes = value;
    return value > 0 ? 0 : AP_ERANGE;
}

static bool on_progress(void *user, double part)
{
    const bool *has_tty = user;
    if (*has_tty)
        fprintf(stderr, "\rpruning %3.0f %%", part * 100.0);
    return wait_more(0);
}

static int report(const char *path, const struct journal_prune_report *r, bool is_interrupted)
{
    char line[512], before[48];
    int n;

    if (r->seals == 0) {
        n = snprintf(line, sizeof line, "%s: nothing to prune, %" PRIu64 " bytes\n", path, r->bytes_after);
    } else {
        text_time(before, sizeof before, r->before_ns, 3, true);
        n = snprintf(line, sizeof line, "%s: pruned before %s, %" PRIu64 " -> %" PRIu64 " bytes%s\n", path,
                     before, r->bytes_before, r->bytes_after,
                     is_interrupted ? "; interrupted, call it again for the rest" : "");
    }
    int err = output_write(line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    return is_interrupted || (err < 0 && err != AP_EEOF);
}

int journal_prune_command(const struct cli *cli)
{
    bool has_tty = isatty(STDERR_FILENO) == 1;
    struct journal_prune_options o = {
        .path = cli->args[1], .keep_ns = cli->keep_ns, .progress = on_progress, .user = &has_tty};
    struct journal_prune_report r = {0};
    char why[512] = "";

    if (cli->max_size && parse_size(cli->max_size, &o.max_bytes) < 0) {
        complain("--max-size %s: not a size; try 500M or 20G", cli->max_size);
        return 2;
    }
    if (o.keep_ns == 0 && o.max_bytes == 0) {
        complain("journal prune: say what stays, with --keep 30d, --max-size 20G or both");
        return 2;
    }
    wait_begin();
    int err = journal_prune(&o, &r, why, sizeof why);
    if (has_tty)
        fputs("\r\033[K", stderr);
    if (err < 0 && err != AP_EAGAIN)
        return complain("%s: %s", o.path, why[0] ? why : ap_err_text(err));
    return report(o.path, &r, err == AP_EAGAIN);
}
