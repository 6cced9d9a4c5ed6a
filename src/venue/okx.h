/* What the files of the OKX venue share. */
#ifndef AP_VENUE_OKX_H
#define AP_VENUE_OKX_H

#include "fields.h"

enum { OKX_MARK_DECIMALS_MORE = 4, OKX_RATE_DECIMALS = 12 };

enum okx_top_key { TOP_EVENT, TOP_ARG, TOP_ACTION, TOP_DATA };
enum okx_arg_key { ARG_CHANNEL, ARG_INST };
/* Of all channels' rows; a row has a few of them. */
enum okx_row_key {
    ROW_INST,
    ROW_BIDS,
    ROW_ASKS,
    ROW_TS,
    ROW_CHECKSUM,
    ROW_PREV_ID,
    ROW_ID,
    ROW_BID_PX,
    ROW_BID_SZ,
    ROW_ASK_PX,
    ROW_ASK_SZ,
    ROW_PX,
    ROW_SZ,
    ROW_SIDE,
    ROW_TRADE_ID,
};
enum okx_figure_key {
    FIGURE_INST,
    FIGURE_TS,
    FIGURE_MARK,
    FIGURE_INDEX,
    FIGURE_RATE,
    FIGURE_FUNDING_TIME,
    FIGURE_OPEN_INTEREST,
};
enum okx_liquidation_key { LIQUIDATION_INST, LIQUIDATION_DETAILS };
enum okx_detail_key { DETAIL_PX, DETAIL_SZ, DETAIL_SIDE, DETAIL_POSITION, DETAIL_TS };

extern const struct field_names okx_top_names, okx_arg_names, okx_row_names, okx_figure_names;

/* Reads the frame; *ret_is_object is 0 for an array and for the text "pong". */
AP_MUST_CHECK int okx_frame(const char *bytes, size_t n, struct fields *ret_top, bool *ret_is_object);
/* Its "arg"; the channel has at least one row of data. */
AP_MUST_CHECK int okx_arg(const struct fields *top, struct fields *ret_arg);
bool okx_is_book(const struct fields *arg);

int okx_decode(struct decoder *d, const char *bytes, size_t n, struct event_buf *out);
int okx_decode_rest(struct decoder *d, enum venue_rest what, const struct instrument *in, const char *bytes,
                    size_t n, struct event_buf *out);
int okx_read_instruments(const char *bytes, size_t n, void (*found)(void *user, const struct instrument *in),
                         void *user);
int okx_read_time(const char *bytes, size_t n, int64_t *ret_ns);
int okx_probe(struct venue_probe *p, const char *bytes, size_t n);
void okx_infer(const struct venue_probe_symbol *seen, struct instrument *ret_in);
int okx_is_bare_snapshot(const char *bytes, size_t n);
void okx_plan(const struct instrument *list, size_t n, struct venue_plan *ret_plan);
int okx_subscribe(char *buf, size_t size, const char (*streams)[VENUE_STREAM_MAX], size_t n, uint64_t id,
                  int is_unsubscribe);
int okx_rest_path(enum venue_rest what, const struct instrument *in, char *buf, size_t size, int *ret_weight);

#endif
