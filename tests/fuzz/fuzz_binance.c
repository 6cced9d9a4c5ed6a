/* For any bytes, the venue's decoder and its twin on jansson give the same events, or both refuse. Each frame is decoded among
 * instruments of few and of many decimals, so that the quick way and the careful one of reading numbers are both gone. */
#include "fuzz.h"

#include "binance_twin.h"
#include <alphaplus/venue/venue.h>
#include <string.h>

enum { DECODERS = 2, INSTRUMENTS = 3 };

struct decoded {
    uint8_t *data; /* owned */
    struct event_buf out;
};

static struct decoded room_for(size_t size)
{
    struct decoded s = {.data = calloc(1, venue_events_bytes(size))};
    FUZZ_CHECK(s.data != NULL);
    s.out = (struct event_buf){.data = s.data, .cap = venue_events_bytes(size)};
    return s;
}

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

static void decode_both(const struct venue *venue, const struct instrument *insts, const char *bytes,
                        size_t size)
{
    struct decoded mine = room_for(size), twin = room_for(size);
    struct decoder *d = malloc(sizeof(*d));
    FUZZ_CHECK(d != NULL);
    decoder_init(d, venue);
    for (int i = 0; i < INSTRUMENTS; i++) {
        FUZZ_CHECK(decoder_add(d, &insts[i]) == 0);
    }
    int got = d->venue->decode(d, bytes, size, &mine.out);
    int expected = twin_decode(insts, INSTRUMENTS, bytes, size, &twin.out);
    FUZZ_CHECK(got != AP_EFULL);
    FUZZ_CHECK((got < 0) == (expected < 0));
    FUZZ_CHECK(got < 0 || got == expected);
    FUZZ_CHECK(mine.out.used == twin.out.used && memcmp(mine.data, twin.data, mine.out.used) == 0);
    FUZZ_CHECK(d->frames == 1 && d->bytes == size && d->bad == (uint64_t)(got < 0));
    check_events(&mine.out, got < 0 ? 0 : got);
    free(d);
    free(mine.data);
    free(twin.data);
}

static void probe_any(const struct venue *venue, const char *bytes, size_t size)
{
    struct venue_probe *probe = calloc(1, sizeof(*probe));
    FUZZ_CHECK(probe != NULL);
    if (venue->probe(probe, bytes, size) == 0) {
        FUZZ_CHECK(probe->n + (probe->bare_snapshots > 0) <= 1);
        for (uint32_t i = 0; i < probe->n; i++) {
            struct instrument in;
            venue->infer(&probe->symbols[i], &in);
            FUZZ_CHECK(instrument_check(&in) == 0 && strcmp(in.venue, venue->name) == 0);
        }
    }
    free(probe);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        const char *symbol;
        int price_decimals, qty_decimals;
    } shapes[DECODERS][INSTRUMENTS] = {
        {{"BTCUSDT", 1, 3}, {"ETHUSDT", 2, 3}, {"SUSHIUSDT", 4, 0}},
        {{"BTCUSDT", 2, 3}, {"ETHUSDT", 8, 8}, {"SUSHIUSDT", 12, 9}},
    };
    static const char *const markets[] = {"binance", "binance-spot", "binance-coinm"};
    struct instrument insts[INSTRUMENTS];
    for (size_t m = 0; m < sizeof(markets) / sizeof(markets[0]); m++) {
        const struct venue *venue = venue_find(markets[m]);
        FUZZ_CHECK(venue != NULL);
        for (int k = 0; k < DECODERS; k++) {
            for (int i = 0; i < INSTRUMENTS; i++) {
                twin_instrument(&insts[i], shapes[k][i].symbol, (uint32_t)i + 1, shapes[k][i].price_decimals,
                                shapes[k][i].qty_decimals);
                twin_move(&insts[i], markets[m]);
            }
            decode_both(venue, insts, (const char *)data, size);
        }
        probe_any(venue, (const char *)data, size);
    }
    return 0;
}
