/* The registry's shapes: every published figure is one row, and one value per instrument at the row's index. */
#ifndef ALPHAPLUS_MODEL_METRIC_H
#define ALPHAPLUS_MODEL_METRIC_H

#include <stddef.h>
#include <stdint.h>

#define METRIC_MAX 384 /* rows of the registry */

#define METRIC_STATE_LIST(X)                                                                                 \
    X(0, NO_DATA)  /* nothing to compute from, or the book is not true */                                    \
    X(1, WARMUP)   /* too little so far */                                                                   \
    X(2, STALE)    /* was right, is old */                                                                   \
    X(3, DEGRADED) /* a bound: at least this much */                                                         \
    X(4, OK)
enum metric_state {
#define X(number, name) METRIC_##name = (number),
    METRIC_STATE_LIST(X)
#undef X
};

#define METRIC_CADENCE_LIST(X) X(0, EVENT, "event") X(1, 100MS, "100ms") X(2, 1S, "1s") X(3, ASKED, "asked")
enum metric_cadence {
#define X(number, name, text) CADENCE_##name = (number),
    METRIC_CADENCE_LIST(X)
#undef X
};

struct metric_row {
    const char *id;      /* "book.imbalance.distance" */
    const char *label;   /* on screen, <= 12 columns: "imbal" */
    const char *unit;    /* "bps", "usd", "1", "px" ... */
    const char *range;   /* "[-1, 1]", ">= 0" ... */
    const char *window;  /* "now", "60 s", "session" ... */
    const char *meaning; /* one line */
    const char *source;  /* paper or exchange document */
    uint8_t cadence;     /* enum metric_cadence */
    uint8_t is_host;     /* 1: about this machine; outside the digest */
};
/* state and value: value is 0 unless state is OK or DEGRADED; never NaN. */
struct metric_value {
    double value;
    double se; /* standard error of an estimate; 0: exact, or not known */
    uint8_t state;
    uint8_t is_ref; /* judged by the shipped reference quantiles, not by the instrument's own history yet */
    uint8_t pad[6];
};
struct metric_registry {
    const struct metric_row *rows; /* borrowed, static */
    int n;
};

/* Index of the row with this id, or -1. */
int metric_find(const struct metric_registry *r, const char *id);
const char *metric_state_name(int state);
const char *metric_cadence_name(int cadence);
static inline struct metric_value metric_ok(double v)
{
    return (struct metric_value){.value = v, .state = METRIC_OK};
}
static inline struct metric_value metric_estimate(double v, double se)
{
    return (struct metric_value){.value = v, .se = se, .state = METRIC_OK};
}
static inline struct metric_value metric_none(int state)
{
    return (struct metric_value){.state = (uint8_t)state};
}

#endif
