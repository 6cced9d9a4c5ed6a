/* The columns of the virtual tables. */
#ifndef ALPHAPLUS_JOURNAL_VTAB_ROWS_H
#define ALPHAPLUS_JOURNAL_VTAB_ROWS_H

#include "scan.h"

/* The first columns of every table. */
enum { COLUMN_SEQ, COLUMN_SESSION, COLUMN_RECV, COLUMN_EXCH, COLUMN_ID, COLUMN_NAME, COLUMN_OWN };

struct vtab_table {
    const char *name, *declaration;
    unsigned kind;
    bool has_levels; /* a row a level; else a row an event */
    /* column counts from 0 behind COLUMN_OWN; in may be NULL: decimals are not known */
    void (*column)(sqlite3_context *ctx, int column, const struct event *ev, uint32_t row,
                   const struct scan_instrument *in);
};
#define VTAB_TABLES 5
extern const struct vtab_table vtab_tables[VTAB_TABLES];

#endif
