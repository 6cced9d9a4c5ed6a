/* What the files of the Bybit venue share. */
#ifndef AP_VENUE_BYBIT_H
#define AP_VENUE_BYBIT_H

#include "fields.h"

/* Decimals of what lies between an instrument's price steps. */
enum { BYBIT_MARK_DECIMALS_MORE = 4, BYBIT_RATE_DECIMALS = 10 };

enum bybit_top_key { TOP_TOPIC, TOP_TYPE, TOP_TS, TOP_CTS, TOP_DATA, TOP_OP, TOP_SUCCESS };
enum bybit_book_key { BOOK_S, BOOK_B, BOOK_A, BOOK_U };
enum bybit_ticker_key {
    TICKER_SYMBOL,
    TICKER_MARK,
    TICKER_INDEX,
    TICKER_RATE,
    TICKER_NEXT_FUNDING,
    TICKER_OPEN_INTEREST,
    TICKER_ONE_SIDE,
};
enum bybit_trade_key { TRADE_T, TRADE_S, TRADE_SIDE, TRADE_V, TRADE_P, TRADE_BT, TRADE_SEQ };

extern const struct field_names bybit_top_names, bybit_book_names, bybit_ticker_names, bybit_trade_names;

/* "orderbook.200.BTCUSDT" -> what it is ("orderbook") and, of a book, its depth ("200"; else empty). */
struct bybit_topic {
    char buf[FIELD_TEXT_MAX];
    const char *kind, *depth;
    size_t kind_n, depth_n;
};
AP_MUST_CHECK int bybit_topic(const struct fields *top, struct bybit_topic *ret_topic);
bool bybit_topic_is(const struct bybit_topic *t, const char *kind);
/* Reads the frame; *ret_is_object is 0 for an array. */
AP_MUST_CHECK int bybit_frame(const char *bytes, size_t n, struct fields *ret_top, bool *ret_is_object);

int bybit_decode(struct decoder *d, const char *bytes, size_t n, struct event_buf *out);
int bybit_decode_rest(struct decoder *d, enum venue_rest what, const struct instrument *in, const char *bytes,
                      size_t n, struct event_buf *out);
int bybit_read_instruments(const char *bytes, size_t n,
                           void (*found)(void *user, const struct instrument *in), void *user);
int bybit_next_page(const char *bytes, size_t n, char *buf, size_t size);
int bybit_read_time(const char *bytes, size_t n, int64_t *ret_ns);
int bybit_probe(struct venue_probe *p, const char *bytes, size_t n);
void bybit_infer(const struct venue_probe_symbol *seen, struct instrument *ret_in);
int bybit_is_bare_snapshot(const char *bytes, size_t n);
void bybit_plan(const struct instrument *list, size_t n, struct venue_plan *ret_plan);
int bybit_subscribe(char *buf, size_t size, const char (*streams)[VENUE_STREAM_MAX], size_t n, uint64_t id,
                    int is_unsubscribe);
int bybit_rest_path(enum venue_rest what, const struct instrument *in, char *buf, size_t size,
                    int *ret_weight);

#endif
