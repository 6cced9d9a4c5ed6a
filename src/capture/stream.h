/* The bytes of a file as they were before gzip or zstd; which of them it is, its first bytes say. */
#ifndef AP_CAPTURE_STREAM_H
#define AP_CAPTURE_STREAM_H

#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>

struct stream; /* opaque */

/* AP_ENOTFOUND, AP_EACCESS, AP_EINVAL (not a regular file), AP_EEOF (empty), AP_EIO, AP_ENOMEM. */
AP_MUST_CHECK int stream_open(const char *path, struct stream **ret_stream);
void stream_close(struct stream *s);
/* Up to n bytes; *ret_n is 0 at the end. AP_ECORRUPT: damaged or cut (what came before it was given). */
AP_MUST_CHECK int stream_read(struct stream *s, char *buf, size_t n, size_t *ret_n);
/* Bytes of the file itself. */
uint64_t stream_size(const struct stream *s);
uint64_t stream_consumed(const struct stream *s);

#endif
