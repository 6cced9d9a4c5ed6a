/* What the files of the Hyperliquid venue share. */
#ifndef AP_VENUE_HYPERLIQUID_H
#define AP_VENUE_HYPERLIQUID_H

#include "fields.h"
#include <string.h>

/* Most digits behind the point that a price and a size have together; all funding is by the hour. */
enum { HYPERLIQUID_DECIMALS = 6, HYPERLIQUID_FUNDING_S = 3600 };

int hyperliquid_decode(struct decoder *d, const char *bytes, size_t n, struct event_buf *out);
int hyperliquid_probe(struct venue_probe *p, const char *bytes, size_t n);
void hyperliquid_infer(const struct venue_probe_symbol *seen, struct instrument *ret_in);
/* What all its instruments have alike; decimals and names are the caller's. */
struct instrument hyperliquid_instrument(void);
int hyperliquid_decode_rest(struct decoder *d, enum venue_rest what, const struct instrument *in,
                            const char *bytes, size_t n, struct event_buf *out);
int hyperliquid_read_instruments(const char *bytes, size_t n,
                                 void (*found)(void *user, const struct instrument *in), void *user);
void hyperliquid_plan(const struct instrument *list, size_t n, struct venue_plan *ret_plan);
int hyperliquid_subscribe(char *buf, size_t size, const char (*streams)[VENUE_STREAM_MAX], size_t n,
                          uint64_t id, int is_unsubscribe);
int hyperliquid_rest_path(enum venue_rest what, const struct instrument *in, char *buf, size_t size,
                          int *ret_weight);

int hyperliquid_rest_body(enum venue_rest what, const struct instrument *in, char *buf, size_t size);

/* A frame, or a book as REST answers it. */
struct hyperliquid_frame {
    const char *kind; /* the channel, kind_n bytes: 0 when there is none */
    size_t kind_n;
    struct scan_value data; /* of type 0 when there is none */
    char buf[FIELD_TEXT_MAX];
};
static inline bool hyperliquid_is(const struct hyperliquid_frame *frame, const char *kind)
{
    return strlen(kind) == frame->kind_n && memcmp(kind, frame->kind, frame->kind_n) == 0;
}
/* Checks the whole frame. 0: `ret_frame` is set; 1: a greeting, which is no JSON. */
AP_MUST_CHECK int hyperliquid_read(const char *bytes, size_t n, struct hyperliquid_frame *ret_frame);

enum hyperliquid_book_key { BOOK_coin, BOOK_levels, BOOK_time, BOOK_fast };
enum hyperliquid_bbo_key { BBO_coin, BBO_bbo, BBO_time };
enum hyperliquid_row_key { ROW_px, ROW_sz };
enum hyperliquid_trade_key { TRADE_coin, TRADE_side, TRADE_px, TRADE_sz, TRADE_time, TRADE_tid };
enum hyperliquid_ctx_key { CTX_coin, CTX_ctx };
enum hyperliquid_figure_key { FIGURE_mark, FIGURE_oracle, FIGURE_funding, FIGURE_open_interest };
extern const struct field_names hyperliquid_book, hyperliquid_bbo, hyperliquid_row, hyperliquid_trade,
    hyperliquid_ctx, hyperliquid_figures;

/* Puts the book as a snapshot of `in`; returns 1. */
AP_MUST_CHECK int hyperliquid_put_book(const struct fields *book, const struct instrument *in,
                                       struct event_buf *out);
/* An array of exactly two: the two sides of a book, or its two best rows. */
AP_MUST_CHECK int hyperliquid_pair(const struct scan_value *v, struct scan_value ret_pair[2]);

#endif
