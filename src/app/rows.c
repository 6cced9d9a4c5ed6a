#include "rows.h"

#include "output.h"

#include <alphaplus/base/fixed.h>
#include <inttypes.h>
#include <stdio.h>

#define FLUSH_BYTES (64u << 10)

static void flush(struct rows *r)
{
    if (r->err == 0)
        r->err = output_write(r->text.data, r->text.len);
    buf_reset(&r->text);
}

void rows_begin(struct rows *r, enum rows_format format, const char *const *columns)
{
    *r = (struct rows){.format = format, .columns = columns};
    buf_init(&r->text, 4 * FLUSH_BYTES);
    for (int i = 0; format == ROWS_CSV && columns[i]; i++)
        buf_printf(&r->text, "%s%s", i ? "," : "", columns[i]);
    if (format == ROWS_CSV)
        buf_byte(&r->text, '\n');
}

static void cell(struct rows *r, const char *text, bool is_quoted)
{
    if (r->format == ROWS_CSV) {
        buf_printf(&r->text, "%s%s", r->column ? "," : "", text);
    } else {
        const char *quote = is_quoted ? "\"" : "";
        buf_printf(&r->text, "%s\"%s\":%s%s%s", r->column ? "," : "{", r->columns[r->column], quote, text,
                   quote);
    }
    r->column++;
}

void rows_int(struct rows *r, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    cell(r, text, false);
}

void rows_uint(struct rows *r, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    cell(r, text, false);
}

void rows_decimal(struct rows *r, int64_t value, int decimals)
{
    char text[FIXED_TEXT_MAX];
    fixed_format(text, value, decimals);
    cell(r, text, true);
}

void rows_word(struct rows *r, const char *word)
{
    cell(r, word, true);
}

void rows_none(struct rows *r)
{
    cell(r, r->format == ROWS_CSV ? "" : "null", false);
}

void rows_end_row(struct rows *r)
{
    buf_text(&r->text, r->format == ROWS_CSV ? "\n" : "}\n");
    r->column = 0;
    if (r->text.len >= FLUSH_BYTES)
        flush(r);
}

int rows_finish(struct rows *r)
{
    flush(r);
    buf_finish(&r->text);
    return r->err;
}
