#include "commands.h"
#include "fingerprint.h"
#include "journal_prune.h"
#include "journal_sql.h"
#include "journal_upgrade.h"
#include "journal_verify.h"
#include "output.h"
#include "watch.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/journal/journal.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX   (1u << 20)
#define GAPS_SHOWN 200

/* --- info ---------------------------------------------------------------------------------------------------------- */

static void print_sessions(struct journal *j, const struct journal_info *info, struct buf *out)
{
    for (uint32_t i = 0; i < info->sessions; i++) {
        struct journal_session s;
        char start[48], stop[48];
        if (journal_session(j, i, &s) < 0)
            continue;
        text_time(start, sizeof start, s.start_ns, 0, true);
        text_time(stop, sizeof stop, s.end_ns, 0, true);
        const char *mark = info->pruned_seq == 0 || s.first_seq > info->pruned_seq ? ""
                           : s.last_seq <= info->pruned_seq                        ? "  (pruned)"
                                                            : "  (its beginning pruned)";
        buf_printf(out, "session      %s .. %s  %s  %s  seq %" PRIu64 "..%" PRIu64 "%s\n", start, stop,
                   s.source, s.program, s.first_seq, s.last_seq, mark);
    }
}

static void print_instruments(struct journal *j, const struct journal_info *info, struct buf *out)
{
    for (uint32_t i = 0; i < info->instruments; i++) {
        struct instrument in;
        char name[INSTRUMENT_NAME_MAX], tick[FIXED_TEXT_MAX], lot[FIXED_TEXT_MAX];
        if (journal_instrument(j, i, &in) < 0)
            continue;
        instrument_name(&in, name);
        fixed_format(tick, in.tick, in.price_decimals);
        fixed_format(lot, in.lot, in.qty_decimals);
        buf_printf(out, "instrument   %s  version %u  tick %s  lot %s%s\n", name, in.version, tick, lot,
                   in.inferred ? "  (read off the data)" : "");
    }
}

static void print_sizes(const struct journal_info *info, struct buf *out)
{
    const struct journal_sizes *s = &info->sizes;
    if (info->level_updates > 0)
        buf_printf(out, "levels       %" PRIu64 " updates", info->level_updates);
    if (s->levels > 0 && s->damaged == 0)
        buf_printf(out, "; in blocks %.2f bytes each for depth events, %.2f for all events",
                   (double)s->depth / (double)s->levels, (double)info->block_bytes / (double)s->levels);
    if (info->level_updates > 0)
        buf_printf(out, "; %.2f of the file\n", (double)info->file_bytes / (double)info->level_updates);
    if (s->damaged > 0)
        buf_printf(out, "sizes        not known: %" PRIu64 " damaged blocks (see journal verify)\n",
                   s->damaged);
    else if (info->blocks > 0)
        buf_printf(out,
                   "sizes        depth %" PRIu64 ", quotes %" PRIu64 ", trades %" PRIu64 ", other %" PRIu64
                   " bytes of the blocks\n",
                   s->depth, s->quotes, s->trades, s->other);
}

static void print_gaps(struct journal *j, const struct journal_info *info, struct buf *out)
{
    buf_printf(out, "gaps         %u%s\n", info->gaps, info->gaps > GAPS_SHOWN ? ", the first of them:" : "");
    for (uint32_t i = 0; i < info->gaps && i < GAPS_SHOWN; i++) {
        struct journal_gap g;
        char when[48];
        if (journal_gap(j, i, &g) < 0)
            continue;
        text_time(when, sizeof when, g.recv_ns, 3, true);
        buf_printf(out, "  %s  %s: %s", when, g.origin, g.cause);
        if (g.lost > 0)
            buf_printf(out, "  %" PRIu64 " lost", g.lost);
        if (g.instrument[0])
            buf_printf(out, "  %s", g.instrument);
        buf_printf(out, "%s%s\n", g.text[0] ? "  " : "", g.text);
    }
}

static int print_info(struct journal *j, const char *path)
{
    struct journal_info info;
    struct buf out;
    char first[48], last[48];

    int err = journal_info(j, &info);
    if (err < 0)
        return complain("%s: %s", path, ap_err_text(err));
    buf_init(&out, TEXT_MAX);
    text_time(first, sizeof first, info.first_ns, 3, true);
    text_time(last, sizeof last, info.last_ns, 3, true);
    buf_printf(&out, "file         %s  %" PRIu64 " bytes  schema %d\n", path, info.file_bytes, info.schema);
    buf_printf(&out, "span         %s .. %s  seq %" PRIu64 "..%" PRIu64 "\n", first, last, info.first_seq,
               info.last_seq);
    if (info.pruned_seq > 0) {
        text_time(first, sizeof first, info.pruned_ns, 3, true);
        buf_printf(&out, "pruned       before %s, seq %" PRIu64 " and below\n", first, info.pruned_seq);
    }
    print_sessions(j, &info, &out);
    print_instruments(j, &info, &out);
    buf_printf(&out,
               "events       %" PRIu64 "  in %" PRIu64 " blocks (%" PRIu64 " bytes) and a tail of %" PRIu64
               " bytes\n",
               info.events, info.blocks, info.block_bytes, info.tail_bytes);
    for (size_t kind = 0; kind < sizeof info.kinds / sizeof info.kinds[0]; kind++) {
        if (info.kinds[kind].events > 0)
            buf_printf(&out, "  %-24s %12" PRIu64 "\n", event_kind_name((int)kind), info.kinds[kind].events);
    }
    print_sizes(&info, &out);
    print_gaps(j, &info, &out);
    err = out.failed ? out.failed : output_write(out.data, out.len);
    buf_finish(&out);
    return err < 0 && err != AP_EEOF;
}

static int info(struct journal *j, const struct cli *cli)
{
    return print_info(j, cli->args[1]);
}

static int check(struct journal *j, const struct cli *cli)
{
    return journal_verify_all(j, cli->args[1]);
}

static int sql(struct journal *j, const struct cli *cli)
{
    return journal_sql(j, cli->args[1], cli->args[2]);
}

int command_journal(const struct cli *cli, const struct settings *settings)
{
    static const struct {
        const char *name;
        size_t arg_n;
        int (*run)(struct journal *j, const struct cli *cli);
        int (*run_path)(const struct cli *cli); /* where it is more than read */
    } ways[] = {{"info", 2, info, NULL},
                {"verify", 2, check, NULL},
                {"sql", 3, sql, NULL},
                {"prune", 2, NULL, journal_prune_command},
                {"upgrade", 2, NULL, journal_upgrade_command}};
    struct journal *j;
    char why[512] = "";
    size_t i = 0, n = sizeof ways / sizeof ways[0];

    (void)settings;
    while (i < n && (cli->arg_n != ways[i].arg_n || strcmp(cli->args[0], ways[i].name) != 0))
        i++;
    if (i == n) {
        complain(
            "journal: write info JOURNAL, verify JOURNAL, sql JOURNAL QUERY, prune JOURNAL or upgrade JOURNAL");
        return 2;
    }
    if ((cli->keep_ns != 0 || cli->max_size) && ways[i].run_path != journal_prune_command) {
        complain("journal %s: --keep and --max-size are of prune", ways[i].name);
        return 2;
    }
    if (cli->copy && ways[i].run_path != journal_upgrade_command) {
        complain("journal %s: --copy is of upgrade", ways[i].name);
        return 2;
    }
    if (ways[i].run_path)
        return ways[i].run_path(cli);
    int err = journal_open(cli->args[1], &j, why, sizeof why);
    if (err < 0)
        return complain("%s: %s", cli->args[1], why[0] ? why : ap_err_text(err));
    int status = ways[i].run(j, cli);
    journal_close(j);
    return status;
}
