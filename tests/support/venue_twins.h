/* The Bybit and OKX decoders once more, on jansson's tree and with nothing of the scanner: what they say of a frame must be what the
 * venue's decoder says. */
#ifndef AP_TEST_SUPPORT_VENUE_TWINS_H
#define AP_TEST_SUPPORT_VENUE_TWINS_H

#include <alphaplus/venue/venue.h>

struct venue_twin {
    const struct instrument *insts; /* borrowed */
    size_t inst_n;
    struct decoder_last last[INSTRUMENT_MAX]; /* zeroed by the caller */
};

/* Events put, or -1 when the frame is to be refused (out then holds what it held). */
int bybit_twin_decode(struct venue_twin *t, const char *bytes, size_t n, struct event_buf *out);
int okx_twin_decode(struct venue_twin *t, const char *bytes, size_t n, struct event_buf *out);
/* An instrument as the venue's frames let one infer. */
void venue_twin_instrument(struct instrument *ret_in, const char *venue, const char *symbol, uint32_t id,
                           int price_decimals, int qty_decimals);

#endif
