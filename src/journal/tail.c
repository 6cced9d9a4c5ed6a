#include "tail.h"

#include <alphaplus/base/hash.h>
#include <alphaplus/model/event.h>

int tail_pack(ZSTD_CCtx *zstd, const void *events, size_t n, struct buf *out)
{
    char *at;
    size_t bound = ZSTD_compressBound(n);
    int err = buf_grow(out, bound, &at);
    if (err != 0) {
        return err;
    }
    size_t packed = ZSTD_compress2(zstd, at, bound, events, n);
    if (ZSTD_isError(packed)) {
        out->len -= bound;
        return AP_ENOMEM;
    }
    out->len -= bound - packed;
    return 0;
}

/* NULL, or what is wrong with them. */
static const char *check_events(const uint8_t *bytes, size_t n)
{
    uint64_t last = 0;
    for (size_t at = 0; at < n;) {
        const struct event *ev = (const void *)(bytes + at);
        if (n - at < sizeof(*ev)) {
            return "an event is cut";
        }
        int err = event_check(ev, n - at);
        if (err != 0 && err != AP_EUNKNOWN) {
            return "an event is malformed";
        }
        if (ev->seq <= last) {
            return "events are out of order";
        }
        last = ev->seq;
        at += ev->size;
    }
    return NULL;
}

int tail_unpack(const void *bytes, size_t n, uint32_t crc, int64_t raw_bytes, struct buf *out,
                const char **ret_why)
{
    char *at;
    size_t len = out->len;
    *ret_why = "its size is not possible";
    if (raw_bytes < (int64_t)sizeof(struct event) || raw_bytes > TAIL_ROW_MAX) {
        return AP_ECORRUPT;
    }
    *ret_why = "the checksum differs";
    if (hash_crc32(0, bytes, n) != crc) {
        return AP_ECORRUPT;
    }
    int err = buf_grow(out, (size_t)raw_bytes, &at);
    if (err != 0) {
        *ret_why = "it needs too much memory";
        return err;
    }
    *ret_why = "it cannot be decompressed";
    if (ZSTD_decompress(at, (size_t)raw_bytes, bytes, n) == (size_t)raw_bytes) {
        *ret_why = check_events((const uint8_t *)at, (size_t)raw_bytes);
    }
    if (*ret_why != NULL) {
        out->len = len;
        return AP_ECORRUPT;
    }
    return 0;
}
