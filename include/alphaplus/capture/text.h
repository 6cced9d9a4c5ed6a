/* Lines of a text file, plain, gzip or zstd (by content, not by name). */
#ifndef ALPHAPLUS_CAPTURE_TEXT_H
#define ALPHAPLUS_CAPTURE_TEXT_H

#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>

struct text_file; /* opaque */
/* AP_ENOTFOUND, AP_EACCESS, AP_EINVAL (a directory or device), AP_EEOF (empty), AP_EIO, AP_ENOMEM. */
AP_MUST_CHECK int text_file_open(const char *path, struct text_file **ret_file);
void text_file_close(struct text_file *f);
/* 1: a line without its end (LF or CRLF), borrowed until the next call; 0: the end; AP_ETOOBIG: one beyond CAPTURE_LINE_MAX was passed
 * over; AP_ECORRUPT: damaged or cut (final). */
AP_MUST_CHECK int text_file_next(struct text_file *f, const char **ret_text, size_t *ret_n);
uint64_t text_file_line(const struct text_file *f); /* of the last one, from 1 */
uint64_t text_file_size(const struct text_file *f);
uint64_t text_file_consumed(const struct text_file *f);

#endif
