/* Binance's JSON as USD-M and COIN-M have it, frame by frame, fields in the order and with the widths of the real thing.
 * Everything is appended to `out`; a failure is sticky there. event_ms is E; times of the market are told
 * as start_ms + time_ms. */
#ifndef SIM_BINANCE_ENCODE_H
#define SIM_BINANCE_ENCODE_H

#include "sim/dialect.h"

struct premium {
    double mark, index, settle, funding;
    int64_t next_funding_ms, time_ms;
};

void encode_depth(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_depth *d);
void encode_quote(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_quote *q);
void encode_trade(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_trade *t);
void encode_agg(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                const struct market_agg *t);
void encode_mark(struct buf *out, const struct listing *in, int64_t event_ms, const struct market_mark *m);
/* The best levels: a depthUpdate with all of them in it. */
void encode_window(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                   const struct window_news *w);
/* encode_mark and nothing else. */
void encode_figure(struct buf *out, const struct listing *in, int64_t event_ms, enum stream_kind kind,
                   const struct figures *now, const struct figures *before);
void encode_force(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_liquidation *l);

/* REST bodies. */
void encode_time(struct buf *out, int64_t now_ms);
void encode_exchange_info(struct buf *out, const struct listing *list, size_t n, int64_t now_ms);
/* Best first. */
void encode_book(struct buf *out, const struct listing *in, uint64_t last_id, int64_t event_ms,
                 int64_t time_ms, const struct price_level *bids, size_t bid_n,
                 const struct price_level *asks, size_t ask_n);
void encode_open_interest(struct buf *out, const struct listing *in, int64_t lots, int64_t now_ms);
void encode_premium(struct buf *out, const struct listing *in, const struct premium *p);
void encode_figures(struct buf *out, const struct listing *in, int64_t now_ms, const struct figures *f);
void encode_bars(struct buf *out, const struct listing *in, int64_t now_ms, int64_t bar_ms,
                 const struct bar *bars, size_t n);
void encode_funding_info(struct buf *out, const struct listing *list, size_t n);
void encode_error(struct buf *out, int code, const char *message);
/* Parts of them. */
void encode_filters(struct buf *out, const struct listing *in);
void encode_levels(struct buf *out, const struct listing *in, const struct price_level *levels, size_t n);

/* The next full 8 hours (UTC). */
int64_t next_funding_ms(int64_t now_ms);

/* What the dialects of Binance share: paths with a class of streams or without, messages, the best levels' streams. */
bool binance_open(const char *path, struct listener *l, const char **ret_rest);
int binance_depth_weight(int limit);
/* Rows of a dialect: what both kinds of futures have alike. */
#define BINANCE_FUTURES                                                                                      \
    .open = binance_open, .stream = stream_parse, .handle = control_handle, .bids_open = "\"b\":[[\"",       \
    .size_open = "\",\"", .windows = BINANCE_WINDOWS, .depth = encode_depth, .window = encode_window,        \
    .quote = encode_quote, .trade = encode_trade, .agg = encode_agg, .force = encode_force,                  \
    .figure = encode_figure, .is_forced_sampled = true, .depth_weight = binance_depth_weight,                \
    .depth_default = 500, .book_window = -1,                                                                 \
    .limit = {.weight = 2400, .window_s = 60, .status = 429, .ban_after = 20}, .tells_weight = true,         \
    .time = encode_time, .premium = encode_figures, .bars = encode_bars,                                     \
    .funding_info = encode_funding_info, .error = encode_error, .messages_a_second = 10,                     \
    .ping_ms = 180 * 1000, .pong_ms = 600 * 1000
#define BINANCE_WINDOWS                                                                                      \
    {                                                                                                        \
        {5, 100, true, true, 0}, {5, 250, true, true, 0}, {5, 500, true, true, 0}, {10, 100, true, true, 0}, \
            {10, 250, true, true, 0}, {10, 500, true, true, 0}, {20, 100, true, true, 0},                    \
            {20, 250, true, true, 0}, {20, 500, true, true, 0},                                              \
    }

#endif
