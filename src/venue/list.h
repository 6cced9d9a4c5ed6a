/* What reading a venue's list of instruments takes, whichever venue. */
#ifndef AP_VENUE_LIST_H
#define AP_VENUE_LIST_H

#include <alphaplus/venue/venue.h>
#include <jansson.h>

/* "" when it is no string, or there is none. */
const char *list_text(const json_t *object, const char *key);
/* False when it does not fit. */
bool list_copy(char *buf, size_t size, const char *text, size_t n);
/* "0.10" -> its decimals without trailing zeros, and how many of those units it is; false when it is no step. */
bool list_step(const char *step, uint8_t *ret_decimals, int64_t *ret_step);
/* "1700000000000" or the number: ms -> ns. False: no time. */
bool list_time(const json_t *value, int64_t *ret_ns);
/* Base and quote of "BTCUSDT", where it ends in one of the quotes; longer ones stand first. */
void list_split(const char *symbol, size_t n, const char (*quotes)[8], size_t quote_count,
                struct instrument *in);

#endif
