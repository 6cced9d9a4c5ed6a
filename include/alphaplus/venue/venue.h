/* A venue: bytes -> events, wishes -> subscription bytes and REST paths. No sockets here, no clock, no book. */
#ifndef ALPHAPLUS_VENUE_VENUE_H
#define ALPHAPLUS_VENUE_VENUE_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/event.h>
#include <alphaplus/model/instrument.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_BYTES_MAX     (4u << 20)  /* a larger frame is refused: AP_ETOOBIG */
#define VENUE_LIST_MAX      (32u << 20) /* bytes of a list of instruments, or of a page of it: as above */
#define VENUE_STREAM_MAX    64          /* bytes of one stream name */
#define VENUE_UNKNOWN_KINDS 16

/* Of one instrument each, or of the venue: its list, its clock, and the funding intervals that are not the usual one. */
enum venue_rest {
    REST_INSTRUMENTS = 0,
    REST_SNAPSHOT,
    REST_OPEN_INTEREST,
    REST_PREMIUM,
    REST_TIME,
    REST_FUNDING,
    REST_KINDS
};

/* How a book gets a snapshot. */
enum venue_snapshot {
    SNAPSHOT_REST = 0,    /* it is asked for by REST */
    SNAPSHOT_RESUBSCRIBE, /* every subscription of its stream begins with one */
    SNAPSHOT_EITHER,      /* both; where the answer cannot be used, the stream is subscribed anew */
};

struct venue;

/* What streams say of an instrument bit by bit; decoders that need it put whole rows together from it. */
struct decoder_last {
    struct mark_row mark;
    int64_t open_interest; /* 0: not known */
};

/* Knows the instruments that frames may name. One per feed; no locks. */
struct decoder {
    const struct venue *venue; /* borrowed */
    struct instrument insts[INSTRUMENT_MAX];
    struct decoder_last
        last[INSTRUMENT_MAX]; /* of the instrument at the same place; nothing for a new version */
    uint32_t inst_n;
    uint64_t frames, bytes, bad, unknown;
    struct {
        char name[24];
        uint64_t count;
    } unknown_kinds[VENUE_UNKNOWN_KINDS]; /* by message type; the last one collects the rest */
};
void decoder_init(struct decoder *d, const struct venue *venue);
/* Adds it or replaces the same symbol; its id and version are the caller's. AP_EFULL beyond INSTRUMENT_MAX. */
AP_MUST_CHECK int decoder_add(struct decoder *d, const struct instrument *in);
void decoder_remove(struct decoder *d, const char *symbol);
const struct instrument *decoder_find(const struct decoder *d, const char *symbol, size_t n);

/* One connection that is wanted: a path and the streams on it. */
struct venue_conn {
    char path[32];  /* what is connected to: "/public/ws" */
    uint32_t first; /* index into venue_plan.streams */
    uint32_t n;
};
struct venue_plan {
    struct venue_conn conns[4];
    uint32_t conn_n;
    char streams[INSTRUMENT_MAX * 8][VENUE_STREAM_MAX];
    uint8_t kinds[INSTRUMENT_MAX * 8]; /* enum event_kind that the stream brings; 0: none that is its alone */
    uint32_t stream_n;
};
/* One more stream at the end, which brings events of this kind; false when there is no room. */
bool venue_plan_add(struct venue_plan *plan, int kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What the decimals of an instrument must hold, read off data when no instrument list is at hand. */
struct venue_probe_symbol {
    char symbol[SYMBOL_MAX];
    uint8_t price_decimals, qty_decimals, mark_decimals,
        rate_decimals; /* of the widest text, its zeros included */
    uint8_t has_depth;
    uint8_t has_ids; /* of its book updates, where a venue did not always give them */
    int64_t tick;    /* greatest common divisor of all prices seen, at price_decimals; 0: no price yet */
};
struct venue_probe {
    struct venue_probe_symbol symbols[INSTRUMENT_MAX];
    uint32_t n;
    uint32_t
        bare_snapshots; /* snapshots that name no symbol; whoever knows whose they are adds `bare` to it */
    struct venue_probe_symbol bare;
};
/* Makes `to` wide enough for what `from` saw as well. AP_ERANGE when the tick no longer fits. */
AP_MUST_CHECK int venue_probe_widen(struct venue_probe_symbol *to, const struct venue_probe_symbol *from);

struct venue {
    const char *name;      /* "binance" */
    const char *title;     /* "Binance USD-M futures" */
    const char *rest_base; /* "https://fapi.binance.com" */
    const char *ws_base;   /* "wss://fstream.binance.com" */
    uint8_t completeness;  /* of its liquidation feed: enum completeness */
    uint8_t snapshot_by;   /* enum venue_snapshot */
    uint16_t ping_s;       /* the venue wants ping_text this often; 0: WebSocket pings are enough */
    const char *ping_text; /* "" or NULL: none */
    uint32_t conn_max_s;   /* the venue ends a connection at this age; 0: at none */
    uint8_t has_trade_ids; /* a trade's last_id is its alone, within the instrument */
    /* The request budget of an address: weight a window, and the header in which the venue counts it ("x-used:"); NULL: it does not. */
    uint16_t rest_window_s;
    int rest_weight;
    const char *rest_weight_header;
    uint32_t funding_usual_s; /* where REST_FUNDING lists the exceptions alone */

    /* A stream frame. Returns the number of events put into out (0: an answer, or an unknown message, counted), or an error:
     * AP_ESYNTAX, AP_ETYPE, AP_ERANGE, AP_ETOOBIG, AP_EFULL (out too small: give venue_events_bytes(n)). On error out is as before. */
    int (*decode)(struct decoder *d, const char *bytes, size_t n, struct event_buf *out);
    /* A REST answer; `in` names the instrument where the answer does not. Same results. REST_INSTRUMENTS: see read_instruments. */
    int (*decode_rest)(struct decoder *d, enum venue_rest what, const struct instrument *in,
                       const char *bytes, size_t n, struct event_buf *out);
    /* The venue's list of instruments: found() for each that can be watched (id 0). Returns how many, or an error. */
    int (*read_instruments)(const char *bytes, size_t n,
                            void (*found)(void *user, const struct instrument *in), void *user);
    /* A frame or a bare snapshot out of a capture: widens the decimals it needs. 0, or an error: AP_EFULL beyond INSTRUMENT_MAX symbols;
     * of any other nothing was taken. */
    int (*probe)(struct venue_probe *p, const char *bytes, size_t n);
    /* The instrument as far as data can tell: id 0, version 1, inferred. */
    void (*infer)(const struct venue_probe_symbol *seen, struct instrument *ret_in);
    /* Is this capture line a REST snapshot without an envelope? */
    int (*is_bare_snapshot)(const char *bytes, size_t n);

    /* The first stream of a single instrument is that of its book. */
    void (*plan)(const struct instrument *list, size_t n, struct venue_plan *ret_plan);
    /* The message that subscribes (or unsubscribes) streams; returns its length, or AP_ETOOBIG. */
    int (*subscribe)(char *buf, size_t size, const char (*streams)[VENUE_STREAM_MAX], size_t n, uint64_t id,
                     int is_unsubscribe);
    /* "/fapi/v1/depth?symbol=BTCUSDT&limit=1000"; AP_EUNSUPPORTED when the venue has no such thing. Weight in *ret_weight. */
    int (*rest_path)(enum venue_rest what, const struct instrument *in, char *buf, size_t size,
                     int *ret_weight);
    /* The JSON that goes with it, as a POST; returns its length, or AP_ETOOBIG. NULL: the venue is asked by GET. */
    int (*rest_body)(enum venue_rest what, const struct instrument *in, char *buf, size_t size);
    /* What follows this page of the list: 1 and its path, 0: nothing, or an error. NULL: the list is one page. */
    int (*next_page)(const char *bytes, size_t n, char *buf, size_t size);
    /* The venue's clock out of the answer to REST_TIME. NULL with a venue that does not tell. */
    int (*read_time)(const char *bytes, size_t n, int64_t *ret_ns);
    /* The exceptions of REST_FUNDING: how many, or an error. NULL: the list of instruments says it all. */
    int (*read_funding)(const char *bytes, size_t n,
                        void (*found)(void *user, const char *symbol, uint32_t interval_s), void *user);
};

const struct venue *venue_find(const char *name); /* NULL when unknown */
const struct venue *const *venue_list(int *ret_n);

/* Bytes of event_buf that suffice for any frame of n bytes. */
static inline size_t venue_events_bytes(size_t n)
{
    return 4 * n + 1024;
}

#endif
