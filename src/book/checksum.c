#include "checksum.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/hash.h>
#include <string.h>

struct text {
    uint32_t crc;
    bool is_begun;
    int price_decimals, qty_decimals;
};

/* Without trailing zeros, and without a point when nothing is behind it: so venues send them. */
static void add_number(struct text *t, int64_t value, int decimals)
{
    char buf[FIXED_TEXT_MAX];
    size_t n = fixed_format(buf, value, decimals);
    if (decimals > 0) {
        while (buf[n - 1] == '0') {
            n--;
        }
        n -= buf[n - 1] == '.';
    }
    if (t->is_begun) {
        t->crc = hash_crc32(t->crc, ":", 1);
    }
    t->crc = hash_crc32(t->crc, buf, n);
    t->is_begun = true;
}

uint32_t checksum_of(const struct book *b, uint64_t aux)
{
    struct text t = {.price_decimals = (int)(aux >> 32 & 0xff), .qty_decimals = (int)(aux >> 40 & 0xff)};
    struct book_iter sides[2];
    struct level level;
    if (t.price_decimals > FIXED_DECIMALS_MAX || t.qty_decimals > FIXED_DECIMALS_MAX) {
        return ~(uint32_t)aux; /* no venue's: as if it differed */
    }
    book_iter_init(&sides[0], b, SIDE_BID);
    book_iter_init(&sides[1], b, SIDE_ASK);
    for (int i = 0; i < 2 * CHECKSUM_LEVELS; i++) {
        if (book_iter_next(&sides[i % 2], &level)) {
            add_number(&t, level.px, t.price_decimals);
            add_number(&t, level.qty, t.qty_decimals);
        }
    }
    return t.crc;
}
