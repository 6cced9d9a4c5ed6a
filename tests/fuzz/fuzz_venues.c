/* For any bytes, the decoders of Bybit and OKX and their twins on jansson give the same events, or both refuse; and what else reads
 * frames or answers keeps its promises. */
#include "fuzz.h"

#include "venue_twins.h"
#include <string.h>

enum { INSTRUMENTS = 3, SHAPES = 2 };

struct shape {
    const char *symbol;
    int price_decimals, qty_decimals;
};
typedef int twin_decode_fn(struct venue_twin *t, const char *bytes, size_t n, struct event_buf *out);

static const struct one {
    const char *venue;
    twin_decode_fn *twin;
    struct shape shapes[SHAPES][INSTRUMENTS];
} venues[] = {
    {"bybit",
     bybit_twin_decode,
     {{{"BTCUSDT", 2, 3}, {"DOGEUSDT", 5, 0}, {"ETHUSDT", 2, 2}},
      {{"BTCUSDT", 9, 9}, {"DOGEUSDT", 8, 8}, {"ETHUSDT", 0, 0}}}},
    {"okx",
     okx_twin_decode,
     {{{"BTC-USDT-SWAP", 1, 2}, {"BTC-USD-SWAP", 1, 0}, {"UNI-USD-SWAP", 3, 0}},
      {{"BTC-USDT-SWAP", 8, 8}, {"BTC-USD-SWAP", 10, 4}, {"UNI-USD-SWAP", 5, 1}}}},
};

static void check_events(const struct event_buf *b, int n)
{
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        const struct event *ev = (const struct event *)(const void *)(b->data + at);
        FUZZ_CHECK(event_check(ev, b->used - at) == 0);
        at += ev->size;
    }
    FUZZ_CHECK(at == b->used);
}

/* The twin makes room for levels before it looks at them. */
static void decode_both(const struct one *v, const struct shape *shapes, const char *bytes, size_t size)
{
    struct instrument insts[INSTRUMENTS];
    struct venue_twin twin = {.insts = insts, .inst_n = INSTRUMENTS};
    size_t room = venue_events_bytes(size), twin_room = 32 * size + 4096;
    uint8_t *mine = calloc(1, room), *theirs = calloc(1, twin_room);
    struct event_buf out = {.data = mine, .cap = room}, twin_out = {.data = theirs, .cap = twin_room};
    struct decoder *d = malloc(sizeof(*d));
    FUZZ_CHECK(d != NULL && mine != NULL && theirs != NULL);
    decoder_init(d, venue_find(v->venue));
    for (int i = 0; i < INSTRUMENTS; i++) {
        venue_twin_instrument(&insts[i], v->venue, shapes[i].symbol, (uint32_t)i + 1,
                              shapes[i].price_decimals, shapes[i].qty_decimals);
        FUZZ_CHECK(decoder_add(d, &insts[i]) == 0);
    }
    int got = d->venue->decode(d, bytes, size, &out);
    int expected = v->twin(&twin, bytes, size, &twin_out);
    FUZZ_CHECK(got != AP_EFULL);
    FUZZ_CHECK((got < 0) == (expected < 0));
    FUZZ_CHECK(got < 0 || got == expected);
    FUZZ_CHECK(out.used == twin_out.used && memcmp(mine, theirs, out.used) == 0);
    FUZZ_CHECK(memcmp(d->last, twin.last, sizeof(twin.last)) == 0);
    FUZZ_CHECK(d->frames == 1 && d->bytes == size && d->bad == (uint64_t)(got < 0));
    check_events(&out, got < 0 ? 0 : got);
    out.used = 0;
    got = d->venue->decode_rest(d, REST_SNAPSHOT, &insts[0], bytes, size, &out);
    FUZZ_CHECK(got == 1 || (got < 0 && out.used == 0));
    check_events(&out, got < 0 ? 0 : got);
    free(d);
    free(mine);
    free(theirs);
}

static void on_found(void *user, const struct instrument *in)
{
    int *n = user;
    FUZZ_CHECK(instrument_check(in) == 0 && in->id == 0);
    ++*n;
}

/* A path that can be asked for, whatever the cursor; a time that can be. */
static void read_rest(const struct venue *venue, const char *bytes, size_t size)
{
    char path[160];
    int64_t ns = -1;
    int more = venue->next_page != NULL ? venue->next_page(bytes, size, path, sizeof(path)) : 0;
    FUZZ_CHECK(more <= 1);
    for (size_t i = 0; more == 1 && path[i] != '\0'; i++) {
        FUZZ_CHECK(path[i] > ' ' && path[i] < 127 && i < sizeof(path) - 1);
    }
    int err = venue->read_time(bytes, size, &ns);
    FUZZ_CHECK(err < 0 || (err == 0 && ns > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    for (size_t k = 0; k < sizeof(venues) / sizeof(venues[0]); k++) {
        const struct venue *venue = venue_find(venues[k].venue);
        struct venue_probe *probe = calloc(1, sizeof(*probe));
        int found = 0;
        FUZZ_CHECK(venue != NULL && probe != NULL);
        for (int i = 0; i < SHAPES; i++) {
            decode_both(&venues[k], venues[k].shapes[i], bytes, size);
        }
        (void)venue->probe(probe, bytes, size); /* what was read before an error may stay */
        for (uint32_t i = 0; i < probe->n; i++) {
            struct instrument in;
            venue->infer(&probe->symbols[i], &in);
            FUZZ_CHECK(instrument_check(&in) == 0);
        }
        int n = venue->read_instruments(bytes, size, on_found, &found);
        FUZZ_CHECK(n < 0 ? found == 0 : n == found);
        read_rest(venue, bytes, size);
        free(probe);
    }
    return 0;
}
