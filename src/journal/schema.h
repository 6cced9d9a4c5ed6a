/* The tables of a journal. man/alphaplus-journal.5 is their description for others. */
#ifndef ALPHAPLUS_JOURNAL_SCHEMA_H
#define ALPHAPLUS_JOURNAL_SCHEMA_H

#include <alphaplus/base/err.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#define SCHEMA_APPLICATION_ID 0x41507273 /* "APrs" */

/* CREATE VIEW statements; views.c */
extern const char *const schema_views[];
extern const size_t schema_view_n;

/* In an open transaction, on an empty file. */
AP_MUST_CHECK int schema_create(sqlite3 *db, const char *program);
/* In an open transaction, on a file with the tables of this schema: adds what later ones have. 0: nothing is there. */
AP_MUST_CHECK int schema_extend(sqlite3 *db, int version);
/* Which schema of ours, with true tables; 0: an SQLite file that holds nothing at all yet. Errors as below. */
AP_MUST_CHECK int schema_read(sqlite3 *db, int *ret_version, char *why, size_t why_size);
/* Is this our journal, of this version, with true tables? AP_ECORRUPT, AP_EVERSION with words. *ret_is_empty: an SQLite file
 * that holds nothing at all yet (and 0 is returned). */
AP_MUST_CHECK int schema_check(sqlite3 *db, bool *ret_is_empty, char *why, size_t why_size);

#endif
