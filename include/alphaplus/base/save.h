/* State as bytes, and back. Sections {tag, length, content} keep parts apart; numbers are varints; memory that is mostly zero costs
 * what is in it. Writers append to a buf, whose `failed` tells at the end whether all of it fitted; a reader's first error sticks
 * and everything after it reads as 0, so callers check once, before they use what they read. */
#ifndef ALPHAPLUS_BASE_SAVE_H
#define ALPHAPLUS_BASE_SAVE_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAVE_TAG(a, b, c, d) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

size_t save_begin(struct buf *out, uint32_t tag); /* hand the result to save_end */
void save_end(struct buf *out, size_t begin);
void save_u64(struct buf *out, uint64_t value);
void save_i64(struct buf *out, int64_t value);
void save_bytes(struct buf *out, const void *bytes, size_t n);
/* Any memory: runs of zero words are left out. */
void save_words(struct buf *out, const void *bytes, size_t n);

struct load {
    const uint8_t *at, *end; /* borrowed */
    int err;                 /* first error; sticky */
};
void load_init(struct load *l, const void *bytes, size_t n);
/* The next section, which must have this tag; *ret_section reads its content. */
void load_section(struct load *l, uint32_t tag, struct load *ret_section);
uint64_t load_u64(struct load *l);
int64_t load_i64(struct load *l);
/* A number that is at most `max`, else AP_ECORRUPT. */
uint64_t load_count(struct load *l, uint64_t max);
void load_bytes(struct load *l, void *ret_bytes, size_t n);
/* n as it was saved. */
void load_words(struct load *l, void *ret_bytes, size_t n);
/* Something read makes no sense: AP_ECORRUPT. Sets nothing when `is_so`. */
void load_expect(struct load *l, bool is_so);
/* The first error; AP_ECORRUPT when something is left over. */
AP_MUST_CHECK int load_end(const struct load *l);

#endif
