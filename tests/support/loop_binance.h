/* A tiny Binance USD-M on a loop_server: two instruments, a depth stream whose ids follow, trades, quotes and marks; and whatever
 * misbehaviour a test asks for. */
#ifndef AP_TEST_SUPPORT_LOOP_BINANCE_H
#define AP_TEST_SUPPORT_LOOP_BINANCE_H

#include "loop_server.h"
#include <stdatomic.h>

/* What the n-th connection of a path does once it was subscribed. */
enum loop_manner {
    MANNER_PLAY = 0,  /* frames until the end */
    MANNER_RESET,     /* a few frames, then RST */
    MANNER_CLOSE,     /* a few frames, then close 1001 "going away" */
    MANNER_MUTE,      /* the acknowledgement and nothing else: the wrong route */
    MANNER_STALL,     /* a few frames, then nothing */
    MANNER_GARBAGE,   /* frames that nobody can read */
    MANNER_FRAGMENTS, /* each message in pieces, pings in between */
    MANNER_OVERSIZE,  /* one message above every ceiling */
    MANNER_ENDLESS,   /* fragments that never end */
    MANNER_FLOOD,     /* flood_n frames as fast as they go, then as PLAY */
};
#define LOOP_MANNERS_MAX 8

struct loop_binance {
    struct loop_server *server;
    char url[64];
    enum loop_manner public_manners[LOOP_MANNERS_MAX]; /* beyond: PLAY */
    enum loop_manner market_manners[LOOP_MANNERS_MAX];
    int flood_n, flood_levels;                        /* levels a side of its frames; 0: one */
    _Atomic int list_status, depth_status, ws_status; /* 0: fine; -1: silence */
    int used_weight;                                  /* that depth answers report; 0: 21 */
    const char *depth_headers;                        /* borrowed; sent with a bad depth_status */
    _Atomic int depth_failures; /* how many depth requests get depth_status; then all is fine */
    _Atomic int list_requests, depth_requests, premium_requests, interest_requests;
    _Atomic int floods; /* sent to the end */
    _Atomic int public_conns, market_conns, messages, pongs, closes;
    _Atomic uint64_t update_id, frames;
    _Atomic int is_paused;           /* no frames while set */
    _Atomic int is_finer;            /* the list has another tick size of BTCUSDT */
    _Atomic int is_halted;           /* the list says of BTCUSDT that it is in a break */
    _Atomic int is_without_funding;  /* fundingInfo is not there */
    _Atomic int interest_status;     /* of open interest; 0: fine */
    int clock_ahead_ms;              /* of REST time against this machine's; 0: it does not tell */
    _Atomic int mute_marks;          /* so many subscriptions of marks are acknowledged and stay silent */
    _Atomic int64_t depth_at_ns[16]; /* monotonic arrival times of the first depth requests */
};

/* Zero it, set what shall be odd, then start. tls may be NULL; host is what the URL names. */
void loop_binance_start(struct loop_binance *b, SSL_CTX *tls, const char *host);
void loop_binance_stop(struct loop_binance *b);

#endif
