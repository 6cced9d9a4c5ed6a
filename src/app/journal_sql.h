/* journal sql: rows of a query as CSV. */
#ifndef ALPHAPLUS_APP_JOURNAL_SQL_H
#define ALPHAPLUS_APP_JOURNAL_SQL_H

#include <alphaplus/journal/journal.h>

/* The exit status. */
int journal_sql(struct journal *j, const char *path, const char *sql);

#endif
