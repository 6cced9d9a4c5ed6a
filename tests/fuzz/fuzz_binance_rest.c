/* Any bytes as each of the venue's REST answers: refused, or events and instruments that are possible. */
#include "fuzz.h"

#include "binance_twin.h"
#include <alphaplus/venue/venue.h>

static void on_found(void *user, const struct instrument *in)
{
    int *n = user;
    FUZZ_CHECK(instrument_check(in) == 0 && in->id == 0);
    ++*n;
}

static void on_interval(void *user, const char *symbol, uint32_t interval_s)
{
    FUZZ_CHECK(symbol != NULL && interval_s > 0 && interval_s % 3600 == 0);
    ++*(int *)user;
}

static void read_as(const char *market, const uint8_t *data, size_t size)
{
    const struct venue *v = venue_find(market);
    struct decoder *d = malloc(sizeof(*d));
    size_t room = venue_events_bytes(size);
    uint8_t *bytes = malloc(room);
    struct instrument in;
    int found = 0;
    FUZZ_CHECK(d != NULL && bytes != NULL);
    decoder_init(d, v);
    twin_instrument(&in, "BTCUSDT", 1, 2, 3);
    twin_move(&in, market);
    FUZZ_CHECK(decoder_add(d, &in) == 0);
    for (int what = 0; what < REST_KINDS; what++) {
        struct event_buf out = {.data = bytes, .cap = room};
        int got = v->decode_rest(d, (enum venue_rest)what, &in, (const char *)data, size, &out);
        FUZZ_CHECK(got <= 1 && got != 0 && got != AP_EFULL);
        FUZZ_CHECK(got == 1 || out.used == 0);
        if (got == 1) {
            const struct event *ev = (const struct event *)(const void *)bytes;
            FUZZ_CHECK(event_check(ev, out.used) == 0 && ev->size == out.used && ev->instrument == 1);
        }
    }
    int n = v->read_instruments((const char *)data, size, on_found, &found);
    FUZZ_CHECK(n < 0 ? found == 0 : n == found);
    int64_t ns = -1;
    int err = v->read_time((const char *)data, size, &ns);
    FUZZ_CHECK(err < 0 || (err == 0 && ns > 0));
    found = 0;
    n = v->read_funding != NULL ? v->read_funding((const char *)data, size, on_interval, &found) : 0;
    FUZZ_CHECK(n < 0 ? found == 0 : n == found);
    free(bytes);
    free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_as("binance", data, size);
    read_as("binance-spot", data, size);
    read_as("binance-coinm", data, size);
    return 0;
}
