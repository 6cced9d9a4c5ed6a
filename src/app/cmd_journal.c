#include "commands.h"
#include "fingerprint.h"
#include "journal_prune.h"
#include "journal_sql.h"
#include "journal_upgrade.h"
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

/* --- verify: the file, then the same digests from a replay --------------------------------------------------------- */

struct verify {
    struct journal *journal;
    uint64_t next_result;
    struct result want; /* the next stored digest */
    bool has_want;
    bool is_lagged; /* a span is missing: the live engine saw more than the journal, until its session ends */
    uint64_t lagged_seq; /* where that was said last */
    bool was_lagged;
    bool has_other_libm;
    uint64_t compared, others; /* others: digests of another engine */
    bool has_tty;
};

static bool on_progress(void *user, double part)
{
    const struct verify *v = user;
    if (v->has_tty)
        fprintf(stderr, "\rchecking %3.0f %%", part * 100.0);
    return wait_more(0);
}

static void note_lag(struct verify *v, uint64_t seq)
{
    v->is_lagged = v->was_lagged = true;
    v->lagged_seq = seq > v->lagged_seq ? seq : v->lagged_seq;
}

static int next_digest(struct verify *v)
{
    int more;
    v->has_want = false;
    while ((more = journal_result_at(v->journal, v->next_result, &v->want)) > 0) {
        v->next_result++;
        if (v->want.kind == RESULT_GAP && v->want.cause == GAP_JOURNAL_LAG)
            note_lag(v, v->want.seq);
        if (v->want.kind == RESULT_DIGEST) {
            v->has_want = true;
            break;
        }
    }
    return more < 0 ? more : 0;
}

/* 1: they differ, told. */
static int compare(struct verify *v, uint64_t exact, uint64_t all)
{
    char when[48];
    const struct result *w = &v->want;
    bool is_equal = exact == w->digest_exact && (v->has_other_libm || all == w->digest_all);

    if (w->from_id != ENGINE_VERSION || w->to_id != engine_layout()) {
        v->others++;
        return next_digest(v);
    }
    text_time(when, sizeof when, w->time_ns, 3, true);
    v->compared++;
    if (is_equal)
        return next_digest(v);
    return complain("digest differs at %s, after event %" PRIu64 ": stored %016" PRIx64 "/%016" PRIx64
                    ", replayed %016" PRIx64 "/%016" PRIx64,
                    when, w->seq, w->digest_exact, w->digest_all, exact, all);
}

/* A session begins with nothing: what the one before has lost is no matter any more. */
static int meet_event(struct verify *v, const struct event *ev)
{
    const struct gap_row *gap = event_rows_const(ev);
    int err = 0;
    if (ev->kind == EVENT_GAP && (gap->cause == GAP_JOURNAL_LAG || gap->cause == GAP_DISK))
        note_lag(v, ev->seq);
    if (ev->kind == EVENT_SESSION && v->is_lagged && ev->seq > v->lagged_seq) {
        v->is_lagged = false;
        while (err == 0 && v->has_want && v->want.seq < ev->seq)
            err = next_digest(v);
    }
    return err;
}

/* The engine's own results carry the digests of ticks. */
static int compare_ticks(struct verify *v, struct engine *e)
{
    struct result r;
    int status = 0;
    while (engine_next_result(e, &r)) {
        if (status != 0 || v->is_lagged || !v->has_want || r.kind != RESULT_DIGEST || v->want.is_final ||
            r.time_ns != v->want.time_ns)
            continue;
        status = compare(v, r.digest_exact, r.digest_all);
    }
    return status;
}

static int compare_final(struct verify *v, struct engine *e, const struct event *ev)
{
    uint64_t exact, all;
    if (v->is_lagged || !v->has_want || !v->want.is_final || v->want.seq != ev->seq)
        return 0;
    engine_digest(e, &exact, &all);
    return compare(v, exact, all);
}

static int replay_digests(struct verify *v, const struct journal_info *info, const char *path)
{
    struct journal_cursor *c;
    struct engine *e;
    const struct event *ev;
    uint64_t n = 0;
    int more = 0, status = 0;

    if (engine_create(NULL, NULL, &e) < 0)
        return complain("out of memory");
    int err = journal_cursor_open(v->journal, 0, &c);
    if (err < 0) {
        engine_destroy(e);
        return complain("%s: %s", path, ap_err_text(err));
    }
    while (status == 0 && (more = journal_next(c, &ev)) > 0) {
        if (meet_event(v, ev) < 0)
            status = complain("%s: its results cannot be read", path);
        if (status == 0 && engine_apply(e, ev) == AP_ENOMEM)
            status = complain("out of memory");
        if (status == 0)
            status = compare_ticks(v, e);
        if (status == 0)
            status = compare_final(v, e, ev);
        if (++n % 65536 == 0 && !on_progress(v, (double)n / (double)(info->events + 1)))
            status = complain("interrupted");
    }
    if (more < 0)
        status = complain("%s: %s", path, journal_cursor_why(c));
    journal_cursor_close(c);
    engine_destroy(e);
    return status;
}

static int verify(struct journal *j, const char *path)
{
    struct verify v = {.journal = j, .has_tty = isatty(STDERR_FILENO) == 1};
    struct journal_info info;
    char why[512] = "", line[512];

    wait_begin();
    int err = journal_verify(j, on_progress, &v, why, sizeof why);
    if (err == 0)
        err = journal_info(j, &info);
    if (err == 0)
        err = next_digest(&v);
    int status = err < 0 ? complain("%s: %s", path, why[0] ? why : ap_err_text(err)) : 0;
    for (uint32_t i = 0; status == 0 && i < info.sessions; i++) {
        struct journal_session s;
        if (journal_session(j, i, &s) == 0 && s.libm_fingerprint != 0 &&
            s.libm_fingerprint != libm_fingerprint())
            v.has_other_libm = true;
    }
    if (status == 0)
        status = replay_digests(&v, &info, path);
    if (v.has_tty)
        fputs("\r\033[K", stderr);
    if (status != 0)
        return status;
    const char *doubles = v.others > 0       ? "; others are of another engine, not comparable"
                          : v.was_lagged     ? "; digests behind a lost span are not comparable"
                          : v.has_other_libm ? "; doubles not comparable (another libm)"
                                             : "";
    char pruned[80] = "", when[48];
    if (info.pruned_seq > 0) {
        text_time(when, sizeof when, info.pruned_ns, 3, true);
        snprintf(pruned, sizeof pruned, "; pruned before %s", when);
    }
    int n = snprintf(line, sizeof line, "%s: whole%s; %" PRIu64 " events, %" PRIu64 " digests equal%s\n",
                     path, pruned, info.events, v.compared, doubles);
    err = output_write(line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    return err < 0 && err != AP_EEOF;
}

static int info(struct journal *j, const struct cli *cli)
{
    return print_info(j, cli->args[1]);
}

static int check(struct journal *j, const struct cli *cli)
{
    return verify(j, cli->args[1]);
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
