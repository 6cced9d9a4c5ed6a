#include <alphaplus/base/save.h>

#include <string.h>

enum { VARINT_MAX = 10, HEAD_BYTES = 8 };

size_t save_begin(struct buf *out, uint32_t tag)
{
    uint32_t head[2] = {tag, 0};
    size_t begin = out->len;
    save_bytes(out, head, sizeof(head));
    return begin;
}

void save_end(struct buf *out, size_t begin)
{
    if (out->failed) {
        return;
    }
    uint32_t n = (uint32_t)(out->len - begin - HEAD_BYTES);
    if (out->len - begin - HEAD_BYTES > UINT32_MAX) {
        out->failed = AP_ETOOBIG;
        return;
    }
    memcpy(out->data + begin + sizeof(uint32_t), &n, sizeof(n));
}

void save_u64(struct buf *out, uint64_t value)
{
    uint8_t bytes[VARINT_MAX];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7) {
        bytes[n++] = (uint8_t)(value | 0x80);
    }
    bytes[n++] = (uint8_t)value;
    save_bytes(out, bytes, n);
}

void save_i64(struct buf *out, int64_t value)
{
    save_u64(out, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void save_bytes(struct buf *out, const void *bytes, size_t n)
{
    (void)buf_append(out, bytes, n);
}

static uint64_t word_at(const uint8_t *bytes, size_t word)
{
    uint64_t w;
    memcpy(&w, bytes + word * 8, sizeof(w));
    return w;
}

/* Pairs of counts: zero words to skip, words that follow. A lone zero word inside a run is cheaper left where it is. */
void save_words(struct buf *out, const void *bytes, size_t n)
{
    const uint8_t *from = bytes;
    size_t words = n / 8, at = 0;
    while (at < words) {
        size_t begin = at;
        while (at < words && word_at(from, at) == 0) {
            at++;
        }
        save_u64(out, at - begin);
        begin = at;
        while (at < words &&
               (word_at(from, at) != 0 || (at + 1 < words && at > begin && word_at(from, at + 1) != 0))) {
            at++;
        }
        save_u64(out, at - begin);
        save_bytes(out, from + begin * 8, (at - begin) * 8);
    }
    save_bytes(out, from + words * 8, n % 8);
}

void load_init(struct load *l, const void *bytes, size_t n)
{
    *l = (struct load){.at = bytes, .end = (const uint8_t *)bytes + n};
}

static void fail(struct load *l)
{
    l->err = l->err < 0 ? l->err : AP_ECORRUPT;
    l->at = l->end;
}

void load_section(struct load *l, uint32_t tag, struct load *ret_section)
{
    uint32_t head[2];
    load_bytes(l, head, sizeof(head));
    if (l->err == 0 && (head[0] != tag || head[1] > (size_t)(l->end - l->at))) {
        fail(l);
    }
    *ret_section = (struct load){.at = l->at, .end = l->at, .err = l->err};
    if (l->err == 0) {
        ret_section->end = l->at += head[1];
    }
}

uint64_t load_u64(struct load *l)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && l->at < l->end; shift += 7) {
        uint8_t byte = *l->at++;
        uint64_t part = byte & 0x7f;
        if (part << shift >> shift != part) {
            break;
        }
        value |= part << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    fail(l);
    return 0;
}

int64_t load_i64(struct load *l)
{
    uint64_t value = load_u64(l);
    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

uint64_t load_count(struct load *l, uint64_t max)
{
    uint64_t value = load_u64(l);
    if (value <= max) {
        return value;
    }
    fail(l);
    return 0;
}

void load_bytes(struct load *l, void *ret_bytes, size_t n)
{
    if (n > (size_t)(l->end - l->at)) {
        fail(l);
    }
    if (l->err < 0) {
        memset(ret_bytes, 0, n);
        return;
    }
    if (n > 0) {
        memcpy(ret_bytes, l->at, n);
        l->at += n;
    }
}

void load_words(struct load *l, void *ret_bytes, size_t n)
{
    uint8_t *to = ret_bytes;
    size_t words = n / 8, at = 0;
    memset(to, 0, n);
    while (l->err == 0 && at < words) {
        at += load_count(l, words - at);
        size_t run = load_count(l, words - at);
        load_expect(l, run > 0 || at == words);
        load_bytes(l, to + at * 8, run * 8);
        at += run;
    }
    load_bytes(l, to + words * 8, n % 8);
    if (l->err < 0) {
        memset(to, 0, n);
    }
}

void load_expect(struct load *l, bool is_so)
{
    if (!is_so) {
        fail(l);
    }
}

int load_end(const struct load *l)
{
    return l->err < 0 ? l->err : l->at == l->end ? 0 : AP_ECORRUPT;
}
