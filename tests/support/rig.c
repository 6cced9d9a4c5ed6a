#include "rig.h"

#include "tiny_client.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define JOIN_NS  (500 * NS_PER_MS) /* an update this much older than the newest waited for a snapshot */
#define RETRY_NS (50 * NS_PER_MS)

static int64_t now_ns(void)
{
    return clock_system()->monotonic_ns(NULL);
}

/* --- what leaves the exchanges, and what arrives ------------------------------------------------------------------- */

static void on_sent(void *user, const char *symbol, uint64_t id, int64_t monotonic_ns)
{
    struct rig_exchange *x = user;
    struct rig *r = x->rig;
    for (size_t i = 0; i < r->book_n; i++) {
        struct rig_book *b = &r->books[i];
        if (&r->exchanges[b->exchange] == x && strcmp(b->symbol, symbol) == 0) {
            pthread_mutex_lock(&b->lock);
            b->sent[b->sent_n++ % RIG_SENT_MAX] = (struct rig_sent){id, monotonic_ns};
            pthread_mutex_unlock(&b->lock);
        }
    }
}

static void on_book(void *user, const struct instrument *in, const struct book *book, const struct event *ev)
{
    struct rig *r = user;
    (void)book;
    struct rig_book *b = in->id >= 1 && in->id <= r->book_n ? &r->books[in->id - 1] : NULL;
    if (b && ev->kind == EVENT_DEPTH && b->pending_n < RIG_PENDING_MAX) {
        b->pending[b->pending_n++] = (struct rig_pending){ev->last_id, ev->recv_ns};
    }
}

/* When it was sent for the first time; 0: not known. */
static int64_t sent_at(struct rig_book *b, uint64_t id)
{
    int64_t found = 0;
    pthread_mutex_lock(&b->lock);
    uint64_t n = b->sent_n < RIG_SENT_MAX ? b->sent_n : RIG_SENT_MAX;
    for (uint64_t i = 1; i <= n && found == 0; i++) {
        const struct rig_sent *s = &b->sent[(b->sent_n - i) % RIG_SENT_MAX];
        found = s->id == id ? s->ns : 0;
    }
    pthread_mutex_unlock(&b->lock);
    return found;
}

static void copy_book(struct rig *r, struct engine *e, size_t i)
{
    struct rig_copy *c = &r->copies[i];
    int market = engine_find(e, r->books[i].name);
    *c = (struct rig_copy){.state = -1};
    if (market < 0) {
        return;
    }
    const struct market_view *v = engine_market(e, (uint32_t)market);
    const struct book *book = engine_book(e, (uint32_t)market);
    c->state = v->book_state;
    c->price_decimals = v->inst.price_decimals;
    c->qty_decimals = v->inst.qty_decimals;
    (void)!book_known(book, &c->lo, &c->hi);
    for (int side = 0; side < 2; side++) {
        uint32_t n = book_count(book, (enum side)side);
        c->levels[side] = calloc(n + 1, sizeof(struct level));
        struct book_iter it;
        book_iter_init(&it, book, (enum side)side);
        while (c->n[side] < n && book_iter_next(&it, &c->levels[side][c->n[side]])) {
            c->n[side]++;
        }
    }
}

static void on_publish(void *user, struct engine *e)
{
    struct rig *r = user;
    int64_t now = now_ns(), newest = engine_time(e);
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->book_n; i++) {
        struct rig_book *b = &r->books[i];
        for (size_t k = 0; k < b->pending_n && r->is_measuring; k++) {
            bool is_join = newest - b->pending[k].recv_ns > JOIN_NS;
            int64_t sent = is_join ? 0 : sent_at(b, b->pending[k].id);
            r->joined += is_join;
            r->missed += !is_join && sent == 0;
            if (sent > 0) {
                latency_add(&r->latency, now - sent);
            }
        }
        b->pending_n = 0;
    }
    while (r->is_stalled) {
        pthread_cond_wait(&r->never, &r->lock);
    }
    if (r->wants_copies) {
        for (size_t i = 0; i < r->book_n; i++) {
            copy_book(r, e, i);
        }
        r->wants_copies = false;
        r->has_copies = true;
    }
    pthread_mutex_unlock(&r->lock);
}

/* --- life ---------------------------------------------------------------------------------------------------------- */

static int start_exchange(struct rig *r, const struct rig_options *o, const char *venue,
                          struct feed_options *fo, char *why, size_t why_size)
{
    struct rig_exchange *x = &r->exchanges[r->exchange_n];
    *x = (struct rig_exchange){.rig = r, .venue = venue};
    const struct sim_options so = {.speed = o->speed,
                                   .seed = o->seed + r->exchange_n,
                                   .faults = o->faults,
                                   .waits = true,
                                   .venue = venue,
                                   .on_book = on_sent,
                                   .user = x};
    for (size_t i = 0; i < o->instruments; i++) {
        struct rig_book *b = &r->books[r->book_n];
        if (r->book_n == INSTRUMENT_MAX || !sim_symbol(venue, i, b->symbol, sizeof b->symbol)) {
            break;
        }
        snprintf(b->name, sizeof b->name, "%s:%s", venue, b->symbol);
        b->rig = r;
        b->exchange = r->exchange_n;
        pthread_mutex_init(&b->lock, NULL);
        r->names[r->book_n++] = b->name;
    }
    int err = sim_start(&so, &x->sim, why, why_size);
    if (err == 0) {
        struct feed_endpoint *e = &fo->endpoints[fo->endpoint_n++];
        text_copy(e->venue, sizeof e->venue, venue);
        snprintf(e->url, sizeof e->url, "http://127.0.0.1:%u", (unsigned)sim_port(x->sim));
        r->exchange_n++;
    }
    return err;
}

int rig_start(struct rig *r, const struct rig_options *o, char *why, size_t why_size)
{
    struct pipeline_options po = {.source = "rig",
                                  .ring_bytes = o->ring_bytes,
                                  .journal_path = o->journal_path,
                                  .on_book = on_book,
                                  .on_publish = on_publish,
                                  .user = r};
    memset(r, 0, sizeof *r);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->never, NULL);
    r->books = calloc(INSTRUMENT_MAX, sizeof r->books[0]);
    r->copies = calloc(INSTRUMENT_MAX, sizeof r->copies[0]);
    int err = r->books && r->copies ? 0 : AP_ENOMEM;
    for (size_t i = 0; err == 0 && o->venues[i]; i++) {
        err = start_exchange(r, o, o->venues[i], &po.feed, why, why_size);
    }
    po.feed.instruments = r->names;
    po.feed.instrument_n = r->book_n;
    if (err == 0) {
        err = pipeline_start(&po, &r->pipeline, why, why_size);
    }
    if (err < 0) {
        (void)rig_stop(r);
    }
    return err;
}

static void forget_copies(struct rig *r)
{
    for (size_t i = 0; i < r->book_n; i++) {
        free(r->copies[i].levels[0]);
        free(r->copies[i].levels[1]);
        r->copies[i] = (struct rig_copy){.state = -1};
    }
    r->has_copies = false;
}

int rig_stop(struct rig *r)
{
    int err = pipeline_stop(r->pipeline);
    for (size_t i = 0; i < r->exchange_n; i++) {
        sim_stop(r->exchanges[i].sim);
    }
    if (r->copies) {
        forget_copies(r);
    }
    free(r->copies);
    free(r->books);
    return err;
}

void rig_stall(struct rig *r, bool is_on)
{
    pthread_mutex_lock(&r->lock);
    r->is_stalled = is_on;
    pthread_mutex_unlock(&r->lock);
    pthread_cond_broadcast(&r->never);
}

void rig_head(struct rig *r, struct head_view *ret_head)
{
    memset(ret_head, 0, sizeof *ret_head);
    (void)board_read(publication_head(pipeline_publication(r->pipeline)), ret_head);
}

void rig_measure(struct rig *r, bool is_on)
{
    pthread_mutex_lock(&r->lock);
    r->is_measuring = is_on;
    if (is_on) {
        r->latency = (struct latency){0};
        r->joined = r->missed = 0;
    }
    pthread_mutex_unlock(&r->lock);
}

void rig_latency(struct rig *r, struct latency *ret_latency)
{
    pthread_mutex_lock(&r->lock);
    *ret_latency = r->latency;
    pthread_mutex_unlock(&r->lock);
}

void rig_host(struct rig *r, struct host_view *ret_host)
{
    memset(ret_host, 0, sizeof *ret_host);
    (void)board_read(publication_host(pipeline_publication(r->pipeline)), ret_host);
}

/* --- the truth ----------------------------------------------------------------------------------------------------- */

static bool ask_all(struct rig *r, const char *path, const char *wanted)
{
    bool is_good = true;
    for (size_t i = 0; i < r->exchange_n; i++) {
        char *body = NULL;
        is_good &= tiny_get(sim_port(r->exchanges[i].sim), path, NULL, &body) == 200 && strstr(body, wanted);
        free(body);
    }
    return is_good;
}

bool rig_heal(struct rig *r)
{
    return ask_all(r, "/sim/heal", "{}");
}

bool rig_pause(struct rig *r)
{
    return ask_all(r, "/sim/pause", "true");
}

static bool take_copies(struct rig *r)
{
    int64_t end = now_ns() + 5 * NS_PER_S;
    pthread_mutex_lock(&r->lock);
    forget_copies(r);
    r->wants_copies = true;
    pthread_mutex_unlock(&r->lock);
    for (bool is_there = false; !is_there && now_ns() < end;) {
        rig_wait(r, RETRY_NS);
        pthread_mutex_lock(&r->lock);
        is_there = r->has_copies;
        pthread_mutex_unlock(&r->lock);
    }
    return r->has_copies;
}

void rig_wait(struct rig *r, int64_t ns)
{
    struct timespec t;
    int64_t end = clock_system()->wall_ns(NULL) + ns;
    t.tv_sec = (time_t)(end / NS_PER_S);
    t.tv_nsec = (long)(end % NS_PER_S);
    pthread_mutex_lock(&r->lock);
    while (pthread_cond_timedwait(&r->never, &r->lock, &t) == 0) {
    }
    pthread_mutex_unlock(&r->lock);
}

size_t rig_true_n(struct rig *r)
{
    size_t n = 0;
    if (take_copies(r)) {
        for (size_t i = 0; i < r->book_n; i++) {
            n += r->copies[i].state == BOOK_TRUE;
        }
    }
    return n;
}

/* Level by level between the prices that the program knows. Returns how many agree, or -1 at the first that does not. */
static long compare_side(const struct rig_copy *c, int side, const json_t *rows, const char *name)
{
    size_t k = 0, i;
    long n = 0;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char *px_text = json_string_value(json_array_get(row, 0)),
                   *qty_text = json_string_value(json_array_get(row, 1));
        int64_t px, qty;
        if (fixed_parse(px_text, strlen(px_text), c->price_decimals, &px) < 0 ||
            fixed_parse(qty_text, strlen(qty_text), c->qty_decimals, &qty) < 0) {
            return -1;
        }
        if (px < c->lo || px > c->hi) {
            continue;
        }
        while (k < c->n[side] && (c->levels[side][k].px < c->lo || c->levels[side][k].px > c->hi)) {
            k++;
        }
        if (k == c->n[side] || c->levels[side][k].px != px || c->levels[side][k].qty != qty) {
            (void)fprintf(stderr, "%s: side %d: the exchange has %s of %s, the book %lld of %lld\n", name,
                          side, qty_text, px_text, k < c->n[side] ? (long long)c->levels[side][k].qty : 0LL,
                          k < c->n[side] ? (long long)c->levels[side][k].px : 0LL);
            return -1;
        }
        k++;
        n++;
    }
    while (k < c->n[side] && (c->levels[side][k].px < c->lo || c->levels[side][k].px > c->hi)) {
        k++;
    }
    return k == c->n[side] ? n : -1;
}

static bool compare(struct rig *r, size_t i)
{
    char path[128], *body = NULL;
    json_error_t unused;
    const struct rig_book *b = &r->books[i];
    const struct rig_copy *c = &r->copies[i];
    snprintf(path, sizeof path, "/sim/truth?symbol=%s", b->symbol);
    if (c->state != BOOK_TRUE ||
        tiny_get(sim_port(r->exchanges[b->exchange].sim), path, NULL, &body) != 200) {
        (void)fprintf(stderr, "%s: %s\n", b->name, book_state_name(c->state));
        free(body);
        return false;
    }
    json_t *truth = json_loads(body, 0, &unused);
    long bids = compare_side(c, SIDE_BID, json_object_get(truth, "bids"), b->name);
    long asks = compare_side(c, SIDE_ASK, json_object_get(truth, "asks"), b->name);
    json_decref(truth);
    free(body);
    if (bids < 5 || asks < 5) {
        (void)fprintf(stderr, "%s: %ld bids and %ld asks agree\n", b->name, bids, asks);
    }
    return bids >= 5 && asks >= 5;
}

size_t rig_compare(struct rig *r)
{
    size_t good = 0;
    if (take_copies(r)) {
        for (size_t i = 0; i < r->book_n; i++) {
            good += compare(r, i);
        }
    }
    return good;
}
