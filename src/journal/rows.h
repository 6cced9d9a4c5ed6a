/* The rare things of a journal as plain rows, beside the blocks that hold every event: a convenience for readers of SQL. */
#ifndef ALPHAPLUS_JOURNAL_ROWS_H
#define ALPHAPLUS_JOURNAL_ROWS_H

#include "sql.h"
#include <alphaplus/base/err.h>
#include <alphaplus/model/event.h>
#include <alphaplus/model/instrument.h>
#include <alphaplus/model/result.h>
#include <stdbool.h>

/* Funding that moves all the time is written at most this often, and at every change of next_funding_ns. */
#define ROWS_FUNDING_NS (60 * INT64_C(1000000000))

enum rows_stmt {
    ROWS_SESSION,
    ROWS_SESSION_END,
    ROWS_SESSION_CLOSE,
    ROWS_INSTRUMENT,
    ROWS_LIQUIDATION,
    ROWS_INTEREST,
    ROWS_FUNDING,
    ROWS_GAP,
    ROWS_FEED,
    ROWS_RESULT,
    ROWS_STMTS
};

struct rows_instrument {
    struct instrument in; /* id 0: not known */
    int64_t funding_ns;   /* when the last row was written */
    int64_t funding_rate, next_funding_ns;
    bool has_funding;
};
/* What the next rows depend on. A plain value: a transaction that fails puts the old one back. */
struct rows_state {
    int64_t session;                                        /* 0: none */
    struct rows_instrument instruments[INSTRUMENT_MAX + 1]; /* by id; what came last */
    struct {
        char venue[VENUE_NAME_MAX];
        char reason[96];
        uint8_t state;
    } feeds[8];
    uint32_t feed_n;
    bool has_crashed; /* the session before was not closed: its end, for the gap row */
    int64_t crash_ns;
    uint64_t crash_seq;
};

struct rows {
    struct rows_state state;
    sqlite3 *db; /* borrowed */
    sqlite3_stmt *stmts[ROWS_STMTS];
};
AP_MUST_CHECK int rows_init(struct rows *r, sqlite3 *db);
void rows_finish(struct rows *r);
/* Within a transaction. */
AP_MUST_CHECK int rows_event(struct rows *r, const struct event *ev);
AP_MUST_CHECK int rows_result(struct rows *r, const struct result *result);
AP_MUST_CHECK int rows_session_end(struct rows *r, uint64_t last_seq, int64_t end_ns);
/* The session's newest of this id; NULL: not declared. */
const struct instrument *rows_instrument(const struct rows *r, uint32_t id);
AP_MUST_CHECK int rows_session_close(struct rows *r);

#endif
