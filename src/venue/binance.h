/* What the files of the Binance venues share. */
#ifndef AP_VENUE_BINANCE_H
#define AP_VENUE_BINANCE_H

#include "binance_market.h"
#include "scan.h"
#include <alphaplus/venue/venue.h>

/* Keys that mean something in some frame; those of one letter behind the others. */
/* clang-format off */
#define BINANCE_KEY_LIST(X)                                                                                  \
    X(stream) X(data) X(pu) X(st) X(ap) X(result) X(error) X(code) X(lastUpdateId) X(bids) X(asks)           \
    X(e) X(E) X(T) X(s) X(U) X(u) X(b) X(a) X(B) X(A) X(p) X(q) X(m) X(X) X(t) X(i) X(r) X(o) X(S) X(z)
/* clang-format on */

enum binance_key {
#define X(name) KEY_##name,
    BINANCE_KEY_LIST(X)
#undef X
        KEY_COUNT
};

/* One object of a frame: the values of the keys we know. */
struct message {
    uint64_t has; /* bit per enum binance_key */
    struct scan_value values[KEY_COUNT];
};

/* A frame, read once from end to end. Levels of a depth update are put into `out` while reading, when what is needed is known by
 * then; otherwise their values are kept and read by whoever wants them. */
struct frame {
    const struct binance_market *market; /* borrowed */
    struct message top, data;
    const struct message
        *body; /* of these two, the one with the message in it; NULL: an array, or an envelope around none */
    struct decoder *decoder;           /* borrowed; NULL: levels are left alone */
    struct event_buf *out;             /* borrowed */
    struct event *depth;               /* in out, not yet pushed; NULL: no levels were put */
    const struct message *depth_of;    /* whose levels they are */
    const struct instrument *depth_in; /* borrowed; of which instrument */
    uint32_t bid_n, ask_n;
    uint8_t has_bids, has_asks;
};

/* f->market, f->decoder and f->out are the caller's. Checks the whole frame. */
AP_MUST_CHECK int binance_read(struct frame *f, const char *bytes, size_t n);
/* The object that a value spans. */
AP_MUST_CHECK int binance_read_object(struct message *m, const struct scan_value *v);

static inline bool binance_has(const struct message *m, enum binance_key key)
{
    return (m->has >> key & 1) != 0;
}
/* Is there a string here, and is it this? */
bool binance_is(const struct message *m, enum binance_key key, const char *text);

bool binance_is_bare_quote(const struct binance_market *market, const struct message *m);

/* Required: AP_ESYNTAX when absent, AP_ETYPE when of another type. Texts longer than TEXT_MAX: AP_ETOOBIG. */
enum { BINANCE_TEXT_MAX = 64, BINANCE_DECIMAL_MAX = 40 };
AP_MUST_CHECK int binance_text(const struct message *m, enum binance_key key, char buf[BINANCE_TEXT_MAX],
                               const char **ret_text, size_t *ret_n);
/* 0..FIXED_VALUE_MAX at `decimals`; else AP_ERANGE. */
AP_MUST_CHECK int binance_amount(const struct message *m, enum binance_key key, int decimals,
                                 int64_t *ret_value);
AP_MUST_CHECK int binance_decimal(const struct scan_value *v, int decimals,
                                  int64_t *ret_value); /* any sign */
/* The price unit nearest to it: for prices that are no order's, like an average. Else as binance_amount. */
AP_MUST_CHECK int binance_price_near(const struct message *m, enum binance_key key, int decimals,
                                     int64_t *ret_px);
AP_MUST_CHECK int binance_id(const struct message *m, enum binance_key key, uint64_t *ret_id);
/* ms -> ns; 0 when absent. */
AP_MUST_CHECK int binance_time(const struct message *m, enum binance_key key, int64_t *ret_ns);

/* The array of [price, size] at s, up to and with its ']'. AP_EFULL beyond room. */
AP_MUST_CHECK int binance_levels(struct scan *s, const struct instrument *in, struct level *levels,
                                 size_t room, uint32_t *ret_n);
/* Room for the levels that n bytes can hold. */
size_t binance_levels_room(size_t n);

#endif
