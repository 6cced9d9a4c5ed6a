/* Bars, figures and estimates on their way into the file. */
#ifndef ALPHAPLUS_JOURNAL_ROLLUPS_H
#define ALPHAPLUS_JOURNAL_ROLLUPS_H

#include "sql.h"
#include <alphaplus/base/buf.h>
#include <alphaplus/model/instrument.h>
#include <alphaplus/model/metric.h>
#include <alphaplus/model/rollup.h>

#define ROLLUPS_PENDING_MAX (4u << 20)

enum rollups_stmt {
    ROLLUPS_ADD_SERIES,
    ROLLUPS_SERIES,
    ROLLUPS_BAR,
    ROLLUPS_ADD_METRIC,
    ROLLUPS_METRIC,
    ROLLUPS_FIGURE,
    ROLLUPS_LEVEL,
    ROLLUPS_STMTS
};

/* What the file calls an instrument with these decimals. */
struct rollups_series {
    int64_t id; /* 0: not looked up */
    char name[INSTRUMENT_NAME_MAX];
    uint8_t price_decimals, qty_decimals;
};

struct rollups {
    sqlite3 *db; /* borrowed */
    sqlite3_stmt *stmts[ROLLUPS_STMTS];
    const struct metric_registry *metrics; /* borrowed; NULL: figures are left out */
    int64_t metric_ids[METRIC_MAX];        /* 0: not looked up */
    struct rollups_series series[INSTRUMENT_MAX + 1];
    struct buf pending; /* records */
};
AP_MUST_CHECK int rollups_init(struct rollups *r, sqlite3 *db, const struct metric_registry *metrics);
void rollups_finish(struct rollups *r);
/* Copies one in. AP_EINVAL: malformed; AP_EFULL, AP_ENOMEM. */
AP_MUST_CHECK int rollups_add(struct rollups *r, const struct rollup_head *record);
/* Writes all that is pending, within a transaction; they stay pending until rollups_clear. */
AP_MUST_CHECK int rollups_store(struct rollups *r,
                                const struct instrument *(*find)(const void *user, uint32_t id),
                                const void *user);
/* They are in the file; or, is_undone, what was looked up since may not be. */
void rollups_clear(struct rollups *r);
void rollups_undo(struct rollups *r);

#endif
