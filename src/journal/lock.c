#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 100 };

/* The file may be unlinked by the writer before, between our open and our lock: then the lock is on nothing. */
static bool is_still_there(int fd, const char *path)
{
    struct stat a, b;
    return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int say_busy(int fd, char *why, size_t why_size)
{
    char pid[24];
    ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);
    pid[n > 0 ? n : 0] = '\0';
    pid[strspn(pid, "0123456789")] = '\0';
    (void)snprintf(why, why_size,
                   "another alphaplus%s%s is writing it; record to another file, or end that one",
                   pid[0] != '\0' ? ", process " : "", pid);
    return AP_EBUSY;
}

static int try_lock(struct writer_lock *l, char *why, size_t why_size)
{
    int fd = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) {
        int err = errno == EACCES || errno == EPERM || errno == EROFS ? AP_EACCESS : AP_EIO;
        (void)snprintf(why, why_size, "%s: %s", l->path, strerror(errno));
        return err;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int err = errno == EWOULDBLOCK ? say_busy(fd, why, why_size) : AP_EIO;
        if (err == AP_EIO) {
            (void)snprintf(why, why_size, "%s: %s", l->path, strerror(errno));
        }
        (void)close(fd);
        return err;
    }
    if (!is_still_there(fd, l->path)) {
        (void)close(fd);
        return AP_EAGAIN;
    }
    l->fd = fd;
    return 0;
}

int writer_lock_take(const char *path, struct writer_lock *ret_lock, char *why, size_t why_size)
{
    struct writer_lock l = {.fd = -1};
    if (asprintf(&l.path, "%s-writer", path) < 0) {
        return AP_ENOMEM;
    }
    int err = AP_EAGAIN;
    for (int i = 0; err == AP_EAGAIN && i < TRIES; i++) {
        err = try_lock(&l, why, why_size);
    }
    if (err != 0) {
        free(l.path);
        return err == AP_EAGAIN ? AP_EBUSY : err;
    }
    char pid[24];
    int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
    if (ftruncate(l.fd, 0) != 0 || pwrite(l.fd, pid, (size_t)n, 0) != n) {
        /* Only for the words of another's refusal: a full disk must not keep us from going on. */
    }
    *ret_lock = l;
    return 0;
}

void writer_lock_drop(struct writer_lock *l)
{
    if (l->fd >= 0) {
        (void)unlink(l->path);
        (void)close(l->fd);
    }
    free(l->path);
    *l = (struct writer_lock){.fd = -1};
}
