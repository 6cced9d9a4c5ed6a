/* A saved engine in hostile hands. The input is a list of changes (two bytes of offset, one of value, twice) to a state that was saved after a
 * small market. Unsealed, whatever was changed is refused. Sealed again, as by somebody who holds the key, it may be taken, but what
 * was taken can be looked at, fed and saved. Left out of that: states of measures, which only the seal guards. */
#include "fuzz.h"
#include "wild_events.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>
#include <string.h>

#define T0 (INT64_C(1700000000) * NS_PER_S)
enum { STEPS = 120, MORE = 40, EVENTS_BYTES = 8 << 20, STATE_MAX = 16 << 20, HEAD_BYTES = 24, TAG_BYTES = 8 };

static const struct mac_key key = {{1, 2}};

/* The same at every call; made once. */
struct base {
    struct event_buf events;
    size_t used_at; /* events before it are in the state */
    struct buf state;
};

static void make_base(struct base *b)
{
    struct wild w;
    struct engine *e;
    struct publication *pub;
    b->events = (struct event_buf){.data = aligned_alloc(64, EVENTS_BYTES), .cap = EVENTS_BYTES};
    FUZZ_CHECK(b->events.data && publication_create(&pub) == 0 && engine_create(pub, NULL, &e) == 0);
    wild_init(&w, 11, T0, &b->events);
    for (int i = 0; i < STEPS; i++)
        wild_step(&w);
    b->used_at = b->events.used;
    for (int i = 0; i < MORE; i++)
        wild_step(&w);
    for (size_t at = 0; at < b->used_at;) {
        const struct event *ev = (const struct event *)(const void *)(b->events.data + at);
        int err = engine_apply(e, ev);
        FUZZ_CHECK(err != AP_ENOMEM);
        at += ev->size;
    }
    buf_init(&b->state, STATE_MAX);
    FUZZ_CHECK(engine_save(e, &b->state) == 0 && engine_save_seal(&b->state, &key) == 0);
    engine_destroy(e);
    publication_destroy(pub);
}

/* Offsets inside "MEAS" sections: memory that nobody looks over. */
static int is_opaque(const struct buf *state, size_t offset)
{
    for (size_t i = 0; i + 8 <= offset; i++) {
        uint32_t n;
        if (memcmp(state->data + i, "MEAS", 4) != 0)
            continue;
        memcpy(&n, state->data + i + 4, sizeof n);
        if (offset >= i + 8 && offset < i + 8 + n)
            return 1;
    }
    return 0;
}

static void use(struct engine *e, struct publication *pub, const struct base *b)
{
    struct buf again;
    uint64_t exact, all;
    struct board *board = publication_request(pub, 0);
    struct view_request *r = board_begin(board);
    *r = (struct view_request){
        .id = 1, .rows = 20, .group = 2, .top_px = 2000, .heat_cols = 40, .column_ns = NS_PER_S};
    board_publish(board);
    engine_publish(e);
    engine_digest(e, &exact, &all);
    buf_init(&again, STATE_MAX);
    FUZZ_CHECK(engine_save(e, &again) == 0);
    buf_finish(&again);
    for (size_t at = b->used_at; at < b->events.used;) {
        const struct event *ev = (const struct event *)(const void *)(b->events.data + at);
        int err = engine_apply(e, ev);
        (void)err;
        at += ev->size;
    }
    engine_publish(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct base base;
    static struct buf state;
    static struct engine *e; /* engine_load begins anew each time */
    static struct publication *pub;
    if (!base.events.data) {
        make_base(&base);
        buf_init(&state, STATE_MAX);
        FUZZ_CHECK(publication_create(&pub) == 0 && engine_create(pub, NULL, &e) == 0);
    }
    buf_reset(&state);
    FUZZ_CHECK(buf_append(&state, base.state.data, base.state.len) == 0);
    size_t body = state.len - TAG_BYTES;
    int is_changed = 0;
    for (size_t i = 0; i + 4 <= size && i < 64; i += 4) {
        uint32_t word = (uint32_t)data[i] | (uint32_t)data[i + 1] << 8 | (uint32_t)data[i + 2] << 16;
        size_t offset = HEAD_BYTES + word % (body - HEAD_BYTES);
        if (is_opaque(&base.state, offset))
            continue;
        is_changed |= data[i + 3] != 0;
        state.data[offset] = (char)(state.data[offset] ^ data[i + 3]);
    }
    if (is_changed && memcmp(state.data, base.state.data, state.len) != 0)
        FUZZ_CHECK(engine_load(e, &key, state.data, state.len) == AP_EACCESS);
    state.len = body;
    FUZZ_CHECK(engine_save_seal(&state, &key) == 0);
    int err = engine_load(e, &key, state.data, state.len);
    FUZZ_CHECK(err == 0 || err == AP_ECORRUPT || err == AP_EINVAL || err == AP_ERANGE || err == AP_EFULL ||
               err == AP_ETOOBIG);
    if (err == 0)
        use(e, pub, &base);
    else
        FUZZ_CHECK(engine_market_count(e) == 0);
    return 0;
}
