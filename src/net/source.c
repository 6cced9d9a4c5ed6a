#include "net/source.h"
#include <alphaplus/base/text.h>
#include <stdlib.h>
#include <string.h>

static void on_resolved(void *user);

int source_create(struct wire *w, struct emitter *e, const struct tuning *t, const struct venue *venue,
                  const struct endpoint *rest, const struct endpoint *stream, struct source **ret_source)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s) {
        return AP_ENOMEM;
    }
    s->wire = w;
    s->emitter = e;
    s->tuning = t;
    s->venue = venue;
    s->rest_endpoint = *rest;
    s->stream_endpoint = *stream;
    decoder_init(&s->decoder, venue);
    backoff_init(&s->list_backoff, t->rest_retry_ns, t->rest_retry_cap_ns);
    rest_init(&s->rest, w, &s->rest_endpoint, &s->rest_resolver, t, source_on_rest, s);
    if (resolver_init(&s->rest_resolver, w->loop, rest, on_resolved, s) != 0 ||
        resolver_init(&s->stream_resolver, w->loop, stream, on_resolved, s) != 0) {
        source_shut(s);
        source_destroy(s);
        return AP_ENOMEM;
    }
    *ret_source = s;
    return 0;
}

void source_shut(struct source *s)
{
    if (s) {
        resolver_close(&s->rest_resolver);
        resolver_close(&s->stream_resolver);
    }
}

void source_destroy(struct source *s)
{
    if (!s) {
        return;
    }
    rest_finish(&s->rest);
    for (int i = 0; i < s->conn_n; i++) {
        conn_finish(&s->conns[i]);
    }
    free(s);
}

struct wish *source_wish(struct source *s, uint32_t id)
{
    for (uint32_t i = 0; i < s->wish_n; i++) {
        if (s->wishes[i].id == id) {
            return &s->wishes[i];
        }
    }
    return NULL;
}

static int lane_of(const struct source *s, const struct conn *c)
{
    return (int)(c - s->conns);
}

/* --- frames -------------------------------------------------------------------------------------------------------- */

static void note_bad(struct source *s, int error)
{
    s->bad++;
    s->bad_untold++;
    s->bad_error = error;
}

/* One GAP a second at most: a venue that sends only garbage must not fill the journal. */
static void tell_bad(struct source *s, int64_t now_ns)
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

/* True when a book gave its first sign of life. */
static bool note_heard(struct source *s, int lane, const struct event_buf *out)
{
    bool is_news = false;
    for (size_t at = 0; at < out->used;) {
        const struct event *ev = (const struct event *)(const void *)(out->data + at);
        struct wish *w = source_wish(s, ev->instrument);
        at += ev->size;
        if (!w) {
            continue;
        }
        is_news |= (ev->kind == EVENT_DEPTH || ev->kind == EVENT_DEPTH_SNAPSHOT) && w->watch.book_ns == 0;
        watch_heard(&w->watch, lane, ev->kind, s->emitter->now_ns);
    }
    if (out->used > 0) { /* an answer proves nothing */
        s->lane_event_ns[lane] = s->conns[lane].rx_ns;
    }
    return is_news;
}

/* The subscription itself may have brought the snapshot. */
static void greet(struct source *s, const struct wish *w)
{
    if (s->venue->snapshot_by == SNAPSHOT_REST) {
        source_want_snapshot(s, w->id);
    }
}

/* Books that speak for the first time since they came up get a snapshot at once. */
static void greet_books(struct source *s, int64_t now_ns)
{
    for (uint32_t i = 0; i < s->wish_n; i++) {
        struct wish *w = &s->wishes[i];
        if (w->watch.book_ns != 0 && !w->has_asked) {
            w->has_asked = true;
            greet(s, w);
        }
    }
    source_report(s, now_ns);
}

static bool on_frame(void *user, struct conn *c, const char *bytes, size_t n)
{
    struct source *s = user;
    struct event_buf out;
    int lane = lane_of(s, c);
    s->frames++;
    s->bytes += n;
    if (!emit_begin(s->emitter, venue_events_bytes(n), &out)) {
        return true;
    }
    int got = s->venue->decode(&s->decoder, bytes, n, &out);
    if (got >= 0) {
        bool is_news = note_heard(s, lane, &out);
        emit_end(s->emitter, &out);
        s->lane_bad[lane] = 0;
        if (is_news) {
            greet_books(s, c->rx_ns);
        }
        return true;
    }
    note_bad(s, got);
    tell_bad(s, c->rx_ns);
    if (++s->lane_bad[lane] < s->tuning->bad_frames_max) {
        return true;
    }
    s->lane_bad[lane] = 0;
    conn_blame(c, "nothing it sends can be read");
    return false;
}

static void on_oversize(void *user, struct conn *c, size_t n)
{
    struct source *s = user;
    s->frames++;
    s->bytes += n;
    note_bad(s, AP_ETOOBIG);
    tell_bad(s, c->rx_ns);
}

/* --- connections --------------------------------------------------------------------------------------------------- */

static void on_up(void *user, struct conn *c)
{
    struct source *s = user;
    s->reconnects += c->ups > 1;
    s->lane_event_ns[lane_of(s, c)] = c->up_ns;
    source_report(s, c->up_ns);
}

static void on_down(void *user, struct conn *c, bool was_up)
{
    struct source *s = user;
    int lane = lane_of(s, c);
    char text[WORDS_MAX + sizeof c->path];
    words_print(text, sizeof text, "%s: %s", c->path, c->reason);
    for (uint32_t i = 0; i < s->wish_n; i++) {
        struct wish *w = &s->wishes[i];
        if (w->lane_streams[lane] == 0) {
            continue;
        }
        if (was_up && w->is_announced && !s->is_stopping) {
            (void)emit_gap(s->emitter, GAP_DISCONNECT, w->id, AP_ENET, 0,
                           text); /* refused: a wider GAP follows */
        }
        w->has_asked &= w->watch.book_lane != lane;
        watch_lost(&w->watch, lane);
    }
    source_report(s, wire_now(s->wire));
}

static void on_resolved(void *user)
{
    struct source *s = user;
    source_tick(s, wire_now(s->wire));
}

static const struct conn_hooks hooks = {
    .on_frame = on_frame,
    .on_oversize = on_oversize,
    .on_up = on_up,
    .on_down = on_down,
};

/* The connection with this path; a new one when there is none; -1 when there are too many. */
static int lane_for(struct source *s, const char *path)
{
    for (int i = 0; i < s->conn_n; i++) {
        if (strcmp(s->conns[i].path, path) == 0) {
            return i;
        }
    }
    if (s->conn_n == WATCH_LANES_MAX) {
        return -1;
    }
    struct conn_hooks mine = hooks;
    mine.user = s;
    conn_init(&s->conns[s->conn_n], s->wire, s->venue, &s->stream_endpoint, &s->stream_resolver, s->tuning,
              path, &mine);
    return s->conn_n++;
}

/* Which connections carry how many streams of this one. */
static void place(struct source *s, struct wish *w)
{
    s->venue->plan(&w->in, 1, &s->single);
    memset(w->lane_streams, 0, sizeof w->lane_streams);
    for (uint32_t i = 0; i < s->single.conn_n; i++) {
        int lane = lane_for(s, s->single.conns[i].path);
        if (lane >= 0) {
            w->lane_streams[lane] = (uint8_t)s->single.conns[i].n;
        }
    }
}

static void apply_plan(struct source *s)
{
    struct instrument list[INSTRUMENT_MAX];
    bool is_used[WATCH_LANES_MAX] = {false};
    size_t n = 0;
    for (uint32_t i = 0; i < s->wish_n; i++) {
        if (s->wishes[i].is_announced) {
            list[n++] = s->wishes[i].in;
            place(s, &s->wishes[i]);
        }
    }
    s->plan.conn_n = 0;
    if (n > 0) {
        s->venue->plan(list, n, &s->plan);
    }
    for (uint32_t i = 0; i < s->plan.conn_n; i++) {
        const struct venue_conn *wanted = &s->plan.conns[i];
        int lane = lane_for(s, wanted->path);
        if (lane >= 0) {
            const char(*streams)[VENUE_STREAM_MAX] = (const char(*)[VENUE_STREAM_MAX]) &
                                                     s->plan.streams[wanted->first];
            is_used[lane] = true;
            (void)conn_want(&s->conns[lane], streams, wanted->n);
        }
    }
    for (int i = 0; i < s->conn_n; i++) {
        if (!is_used[i]) {
            (void)conn_want(&s->conns[i], NULL, 0);
        }
    }
}

/* --- what is wanted ------------------------------------------------------------------------------------------------ */

int source_add(struct source *s, uint32_t id, const char *symbol)
{
    for (uint32_t i = 0; i < s->wish_n; i++) {
        if (s->wishes[i].id == id || text_equal_nocase(s->wishes[i].symbol, symbol)) {
            return AP_EEXISTS;
        }
    }
    if (s->wish_n == INSTRUMENT_MAX) {
        return AP_EFULL;
    }
    struct wish *w = &s->wishes[s->wish_n];
    int64_t now_ns = wire_now(s->wire);
    /* Polls of many instruments spread over the interval. */
    int64_t spread_ns = s->tuning->open_interest_ns / INSTRUMENT_MAX * s->wish_n;
    *w = (struct wish){.id = id, .premium_due_ns = now_ns, .open_interest_due_ns = now_ns + spread_ns};
    if (!text_copy(w->symbol, sizeof w->symbol, symbol)) {
        return AP_EINVAL;
    }
    watch_init(&w->watch);
    backoff_init(&w->snapshot_backoff, s->tuning->snapshot_gap_ns, s->tuning->snapshot_gap_cap_ns);
    s->wish_n++;
    s->list_due_ns = now_ns;
    return 0;
}

void source_remove(struct source *s, uint32_t id)
{
    struct wish *w = source_wish(s, id);
    if (!w) {
        return;
    }
    rest_forget(&s->rest, id);
    decoder_remove(&s->decoder, w->symbol);
    *w = s->wishes[--s->wish_n];
    s->needs_plan = true;
}

/* --- time ---------------------------------------------------------------------------------------------------------- */

static void mark_subscribed(struct source *s, int lane)
{
    int64_t recv_ns = clock_stamp_now(&s->emitter->stamp->clock);
    for (uint32_t i = 0; i < s->wish_n; i++) {
        struct wish *w = &s->wishes[i];
        if (w->lane_streams[lane] > 0 && w->watch.lanes[lane].since_ns == 0) {
            watch_subscribed(&w->watch, lane, recv_ns);
        }
    }
}

static void watch_conn(struct source *s, int lane, int64_t now_ns)
{
    struct conn *c = &s->conns[lane];
    conn_pump(c, now_ns);
    if (c->state != CONN_UP || c->subscribed_ns == 0) {
        return;
    }
    mark_subscribed(s, lane);
    int64_t heard_ns = s->lane_event_ns[lane] > c->subscribed_ns ? s->lane_event_ns[lane] : c->subscribed_ns;
    if (now_ns - heard_ns > s->tuning->dead_ns) {
        char text[WORDS_MAX];
        words_print(text, sizeof text, "no market data for %lld s",
                    (long long)(s->tuning->dead_ns / NS_PER_S));
        conn_drop(c, text);
    }
}

/* A market in which nothing moves has a book as well. */
static void greet_quiet(struct source *s)
{
    int64_t recv_ns = clock_stamp_now(&s->emitter->stamp->clock);
    for (uint32_t i = 0; i < s->wish_n; i++) {
        struct wish *w = &s->wishes[i];
        int64_t since_ns = 0;
        bool is_subscribed = true;
        for (int lane = 0; lane < s->conn_n; lane++) {
            int64_t lane_ns = w->watch.lanes[lane].since_ns;
            is_subscribed &= w->lane_streams[lane] == 0 || lane_ns != 0;
            since_ns = lane_ns > since_ns ? lane_ns : since_ns;
        }
        if (!w->has_asked && is_subscribed && since_ns != 0 &&
            recv_ns - since_ns > s->tuning->snapshot_quiet_ns) {
            w->has_asked = true;
            greet(s, w);
        }
    }
}

void source_tick(struct source *s, int64_t now_ns)
{
    if (s->needs_plan && !s->is_stopping && source_announce(s)) {
        s->needs_plan = false;
        apply_plan(s);
    }
    for (int i = 0; i < s->conn_n; i++) {
        watch_conn(s, i, now_ns);
    }
    if (!s->is_stopping) {
        greet_quiet(s);
        source_poll(s, now_ns);
    }
    tell_bad(s, now_ns);
    source_report(s, now_ns);
}

void source_stop(struct source *s)
{
    s->is_stopping = true;
    for (int i = 0; i < s->conn_n; i++) {
        conn_stop(&s->conns[i]);
    }
    rest_stop(&s->rest);
    source_report(s, wire_now(s->wire));
}

bool source_is_gone(const struct source *s)
{
    for (int i = 0; i < s->conn_n; i++) {
        if (!conn_is_gone(&s->conns[i])) {
            return false;
        }
    }
    return rest_is_gone(&s->rest);
}
