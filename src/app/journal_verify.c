#include "journal_verify.h"

#include "fingerprint.h"
#include "output.h"
#include "seal_key.h"
#include "watch.h"

#include <alphaplus/base/text.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/journal/checkpoint.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

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
    /* The second time through: from each checkpoint to the next. */
    struct mac_key key;
    struct journal_maker maker;
    bool is_from_checkpoints;
    struct journal_checkpoint checkpoint; /* the next one; its state is borrowed from the journal */
    bool has_checkpoint;
    uint64_t checkpoints; /* replayed from */
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

/* The next checkpoint that this program can use. */
static int next_checkpoint(struct verify *v, uint64_t after_seq)
{
    int err = journal_checkpoint_after(v->journal, &v->maker, after_seq, &v->checkpoint);
    v->has_checkpoint = err == 0;
    return err == AP_ENOTFOUND ? 0 : err;
}

/* Puts the engine where the checkpoint says, and finds the one behind it. */
static int load(struct verify *v, struct engine *e)
{
    const struct journal_checkpoint c = v->checkpoint;
    uint64_t exact, all;
    char when[48];

    text_time(when, sizeof when, c.time_ns, 3, true);
    int err = engine_load(e, &v->key, c.state, c.n);
    if (err < 0)
        return complain("the checkpoint at %s, after event %" PRIu64 ", cannot be loaded: %s", when, c.seq,
                        ap_err_text(err));
    engine_digest(e, &exact, &all);
    if (exact != c.digest_exact || all != c.digest_all)
        return complain("the checkpoint at %s, after event %" PRIu64 ", is not the state that it says", when,
                        c.seq);
    v->checkpoints++;
    return next_checkpoint(v, c.seq) < 0 ? complain("the checkpoints cannot be read") : 0;
}

/* At a checkpoint: the replay from the one before must have come to it; then on from this one. */
static int meet_checkpoint(struct verify *v, struct engine *e, const struct event *ev)
{
    uint64_t exact, all;
    char when[48];

    if (!v->is_from_checkpoints || !v->has_checkpoint || ev->seq != v->checkpoint.seq)
        return 0;
    engine_digest(e, &exact, &all);
    if (!v->is_lagged && (exact != v->checkpoint.digest_exact || all != v->checkpoint.digest_all)) {
        text_time(when, sizeof when, v->checkpoint.time_ns, 3, true);
        return complain("replay from a checkpoint differs at %s, after event %" PRIu64, when, ev->seq);
    }
    return load(v, e);
}

static int replay_event(struct verify *v, struct engine *e, const struct event *ev)
{
    int status = 0;
    if (meet_event(v, ev) < 0)
        status = complain("its results cannot be read");
    if (status == 0 && engine_apply(e, ev) == AP_ENOMEM)
        status = complain("out of memory");
    if (status == 0)
        status = compare_ticks(v, e);
    if (status == 0)
        status = compare_final(v, e, ev);
    return status != 0 ? status : meet_checkpoint(v, e, ev);
}

static int replay(struct verify *v, struct engine *e, uint64_t from_seq, uint64_t events, const char *path)
{
    struct journal_cursor *c;
    const struct event *ev;
    uint64_t n = 0;
    int more = 0, status = 0;

    int err = journal_cursor_open(v->journal, from_seq, &c);
    if (err < 0)
        return complain("%s: %s", path, ap_err_text(err));
    while (status == 0 && (more = journal_next(c, &ev)) > 0) {
        status = replay_event(v, e, ev);
        if (++n % 65536 == 0 && !on_progress(v, (double)n / (double)(events + 1)))
            status = complain("interrupted");
    }
    if (more < 0)
        status = complain("%s: %s", path, journal_cursor_why(c));
    journal_cursor_close(c);
    return status;
}

/* From the beginning, as the live run went. */
static int replay_all(struct verify *v, uint64_t events, const char *path)
{
    struct engine *e;
    if (engine_create(NULL, NULL, &e) < 0)
        return complain("out of memory");
    int status = next_digest(v) < 0 ? complain("%s: its results cannot be read", path)
                                    : replay(v, e, 0, events, path);
    engine_destroy(e);
    return status;
}

/* From each checkpoint to the next, and from the last to the end: the same digests. */
static int replay_checkpoints(const struct verify *all, struct verify *v, uint64_t events, const char *path)
{
    struct engine *e;
    *v = (struct verify){.journal = all->journal,
                         .has_other_libm = all->has_other_libm,
                         .has_tty = all->has_tty,
                         .is_from_checkpoints = true};
    seal_key(&v->key);
    v->maker = seal_maker(&v->key);
    if (next_checkpoint(v, 0) < 0)
        return complain("%s: its checkpoints cannot be read", path);
    if (!v->has_checkpoint)
        return 0;
    uint64_t seq = v->checkpoint.seq;
    int64_t time_ns = v->checkpoint.time_ns;
    if (engine_create(NULL, NULL, &e) < 0)
        return complain("out of memory");
    int status = load(v, e), err = status == 0 ? next_digest(v) : 0;
    while (err == 0 && v->has_want &&
           (v->want.seq < seq || (v->want.seq == seq && v->want.time_ns <= time_ns)))
        err = next_digest(v);
    v->is_lagged = v->was_lagged = false; /* that was before */
    if (err < 0)
        status = complain("%s: its results cannot be read", path);
    if (status == 0)
        status = replay(v, e, seq + 1, events, path);
    engine_destroy(e);
    return status;
}

static bool has_other_libm(struct journal *j, const struct journal_info *info)
{
    for (uint32_t i = 0; i < info->sessions; i++) {
        struct journal_session s;
        if (journal_session(j, i, &s) == 0 && s.libm_fingerprint != 0 &&
            s.libm_fingerprint != libm_fingerprint())
            return true;
    }
    return false;
}

static int report(const struct verify *v, const struct verify *again, const struct journal_info *info,
                  const char *path)
{
    const char *doubles = v->others > 0       ? "; others are of another engine, not comparable"
                          : v->was_lagged     ? "; digests behind a lost span are not comparable"
                          : v->has_other_libm ? "; doubles not comparable (another libm)"
                                              : "";
    char pruned[80] = "", from[64] = "", when[48], line[512];
    if (info->pruned_seq > 0) {
        text_time(when, sizeof when, info->pruned_ns, 3, true);
        snprintf(pruned, sizeof pruned, "; pruned before %s", when);
    }
    if (again->checkpoints > 0)
        snprintf(from, sizeof from, ", and from %" PRIu64 " checkpoints", again->checkpoints);
    int n = snprintf(line, sizeof line, "%s: whole%s; %" PRIu64 " events, %" PRIu64 " digests equal%s%s\n",
                     path, pruned, info->events, v->compared, from, doubles);
    int err = output_write(line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    return err < 0 && err != AP_EEOF;
}

int journal_verify_all(struct journal *j, const char *path)
{
    struct verify v = {.journal = j, .has_tty = isatty(STDERR_FILENO) == 1}, again = {0};
    struct journal_info info = {0};
    char why[512] = "";

    wait_begin();
    int err = journal_verify(j, on_progress, &v, why, sizeof why);
    if (err == 0)
        err = journal_info(j, &info);
    int status = err < 0 ? complain("%s: %s", path, why[0] ? why : ap_err_text(err)) : 0;
    if (status == 0) {
        v.has_other_libm = has_other_libm(j, &info);
        status = replay_all(&v, info.events, path);
    }
    if (status == 0)
        status = replay_checkpoints(&v, &again, info.events, path);
    if (v.has_tty)
        fputs("\r\033[K", stderr);
    return status != 0 ? status : report(&v, &again, &info, path);
}
