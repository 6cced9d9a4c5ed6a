#include "sheet.h"

#include "output.h"

#include <alphaplus/base/fixed.h>
#include <inttypes.h>
#include <stdio.h>

#define FLUSH_BYTES (64u << 10)

static void flush(struct sheet *r)
{
    if (r->err == 0)
        r->err = output_write(r->text.data, r->text.len);
    buf_reset(&r->text);
}

void sheet_begin(struct sheet *r, enum sheet_format format, const char *const *columns,
                 const char *const *types)
{
    *r = (struct sheet){.format = format, .columns = columns};
    buf_init(&r->text, 4 * FLUSH_BYTES);
    for (int i = 0; format == SHEET_CSV && columns[i]; i++)
        buf_printf(&r->text, types ? "%s\"%s:%s\"" : "%s%s%s", i ? "," : "", columns[i],
                   types ? types[i] : "");
    if (format == SHEET_CSV)
        buf_byte(&r->text, '\n');
}

static void cell(struct sheet *r, const char *text, bool is_quoted)
{
    if (r->format == SHEET_CSV) {
        buf_printf(&r->text, "%s%s", r->column ? "," : "", text);
    } else {
        const char *quote = is_quoted ? "\"" : "";
        buf_printf(&r->text, "%s\"%s\":%s%s%s", r->column ? "," : "{", r->columns[r->column], quote, text,
                   quote);
    }
    r->column++;
}

void sheet_int(struct sheet *r, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    cell(r, text, false);
}

void sheet_uint(struct sheet *r, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    cell(r, text, false);
}

void sheet_decimal(struct sheet *r, int64_t value, int decimals)
{
    char text[FIXED_TEXT_MAX];
    fixed_format(text, value, decimals);
    cell(r, text, true);
}

void sheet_word(struct sheet *r, const char *word)
{
    cell(r, word, true);
}

void sheet_none(struct sheet *r)
{
    cell(r, r->format == SHEET_CSV ? "" : "null", false);
}

void sheet_end_row(struct sheet *r)
{
    buf_text(&r->text, r->format == SHEET_CSV ? "\n" : "}\n");
    r->column = 0;
    if (r->text.len >= FLUSH_BYTES)
        flush(r);
}

int sheet_finish(struct sheet *r)
{
    flush(r);
    buf_finish(&r->text);
    return r->err;
}
