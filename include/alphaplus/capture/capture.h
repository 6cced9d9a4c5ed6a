/* Raw captures: lines `<receive time in ns or us> <frame>`, plain, gzip or zstd; several files in order, several captures merged
 * by time. */
#ifndef ALPHAPLUS_CAPTURE_CAPTURE_H
#define ALPHAPLUS_CAPTURE_CAPTURE_H

#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>

#define CAPTURE_LINE_MAX  (8u << 20)
#define CAPTURE_FILES_MAX 256

struct capture_line {
    int64_t recv_ns;
    const char *frame; /* borrowed until the next call; no newline */
    size_t n;
    uint32_t file; /* index among the files given */
    uint64_t line; /* 1.. within the file */
};

struct capture; /* opaque */

/* Files of one capture, read one after the other. Kind by content, not by name. An error here, ret_bad (may be NULL) the file it
 * concerns: AP_ENOTFOUND, AP_EACCESS, AP_EINVAL (a directory or device), AP_EEOF (empty), AP_ESYNTAX (binary), AP_ECORRUPT. */
AP_MUST_CHECK int capture_open(const char *const *paths, size_t n, struct capture **ret_capture,
                               size_t *ret_bad);
/* Several captures side by side, merged by receive time (ties: in the order given). Takes them over. */
AP_MUST_CHECK int capture_merge(struct capture *const *captures, size_t n, struct capture **ret_capture);
void capture_close(struct capture *c);
/* 1: a line; 0: the end; AP_ESYNTAX: a line that is not of the form (skipped: call again); AP_ECORRUPT: a stream that is cut or
 * damaged (final, as is any other error); AP_ETOOBIG: a line beyond CAPTURE_LINE_MAX (skipped). `ret_line` says where on every one of these. */
AP_MUST_CHECK int capture_next(struct capture *c, struct capture_line *ret_line);
/* Back to the first line. */
AP_MUST_CHECK int capture_rewind(struct capture *c);
/* 0..1 of the bytes of all files consumed. */
double capture_progress(const struct capture *c);

struct capture_writer; /* opaque */
enum capture_format { CAPTURE_PLAIN, CAPTURE_GZIP, CAPTURE_ZSTD };
/* A new file: AP_EEXISTS rather than write over a recording. Line ends inside a frame become spaces; recv_ns has 19 digits, else
 * AP_ERANGE. The first failure of a write stays. */
AP_MUST_CHECK int capture_create(const char *path, enum capture_format format,
                                 struct capture_writer **ret_writer);
AP_MUST_CHECK int capture_write(struct capture_writer *w, int64_t recv_ns, const char *frame, size_t n);
AP_MUST_CHECK int capture_finish(struct capture_writer *w); /* closes; w is gone */

#endif
