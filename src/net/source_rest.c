/* What one venue is asked over REST, when, and what comes of it. */
#include "net/source.h"
#include <alphaplus/base/text.h>

#define SNAPSHOT_CALM_NS (10 * NS_PER_S) /* after this long without one, the waits begin anew */
#define LIST_PAGES_MAX   32
#define CLOCK_FIRST      5 /* looks at the venue's clock in quick succession */

/* AP_EUNSUPPORTED: the venue has no such thing. */
static int ask(struct source *s, enum venue_rest what, const struct wish *w)
{
    char path[REST_PATH_MAX], post[REST_POST_MAX] = "";
    int weight = 1;
    int err = s->venue->rest_path(what, w ? &w->in : NULL, path, sizeof path, &weight);
    if (err >= 0 && s->venue->rest_body) {
        err = s->venue->rest_body(what, w ? &w->in : NULL, post, sizeof post);
    }
    return err < 0 ? err : rest_ask(&s->rest, what, w ? w->id : 0, path, post, weight);
}

/* Where every subscription begins with a snapshot, a new one brings a new one. It comes like any frame, or the book wishes again. */
static void renew_book(struct source *s, struct wish *w, int64_t now_ns)
{
    int lane = w->watch.streams[WATCH_BOOK].lane;
    if (lane >= 0) {
        (void)conn_renew(s->lanes[lane].conn, w->streams[WATCH_BOOK]);
    }
    w->wants_snapshot = false;
    w->snapshot_done_ns = now_ns;
    w->snapshot_due_ns = now_ns + backoff_next(&w->snapshot_backoff, backoff_random(&s->wire->random));
}

static void ask_snapshot(struct source *s, struct wish *w, int64_t now_ns)
{
    if (!w->wants_snapshot || w->is_snapshot_coming || now_ns < w->snapshot_due_ns || !w->is_announced) {
        return;
    }
    if (s->venue->snapshot_by == SNAPSHOT_RESUBSCRIBE) {
        renew_book(s, w, now_ns);
        return;
    }
    int err = ask(s, REST_SNAPSHOT, w);
    if (err == AP_EUNSUPPORTED) {
        w->wants_snapshot = false;
    } else if (err == 0) {
        w->wants_snapshot = false;
        w->is_snapshot_coming = true;
        rest_pump(&s->rest, now_ns);
    }
}

void source_want_snapshot(struct source *s, uint32_t id)
{
    struct wish *w = source_wish(s, id);
    int64_t now_ns = wire_now(s->wire);
    if (!w || w->is_snapshot_coming) {
        return; /* one that is on its way may do: whoever asks sees when it does not, and asks again */
    }
    if (!w->has_asked) {
        return; /* it would be older than the first update; one is asked for when that comes, or none does */
    }
    if (now_ns - w->snapshot_done_ns > SNAPSHOT_CALM_NS) {
        backoff_reset(&w->snapshot_backoff);
    }
    w->wants_snapshot = true;
    ask_snapshot(s, w, now_ns);
}

void source_greet(struct source *s, struct wish *w)
{
    int64_t soon_ns = wire_now(s->wire) + s->tuning->snapshot_gap_ns;
    w->has_asked = true;
    backoff_reset(&w->snapshot_backoff);
    w->snapshot_due_ns = w->snapshot_due_ns > soon_ns ? soon_ns : w->snapshot_due_ns;
    if (s->venue->snapshot_by == SNAPSHOT_REST) {
        source_want_snapshot(s, w->id);
    }
}

/* One that fails is asked for ever more seldom, see on_poll. */
static void ask_again(struct source *s, enum venue_rest what, const struct wish *w, struct poll *p,
                      int64_t every_ns, int64_t now_ns)
{
    if (now_ns < p->due_ns) {
        return;
    }
    int err = ask(s, what, w);
    p->due_ns = err == AP_EUNSUPPORTED || every_ns == 0 ? INT64_MAX : now_ns + every_ns;
}

static void poll_wish(struct source *s, struct wish *w, int64_t now_ns)
{
    if (!w->is_announced) {
        return;
    }
    ask_snapshot(s, w, now_ns);
    ask_again(s, REST_PREMIUM, w, &w->premium, 0, now_ns); /* the stream goes on from there */
    ask_again(s, REST_OPEN_INTEREST, w, &w->open_interest, s->tuning->open_interest_ns, now_ns);
}

static void ask_list(struct source *s, int64_t now_ns)
{
    if (now_ns < s->list_due_ns || s->is_paging) {
        return;
    }
    s->list_pages = 0;
    (void)ask(s, REST_INSTRUMENTS, NULL); /* refused only when it is on its way */
    if (s->venue->read_funding) {
        (void)ask(s, REST_FUNDING, NULL);
    } else {
        s->has_funding = true;
    }
    s->list_due_ns = now_ns + s->tuning->instruments_ns;
}

void source_poll(struct source *s, int64_t now_ns)
{
    ask_list(s, now_ns);
    if (s->venue->read_time) {
        ask_again(s, REST_TIME, NULL, &s->clock, s->tuning->clock_ns, now_ns);
    }
    for (uint32_t i = 0; i < s->wish_n; i++) {
        poll_wish(s, &s->wishes[i], now_ns);
    }
    rest_pump(&s->rest, now_ns);
}

/* --- answers ------------------------------------------------------------------------------------------------------- */

static int emit_answer(struct source *s, const struct rest_result *result, const struct wish *w)
{
    struct event_buf out;
    if (!emit_begin(s->emitter, venue_events_bytes(result->n), &out)) {
        return AP_EFULL;
    }
    int n = s->venue->decode_rest(&s->decoder, result->what, &w->in, result->bytes, result->n, &out);
    if (n > 0) {
        emit_end(s->emitter, &out);
    }
    return n < 0 ? n : 0;
}

static void on_snapshot(struct source *s, struct wish *w, const struct rest_result *result, int64_t now_ns)
{
    if (!w->has_asked) { /* its stream went down meanwhile: a book that nothing keeps up to date must not look true */
        w->is_snapshot_coming = false;
        return;
    }
    int err = result->err != 0 ? result->err : emit_answer(s, result, w);
    w->is_snapshot_coming = false;
    w->snapshot_done_ns = now_ns;
    w->snapshot_due_ns = now_ns + backoff_next(&w->snapshot_backoff, backoff_random(&s->wire->random));
    if (err != 0) {
        w->wants_snapshot = true;
    }
    if (err != 0 && err != AP_EFULL && result->err == 0) {
        if (s->venue->snapshot_by == SNAPSHOT_EITHER) {
            renew_book(s, w, now_ns);
        }
        s->bad++;
        words_print(s->rest_why, sizeof s->rest_why, "%s: its snapshot cannot be used (%s)", w->symbol,
                    ap_err_text(err));
    }
}

/* Asks for the page behind this one. 1: it is on its way; 0: this is the last. */
static int ask_page(struct source *s, const struct rest_result *result)
{
    char path[REST_PATH_MAX];
    int more = s->venue->next_page ? s->venue->next_page(result->bytes, result->n, path, sizeof path) : 0;
    if (more > 0 && s->list_pages >= LIST_PAGES_MAX) {
        return AP_ETOOBIG;
    }
    if (more > 0) {
        more = rest_ask(&s->rest, REST_INSTRUMENTS, 0, path, "", 1) == 0 ? 1 : AP_EFULL;
    }
    return more;
}

static void on_list(struct source *s, const struct rest_result *result, int64_t now_ns)
{
    bool is_changed = false, is_first = !s->is_paging;
    int err = result->err, more = 0;
    if (err == 0) {
        err = more = ask_page(s, result);
    }
    if (err >= 0) {
        err = source_read_list(s, result->bytes, result->n, is_first, more == 0, &is_changed);
    }
    s->is_paging = err == 0 && more > 0;
    if (err != 0) {
        if (result->err != 0) {
            text_copy(s->list_why, sizeof s->list_why, result->why);
        } else {
            words_print(s->list_why, sizeof s->list_why, "%s: its list of instruments cannot be read (%s)",
                        s->venue->name, ap_err_text(err));
        }
        s->list_due_ns = now_ns + backoff_next(&s->list_backoff, backoff_random(&s->wire->random));
        return;
    }
    s->needs_plan |= is_changed;
    if (s->is_paging) {
        s->list_pages++;
        return;
    }
    s->has_list = true;
    s->list_why[0] = '\0';
    backoff_reset(&s->list_backoff);
}

static void on_clock(struct source *s, const struct rest_result *result)
{
    int64_t venue_ns, to_recv_ns = s->emitter->stamp->clock.offset_ns;
    if (s->venue->read_time(result->bytes, result->n, &venue_ns) == 0) {
        offset_trip(&s->offset, result->asked_ns + to_recv_ns, result->heard_ns + to_recv_ns, venue_ns);
        if (++s->clock_n < CLOCK_FIRST) {
            s->clock.due_ns = result->heard_ns + s->tuning->rest_retry_ns;
        }
    }
}

/* Figures that a venue does not give, or not now, make no feed a worse one: it is said, and they are asked for more seldom. */
static void on_poll(struct source *s, struct poll *p, const struct rest_result *result, int64_t now_ns)
{
    if (result->err == 0) {
        backoff_reset(&p->backoff);
        s->poll_why[0] = '\0';
        return;
    }
    p->due_ns = now_ns + backoff_next(&p->backoff, backoff_random(&s->wire->random));
    if (p != &s->clock) {
        text_copy(s->poll_why, sizeof s->poll_why, result->why);
    }
}

static void on_figure(struct source *s, struct wish *w, const struct rest_result *result, int64_t now_ns)
{
    on_poll(s, result->what == REST_PREMIUM ? &w->premium : &w->open_interest, result, now_ns);
    if (result->err == 0) {
        s->bad += emit_answer(s, result, w) < 0;
    }
}

static void on_venue(struct source *s, const struct rest_result *result, int64_t now_ns)
{
    if (result->what == REST_INSTRUMENTS) {
        on_list(s, result, now_ns);
    } else if (result->what == REST_FUNDING) {
        bool is_told = result->err == 0;
        s->bad += source_read_funding(s, is_told ? result->bytes : NULL, result->n) < 0;
        s->needs_plan = true;
        if (!is_told && result->status != 404) {
            s->list_due_ns = now_ns + s->tuning->poll_cap_ns;
        }
    } else if (result->what == REST_TIME) {
        on_poll(s, &s->clock, result, now_ns);
        if (result->err == 0) {
            on_clock(s, result);
        }
    }
}

void source_on_rest(void *user, const struct rest_result *result)
{
    struct source *s = user;
    int64_t now_ns = wire_now(s->wire);
    struct wish *w = source_wish(s, result->instrument);
    s->rest_errors += result->err != 0;
    if (result->instrument == 0) {
        on_venue(s, result, now_ns);
    } else if (w && result->what == REST_SNAPSHOT) {
        text_copy(s->rest_why, sizeof s->rest_why, result->why);
        on_snapshot(s, w, result, now_ns);
    } else if (w) {
        on_figure(s, w, result, now_ns);
    }
    source_tick(s, now_ns);
}
