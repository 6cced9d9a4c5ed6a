#include <alphaplus/capture/text.h>

#include "lines.h"
#include <stdlib.h>

struct text_file {
    struct lines lines; /* owned */
};

int text_file_open(const char *path, struct text_file **ret_file)
{
    struct text_file *f = calloc(1, sizeof(*f));
    int err = f != NULL ? lines_init(&f->lines, path) : AP_ENOMEM;
    if (err < 0) {
        free(f);
        return err;
    }
    *ret_file = f;
    return 0;
}

void text_file_close(struct text_file *f)
{
    if (f != NULL) {
        lines_finish(&f->lines);
        free(f);
    }
}

int text_file_next(struct text_file *f, const char **ret_text, size_t *ret_n)
{
    const char *text;
    size_t n;
    int got = lines_next(&f->lines, &text, &n);
    if (got == 1) {
        *ret_text = text;
        *ret_n = n > 0 && text[n - 1] == '\r' ? n - 1 : n;
    }
    return got;
}

uint64_t text_file_line(const struct text_file *f)
{
    return f->lines.number;
}

uint64_t text_file_size(const struct text_file *f)
{
    return stream_size(f->lines.stream);
}

uint64_t text_file_consumed(const struct text_file *f)
{
    return stream_consumed(f->lines.stream);
}
