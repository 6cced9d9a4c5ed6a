/* The truth about a venue's feed in one state and one line. */
#include "net/source.h"
#include <alphaplus/base/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
    for (int i = 0; i < s->conn_n; i++) {
        const struct conn *c = &s->conns[i];
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
                       enum watch_verdict verdict, int lane, const char *what, bool is_all)
{
    char text[160];
    if (verdict == WATCH_STALE) {
        snprintf(text, sizeof text, "%s: no %s for %" PRId64 " s", w->symbol, what,
                 s->tuning->stale_ns / NS_PER_S);
    } else if (lane >= 0) {
        snprintf(text, sizeof text, "%s: %s accepted the subscription and stays silent", w->symbol,
                 s->conns[lane].path);
    } else {
        snprintf(text, sizeof text, "%s: no %s since it was subscribed", w->symbol, what);
    }
    say(v, is_all ? FEED_STALE : FEED_PARTIAL, text);
}

static bool judge_streams(const struct source *s, struct verdict *v, int64_t recv_ns)
{
    uint32_t known = 0, silent = 0, waiting = 0;
    const struct wish *first = NULL;
    enum watch_verdict first_verdict = WATCH_FINE;
    int first_lane = -1;
    const char *first_what = "";
    for (uint32_t i = 0; i < s->wish_n; i++) {
        const struct wish *w = &s->wishes[i];
        int lane;
        const char *what;
        if (w->state != WISH_KNOWN) {
            continue;
        }
        enum watch_verdict verdict = watch_judge(&w->watch, s->tuning->first_ns, s->tuning->stale_ns, recv_ns,
                                                 &lane, &what);
        known++;
        waiting += verdict == WATCH_WAITING;
        silent += verdict >= WATCH_MUTE;
        if (verdict >= WATCH_MUTE && !first) {
            first = w;
            first_verdict = verdict;
            first_lane = lane;
            first_what = what;
        }
    }
    if (first) {
        say_silent(v, s, first, first_verdict, first_lane, first_what, silent == known);
        return true;
    }
    if (waiting > 0) {
        say(v, waiting == known ? FEED_CONNECTING : FEED_PARTIAL, "waiting for the first book updates");
    }
    return waiting > 0;
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
        say(v, FEED_LIVE, "");
    }
}

static uint32_t rate(uint64_t n, int64_t ns)
{
    double per_s = ns > 0 ? (double)n * (double)NS_PER_S / (double)ns : 0.0;
    return per_s > (double)UINT32_MAX ? UINT32_MAX : (uint32_t)(per_s + 0.5);
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
        row.frames_per_s = rate(s->frames - s->row_frames, since_ns);
        row.bytes_per_s = rate(s->bytes - s->row_bytes, since_ns);
        s->row_frames = s->frames;
        s->row_bytes = s->bytes;
        s->row_ns = now_ns;
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
    if (memcmp(&row, &s->row, sizeof row) != 0 && emit_row(s->emitter, EVENT_FEED, 0, 0, &row, sizeof row)) {
        s->row = row;
    }
}
