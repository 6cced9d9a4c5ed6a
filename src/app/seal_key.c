#include "seal_key.h"

#include "fingerprint.h"
#include "paths.h"

#include <alphaplus/base/hash.h>
#include <alphaplus/engine/engine.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static int key_path(char *path, size_t size)
{
    char folder[PATH_TEXT_MAX];
    int err = path_data(folder, sizeof folder);
    if (err == 0)
        err = path_make(folder);
    if (err < 0)
        return err;
    int n = snprintf(path, size, "%s/checkpoint.key", folder);
    return n < 0 || (size_t)n >= size ? AP_ETOOBIG : 0;
}

/* A key that others could read is as good as none. */
static int read_key(const char *path, struct mac_key *key)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return AP_ENOTFOUND;
    bool is_ours = fstat(fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 077) == 0;
    ssize_t n = is_ours ? read(fd, key, sizeof *key) : -1;
    close(fd);
    return n == (ssize_t)sizeof *key ? 0 : AP_EACCESS;
}

/* Whole or not at all, and only one of several programs that start at once makes it. */
static int write_key(const char *path, const struct mac_key *key)
{
    char draft[PATH_TEXT_MAX + 32];
    snprintf(draft, sizeof draft, "%s.%ld", path, (long)getpid());
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return AP_EACCESS;
    bool is_written = write(fd, key, sizeof *key) == (ssize_t)sizeof *key && fsync(fd) == 0;
    close(fd);
    bool is_there = is_written && link(draft, path) == 0;
    unlink(draft);
    return is_there ? 0 : AP_EIO;
}

void seal_key(struct mac_key *ret_key)
{
    char path[PATH_TEXT_MAX];
    int err = key_path(path, sizeof path);
    if (err == 0 && read_key(path, ret_key) == 0)
        return;
    if (getrandom(ret_key, sizeof *ret_key, 0) != (ssize_t)sizeof *ret_key)
        *ret_key = (struct mac_key){{(uint64_t)getpid(), (uint64_t)(uintptr_t)ret_key}};
    struct mac_key theirs;
    if (err == 0 && write_key(path, ret_key) < 0 && read_key(path, &theirs) == 0)
        *ret_key = theirs;
}

struct journal_maker seal_maker(const struct mac_key *key)
{
    static const char name[] = "checkpoint";
    uint64_t numbers = hash_u64(hash_u64(HASH_SEED, libm_fingerprint()), mac_of(key, name, sizeof name));
    return (struct journal_maker){
        .engine_version = ENGINE_VERSION, .layout = engine_layout(), .numbers = hash_final(numbers)};
}
