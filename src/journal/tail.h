/* A row of the tail: the events of one commit as they are, lightly compressed, until a seal turns them into blocks. */
#ifndef ALPHAPLUS_JOURNAL_TAIL_H
#define ALPHAPLUS_JOURNAL_TAIL_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>
#include <zstd.h>

#define TAIL_ROW_MAX (24u << 20) /* event bytes in one row */

AP_MUST_CHECK int tail_pack(ZSTD_CCtx *zstd, const void *events, size_t n, struct buf *out);
/* Appends raw_bytes of events to `out` (8-aligned if it was) after checking checksum, size, and every event: whole, known or
 * unknown but never malformed, rising in seq. `why` says what is wrong. */
AP_MUST_CHECK int tail_unpack(const void *bytes, size_t n, uint32_t crc, int64_t raw_bytes, struct buf *out,
                              const char **ret_why);

#endif
