/* In front of every file of the loadable extension: SQLite's calls go through the table that the loading program hands over. */
#ifndef ALPHAPLUS_JOURNAL_EXTENSION_H
#define ALPHAPLUS_JOURNAL_EXTENSION_H

#include <sqlite3ext.h>

SQLITE_EXTENSION_INIT3

#endif
