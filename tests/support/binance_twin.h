/* The Binance decoder once more, on jansson's tree and with nothing of the scanner: what it says of a frame must be what the
 * venue's decoder says. */
#ifndef AP_TEST_SUPPORT_BINANCE_TWIN_H
#define AP_TEST_SUPPORT_BINANCE_TWIN_H

#include <alphaplus/model/event.h>
#include <alphaplus/model/instrument.h>
#include <jansson.h>

/* Of the market that the first instrument is on. Events put, or -1 when the frame is to be refused (for whatever reason; out then holds what it held). */
int twin_decode(const struct instrument *insts, size_t inst_n, const char *bytes, size_t n,
                struct event_buf *out);

/* The first instruments of tests/data, as the venue's list has them. */
void twin_instrument(struct instrument *ret_in, const char *symbol, uint32_t id, int price_decimals,
                     int qty_decimals);
/* To another of Binance's markets. */
void twin_move(struct instrument *in, const char *venue);
/* The tree, which the caller owns; NULL for what the scanner refuses, its ceilings included. For the twins of other venues. */
json_t *twin_load(const char *bytes, size_t n);

#endif
