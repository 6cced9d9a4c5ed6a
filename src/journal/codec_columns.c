#include "codec_columns.h"

#include <stdlib.h>

/* How a column is stored. */
enum method { METHOD_PLAIN = 0, METHOD_ZSTD = 1, METHOD_CONSTANT = 2, METHOD_N };

enum {
    COLUMN_PAD = 8,
    ZSTD_WORTH = 24,        /* shorter columns are not worth zstd's own header */
    COLUMNS_MAX = 64 << 20, /* decompressed bytes of one block */
    DIRECTORY_END = 0xff
};
_Static_assert((int)COL_N < (int)DIRECTORY_END, "columns are numbered in a byte");

enum codec_section column_section(int column)
{
    static const struct {
        uint8_t last, section;
    } runs[] = {
#define X(name, n, section) {COL_##name##_LAST, (section)},
        COLUMN_LIST(X)
#undef X
    };
    if (column <= COL_BITS_LAST) {
        return (enum codec_section)(column - COL_BITS);
    }
    size_t i = 0;
    while (runs[i].last < column) {
        i++;
    }
    return (enum codec_section)runs[i].section;
}

void columns_out_reset(struct columns_out *c)
{
    for (int i = 0; i < COL_N; i++) {
        c->cols[i].n = 0;
    }
    memset(c->bits, 0, sizeof(c->bits));
    c->err = 0;
}

void columns_out_finish(struct columns_out *c)
{
    for (int i = 0; i < COL_N; i++) {
        free(c->cols[i].data);
    }
}

bool column_room(struct columns_out *c, int column, size_t n)
{
    struct column_out *o = &c->cols[column];
    if (o->cap - o->n >= n) {
        return true;
    }
    size_t cap = o->cap < 256 ? 256 : 2 * o->cap;
    while (cap - o->n < n) {
        cap *= 2;
    }
    uint8_t *data = cap > COLUMNS_MAX ? NULL : realloc(o->data, cap);
    if (data == NULL) {
        c->err = cap > COLUMNS_MAX ? AP_ETOOBIG : AP_ENOMEM;
        return false;
    }
    o->data = data;
    o->cap = cap;
    return true;
}

void bits_put(struct columns_out *c, enum codec_section s, uint64_t value, unsigned n)
{
    if (n > 32) {
        bits_put(c, s, value & UINT32_MAX, 32);
        value >>= 32;
        n -= 32;
    }
    uint64_t acc = c->bits[s].acc | value << c->bits[s].fill;
    unsigned fill = c->bits[s].fill + n;
    for (; fill >= 8; fill -= 8, acc >>= 8) {
        put_byte(c, COL_BITS + (int)s, (uint8_t)acc);
    }
    c->bits[s].acc = acc;
    c->bits[s].fill = fill;
}

int varint_put(struct buf *out, uint64_t value)
{
    while (value >= 0x80) {
        buf_byte(out, (char)(uint8_t)(value | 0x80));
        value >>= 7;
    }
    return buf_byte(out, (char)(uint8_t)value);
}

bool varint_get(const uint8_t **p, const uint8_t *end, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && *p < end; shift += 7) {
        uint8_t byte = *(*p)++;
        if (shift == 63 && byte > 1) {
            return false;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

static bool is_constant(const struct column_out *o)
{
    return memcmp(o->data, o->data + 1, o->n - 1) == 0;
}

/* Packs one column behind `bodies`; how, and in how many bytes. */
static enum method pack_column(const struct column_out *o, ZSTD_CCtx *zstd, struct buf *bodies,
                               size_t *ret_stored)
{
    if (is_constant(o)) {
        buf_byte(bodies, (char)o->data[0]);
        *ret_stored = 1;
        return METHOD_CONSTANT;
    }
    if (o->n >= ZSTD_WORTH) {
        char *at;
        size_t bound = ZSTD_compressBound(o->n);
        if (buf_grow(bodies, bound, &at) == 0) {
            size_t n = ZSTD_compress2(zstd, at, bound, o->data, o->n);
            bodies->len -= bound;
            if (!ZSTD_isError(n) && n < o->n) {
                bodies->len += n;
                *ret_stored = n;
                return METHOD_ZSTD;
            }
        }
    }
    buf_append(bodies, o->data, o->n);
    *ret_stored = o->n;
    return METHOD_PLAIN;
}

int columns_pack(struct columns_out *c, ZSTD_CCtx *zstd, struct buf *out)
{
    struct buf bodies;
    for (int i = 0; i < SECTION_N; i++) {
        if (c->bits[i].fill > 0) {
            put_byte(c, COL_BITS + i, (uint8_t)c->bits[i].acc);
        }
    }
    if (c->err != 0) {
        return c->err;
    }
    buf_init(&bodies, 2 * (size_t)COLUMNS_MAX);
    for (int i = 0; i < COL_N; i++) {
        size_t stored;
        if (c->cols[i].n == 0) {
            continue;
        }
        enum method method = pack_column(&c->cols[i], zstd, &bodies, &stored);
        buf_byte(out, (char)(uint8_t)i);
        buf_byte(out, (char)method);
        varint_put(out, c->cols[i].n);
        varint_put(out, stored);
    }
    buf_byte(out, (char)(uint8_t)DIRECTORY_END);
    buf_append(out, bodies.data, bodies.len);
    int err = bodies.failed != 0 ? bodies.failed : out->failed;
    buf_finish(&bodies);
    return err;
}

void columns_in_finish(struct columns_in *c)
{
    free(c->memory);
}

struct entry {
    uint8_t column, method;
    uint64_t n, stored;
};

/* The directory; where the bodies start. Columns rise, sizes fit; `beyond` bytes of the bodies lie behind end. */
static int read_directory(const uint8_t **p, const uint8_t *end, uint64_t beyond, struct entry *entries,
                          int *ret_n, size_t *ret_total)
{
    int n = 0, last = -1;
    uint64_t total = 0, stored = 0;
    for (;;) {
        struct entry *e = &entries[n];
        if (*p == end) {
            return AP_ECORRUPT;
        }
        e->column = *(*p)++;
        if (e->column == DIRECTORY_END) {
            break;
        }
        if (e->column >= COL_N || (int)e->column <= last || *p == end) {
            return AP_ECORRUPT;
        }
        last = e->column;
        e->method = *(*p)++;
        if (e->method >= METHOD_N || !varint_get(p, end, &e->n) || !varint_get(p, end, &e->stored) ||
            e->n == 0 || e->n > COLUMNS_MAX || e->stored > COLUMNS_MAX ||
            (e->method == METHOD_PLAIN && e->stored != e->n) ||
            (e->method == METHOD_CONSTANT && e->stored != 1)) {
            return AP_ECORRUPT;
        }
        total += e->n + COLUMN_PAD;
        stored += e->stored;
        n++;
    }
    if (total > COLUMNS_MAX || stored != (uint64_t)(end - *p) + beyond) {
        return AP_ECORRUPT;
    }
    *ret_n = n;
    *ret_total = (size_t)total;
    return 0;
}

int columns_stored(const uint8_t *bytes, size_t n, uint64_t beyond, uint64_t ret_stored[COL_N])
{
    struct entry entries[COL_N + 1];
    int entry_n;
    size_t total;
    int err = read_directory(&bytes, bytes + n, beyond, entries, &entry_n, &total);
    for (int i = 0; err == 0 && i < entry_n; i++) {
        ret_stored[entries[i].column] = entries[i].stored;
    }
    return err;
}

static bool unpack_column(const struct entry *e, ZSTD_DCtx *zstd, const uint8_t *body, uint8_t *to)
{
    if (e->method == METHOD_ZSTD) {
        return ZSTD_decompressDCtx(zstd, to, (size_t)e->n, body, (size_t)e->stored) == e->n;
    }
    if (e->method == METHOD_CONSTANT) {
        memset(to, body[0], (size_t)e->n);
    } else {
        memcpy(to, body, (size_t)e->n);
    }
    return true;
}

int columns_unpack(struct columns_in *c, ZSTD_DCtx *zstd, const uint8_t *bytes, size_t n, unsigned sections)
{
    struct entry entries[COL_N + 1];
    const uint8_t *p = bytes;
    int entry_n;
    size_t total;
    memset(c->cols, 0, sizeof(c->cols));
    memset(c->bits, 0, sizeof(c->bits));
    c->is_bad = false;
    int err = read_directory(&p, bytes + n, 0, entries, &entry_n, &total);
    if (err != 0) {
        return err;
    }
    if (total > c->memory_cap) {
        free(c->memory);
        c->memory = malloc(total);
        c->memory_cap = c->memory != NULL ? total : 0;
        if (c->memory == NULL) {
            return AP_ENOMEM;
        }
    }
    uint8_t *to = c->memory;
    for (int i = 0; i < entry_n; p += entries[i].stored, i++) {
        const struct entry *e = &entries[i];
        enum codec_section s = column_section(e->column);
        if ((sections & (1U << s)) == 0) {
            continue;
        }
        if (!unpack_column(e, zstd, p, to)) {
            return AP_ECORRUPT;
        }
        memset(to + e->n, 0, COLUMN_PAD);
        if (e->column <= COL_BITS_LAST) {
            c->bits[e->column - COL_BITS].data = to;
            c->bits[e->column - COL_BITS].n = 8 * e->n;
        } else {
            c->cols[e->column] = (struct column_in){to, to + e->n};
        }
        to += e->n + COLUMN_PAD;
    }
    return 0;
}

bool columns_are_read(const struct columns_in *c)
{
    for (int i = COL_BITS_LAST + 1; i < COL_N; i++) {
        if (c->cols[i].p != c->cols[i].end) {
            return false;
        }
    }
    for (int i = 0; i < SECTION_N; i++) {
        if (c->bits[i].n - c->bits[i].at >= 8) {
            return false;
        }
    }
    return true;
}

uint64_t bits_get_slow(struct columns_in *c, enum codec_section s, unsigned n)
{
    if (c->bits[s].n - c->bits[s].at < n) {
        c->is_bad = true;
        return 0;
    }
    uint64_t low = bits_get(c, s, 32);
    return low | bits_get(c, s, n - 32) << 32;
}
