#include <alphaplus/base/buf.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 256 };

static char *nothing(void)
{
    return (char *)""; /* never written: cap is 0 */
}

void buf_init(struct buf *b, size_t ceiling)
{
    *b = (struct buf){.data = nothing(), .ceiling = ceiling};
}

void buf_finish(struct buf *b)
{
    if (b == NULL) {
        return;
    }
    if (b->cap > 0) {
        free(b->data);
    }
    buf_init(b, b->ceiling);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = 0;
    if (b->cap > 0) {
        b->data[0] = '\0';
    }
}

static int fail(struct buf *b, int err)
{
    if (b->failed == 0) {
        b->failed = err;
    }
    return err;
}

/* Room for n more bytes and the NUL. */
static int reserve(struct buf *b, size_t n)
{
    if (n > b->ceiling || b->len > b->ceiling - n) {
        return fail(b, AP_ETOOBIG);
    }
    size_t need = b->len + n + 1;
    if (need <= b->cap) {
        return 0;
    }
    size_t cap = b->cap > 0 ? b->cap : FIRST_CAP;
    while (cap < need) {
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    }
    if (cap > b->ceiling && b->ceiling < SIZE_MAX) {
        cap = b->ceiling + 1 > need ? b->ceiling + 1 : need;
    }
    char *data = realloc(b->cap > 0 ? b->data : NULL, cap);
    if (data == NULL) {
        return fail(b, AP_ENOMEM);
    }
    b->data = data;
    b->cap = cap;
    b->data[b->len] = '\0';
    return 0;
}

int buf_grow(struct buf *b, size_t n, char **ret_at)
{
    int err = reserve(b, n);
    if (err < 0) {
        return err;
    }
    *ret_at = b->data + b->len;
    b->len += n;
    b->data[b->len] = '\0';
    return 0;
}

int buf_append(struct buf *b, const void *bytes, size_t n)
{
    char *at;
    if (n == 0) {
        return 0;
    }
    int err = buf_grow(b, n, &at);
    if (err == 0) {
        memcpy(at, bytes, n);
    }
    return err;
}

int buf_text(struct buf *b, const char *text)
{
    return buf_append(b, text, strlen(text));
}

int buf_byte(struct buf *b, char c)
{
    return buf_append(b, &c, 1);
}

int buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    int err = n < 0 ? fail(b, AP_EINVAL) : reserve(b, (size_t)n);
    if (err == 0 && n > 0) {
        (void)vsnprintf(b->data + b->len, (size_t)n + 1, format, again);
        b->len += (size_t)n;
    }
    va_end(again);
    return err;
}

int buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int err = buf_vprintf(b, format, args);
    va_end(args);
    return err;
}
