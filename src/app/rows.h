/* Rows of an export: CSV with a header line, or one JSON object a line. Decimals stay text. */
#ifndef ALPHAPLUS_APP_ROWS_H
#define ALPHAPLUS_APP_ROWS_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stdint.h>

enum rows_format { ROWS_CSV, ROWS_JSONL };

struct rows {
    enum rows_format format;
    const char *const *columns; /* borrowed; NULL-terminated */
    int column;                 /* next one of the row at hand */
    struct buf text;
    int err; /* of the output; sticky */
};
void rows_begin(struct rows *r, enum rows_format format, const char *const *columns);
void rows_int(struct rows *r, int64_t value);
void rows_uint(struct rows *r, uint64_t value);
void rows_decimal(struct rows *r, int64_t value, int decimals);
void rows_word(struct rows *r, const char *word); /* letters only */
void rows_none(struct rows *r);                   /* not given */
void rows_end_row(struct rows *r);
/* Writes what is left. 0, AP_EEOF (the reader went away) or AP_EIO. */
AP_MUST_CHECK int rows_finish(struct rows *r);

#endif
