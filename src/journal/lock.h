/* One writer a journal: a lock on a file beside it, which the system drops when the process dies. */
#ifndef ALPHAPLUS_JOURNAL_LOCK_H
#define ALPHAPLUS_JOURNAL_LOCK_H

#include <alphaplus/base/err.h>
#include <stddef.h>

struct writer_lock {
    int fd;     /* -1: none */
    char *path; /* owned */
};
/* `path` is the journal's real path: two names of one file must meet. AP_EBUSY with who has it. */
AP_MUST_CHECK int writer_lock_take(const char *path, struct writer_lock *ret_lock, char *why,
                                   size_t why_size);
void writer_lock_drop(struct writer_lock *l);

#endif
