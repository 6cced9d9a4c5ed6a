#include "sim/dialect.h"

#include <string.h>

static const struct dialect *const dialects[] = {
    &dialect_binance, &dialect_binance_spot, &dialect_binance_coinm,
    &dialect_bybit,   &dialect_okx,          &dialect_hyperliquid,
};

const struct dialect *dialect_at(size_t index)
{
    return index < sizeof dialects / sizeof dialects[0] ? dialects[index] : NULL;
}

const struct dialect *dialect_find(const char *venue)
{
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        if (!venue || strcmp(dialects[i]->venue, venue) == 0) {
            return dialects[i];
        }
    }
    return NULL;
}

void dialect_text(char *buf, size_t size, const char *text, size_t n)
{
    size_t k = n < size ? n : 0;
    memcpy(buf, text, k);
    buf[k] = '\0';
}

void dialect_say(struct listener *l, const struct buf *out)
{
    if (out->failed == 0) {
        hub_send(l, out->data, out->len, "", 0, "", 0);
    }
}
