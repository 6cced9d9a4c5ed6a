/* The virtual tables as an extension that the sqlite3 shell and other programs load. This file and those linked with it are
 * compiled with extension.h in front: SQLite is then the one that loads us, not a second one. */
#include "vtab.h"

SQLITE_EXTENSION_INIT1

__attribute__((visibility("default"))) int sqlite3_alphaplusjournal_init(sqlite3 *db, char **ret_why,
                                                                         const sqlite3_api_routines *api);

int sqlite3_alphaplusjournal_init(sqlite3 *db, char **ret_why, const sqlite3_api_routines *api)
{
    SQLITE_EXTENSION_INIT2(api);
    int rc = vtab_register(db, NULL);
    if (rc != SQLITE_OK && ret_why != NULL) {
        *ret_why = sqlite3_mprintf("the tables of the journal cannot be registered: %s", sqlite3_errstr(rc));
    }
    return rc;
}
