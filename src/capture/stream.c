#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { INPUT_BYTES = 128 * 1024, MAGIC_BYTES = 4, ZSTD_WINDOW_LOG_MAX = 27 };

struct stream {
    int (*decode)(struct stream *s, char *buf, size_t n, size_t *ret_n);
    int fd;          /* owned */
    bool is_at_end;  /* of the file */
    bool is_between; /* of two members or frames: the file may end here */
    uint64_t size, read;
    size_t used, len; /* of input */
    z_stream inflate; /* owned; zalloc is set once it is begun */
    bool has_inflate;
    ZSTD_DCtx *zstd; /* owned */
    unsigned char input[INPUT_BYTES];
};

static int fill(struct stream *s)
{
    if (s->used < s->len || s->is_at_end) {
        return 0;
    }
    ssize_t got;
    do {
        got = read(s->fd, s->input, sizeof(s->input));
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return AP_EIO;
    }
    s->used = 0;
    s->len = (size_t)got;
    s->read += (uint64_t)got;
    s->is_at_end = got == 0;
    return 0;
}

/* --- plain --------------------------------------------------------------------------------------------------------- */

static int read_plain(struct stream *s, char *buf, size_t n, size_t *ret_n)
{
    int err = fill(s);
    if (err < 0) {
        return err;
    }
    size_t avail = s->len - s->used;
    n = n < avail ? n : avail;
    memcpy(buf, s->input + s->used, n);
    s->used += n;
    *ret_n = n;
    return 0;
}

/* --- gzip ---------------------------------------------------------------------------------------------------------- */

/* Zeros behind the last member are what tapes and block devices leave. */
static int skip_padding(struct stream *s)
{
    int err;
    do {
        if ((err = fill(s)) < 0) {
            return err;
        }
        while (s->used < s->len && s->input[s->used] == 0) {
            s->used++;
        }
    } while (s->used == s->len && !s->is_at_end);
    return 0;
}

static int read_gzip(struct stream *s, char *buf, size_t n, size_t *ret_n)
{
    s->inflate.next_out = (Bytef *)buf;
    s->inflate.avail_out = n > UINT_MAX ? UINT_MAX : (uInt)n;
    uInt room = s->inflate.avail_out;
    while (s->inflate.avail_out == room) {
        int err = s->is_between ? skip_padding(s) : fill(s);
        if (err < 0) {
            return err;
        }
        if (s->used == s->len) {
            *ret_n = 0;
            return s->is_between ? 0 : AP_ECORRUPT;
        }
        s->is_between = false;
        s->inflate.next_in = s->input + s->used;
        s->inflate.avail_in = (uInt)(s->len - s->used);
        int z = inflate(&s->inflate, Z_NO_FLUSH);
        s->used = s->len - s->inflate.avail_in;
        if (z == Z_STREAM_END) {
            s->is_between = true;
            z = inflateReset(&s->inflate);
        }
        if (z != Z_OK && z != Z_BUF_ERROR) {
            return z == Z_MEM_ERROR ? AP_ENOMEM : AP_ECORRUPT;
        }
    }
    *ret_n = room - s->inflate.avail_out;
    return 0;
}

/* --- zstd ---------------------------------------------------------------------------------------------------------- */

static int read_zstd(struct stream *s, char *buf, size_t n, size_t *ret_n)
{
    ZSTD_outBuffer out = {.dst = buf, .size = n};
    while (out.pos == 0) {
        int err = fill(s);
        if (err < 0) {
            return err;
        }
        ZSTD_inBuffer in = {.src = s->input, .size = s->len, .pos = s->used};
        bool has_none = in.pos == in.size;
        if (has_none && s->is_between) {
            break;
        }
        size_t left = ZSTD_decompressStream(s->zstd, &out, &in);
        s->used = in.pos;
        if (ZSTD_isError(left)) {
            return AP_ECORRUPT;
        }
        s->is_between = left == 0;
        if (has_none && out.pos == 0 && left != 0) {
            return AP_ECORRUPT;
        }
    }
    *ret_n = out.pos;
    return 0;
}

/* --- opening ------------------------------------------------------------------------------------------------------- */

static int choose(struct stream *s)
{
    static const unsigned char gzip[] = {0x1f, 0x8b}, zstd[] = {0x28, 0xb5, 0x2f, 0xfd};
    int err = fill(s);
    if (err < 0) {
        return err;
    }
    if (s->len == 0) {
        return AP_EEOF;
    }
    s->decode = read_plain;
    if (s->len >= sizeof(gzip) && memcmp(s->input, gzip, sizeof(gzip)) == 0) {
        enum { GZIP_WINDOW = 15 + 16 };
        s->decode = read_gzip;
        s->has_inflate = inflateInit2(&s->inflate, GZIP_WINDOW) == Z_OK;
        return s->has_inflate ? 0 : AP_ENOMEM;
    }
    if (s->len >= MAGIC_BYTES && memcmp(s->input, zstd, sizeof(zstd)) == 0) {
        s->decode = read_zstd;
        s->zstd = ZSTD_createDCtx();
        if (s->zstd == NULL ||
            ZSTD_isError(ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX))) {
            return AP_ENOMEM;
        }
    }
    return 0;
}

static int open_file(struct stream *s, const char *path)
{
    struct stat st;
    /* Without O_NONBLOCK a named pipe would make us wait for its writer. */
    s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (s->fd < 0) {
        return errno == ENOENT || errno == ENOTDIR ? AP_ENOTFOUND : errno == EACCES ? AP_EACCESS : AP_EIO;
    }
    if (fstat(s->fd, &st) < 0) {
        return AP_EIO;
    }
    if (!S_ISREG(st.st_mode)) {
        return AP_EINVAL;
    }
    s->size = (uint64_t)st.st_size;
    return choose(s);
}

int stream_open(const char *path, struct stream **ret_stream)
{
    struct stream *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return AP_ENOMEM;
    }
    int err = open_file(s, path);
    if (err < 0) {
        stream_close(s);
        return err;
    }
    *ret_stream = s;
    return 0;
}

void stream_close(struct stream *s)
{
    if (s == NULL) {
        return;
    }
    if (s->has_inflate) {
        (void)inflateEnd(&s->inflate);
    }
    (void)ZSTD_freeDCtx(s->zstd);
    if (s->fd >= 0) {
        (void)close(s->fd);
    }
    free(s);
}

int stream_read(struct stream *s, char *buf, size_t n, size_t *ret_n)
{
    return s->decode(s, buf, n, ret_n);
}

uint64_t stream_size(const struct stream *s)
{
    return s->size;
}

uint64_t stream_consumed(const struct stream *s)
{
    return s->read - (s->len - s->used);
}
