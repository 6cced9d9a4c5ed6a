/* Bytes from a file, as blocks and as rows of the tail. The first byte says which:
 *   even: a block. What it decodes to must come out the same when it is encoded and decoded again.
 *   odd:  events in a row of the tail, packed. */
#include "fuzz.h"
#include "journal/codec.h"
#include "journal/tail.h"

#include <alphaplus/base/hash.h>
#include <string.h>

enum { EVENTS_BYTES_MAX = 4 << 20 };

/* All events of the decoder's block behind `out`; how many, or an error. */
static int take_all(struct codec_decoder *d, struct buf *out)
{
    const struct event *ev;
    int n = 0, err;
    while ((err = codec_decoder_next(d, &ev)) == 1) {
        FUZZ_CHECK(ev->size >= sizeof(*ev) && ev->size <= EVENT_SIZE_MAX && ev->size % 8 == 0);
        if (buf_append(out, ev, ev->size) != 0) {
            return AP_ETOOBIG;
        }
        n++;
    }
    return err < 0 ? err : n;
}

static bool is_rising(const struct buf *events)
{
    uint64_t last = 0;
    for (size_t at = 0; at < events->len;) {
        const struct event *ev = (const void *)(events->data + at);
        if (at > 0 && ev->seq <= last) {
            return false;
        }
        last = ev->seq;
        at += ev->size;
    }
    return true;
}

static void check_again(struct codec_decoder *d, const struct buf *events, int n)
{
    const struct event **list = malloc((size_t)n * sizeof(list[0]));
    struct codec_encoder *e = NULL;
    struct buf block, again;
    buf_init(&block, CODEC_BLOCK_MAX);
    buf_init(&again, EVENTS_BYTES_MAX);
    FUZZ_CHECK(list != NULL && codec_encoder_create(1, &e) == 0);
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        list[i] = (const void *)(events->data + at);
        at += list[i]->size;
    }
    FUZZ_CHECK(codec_encode(e, list, (size_t)n, &block) == 0);
    FUZZ_CHECK(codec_decoder_open(d, block.data, block.len, CODEC_ALL_KINDS) == 0);
    FUZZ_CHECK(take_all(d, &again) == n);
    FUZZ_CHECK(again.len == events->len && memcmp(again.data, events->data, events->len) == 0);
    codec_encoder_destroy(e);
    buf_finish(&block);
    buf_finish(&again);
    free(list);
}

static void fuzz_block(const uint8_t *data, size_t size)
{
    struct codec_decoder *d = NULL;
    struct buf events;
    buf_init(&events, EVENTS_BYTES_MAX);
    FUZZ_CHECK(codec_decoder_create(&d) == 0);
    if (codec_decoder_open(d, data, size, CODEC_ALL_KINDS) == 0) {
        int n = take_all(d, &events);
        if (n > 0 && is_rising(&events)) {
            check_again(d, &events, n);
        }
    }
    if (codec_decoder_open(d, data, size, 1U << EVENT_TRADE) == 0) {
        buf_reset(&events);
        (void)take_all(d, &events);
    }
    codec_decoder_destroy(d);
    buf_finish(&events);
}

static void fuzz_tail(const uint8_t *data, size_t size)
{
    const char *why = "";
    struct buf out;
    uint64_t claimed;
    if (size < sizeof(claimed)) {
        return;
    }
    memcpy(&claimed, data, sizeof(claimed));
    data += sizeof(claimed);
    size -= sizeof(claimed);
    buf_init(&out, TAIL_ROW_MAX);
    int err = tail_unpack(data, size, hash_crc32(0, data, size), (int64_t)claimed, &out, &why);
    FUZZ_CHECK(err == 0 ? out.len == claimed : out.len == 0 && why != NULL);
    buf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if ((data[0] & 1) == 0) {
        fuzz_block(data + 1, size - 1);
    } else {
        fuzz_tail(data + 1, size - 1);
    }
    return 0;
}
