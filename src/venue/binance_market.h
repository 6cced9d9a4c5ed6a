/* What differs between the markets of Binance; all else is shared. */
#ifndef AP_VENUE_BINANCE_MARKET_H
#define AP_VENUE_BINANCE_MARKET_H

#include <alphaplus/venue/venue.h>
#include <stdbool.h>

struct binance_call {
    const char *path, *more; /* path NULL: there is none */
    int weight;
    bool has_symbol;
};

/* On the path of another class a stream is acknowledged and stays silent. */
struct binance_route {
    const char *path;
    struct {
        const char *suffix; /* of the symbol in small letters */
        uint8_t kind;       /* enum event_kind that it brings */
    } streams[4];
};

struct binance_market {
    const char *name;
    const struct binance_call calls[REST_KINDS];
    const struct binance_route routes[3];
    uint8_t book_rule;    /* with BOOK_RULE_PREV_ID updates carry "pu" */
    uint8_t completeness; /* of its liquidations */
    uint8_t other_class;  /* the "st" of messages that are another market's; 0: none are */
    bool is_spot;         /* no contracts: no marks, no liquidations; best bid and ask with no "e" */
    bool is_inverse;      /* contracts of a fixed worth in the quote, settled in the base */
};

int binance_market_decode(const struct binance_market *market, struct decoder *d, const char *bytes, size_t n,
                          struct event_buf *out);
int binance_market_read_instruments(const struct binance_market *market, const char *bytes, size_t n,
                                    void (*found)(void *user, const struct instrument *in), void *user);
int binance_market_probe(const struct binance_market *market, struct venue_probe *p, const char *bytes,
                         size_t n);
void binance_market_infer(const struct binance_market *market, const struct venue_probe_symbol *seen,
                          struct instrument *ret_in);
void binance_market_plan(const struct binance_market *market, const struct instrument *list, size_t n,
                         struct venue_plan *ret_plan);
int binance_market_rest_path(const struct binance_market *market, enum venue_rest what,
                             const struct instrument *in, char *buf, size_t size, int *ret_weight);
/* The same for all, as in struct venue. */
int binance_decode_rest(struct decoder *d, enum venue_rest what, const struct instrument *in,
                        const char *bytes, size_t n, struct event_buf *out);
int binance_read_time(const char *bytes, size_t n, int64_t *ret_ns);
/* Of fundingInfo, which lists the adjusted ones. */
int binance_read_funding(const char *bytes, size_t n,
                         void (*found)(void *user, const char *symbol, uint32_t interval_s), void *user);
int binance_is_bare_snapshot(const char *bytes, size_t n);
int binance_subscribe(char *buf, size_t size, const char (*streams)[VENUE_STREAM_MAX], size_t n, uint64_t id,
                      int is_unsubscribe);

/* The calls of struct venue for one market, as functions of this file. */
#define BINANCE_CALLS(market)                                                                                \
    static int decode(struct decoder *d, const char *bytes, size_t n, struct event_buf *out)                 \
    {                                                                                                        \
        return binance_market_decode(&(market), d, bytes, n, out);                                           \
    }                                                                                                        \
    static int read_instruments(const char *bytes, size_t n,                                                 \
                                void (*found)(void *user, const struct instrument *in), void *user)          \
    {                                                                                                        \
        return binance_market_read_instruments(&(market), bytes, n, found, user);                            \
    }                                                                                                        \
    static int probe(struct venue_probe *p, const char *bytes, size_t n)                                     \
    {                                                                                                        \
        return binance_market_probe(&(market), p, bytes, n);                                                 \
    }                                                                                                        \
    static void infer(const struct venue_probe_symbol *seen, struct instrument *ret_in)                      \
    {                                                                                                        \
        binance_market_infer(&(market), seen, ret_in);                                                       \
    }                                                                                                        \
    static void plan(const struct instrument *list, size_t n, struct venue_plan *ret_plan)                   \
    {                                                                                                        \
        binance_market_plan(&(market), list, n, ret_plan);                                                   \
    }                                                                                                        \
    static int rest_path(enum venue_rest what, const struct instrument *in, char *buf, size_t size,          \
                         int *ret_weight)                                                                    \
    {                                                                                                        \
        return binance_market_rest_path(&(market), what, in, buf, size, ret_weight);                         \
    }

#define BINANCE_CALL_FIELDS                                                                                  \
    .conn_max_s = 24 * 3600, .has_trade_ids = 1, .rest_window_s = 60,                                        \
    .rest_weight_header = "x-mbx-used-weight-1m:", .read_time = binance_read_time, .decode = decode,         \
    .decode_rest = binance_decode_rest, .read_instruments = read_instruments, .probe = probe,                \
    .infer = infer, .is_bare_snapshot = binance_is_bare_snapshot, .plan = plan,                              \
    .subscribe = binance_subscribe, .rest_path = rest_path

#endif
