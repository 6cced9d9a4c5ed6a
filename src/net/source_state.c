/* The truth about a venue's feed in one state and one line. */
#include "net/source.h"
#include <alphaplus/base/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RAW_FLOOR_NS (5 * NS_PER_MS) /* our clock is late by so much at most, where latencies are by it */
#define LATENCY_AGED 1000            /* messages; beyond, older ones weigh less */

struct verdict {
    enum feed_state state;
    char reason[sizeof((struct feed_row *)0)->reason];
};

static void say(struct verdict *v, enum feed_state state, const char *reason)
{
    v->state = state;
    text_copy(v->reason, sizeof v->reason, reason);
}

static void say_unknown(struct verdict *v, const struct source *s, const struct wish *w,
                        enum feed_state state)
{
    char text[256];
    int n = snprintf(text, sizeof text, "%s has no %s", s->venue->name, w->symbol);
    for (int i = 0; i < NEAREST_MAX && w->nearest[i].symbol[0] && n > 0 && (size_t)n < sizeof text; i++) {
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%s", i == 0 ? ": did you mean " : ", ",
                      w->nearest[i].symbol);
    }
    say(v, state, text);
}

/* Without connections nothing else matters. */
static bool judge_conns(const struct source *s, struct verdict *v)
{
    int up = 0, wanted = 0, failed = 0;
    const struct conn *down = NULL;
    for (int i = 0; i < s->lane_n; i++) {
        const struct conn *c = s->lanes[i].conn;
        wanted += c->stream_n > 0;
        if (c->stream_n == 0) {
            continue;
        }
        if (c->state == CONN_UP) {
            up++;
        } else if (c->reason[0]) {
            failed++;
            down = c;
        }
    }
    if (up == wanted && wanted > 0) {
        return false;
    }
    if (up == 0) {
        say(v, failed > 0 ? FEED_DOWN : FEED_CONNECTING, down ? down->reason : "");
    } else if (down) {
        char text[160];
        snprintf(text, sizeof text, "no %s: %s", down->path, down->reason);
        say(v, FEED_PARTIAL, text);
    } else {
        say(v, FEED_CONNECTING, "");
    }
    return true;
}

static void say_silent(struct verdict *v, const struct source *s, const struct wish *w,
                       enum watch_verdict verdict, int kind, bool is_all, int64_t recv_ns)
{
    char text[160], how[64];
    int lane = w->watch.streams[kind].lane;
    int64_t silent_s = (recv_ns - w->watch.streams[kind].heard_ns) / NS_PER_S;
    if (verdict == WATCH_STALE) { /* in steps: each new text is news */
        snprintf(how, sizeof how, "for %" PRId64 " s", silent_s < 10 ? silent_s : silent_s / 10 * 10);
    } else {
        snprintf(how, sizeof how, "since it was subscribed");
    }
    snprintf(text, sizeof text, "%s: no %s %s (%s on %s)", w->symbol, watch_kind_text(kind), how,
             w->streams[kind], s->lanes[lane].conn->path);
    say(v, is_all ? FEED_STALE : FEED_PARTIAL, text);
}

static bool judge_streams(const struct source *s, struct verdict *v, int64_t recv_ns)
{
    uint32_t known = 0, silent = 0, waiting = 0;
    const struct wish *first = NULL;
    enum watch_verdict first_verdict = WATCH_FINE;
    int first_kind = -1;
    for (uint32_t i = 0; i < s->wish_n; i++) {
        const struct wish *w = &s->wishes[i];
        int kind;
        if (w->state != WISH_KNOWN || !w->in.trading) {
            continue;
        }
        enum watch_verdict verdict = watch_judge(&w->watch, recv_ns, &kind);
        known++;
        waiting += verdict == WATCH_WAITING;
        silent += verdict >= WATCH_MUTE;
        if (verdict >= WATCH_MUTE && !first) {
            first = w;
            first_verdict = verdict;
            first_kind = kind;
        }
    }
    if (first) {
        say_silent(v, s, first, first_verdict, first_kind, silent == known, recv_ns);
        return true;
    }
    if (waiting > 0) {
        say(v, waiting == known ? FEED_CONNECTING : FEED_PARTIAL, "waiting for the first book updates");
    }
    return waiting > 0;
}

/* All is well, but for what is said here. */
static void judge_rest(const struct source *s, struct verdict *v, int64_t recv_ns)
{
    int64_t ahead_ns, error_ns, least_ns = 0;
    char text[WORDS_MAX];
    bool is_known = offset_best(&s->offset, recv_ns, &ahead_ns, &error_ns);
    if (is_known) {
        least_ns = ahead_ns > 0 ? ahead_ns - error_ns : ahead_ns + error_ns;
    } else if (offset_floor(&s->offset, &ahead_ns) && ahead_ns > 0) {
        least_ns = ahead_ns;
    }
    say(v, FEED_LIVE, s->poll_why);
    for (uint32_t i = 0; i < s->wish_n; i++) {
        if (s->wishes[i].state == WISH_KNOWN && !s->wishes[i].in.trading) {
            words_print(text, sizeof text, "%s is not trading", s->wishes[i].symbol);
            say(v, FEED_LIVE, text);
        }
    }
    if (least_ns >= s->tuning->clock_wrong_ns || least_ns <= -s->tuning->clock_wrong_ns) {
        words_print(text, sizeof text, "this machine's clock is %s%.1f s %s %s", is_known ? "" : "at least ",
                    (double)(ahead_ns > 0 ? ahead_ns : -ahead_ns) / (double)NS_PER_S,
                    ahead_ns > 0 ? "behind" : "ahead of", s->venue->name);
        say(v, FEED_LIVE, text);
    }
}

static void judge(const struct source *s, struct verdict *v, int64_t recv_ns)
{
    const struct wish *unknown = NULL;
    uint32_t known = 0;
    say(v, FEED_CONNECTING, "");
    if (s->is_stopping) {
        say(v, FEED_ENDED, "stopped");
        return;
    }
    if (!s->has_list) {
        say(v, s->list_why[0] ? FEED_DOWN : FEED_CONNECTING, s->list_why);
        return;
    }
    for (uint32_t i = 0; i < s->wish_n; i++) {
        known += s->wishes[i].state == WISH_KNOWN;
        unknown = s->wishes[i].state == WISH_UNKNOWN && !unknown ? &s->wishes[i] : unknown;
    }
    if (known == 0) {
        say(v, FEED_CONNECTING, s->wish_n == 0 ? "no instrument is wanted" : "");
        if (unknown) {
            say_unknown(v, s, unknown, FEED_DOWN);
        }
        return;
    }
    if (judge_conns(s, v) || judge_streams(s, v, recv_ns)) {
        return;
    }
    if (s->rest_why[0]) {
        say(v, FEED_PARTIAL, s->rest_why);
    } else if (unknown) {
        say_unknown(v, s, unknown, FEED_PARTIAL);
    } else {
        judge_rest(s, v, recv_ns);
    }
}

static uint32_t rate(uint64_t n, int64_t ns)
{
    double per_s = ns > 0 ? (double)n * (double)NS_PER_S / (double)ns : 0.0;
    return per_s > (double)UINT32_MAX ? UINT32_MAX : (uint32_t)(per_s + 0.5);
}

static void note_unknown(const struct decoder *d, struct feed_row *row)
{
    bool is_taken[VENUE_UNKNOWN_KINDS] = {false};
    memset(row->unknown, 0, sizeof row->unknown);
    for (int i = 0; i < FEED_UNKNOWN_MAX; i++) {
        int most = -1;
        for (int k = 0; k < VENUE_UNKNOWN_KINDS; k++) {
            if (!is_taken[k] && d->unknown_kinds[k].count > (most < 0 ? 0 : d->unknown_kinds[most].count)) {
                most = k;
            }
        }
        if (most < 0) {
            return;
        }
        is_taken[most] = true;
        text_copy(row->unknown[i].name, sizeof row->unknown[i].name, d->unknown_kinds[most].name);
        row->unknown[i].count = d->unknown_kinds[most].count;
    }
}

/* A latency by our own clock says something only where that is not far off. */
static void note_times(struct source *s, struct feed_row *row)
{
    int64_t recv_ns = clock_stamp_now(&s->emitter->stamp->clock), floor_ns;
    row->has_clock = offset_best(&s->offset, recv_ns, &row->clock_ns, &row->clock_error_ns);
    row->is_latency_raw = !s->is_latency_by_venue;
    row->has_latency = s->latency.count > 0 &&
                       (s->is_latency_by_venue ||
                        (offset_floor(&s->offset, &floor_ns) && floor_ns <= RAW_FLOOR_NS &&
                         floor_ns > -s->tuning->clock_wrong_ns));
    row->latency_p50_ns = row->has_latency ? latency_quantile(&s->latency, 0.50) : 0;
    row->latency_p99_ns = row->has_latency ? latency_quantile(&s->latency, 0.99) : 0;
}

/* Figures by the second. */
static void note_rates(struct source *s, struct feed_row *row, int64_t since_ns, int64_t now_ns)
{
    row->frames_per_s = rate(s->frames - s->row_frames, since_ns);
    row->bytes_per_s = rate(s->bytes - s->row_bytes, since_ns);
    s->row_frames = s->frames;
    s->row_bytes = s->bytes;
    s->row_ns = now_ns;
    if (s->latency.count > LATENCY_AGED) {
        latency_age(&s->latency);
        s->latency.count /= 2;
        s->latency.max_ns = latency_quantile(&s->latency, 1.0);
    }
}

void source_report(struct source *s, int64_t now_ns)
{
    struct verdict v;
    struct feed_row row = s->row;
    int64_t since_ns = now_ns - s->row_ns;
    judge(s, &v, clock_stamp_now(&s->emitter->stamp->clock));
    bool is_news = v.state != (enum feed_state)row.state || strcmp(v.reason, row.reason) != 0;
    if (!is_news && since_ns < s->tuning->row_ns) {
        return;
    }
    if (since_ns >= s->tuning->row_ns) {
        note_rates(s, &row, since_ns, now_ns);
    }
    row.state = (uint8_t)v.state;
    text_copy(row.venue, sizeof row.venue, s->venue->name);
    text_copy(row.reason, sizeof row.reason, v.reason);
    row.frames = s->frames;
    row.bytes = s->bytes;
    row.bad_frames = s->bad;
    row.unknown_frames = s->decoder.unknown;
    row.reconnects = s->reconnects;
    row.refused = s->emitter->refused;
    row.rest_errors = s->rest_errors;
    row.rotations = s->rotations;
    row.renewals = s->renewals;
    row.repeats = s->repeats;
    note_times(s, &row);
    note_unknown(&s->decoder, &row);
    if (memcmp(&row, &s->row, sizeof row) != 0 && emit_row(s->emitter, EVENT_FEED, 0, 0, &row, sizeof row)) {
        s->row = row;
    }
}
