/* What comes in on a venue's connections: decoded, cleared of what was told before, noted, handed on. */
#include "net/source.h"
#include <string.h>

#define TIMED_EVERY    16
#define LATENCY_ODD_NS (3600 * NS_PER_S) /* such a message is of another day: a capture that is played */

static void note_bad(struct source *s, int error)
{
    s->bad++;
    s->bad_untold++;
    s->bad_error = error;
}

/* A venue that sends only garbage must not fill the journal. */
void source_tell_bad(struct source *s, int64_t now_ns)
{
    char text[64];
    if (s->bad_untold == 0 || (s->bad_told_ns != 0 && now_ns - s->bad_told_ns < NS_PER_S)) {
        return;
    }
    words_print(text, sizeof text, "%s: %s", s->venue->name, ap_err_text(s->bad_error));
    if (emit_gap(s->emitter, GAP_BAD_FRAME, 0, s->bad_error, s->bad_untold, text)) {
        s->bad_untold = 0;
        s->bad_told_ns = now_ns;
    }
}

/* --- what is news -------------------------------------------------------------------------------------------------- */

/* A snapshot at the head of a stream is as old as its last change; where every message is one, each is new. */
static void note_time(struct source *s, const struct wish *w, const struct event *ev)
{
    int64_t recv_ns = s->emitter->now_ns, offset_ns = 0, error_ns;
    int64_t raw_ns = recv_ns - ev->exch_ns;
    if (ev->kind == EVENT_DEPTH_SNAPSHOT && w->in.book_rule != BOOK_RULE_SNAPSHOTS) {
        return;
    }
    if (ev->exch_ns == 0 || raw_ns > LATENCY_ODD_NS || raw_ns < -LATENCY_ODD_NS) {
        return;
    }
    offset_message(&s->offset, recv_ns, ev->exch_ns);
    bool is_by_venue = offset_best(&s->offset, recv_ns, &offset_ns, &error_ns);
    if (is_by_venue != s->is_latency_by_venue) {
        s->latency = (struct latency){.count = 0};
        s->is_latency_by_venue = is_by_venue;
    }
    latency_add(&s->latency, raw_ns + offset_ns);
}

static bool is_repeated(const struct source *s, const struct wish *w, int kind, const struct event *ev,
                        bool is_joining)
{
    if (kind == WATCH_TRADE && s->venue->has_trade_ids) {
        return fresh_is_known_trade(&w->fresh, ev);
    }
    return is_joining && !fresh_is_news(&w->fresh, kind, ev);
}

bool source_admit(struct source *s, struct event_buf *out, bool is_joining)
{
    bool is_book_news = false;
    size_t kept = 0;
    for (size_t at = 0; at < out->used;) {
        struct event *ev = (struct event *)(void *)(out->data + at);
        size_t size = ev->size;
        int kind = watch_kind_of(ev->kind);
        struct wish *w = source_wish(s, ev->instrument);
        at += size;
        if (w && kind >= 0) {
            watch_heard(&w->watch, kind, s->emitter->now_ns);
            if (is_repeated(s, w, kind, ev, is_joining)) {
                s->repeats += kind == WATCH_TRADE;
                continue;
            }
            fresh_note(&w->fresh, kind, ev);
            rotate_on_old(s, (uint32_t)(w - s->wishes), kind);
            if (kind == WATCH_BOOK) {
                is_book_news |= !w->has_asked;
                note_time(s, w, ev);
            }
        }
        if (kept != at - size) {
            memmove(out->data + kept, ev, size);
        }
        kept += size;
    }
    out->used = kept;
    return is_book_news;
}

void source_greet_books(struct source *s)
{
    for (uint32_t i = 0; i < s->wish_n; i++) {
        struct wish *w = &s->wishes[i];
        if (w->watch.streams[WATCH_BOOK].heard_ns != 0 && !w->has_asked) {
            source_greet(s, w);
        }
    }
    source_report(s, wire_now(s->wire));
}

/* --- frames -------------------------------------------------------------------------------------------------------- */

static bool on_unreadable(struct source *s, struct lane *lane, int error)
{
    note_bad(s, error);
    source_tell_bad(s, lane->conn->rx_ns);
    if (++lane->bad < s->tuning->bad_frames_max) {
        return true;
    }
    lane->bad = 0;
    conn_blame(lane->conn, "nothing it sends can be read");
    return false;
}

static int decode_timed(struct source *s, const char *bytes, size_t n, struct event_buf *out)
{
    bool is_timed = s->wire->decoded++ % TIMED_EVERY == 0;
    int64_t before_ns = is_timed ? wire_now(s->wire) : 0;
    int got = s->venue->decode(&s->decoder, bytes, n, out);
    if (is_timed) {
        latency_add(&s->wire->decode, wire_now(s->wire) - before_ns);
    }
    return got;
}

bool source_on_frame(struct source *s, struct conn *c, const char *bytes, size_t n)
{
    struct event_buf out;
    int at = source_lane_of(s, c);
    if (c == s->rotation.conn) {
        s->frames++;
        s->bytes += n;
        return rotate_on_frame(s, bytes, n);
    }
    if (at < 0) {
        return true; /* said goodbye: another speaks for it */
    }
    struct lane *lane = &s->lanes[at];
    s->frames++;
    s->bytes += n;
    if (!emit_begin(s->emitter, venue_events_bytes(n), &out)) {
        return true;
    }
    int got = decode_timed(s, bytes, n, &out);
    if (got < 0) {
        return on_unreadable(s, lane, got);
    }
    lane->bad = 0;
    if (out.used > 0) { /* an answer proves nothing */
        lane->event_ns = c->rx_ns;
    }
    bool is_book_news = source_admit(s, &out, lane->repeats_until_ns > c->rx_ns);
    emit_end(s->emitter, &out);
    if (is_book_news) {
        source_greet_books(s);
    }
    return true;
}

void source_on_oversize(struct source *s, size_t n)
{
    s->frames++;
    s->bytes += n;
    note_bad(s, AP_ETOOBIG);
    source_tell_bad(s, wire_now(s->wire));
}
