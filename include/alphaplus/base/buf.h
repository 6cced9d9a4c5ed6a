/* A growable run of bytes with a ceiling. Always NUL-terminated one past `len`, so text can be printed as it is.
 * Appending past the ceiling or failing to allocate leaves it as it was, sets `failed`, and returns the error. */
#ifndef ALPHAPLUS_BASE_BUF_H
#define ALPHAPLUS_BASE_BUF_H

#include <alphaplus/base/err.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data; /* owned; "" when empty */
    size_t len;
    size_t cap;
    size_t ceiling;
    int failed; /* first error, sticky until buf_reset */
};

void buf_init(struct buf *b, size_t ceiling);
void buf_finish(struct buf *b); /* NULL is fine */
void buf_reset(struct buf *b);  /* empty, memory kept */
int buf_append(struct buf *b, const void *bytes, size_t n);
int buf_text(struct buf *b, const char *text);
int buf_byte(struct buf *b, char c);
int buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
int buf_vprintf(struct buf *b, const char *format, va_list args);
/* Room for n more bytes, uninitialised; *ret_at is valid until the next call. Adds n to len. */
AP_MUST_CHECK int buf_grow(struct buf *b, size_t n, char **ret_at);

#endif
