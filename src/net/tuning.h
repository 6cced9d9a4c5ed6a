/* Waits and limits of the feed, in one place. Tests shorten them; the program uses tuning_default. */
#ifndef ALPHAPLUS_NET_TUNING_H
#define ALPHAPLUS_NET_TUNING_H

#include <stddef.h>
#include <stdint.h>

struct tuning {
    int64_t tick_ns;    /* of the housekeeping timer */
    int64_t idle_ns;    /* silence after which an IDLE event goes in */
    int64_t row_ns;     /* between two FEED rows while figures change */
    int64_t connect_ns; /* to connect, TLS and upgrade included */
    int64_t backoff_base_ns, backoff_cap_ns;
    int64_t stable_ns; /* a connection that lived this long starts again at the base */
    int64_t first_ns;  /* after subscribing: a stream that has not spoken yet is reported */
    int64_t stale_ns;  /* a stream that spoke and fell silent is reported */
    int64_t dead_ns;   /* a connection without a byte, or with a stream that never spoke, is made anew */
    int64_t subscribe_gap_ns; /* between two messages that we send: the venue allows ten a second */
    size_t subscribe_chunk;   /* streams in one message */
    int64_t rest_ns;          /* for one whole REST answer */
    int64_t rest_retry_ns, rest_retry_cap_ns;
    int rest_parallel;
    int rest_weight_a_minute;  /* of the venue's 2400 */
    int64_t snapshot_quiet_ns; /* a book without a single update gets its snapshot after this */
    int64_t snapshot_gap_ns, snapshot_gap_cap_ns; /* between two snapshots of one book */
    int64_t open_interest_ns, instruments_ns;     /* polls */
    int64_t goodbye_ns;                           /* for closing in order */
    int bad_frames_max;                           /* in a row; then the connection is made anew */
};

extern const struct tuning tuning_default;

#endif
