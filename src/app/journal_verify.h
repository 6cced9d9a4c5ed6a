/* `journal verify`: the file, then the same digests from a replay, and from a replay from every checkpoint. */
#ifndef ALPHAPLUS_APP_JOURNAL_VERIFY_H
#define ALPHAPLUS_APP_JOURNAL_VERIFY_H

#include <alphaplus/journal/journal.h>

/* The exit status; the verdict is printed. */
int journal_verify_all(struct journal *j, const char *path);

#endif
