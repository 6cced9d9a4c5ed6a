/* Rows of an export: CSV with a header line, or one JSON object a line. Decimals stay text. */
#ifndef ALPHAPLUS_APP_SHEET_H
#define ALPHAPLUS_APP_SHEET_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stdint.h>

enum sheet_format { SHEET_CSV, SHEET_JSONL };

struct sheet {
    enum sheet_format format;
    const char *const *columns; /* borrowed; NULL-terminated */
    int column;                 /* next one of the row at hand */
    struct buf text;
    int err; /* of the output; sticky */
};
/* types: as many as columns, or NULL; a CSV header then holds "name:type", in quotes. */
void sheet_begin(struct sheet *r, enum sheet_format format, const char *const *columns,
                 const char *const *types);
void sheet_int(struct sheet *r, int64_t value);
void sheet_uint(struct sheet *r, uint64_t value);
void sheet_decimal(struct sheet *r, int64_t value, int decimals);
void sheet_word(struct sheet *r, const char *word); /* letters only */
void sheet_none(struct sheet *r);                   /* not given */
void sheet_end_row(struct sheet *r);
/* Writes what is left. 0, AP_EEOF (the reader went away) or AP_EIO. */
AP_MUST_CHECK int sheet_finish(struct sheet *r);

#endif
