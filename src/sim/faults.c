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
#define BURST_A_TURN    500 /* each TIMER_MS: 100,000 a second */

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
    /* Its symbol is the source's own and outlives it. */
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

static void end_stall(struct faults *x)
{
    x->stalled_until_ns = 0;
    for (struct listener *l = x->hub->first; l; l = l->next) {
        l->wake(l->user);
    }
}

static void end_burst(struct faults *x)
{
    free(x->again);
    x->again = NULL;
    x->again_left = 0;
}

static void go_on_bursting(struct faults *x)
{
    for (int i = 0; x->again && i < BURST_A_TURN && x->again_left > 0; i++, x->again_left--) {
        forward(x, &x->again->frame);
    }
    if (x->again_left == 0) {
        end_burst(x);
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
    if (x->stalled_until_ns != 0 && now >= x->stalled_until_ns) {
        end_stall(x);
    }
    go_on_bursting(x);
}

void faults_init(struct faults *x, const struct fault_plan *plan, uint64_t seed,
                 const struct dialect *dialect, struct hub *hub, uv_loop_t *loop)
{
    *x = (struct faults){.plan = *plan, .dialect = dialect, .hub = hub, .next = hub_sink(hub), .is_on = true};
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
    end_burst(x);
    buf_finish(&x->spoiled);
}

void faults_end(struct faults *x)
{
    x->is_on = false;
    x->clock_ms = 0;
    end_burst(x);
    release_delayed(x);
    release_swap(x);
    end_stall(x);
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

static bool is_aimed(const struct faults *x, const char *symbol)
{
    return x->plan.symbol[0] == '\0' || (symbol && text_equal_nocase(symbol, x->plan.symbol));
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
    if (is_due(x, FAULT_STALL, now)) {
        x->stalled_until_ns = now + x->plan.rules[FAULT_STALL].for_ns;
    }
    if (is_due(x, FAULT_CLOCK, now)) {
        static const int signs[] = {0, 1, -1};
        x->clock_ms = signs[rng_below(&x->rng, 3)] * (x->plan.rules[FAULT_CLOCK].for_ns / NS_PER_MS);
    }
}

bool faults_is_stalled(const struct faults *x)
{
    return x->stalled_until_ns != 0;
}

int64_t faults_clock_ms(const struct faults *x)
{
    return x->clock_ms;
}

int64_t faults_life_ns(const struct faults *x)
{
    const struct fault_rule *r = &x->plan.rules[FAULT_LIFE];
    return x->is_on && r->is_on ? r->every_ns : 0;
}

void faults_count_life(struct faults *x)
{
    if (faults_life_ns(x) > 0) {
        count(x, FAULT_LIFE);
    }
}

bool faults_wrong_route(struct faults *x, const char *symbol)
{
    return x->is_on && is_aimed(x, symbol) && happens(x, FAULT_WRONG_ROUTE);
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

static const char *find(const char *text, size_t n, const char *key)
{
    size_t key_n = strlen(key);
    for (size_t i = 0; i + key_n < n; i++) {
        if (memcmp(text + i, key, key_n) == 0) {
            return text + i;
        }
    }
    return NULL;
}

/* Where the first bid of a frame stands. */
struct first_bid {
    size_t row; /* where its row begins */
    size_t px, px_n, qty, qty_n;
};

static bool find_bid(const struct faults *x, const struct sim_frame *f, struct first_bid *ret)
{
    const char *opening = strrchr(x->dialect->bids_open, '{'), *end = f->data + f->data_n;
    opening = opening ? opening : strrchr(x->dialect->bids_open, '[');
    const char *at = find(f->data, f->data_n, x->dialect->bids_open);
    if (!at) {
        return false;
    }
    const char *px = at + strlen(x->dialect->bids_open), *px_end = memchr(px, '"', (size_t)(end - px));
    size_t size_n = strlen(x->dialect->size_open);
    if (!px_end || (size_t)(end - px_end) <= size_n || memcmp(px_end, x->dialect->size_open, size_n) != 0) {
        return false;
    }
    const char *qty = px_end + size_n, *qty_end = memchr(qty, '"', (size_t)(end - qty));
    if (!qty_end) {
        return false;
    }
    ret->px = (size_t)(px - f->data);
    ret->row = ret->px - strlen(opening);
    ret->px_n = (size_t)(px_end - px);
    ret->qty = (size_t)(qty - f->data);
    ret->qty_n = (size_t)(qty_end - qty);
    return true;
}

/* A further row in front, at a price far above. */
static void put_crossing(struct faults *x, const struct sim_frame *f, const struct first_bid *b)
{
    const char *row = f->data + b->row;
    buf_append(&x->spoiled, f->data, b->px);
    buf_byte(&x->spoiled, '9');
    buf_append(&x->spoiled, f->data + b->px, b->qty + b->qty_n - b->px);
    buf_text(&x->spoiled, row[0] == '{' ? "\"}," : "\"],");
    buf_append(&x->spoiled, row, f->data_n - b->row);
}

static bool spoil_level(struct faults *x, const struct sim_frame *f)
{
    struct first_bid b;
    bool is_book = f->id != 0 || f->kind == STREAM_DEPTH;
    if (!is_book || !find_bid(x, f, &b) || strspn(f->data + b.qty, "0.") >= b.qty_n) {
        return false;
    }
    if (happens(x, FAULT_CROSSED)) {
        put_crossing(x, f, &b);
        return true;
    }
    if (happens(x, FAULT_NEGATIVE)) {
        buf_append(&x->spoiled, f->data, b.qty);
        buf_byte(&x->spoiled, '-');
        buf_append(&x->spoiled, f->data + b.qty, f->data_n - b.qty);
        return true;
    }
    return false;
}

static bool spoil_checksum(struct faults *x, const struct sim_frame *f)
{
    static const char key[] = "\"checksum\":";
    const char *at = find(f->data, f->data_n, key);
    if (!at) {
        return false;
    }
    bool is_gone = happens(x, FAULT_NO_CHECKSUM);
    if (!is_gone && !happens(x, FAULT_CHECKSUM)) {
        return false;
    }
    char *end;
    const char *number = at + sizeof key - 1;
    long was = strtol(number, &end, 10); /* a comma follows */
    buf_append(&x->spoiled, f->data, (size_t)(number - f->data));
    buf_printf(&x->spoiled, "%ld", is_gone ? 0 : was ^ 1);
    buf_append(&x->spoiled, end, (size_t)(f->data + f->data_n - end));
    return true;
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
    return spoil_level(x, f) || spoil_checksum(x, f);
}

/* Best prices told again change nothing. */
static void burst(struct faults *x, const struct sim_frame *f, int64_t now)
{
    bool is_quote = f->kind == STREAM_QUOTE || (f->kind == STREAM_WINDOW && f->id == 0);
    if (is_quote && f->only == 0 && !x->again && is_due(x, FAULT_BURST, now)) {
        x->again = hold(f);
        x->again_left = x->again ? x->plan.rules[FAULT_BURST].count - 1 : 0;
    }
}

static void put(void *user, const struct sim_frame *f)
{
    struct faults *x = user;
    int64_t now = source_monotonic_ns();
    if (!x->is_on || !is_aimed(x, f->symbol)) {
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
    forward(x, &out);
    burst(x, f, now);
    if (happens(x, FAULT_DUP)) {
        forward(x, &out);
    }
}

struct sim_sink faults_sink(struct faults *x)
{
    return (struct sim_sink){put, x};
}

/* ---- Snapshots ---- */

struct depth_fault faults_depth(struct faults *x, const char *symbol)
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
    struct depth_fault fault = {0};
    if (!x->is_on || !is_aimed(x, symbol)) {
        return fault;
    }
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (happens(x, refusals[i].kind)) {
            fault.status = refusals[i].status;
            fault.code = refusals[i].code;
            fault.message = refusals[i].message;
            fault.retry_after_s = (x->plan.rules[refusals[i].kind].for_ns + NS_PER_S - 1) / NS_PER_S;
            return fault;
        }
    }
    if (happens(x, FAULT_REST_TIMEOUT)) {
        fault.is_ignored = true;
    } else if (happens(x, FAULT_REST_STALE)) {
        fault.spoil = SPOIL_STALE;
    } else if (happens(x, FAULT_REST_EMPTY)) {
        fault.spoil = SPOIL_EMPTY;
    }
    return fault;
}
