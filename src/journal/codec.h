/* Blocks: the events of one stream (one instrument, or 0: what concerns none) as compressed columns, and back, bit for bit.
 *
 * A block is self-contained: header, directory of columns, columns. Every number of an event goes to the column of its own kind of
 * number, as a token byte and, if large, some bits in the section's bit column (codec_token.h); each column is then compressed by
 * itself, so that its entropy tables fit it. What an event holds that the columns cannot (unknown kinds, non-zero padding, odd
 * sizes) goes to a column of raw bytes: whatever comes in comes out.
 *
 * Four sections: headers, book (depth and quotes, which share what is known of each price), trades, and the rest. A reader that
 * wants only trades decompresses headers and trades. */
#ifndef ALPHAPLUS_JOURNAL_CODEC_H
#define ALPHAPLUS_JOURNAL_CODEC_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <alphaplus/model/event.h>
#include <stddef.h>
#include <stdint.h>

#define CODEC_FORMAT    1
#define CODEC_RAW_MAX   (32u << 20) /* event bytes in one block */
#define CODEC_BLOCK_MAX (48u << 20) /* bytes of one block */
#define CODEC_KINDS     32          /* kinds that are counted one by one */
#define CODEC_ALL_KINDS UINT32_MAX

/* A block as its row in the file describes it. */
struct codec_info {
    uint64_t events, levels, raw_bytes;
    uint64_t first_seq, last_seq;
    int64_t first_ns, last_ns;
    struct {
        uint64_t events, rows; /* rows: levels; else one an event */
    } kinds[CODEC_KINDS];      /* the last one collects larger numbers */
};
/* Counts one more event in; info starts zeroed. */
void codec_info_add(struct codec_info *info, const struct event *ev);
/* Bit n: kind n is there. */
uint32_t codec_info_kinds(const struct codec_info *info);

/* What the columns of a block take, by what they hold; together the whole block. What classes have in common (kinds, numbers,
 * low bits) is dealt out by what each has of its own. */
struct codec_sizes {
    uint64_t depth, quotes, trades, other;
};
#define CODEC_HEAD_MAX 2048 /* header and directory of any block */
/* From the first n bytes of a block of `whole`: all of it, or CODEC_HEAD_MAX. */
AP_MUST_CHECK int codec_sizes(const void *bytes, size_t n, uint64_t whole, struct codec_sizes *ret_sizes);

struct codec_encoder; /* opaque */
AP_MUST_CHECK int codec_encoder_create(int zstd_level, struct codec_encoder **ret_encoder);
void codec_encoder_destroy(struct codec_encoder *e);
/* Puts a block of n >= 1 whole events, rising in seq and of one instrument, behind what `out` holds. AP_ETOOBIG beyond
 * CODEC_RAW_MAX, AP_EINVAL for events that are not such; `out` is then as before. */
AP_MUST_CHECK int codec_encode(struct codec_encoder *e, const struct event *const *events, size_t n,
                               struct buf *out);

struct codec_decoder; /* opaque */
AP_MUST_CHECK int codec_decoder_create(struct codec_decoder **ret_decoder);
void codec_decoder_destroy(struct codec_decoder *d);
/* Takes a block's bytes (copied; any bytes). kinds: a mask of those wanted, at least; sections that hold none are left
 * compressed. AP_ECORRUPT, AP_EVERSION, AP_ETOOBIG. */
AP_MUST_CHECK int codec_decoder_open(struct codec_decoder *d, const void *bytes, size_t n, uint32_t kinds);
/* 1: *ret_event is borrowed until the next call; 0: the end; AP_ECORRUPT: final. Whole events, but their contents are as the bytes
 * say: check them. */
AP_MUST_CHECK int codec_decoder_next(struct codec_decoder *d, const struct event **ret_event);

#endif
