/* INI text as this program reads it, on top of inih: every fault is told with its line, nothing is cut or joined.
 *
 *     [section]
 *     name = value    ; a comment, after a blank
 *     # a comment of its own, or ;
 *
 * A line is at most INI_LINE_MAX bytes without its comment, of printable UTF-8; the whole at most INI_TEXT_MAX. inih itself would
 * cut longer lines, join indented ones and stop telling after the first fault, so its reader here gives it tame lines only. */
#ifndef CONFIG_INI_TEXT_H
#define CONFIG_INI_TEXT_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>

enum { INI_TEXT_MAX = 256 << 10, INI_LINE_MAX = 190, INI_FAULTS_MAX = 50 };

/* One reading: what a handler sees. */
struct ini_text {
    const char *name; /* of the file, for faults; borrowed */
    int line;         /* of the pair or section at hand, from 1 */
    int faults;
    struct buf *why; /* borrowed */
    /* The reader's own. */
    const char *at, *end;
    const struct ini_handler *handler;
    void *user;
};

struct ini_handler {
    void (*section)(struct ini_text *t, void *user, const char *section); /* may be NULL */
    void (*pair)(struct ini_text *t, void *user, const char *section, const char *name, const char *value);
};

/* Adds "name:line: what" to `why`; line 0 leaves it out. Control bytes in what is quoted are made harmless. */
void ini_fault(struct ini_text *t, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* AP_ESYNTAX when there was any fault, the handlers' own included. */
AP_MUST_CHECK int ini_text_read(const char *text, size_t n, const char *name,
                                const struct ini_handler *handler, void *user, struct buf *why);
/* A regular file of at most INI_TEXT_MAX bytes. AP_ENOTFOUND, AP_ETYPE, AP_ETOOBIG, AP_EACCESS, AP_EIO; `why` says it in words. */
AP_MUST_CHECK int ini_file_load(const char *path, struct buf *ret_text, struct buf *why);

#endif
