/* The Hyperliquid decoder once more, on jansson's tree and with nothing of the scanner: what it says of a frame must be what the
 * venue's decoder says. */
#ifndef AP_TEST_SUPPORT_HYPERLIQUID_TWIN_H
#define AP_TEST_SUPPORT_HYPERLIQUID_TWIN_H

#include <alphaplus/model/event.h>
#include <alphaplus/model/instrument.h>

/* Events put, or -1 when the frame is to be refused (out then holds what it held). */
int hyperliquid_twin_decode(const struct instrument *insts, size_t inst_n, const char *bytes, size_t n,
                            struct event_buf *out);
/* As the venue's list has it; price decimals follow from those of sizes. */
void hyperliquid_twin_instrument(struct instrument *ret_in, const char *symbol, uint32_t id,
                                 int qty_decimals);

#endif
