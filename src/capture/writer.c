#include <alphaplus/capture/capture.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define ZLIB_CONST /* what is read is not written */
#include <zlib.h>
#include <zstd.h>

enum { OUT_BYTES = 128 * 1024, ZSTD_LEVEL = 6 };
/* Compressed bytes are made complete this often, so that a crash costs no more than this of the text. */
#define FLUSH_BYTES (256u * 1024u)

struct capture_writer {
    int (*encode)(struct capture_writer *w, const char *bytes, size_t n, bool is_end);
    int fd; /* owned */
    int failed;
    uint64_t since_flush;
    z_stream deflate; /* owned */
    bool has_deflate;
    ZSTD_CCtx *zstd; /* owned */
    unsigned char out[OUT_BYTES];
};

static int put(struct capture_writer *w, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n > 0) {
        ssize_t put = write(w->fd, at, n);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return AP_EIO;
        }
        at += put;
        n -= (size_t)put;
    }
    return 0;
}

/* Every FLUSH_BYTES of text. */
static bool is_flush_due(struct capture_writer *w, size_t n)
{
    w->since_flush += n;
    if (w->since_flush < FLUSH_BYTES) {
        return false;
    }
    w->since_flush = 0;
    return true;
}

static int write_plain(struct capture_writer *w, const char *bytes, size_t n, bool is_end)
{
    (void)is_end;
    return put(w, bytes, n);
}

static int write_gzip(struct capture_writer *w, const char *bytes, size_t n, bool is_end)
{
    int how = is_end ? Z_FINISH : is_flush_due(w, n) ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    w->deflate.next_in = (const Bytef *)bytes;
    w->deflate.avail_in = (uInt)n;
    do {
        w->deflate.next_out = w->out;
        w->deflate.avail_out = sizeof(w->out);
        if (deflate(&w->deflate, how) == Z_STREAM_ERROR) {
            return AP_EIO;
        }
        int err = put(w, w->out, sizeof(w->out) - w->deflate.avail_out);
        if (err < 0) {
            return err;
        }
    } while (w->deflate.avail_out == 0);
    return 0;
}

static int write_zstd(struct capture_writer *w, const char *bytes, size_t n, bool is_end)
{
    ZSTD_EndDirective how = is_end ? ZSTD_e_end : is_flush_due(w, n) ? ZSTD_e_flush : ZSTD_e_continue;
    ZSTD_inBuffer in = {.src = bytes, .size = n};
    size_t left;
    do {
        ZSTD_outBuffer out = {.dst = w->out, .size = sizeof(w->out)};
        left = ZSTD_compressStream2(w->zstd, &out, &in, how);
        if (ZSTD_isError(left)) {
            return AP_EIO;
        }
        int err = put(w, w->out, out.pos);
        if (err < 0) {
            return err;
        }
    } while (how == ZSTD_e_continue ? in.pos < in.size : left != 0);
    return 0;
}

static int begin(struct capture_writer *w, enum capture_format format)
{
    enum { GZIP_WINDOW = 15 + 16, MEMORY = 8 };
    switch (format) {
    case CAPTURE_PLAIN: w->encode = write_plain; return 0;
    case CAPTURE_GZIP:
        w->encode = write_gzip;
        w->has_deflate = deflateInit2(&w->deflate, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY,
                                      Z_DEFAULT_STRATEGY) == Z_OK;
        return w->has_deflate ? 0 : AP_ENOMEM;
    case CAPTURE_ZSTD:
        w->encode = write_zstd;
        w->zstd = ZSTD_createCCtx();
        return w->zstd != NULL &&
                       !ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)) &&
                       !ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1))
                   ? 0
                   : AP_ENOMEM;
    }
    return AP_EINVAL;
}

static int release(struct capture_writer *w)
{
    int err = w->failed;
    if (w->has_deflate) {
        (void)deflateEnd(&w->deflate);
    }
    (void)ZSTD_freeCCtx(w->zstd);
    if (w->fd >= 0 && close(w->fd) < 0 && err == 0) {
        err = AP_EIO;
    }
    free(w);
    return err;
}

int capture_create(const char *path, enum capture_format format, struct capture_writer **ret_writer)
{
    struct capture_writer *w = calloc(1, sizeof(*w));
    if (w == NULL) {
        return AP_ENOMEM;
    }
    w->fd = -1;
    int err = begin(w, format);
    if (err == 0) {
        w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (w->fd < 0) {
            err = errno == EEXIST   ? AP_EEXISTS
                  : errno == ENOENT ? AP_ENOTFOUND
                  : errno == EACCES ? AP_EACCESS
                                    : AP_EIO;
        }
    }
    if (err < 0) {
        (void)release(w);
        return err;
    }
    *ret_writer = w;
    return 0;
}

/* A line must stay one: JSON has line ends only where a space does as well. */
static int write_frame(struct capture_writer *w, const char *frame, size_t n)
{
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        if (frame[i] != '\n' && frame[i] != '\r') {
            continue;
        }
        int err = i > from ? w->encode(w, frame + from, i - from, false) : 0;
        if (err < 0 || (err = w->encode(w, " ", 1, false)) < 0) {
            return err;
        }
        from = i + 1;
    }
    return n > from ? w->encode(w, frame + from, n - from, false) : 0;
}

int capture_write(struct capture_writer *w, int64_t recv_ns, const char *frame, size_t n)
{
    char head[32];
    if (recv_ns < INT64_C(1000000000000000000)) {
        return AP_ERANGE; /* fewer digits would be read as another unit */
    }
    if (n == 0 || n > CAPTURE_LINE_MAX - sizeof(head)) {
        return n == 0 ? AP_EINVAL : AP_ETOOBIG;
    }
    if (w->failed < 0) {
        return w->failed;
    }
    int head_n = snprintf(head, sizeof(head), "%" PRId64 " ", recv_ns);
    int err = w->encode(w, head, (size_t)head_n, false);
    if (err == 0) {
        err = write_frame(w, frame, n);
    }
    if (err == 0) {
        err = w->encode(w, "\n", 1, false);
    }
    w->failed = err;
    return err;
}

int capture_finish(struct capture_writer *w)
{
    if (w == NULL) {
        return 0;
    }
    if (w->failed == 0) {
        w->failed = w->encode(w, "", 0, true);
    }
    return release(w);
}
