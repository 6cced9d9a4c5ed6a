/* A VFS over SQLite's own whose n-th change of a file fails: as a full disk, as a failing one, or half done. */
#ifndef AP_TEST_SUPPORT_BAD_VFS_H
#define AP_TEST_SUPPORT_BAD_VFS_H

#include <sqlite3.h>
#include <stdint.h>

enum bad_how { BAD_FULL, BAD_IO, BAD_SHORT, BAD_SYNC, BAD_HOWS };

struct bad_vfs {
    sqlite3_vfs vfs; /* first */
    sqlite3_vfs *real;
    enum bad_how how;
    uint64_t at;      /* the number, from 1, of the first change that fails; 0: none does */
    uint64_t times;   /* how many from there on */
    uint64_t changes; /* seen: writes, truncations, and for BAD_SYNC syncs alone */
    uint64_t failed;
};

/* Makes it the default of this process. */
void bad_vfs_install(struct bad_vfs *b);
void bad_vfs_remove(struct bad_vfs *b);
/* Counts from here. */
void bad_vfs_set(struct bad_vfs *b, enum bad_how how, uint64_t at, uint64_t times);

#endif
