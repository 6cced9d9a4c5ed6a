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
    int64_t
        stable_ns; /* a connection that lived this long starts again at the base; cut every few seconds it is made
                               * anew at once, still far from the 300 in five minutes that venues allow */
    int64_t first_ns;         /* after subscribing: a stream that has not spoken yet is reported */
    int64_t stale_ns;         /* a stream that spoke and fell silent is reported */
    int64_t dead_ns;          /* a connection without market data is made anew */
    int64_t subscribe_gap_ns; /* between two messages that we send: the venue allows ten a second */
    size_t subscribe_chunk;   /* streams in one message */
    int64_t rest_ns;          /* for one whole REST answer */
    int64_t rest_retry_ns, rest_retry_cap_ns;
    int rest_parallel;
    int rest_weight;           /* a window of the venue; 0: three quarters of what it allows */
    int64_t snapshot_quiet_ns; /* a book without a single update gets its snapshot after this */
    int64_t snapshot_gap_ns, snapshot_gap_cap_ns; /* between two snapshots of one book */
    int64_t open_interest_ns, instruments_ns;     /* polls */
    int64_t poll_cap_ns;                          /* the longest wait for a poll that fails */
    int64_t clock_ns;       /* between two looks at the venue's clock; the first few come sooner */
    int64_t clock_wrong_ns; /* a clock this far off is said so */
    int64_t rotate_ns;      /* age at which a connection is replaced; 0: a little before the venue ends it */
    int64_t rotate_settle_ns; /* the new one runs beside the old for this long at least, */
    int64_t rotate_most_ns;   /* and at most */
    int64_t rotate_again_ns;  /* after one that failed */
    int64_t goodbye_ns;       /* for closing in order */
    int bad_frames_max;       /* in a row; then the connection is made anew */
};

extern const struct tuning tuning_default;

#endif
