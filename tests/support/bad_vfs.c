#include "bad_vfs.h"

#include <string.h>

struct bad_file {
    sqlite3_file base;
    struct bad_vfs *owner;
    sqlite3_file real[]; /* szOsFile of the real one */
};

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct bad_file *)f)->real;
}

/* Is it this one's turn to fail? */
static int is_bad(struct bad_vfs *b, int is_sync)
{
    if (is_sync != (b->how == BAD_SYNC)) {
        return 0;
    }
    b->changes++;
    int is = b->at != 0 && b->changes >= b->at && b->changes - b->at < b->times;
    b->failed += (uint64_t)is;
    return is;
}

static int on_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    struct bad_vfs *b = ((struct bad_file *)f)->owner;
    sqlite3_file *real = real_of(f);
    if (!is_bad(b, 0)) {
        return real->pMethods->xWrite(real, bytes, n, at);
    }
    if (b->how == BAD_SHORT) {
        (void)real->pMethods->xWrite(real, bytes, n / 2, at);
    }
    return b->how == BAD_IO ? SQLITE_IOERR_WRITE : SQLITE_FULL;
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    struct bad_vfs *b = ((struct bad_file *)f)->owner;
    sqlite3_file *real = real_of(f);
    return is_bad(b, 0) ? SQLITE_IOERR_TRUNCATE : real->pMethods->xTruncate(real, size);
}

static int on_sync(sqlite3_file *f, int flags)
{
    struct bad_vfs *b = ((struct bad_file *)f)->owner;
    sqlite3_file *real = real_of(f);
    return is_bad(b, 1) ? SQLITE_IOERR_FSYNC : real->pMethods->xSync(real, flags);
}

#define PASS(name, types, ...)                                                                               \
    static int name types                                                                                    \
    {                                                                                                        \
        sqlite3_file *real = real_of(f);                                                                     \
        return real->pMethods->__VA_ARGS__;                                                                  \
    }
PASS(on_close, (sqlite3_file * f), xClose(real))
PASS(on_read, (sqlite3_file * f, void *bytes, int n, sqlite3_int64 at), xRead(real, bytes, n, at))
PASS(on_size, (sqlite3_file * f, sqlite3_int64 *size), xFileSize(real, size))
PASS(on_lock, (sqlite3_file * f, int level), xLock(real, level))
PASS(on_unlock, (sqlite3_file * f, int level), xUnlock(real, level))
PASS(on_reserved, (sqlite3_file * f, int *is), xCheckReservedLock(real, is))
PASS(on_control, (sqlite3_file * f, int op, void *arg), xFileControl(real, op, arg))
PASS(on_sector, (sqlite3_file * f), xSectorSize(real))
PASS(on_traits, (sqlite3_file * f), xDeviceCharacteristics(real))
PASS(on_shm_map, (sqlite3_file * f, int page, int size, int extend, void volatile **p),
     xShmMap(real, page, size, extend, p))
PASS(on_shm_lock, (sqlite3_file * f, int offset, int n, int flags), xShmLock(real, offset, n, flags))
PASS(on_shm_unmap, (sqlite3_file * f, int is_delete), xShmUnmap(real, is_delete))
static void on_shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_reserved,
    .xFileControl = on_control,
    .xSectorSize = on_sector,
    .xDeviceCharacteristics = on_traits,
    .xShmMap = on_shm_map,
    .xShmLock = on_shm_lock,
    .xShmBarrier = on_shm_barrier,
    .xShmUnmap = on_shm_unmap,
};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
    struct bad_vfs *b = (struct bad_vfs *)vfs;
    struct bad_file *file = (struct bad_file *)f;
    file->owner = b;
    file->base.pMethods = NULL;
    int rc = b->real->xOpen(b->real, name, file->real, flags, out_flags);
    if (rc == SQLITE_OK) {
        file->base.pMethods = &methods;
    }
    return rc;
}

void bad_vfs_install(struct bad_vfs *b)
{
    memset(b, 0, sizeof(*b));
    b->real = sqlite3_vfs_find(NULL);
    b->vfs = *b->real;
    b->vfs.iVersion = 2;
    b->vfs.szOsFile = (int)sizeof(struct bad_file) + b->real->szOsFile;
    b->vfs.zName = "bad";
    b->vfs.xOpen = on_open;
    b->vfs.pNext = NULL;
    (void)sqlite3_vfs_register(&b->vfs, 1);
}

void bad_vfs_remove(struct bad_vfs *b)
{
    (void)sqlite3_vfs_unregister(&b->vfs);
    (void)sqlite3_vfs_register(b->real, 1);
}

void bad_vfs_set(struct bad_vfs *b, enum bad_how how, uint64_t at, uint64_t times)
{
    b->how = how;
    b->at = at;
    b->times = times;
    b->changes = b->failed = 0;
}
