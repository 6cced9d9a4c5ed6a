/* What lies in blocks as rows of SQL: virtual tables order_book_deltas, order_book_snapshots, trades, quotes and marks over the
 * journal that is the connection's main file. Limits on seq, recv_ns, instrument and instrument_id choose the blocks. */
#ifndef ALPHAPLUS_JOURNAL_VTAB_H
#define ALPHAPLUS_JOURNAL_VTAB_H

#include "sql.h"

struct vtab_stats {
    uint64_t blocks; /* decoded */
};
/* stats may be NULL; borrowed as long as the connection lives. An SQLite code. */
int vtab_register(sqlite3 *db, struct vtab_stats *stats);

#endif
