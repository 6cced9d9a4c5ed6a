#include "sim/faults.h"

#include "sim/source.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TIMER_MS        5
#define SWAP_MAX_NS     (500 * NS_PER_MS) /* a reordered frame waits no longer */
#define DELAYED_CEILING (64u << 20)
#define SPOILED_CEILING (8u << 20)
#define STALE_BY        UINT64_C(1000000) /* updates that a stale snapshot is behind */

struct held_frame {
    struct held_frame *next;
    struct sim_frame frame; /* its texts are in bytes */
    size_t n;
    char bytes[];
};

static struct held_frame *hold(const struct sim_frame *f)
{
    struct held_frame *h = malloc(sizeof *h + f->name_n + f->data_n + f->whole_n);
    if (!h) {
        return NULL;
    }
    *h = (struct held_frame){.frame = *f, .n = f->name_n + f->data_n + f->whole_n};
    char *at = h->bytes;
    memcpy(at, f->name, f->name_n);
    h->frame.name = at;
    at += f->name_n;
    memcpy(at, f->data, f->data_n);
    h->frame.data = at;
    at += f->data_n;
    if (f->whole) {
        memcpy(at, f->whole, f->whole_n);
        h->frame.whole = at;
    }
    return h;
}

static void forward(struct faults *x, const struct sim_frame *f)
{
    x->next.put(x->next.user, f);
}

static void count(struct faults *x, enum fault_kind kind)
{
    atomic_fetch_add(&x->counts[kind], 1);
}

static void release_delayed(struct faults *x)
{
    while (x->first) {
        struct held_frame *h = x->first;
        x->first = h->next;
        forward(x, &h->frame);
        free(h);
    }
    x->last = &x->first;
    x->delayed_bytes = 0;
}

static void release_swap(struct faults *x)
{
    struct held_frame *h = x->swap;
    x->swap = NULL;
    if (h) {
        forward(x, &h->frame);
        free(h);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct faults *x = timer->data;
    int64_t now = source_monotonic_ns();
    if (x->first && now >= x->release_ns) {
        release_delayed(x);
    }
    if (x->swap && now - x->swap_since_ns >= SWAP_MAX_NS) {
        release_swap(x);
    }
}

void faults_init(struct faults *x, const struct fault_plan *plan, uint64_t seed, struct hub *hub,
                 uv_loop_t *loop)
{
    *x = (struct faults){.plan = *plan, .hub = hub, .next = hub_sink(hub), .is_on = true};
    rng_init(&x->rng, seed ^ UINT64_C(0x6661756c7473)); /* not the market's own numbers */
    x->last = &x->first;
    buf_init(&x->spoiled, SPOILED_CEILING);
    uv_timer_init(loop, &x->timer);
    x->timer.data = x;
    uv_timer_start(&x->timer, on_timer, TIMER_MS, TIMER_MS);
}

void faults_close(struct faults *x)
{
    uv_close((uv_handle_t *)&x->timer, NULL);
}

void faults_finish(struct faults *x)
{
    while (x->first) {
        struct held_frame *h = x->first;
        x->first = h->next;
        free(h);
    }
    free(x->swap);
    buf_finish(&x->spoiled);
}

void faults_end(struct faults *x)
{
    x->is_on = false;
    release_delayed(x);
    release_swap(x);
}

/* ---- Chance and time ---- */

static bool happens(struct faults *x, enum fault_kind kind)
{
    const struct fault_rule *r = &x->plan.rules[kind];
    if (!r->is_on || !rng_chance(&x->rng, r->chance)) {
        return false;
    }
    count(x, kind);
    return true;
}

static bool is_due(struct faults *x, enum fault_kind kind, int64_t now)
{
    const struct fault_rule *r = &x->plan.rules[kind];
    if (!r->is_on || (x->due_ns[kind] != 0 && now < x->due_ns[kind])) {
        return false;
    }
    bool was_drawn = x->due_ns[kind] != 0;
    x->due_ns[kind] = now + (int64_t)rng_exponential(&x->rng, (double)r->every_ns) + 1;
    if (was_drawn) {
        count(x, kind);
    }
    return was_drawn;
}

static bool is_aimed(const struct faults *x, const char *name, size_t n)
{
    size_t aim_n = strlen(x->plan.symbol);
    char symbol[SYMBOL_MAX];
    if (aim_n == 0) {
        return true;
    }
    if (n < aim_n || (n > aim_n && name[aim_n] != '@')) {
        return false;
    }
    memcpy(symbol, name, aim_n);
    symbol[aim_n] = '\0';
    return text_equal_nocase(symbol, x->plan.symbol);
}

/* ---- Sockets ---- */

static struct listener *any_listener(struct faults *x)
{
    if (x->hub->listener_n == 0) {
        return NULL;
    }
    struct listener *l = x->hub->first;
    for (uint32_t i = rng_below(&x->rng, (uint32_t)x->hub->listener_n); i > 0; i--) {
        l = l->next;
    }
    return l;
}

static void harm_sockets(struct faults *x, int64_t now)
{
    struct listener *l;
    if (is_due(x, FAULT_CLOSE, now) && (l = any_listener(x)) != NULL) {
        l->is_closing = true;
        l->wake(l->user);
    }
    if (is_due(x, FAULT_RESET, now) && (l = any_listener(x)) != NULL) {
        l->is_cut = true;
        l->cut(l->user);
    }
    if (is_due(x, FAULT_SILENCE, now)) {
        x->silent_until_ns = now + x->plan.rules[FAULT_SILENCE].for_ns;
    }
}

bool faults_wrong_route(struct faults *x, const char *symbol)
{
    return x->is_on && is_aimed(x, symbol, strlen(symbol)) && happens(x, FAULT_WRONG_ROUTE);
}

/* ---- Frames ---- */

static bool delay(struct faults *x, const struct sim_frame *f, int64_t now)
{
    if (!x->first) {
        if (!happens(x, FAULT_DELAY)) {
            return false;
        }
        x->release_ns = now + x->plan.rules[FAULT_DELAY].for_ns;
    }
    if (x->delayed_bytes + f->data_n > DELAYED_CEILING) {
        release_delayed(x);
        return false;
    }
    struct held_frame *h = hold(f);
    if (!h) {
        return true; /* lost: a fault too */
    }
    x->delayed_bytes += h->n;
    *x->last = h;
    x->last = &h->next;
    return true;
}

static bool reorder(struct faults *x, const struct sim_frame *f, int64_t now)
{
    if (x->swap) {
        if (x->swap->frame.topic != f->topic) {
            return false;
        }
        forward(x, f);
        release_swap(x);
        return true;
    }
    if (!happens(x, FAULT_REORDER)) {
        return false;
    }
    x->swap = hold(f);
    x->swap_since_ns = now;
    return true;
}

/* The first bid of a depth frame: where its row begins, its price and its size; false: has none. */
static bool first_bid(const struct sim_frame *f, size_t *ret_row, size_t *ret_px_n, size_t *ret_qty,
                      size_t *ret_qty_n)
{
    static const char key[] = "\"b\":[[\"";
    const size_t key_n = sizeof key - 1;
    for (size_t i = 0; i + key_n < f->data_n; i++) {
        if (memcmp(f->data + i, key, key_n) != 0) {
            continue;
        }
        const char *px = f->data + i + key_n, *end = f->data + f->data_n;
        const char *px_end = memchr(px, '"', (size_t)(end - px));
        if (!px_end || end - px_end < 4) {
            return false;
        }
        const char *qty = px_end + 3, *qty_end = memchr(qty, '"', (size_t)(end - qty));
        if (!qty_end) {
            return false;
        }
        *ret_row = i + key_n - 2;
        *ret_px_n = (size_t)(px_end - px);
        *ret_qty = (size_t)(qty - f->data);
        *ret_qty_n = (size_t)(qty_end - qty);
        return true;
    }
    return false;
}

static bool spoil_level(struct faults *x, const struct sim_frame *f)
{
    size_t row, px_n, qty, qty_n;
    if (!first_bid(f, &row, &px_n, &qty, &qty_n)) {
        return false;
    }
    bool is_gone = strspn(f->data + qty, "0.") >= qty_n;
    if (!is_gone && happens(x, FAULT_CROSSED)) {
        buf_append(&x->spoiled, f->data, row);
        buf_printf(&x->spoiled, "[\"9%.*s\",\"%.*s\"],", (int)px_n, f->data + row + 2, (int)qty_n,
                   f->data + qty);
        buf_append(&x->spoiled, f->data + row, f->data_n - row);
        return true;
    }
    if (!is_gone && happens(x, FAULT_NEGATIVE)) {
        buf_append(&x->spoiled, f->data, qty);
        buf_byte(&x->spoiled, '-');
        buf_append(&x->spoiled, f->data + qty, f->data_n - qty);
        return true;
    }
    return false;
}

static bool spoil(struct faults *x, const struct sim_frame *f)
{
    buf_reset(&x->spoiled);
    if (f->data_n > 0 && happens(x, FAULT_TRUNCATE)) {
        buf_append(&x->spoiled, f->data, rng_below(&x->rng, (uint32_t)f->data_n));
        return true;
    }
    if (f->data_n > 0 && happens(x, FAULT_CORRUPT)) {
        buf_append(&x->spoiled, f->data, f->data_n);
        if (x->spoiled.failed == 0) {
            x->spoiled.data[rng_below(&x->rng, (uint32_t)f->data_n)] = '\x01';
        }
        return true;
    }
    return spoil_level(x, f);
}

static void burst(struct faults *x, const struct sim_frame *f, int64_t now)
{
    static const char quote[] = "@bookTicker"; /* told again it changes nothing */
    const size_t n = sizeof quote - 1;
    if (f->name_n > n && memcmp(f->name + f->name_n - n, quote, n) == 0 && is_due(x, FAULT_BURST, now)) {
        for (int64_t i = 1; i < x->plan.rules[FAULT_BURST].count; i++) {
            forward(x, f);
        }
    }
}

static void put(void *user, const struct sim_frame *f)
{
    struct faults *x = user;
    int64_t now = source_monotonic_ns();
    if (!x->is_on || !is_aimed(x, f->name, f->name_n)) {
        forward(x, f);
        return;
    }
    harm_sockets(x, now);
    if (now < x->silent_until_ns || happens(x, FAULT_DROP) || delay(x, f, now) || reorder(x, f, now)) {
        return;
    }
    struct sim_frame out = *f;
    if (spoil(x, f)) {
        out.data = x->spoiled.data;
        out.data_n = x->spoiled.len;
        out.whole = NULL;
    }
    burst(x, f, now);
    forward(x, &out);
    if (happens(x, FAULT_DUP)) {
        forward(x, &out);
    }
}

struct sim_sink faults_sink(struct faults *x)
{
    return (struct sim_sink){put, x};
}

/* ---- Snapshots ---- */

/* The answer with another id, and with its levels or without. */
static void rewrite(struct buf *body, uint64_t behind, bool is_empty)
{
    static const char key[] = "{\"lastUpdateId\":";
    const size_t key_n = sizeof key - 1;
    if (body->len <= key_n || memcmp(body->data, key, key_n) != 0) {
        return;
    }
    char *end;
    uint64_t id = strtoull(body->data + key_n, &end, 10);
    struct buf copy;
    buf_init(&copy, body->ceiling);
    buf_printf(&copy, "%s%" PRIu64 "%s", key, id > behind ? id - behind : 1,
               is_empty ? ",\"E\":1,\"T\":1,\"bids\":[],\"asks\":[]}" : end);
    buf_finish(body);
    *body = copy;
}

int faults_depth(struct faults *x, const char *symbol, int status, struct buf *body)
{
    static const struct {
        enum fault_kind kind;
        int status, code;
        const char *message;
    } refusals[] = {
        {FAULT_REST_429, 429, -1003, "Too many requests; current limit is 2400 requests per minute."},
        {FAULT_REST_418, 418, -1003, "Way too many requests; IP banned until later."},
        {FAULT_REST_451, 451, 0, "Service unavailable from a restricted location."},
        {FAULT_REST_500, 500, -1000, "An unknown error occurred while processing the request."},
    };
    if (!x->is_on || status != 200 || !is_aimed(x, symbol, strlen(symbol))) {
        return status;
    }
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (happens(x, refusals[i].kind)) {
            return source_rest_error(body, refusals[i].status, refusals[i].code, refusals[i].message);
        }
    }
    if (happens(x, FAULT_REST_TIMEOUT)) {
        return AP_EAGAIN;
    }
    if (happens(x, FAULT_REST_STALE)) {
        rewrite(body, STALE_BY, false);
    } else if (happens(x, FAULT_REST_EMPTY)) {
        rewrite(body, 0, true);
    }
    return status;
}
