/* For any bytes, the venue's decoder and its twin on jansson give the same events, or both refuse. */
#include "fuzz.h"

#include "hyperliquid_twin.h"
#include <alphaplus/venue/venue.h>
#include <string.h>

enum { INSTRUMENTS = 3 };

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

static void decode_both(const char *bytes, size_t size)
{
    struct instrument insts[INSTRUMENTS];
    size_t room = venue_events_bytes(size);
    uint8_t *mine = calloc(1, room), *twin = calloc(1, room);
    struct event_buf out = {.data = mine, .cap = room}, twin_out = {.data = twin, .cap = room};
    struct decoder *d = malloc(sizeof(*d));
    FUZZ_CHECK(d != NULL && mine != NULL && twin != NULL);
    decoder_init(d, venue_find("hyperliquid"));
    hyperliquid_twin_instrument(&insts[0], "BTC", 1, 5);
    hyperliquid_twin_instrument(&insts[1], "kPEPE", 2, 0);
    hyperliquid_twin_instrument(&insts[2], "ETH", 3, 4);
    for (int i = 0; i < INSTRUMENTS; i++) {
        FUZZ_CHECK(decoder_add(d, &insts[i]) == 0);
    }
    int got = d->venue->decode(d, bytes, size, &out);
    int expected = hyperliquid_twin_decode(insts, INSTRUMENTS, bytes, size, &twin_out);
    FUZZ_CHECK(got != AP_EFULL);
    FUZZ_CHECK((got < 0) == (expected < 0));
    FUZZ_CHECK(got < 0 || got == expected);
    FUZZ_CHECK(out.used == twin_out.used && memcmp(mine, twin, out.used) == 0);
    FUZZ_CHECK(d->frames == 1 && d->bytes == size && d->bad == (uint64_t)(got < 0));
    check_events(&out, got < 0 ? 0 : got);
    out.used = 0;
    got = d->venue->decode_rest(d, REST_SNAPSHOT, &insts[0], bytes, size, &out);
    FUZZ_CHECK(got == 1 || (got < 0 && out.used == 0));
    free(d);
    free(mine);
    free(twin);
}

static void on_found(void *user, const struct instrument *in)
{
    int *n = user;
    FUZZ_CHECK(instrument_check(in) == 0 && in->id == 0);
    ++*n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct venue *venue = venue_find("hyperliquid");
    const char *bytes = (const char *)data;
    struct venue_probe *probe = calloc(1, sizeof(*probe));
    int found = 0;
    FUZZ_CHECK(venue != NULL && probe != NULL);
    decode_both(bytes, size);
    if (venue->probe(probe, bytes, size) == 0) {
        FUZZ_CHECK(probe->n <= 1);
        for (uint32_t i = 0; i < probe->n; i++) {
            struct instrument in;
            venue->infer(&probe->symbols[i], &in);
            FUZZ_CHECK(instrument_check(&in) == 0);
        }
    }
    int n = venue->read_instruments(bytes, size, on_found, &found);
    FUZZ_CHECK(n < 0 ? found == 0 : n == found);
    free(probe);
    return 0;
}
