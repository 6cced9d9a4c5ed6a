/* What one venue is asked over REST, when, and what comes of it. */
#include "net/source.h"
#include <alphaplus/base/text.h>

#define SNAPSHOT_CALM_NS (60 * NS_PER_S) /* after this long without one, the waits begin anew */

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
    s->venue->plan(&w->in, 1, &s->single);
    for (int i = 0; i < s->conn_n && s->single.stream_n > 0; i++) {
        (void)conn_renew(&s->conns[i], s->single.streams[0]);
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

static void poll_wish(struct source *s, struct wish *w, int64_t now_ns)
{
    if (!w->is_announced) {
        return;
    }
    ask_snapshot(s, w, now_ns);
    if (w->premium_due_ns != 0 && now_ns >= w->premium_due_ns) {
        int err = ask(s, REST_PREMIUM, w);
        w->premium_due_ns = err == AP_EUNSUPPORTED || err == 0 ? 0 : now_ns + s->tuning->rest_retry_ns;
    }
    if (now_ns >= w->open_interest_due_ns) {
        int err = ask(s, REST_OPEN_INTEREST, w);
        w->open_interest_due_ns = err == AP_EUNSUPPORTED ? INT64_MAX : now_ns + s->tuning->open_interest_ns;
    }
}

static void ask_list(struct source *s, int64_t now_ns)
{
    if (now_ns < s->list_due_ns) {
        return;
    }
    (void)ask(s, REST_INSTRUMENTS, NULL); /* refused only when it is on its way */
    s->list_due_ns = now_ns + s->tuning->instruments_ns;
}

void source_poll(struct source *s, int64_t now_ns)
{
    ask_list(s, now_ns);
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

static void on_list(struct source *s, const struct rest_result *result, int64_t now_ns)
{
    bool is_changed = false;
    int err = result->err != 0 ? result->err : source_read_list(s, result->bytes, result->n, &is_changed);
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
    s->has_list = true;
    s->list_why[0] = '\0';
    backoff_reset(&s->list_backoff);
    s->needs_plan |= is_changed;
}

void source_on_rest(void *user, const struct rest_result *result)
{
    struct source *s = user;
    int64_t now_ns = wire_now(s->wire);
    struct wish *w = source_wish(s, result->instrument);
    text_copy(s->rest_why, sizeof s->rest_why, result->why);
    if (result->what == REST_INSTRUMENTS) {
        on_list(s, result, now_ns);
    } else if (w && result->what == REST_SNAPSHOT) {
        on_snapshot(s, w, result, now_ns);
    } else if (w && result->err == 0) {
        s->bad += emit_answer(s, result, w) < 0;
    } else if (w && result->what == REST_PREMIUM) {
        w->premium_due_ns = now_ns + s->tuning->open_interest_ns;
    }
    source_tick(s, now_ns);
}
