/* One capture is its files one after the other, or several captures side by side. */
#include <alphaplus/capture/capture.h>

#include "lines.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The next line of one of several captures. */
struct head {
    struct capture *capture; /* owned */
    struct capture_line line;
    bool has_line, is_ended;
    uint32_t first_file;
};

struct capture {
    /* Files in order; none when it is a merge. */
    char **paths; /* owned, each owned */
    uint32_t path_n;
    uint32_t at; /* file open now */
    bool is_open;
    struct lines lines;           /* owned */
    uint64_t bytes, bytes_before; /* of all files; of those done */

    struct head *heads; /* owned */
    size_t head_n;
    int last; /* whose line was given last; -1: none */
    int failed;
};

/* --- a line -------------------------------------------------------------------------------------------------------- */

/* Digits, a space, a frame. 16 digits are us, 19 ns: both reach from 2001 to 2286, so neither can be the other. */
static bool parse(const char *text, size_t n, struct capture_line *line)
{
    enum { US_DIGITS = 16, NS_DIGITS = 19 };
    int64_t time = 0;
    size_t digits = 0;
    while (digits < n && digits <= NS_DIGITS && text[digits] >= '0' && text[digits] <= '9') {
        if (__builtin_mul_overflow(time, INT64_C(10), &time) ||
            __builtin_add_overflow(time, (int64_t)(text[digits] - '0'), &time)) {
            return false;
        }
        digits++;
    }
    if ((digits != US_DIGITS && digits != NS_DIGITS) || digits == n || text[digits] != ' ') {
        return false;
    }
    if (digits == US_DIGITS && __builtin_mul_overflow(time, INT64_C(1000), &time)) {
        return false;
    }
    line->recv_ns = time;
    line->frame = text + digits + 1;
    line->n = n - digits - 1;
    if (line->n > 0 && line->frame[line->n - 1] == '\r') {
        line->n--;
    }
    return line->n > 0;
}

/* --- files in order ------------------------------------------------------------------------------------------------ */

static void close_file(struct capture *c)
{
    if (c->is_open) {
        c->bytes_before += stream_size(c->lines.stream);
        lines_finish(&c->lines);
        c->is_open = false;
        c->at++;
    }
}

static int next_of_files(struct capture *c, struct capture_line *ret_line)
{
    for (;;) {
        const char *text;
        size_t n;
        int got;
        if (!c->is_open) {
            if (c->at == c->path_n) {
                return 0;
            }
            *ret_line = (struct capture_line){.file = c->at};
            if ((got = lines_init(&c->lines, c->paths[c->at])) < 0) {
                return c->failed = got;
            }
            c->is_open = true;
        }
        got = lines_next(&c->lines, &text, &n);
        *ret_line = (struct capture_line){.file = c->at, .line = c->lines.number};
        if (got == AP_ETOOBIG) {
            return got;
        }
        if (got < 0) {
            ret_line->line++; /* the one that is not whole */
            return c->failed = got;
        }
        if (got == 0) {
            close_file(c);
        } else if (n > 0) {
            return parse(text, n, ret_line) ? 1 : AP_ESYNTAX;
        }
    }
}

/* Can it be read, and does its beginning look like a capture's? */
static int check_file(const char *path, uint64_t *ret_bytes)
{
    struct stream *s;
    char first[512];
    size_t n = 0;
    int err = stream_open(path, &s);
    if (err < 0) {
        return err;
    }
    err = stream_read(s, first, sizeof(first), &n);
    if (err == 0) {
        err = n == 0 ? AP_EEOF : memchr(first, '\0', n) != NULL ? AP_ESYNTAX : 0;
    }
    *ret_bytes = stream_size(s);
    stream_close(s);
    return err;
}

int capture_open(const char *const *paths, size_t n, struct capture **ret_capture, size_t *ret_bad)
{
    if (n == 0 || n > CAPTURE_FILES_MAX) {
        return AP_EINVAL;
    }
    struct capture *c = calloc(1, sizeof(*c));
    if (c == NULL || (c->paths = calloc(n, sizeof(*c->paths))) == NULL) {
        capture_close(c);
        return AP_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t bytes = 0;
        int err = check_file(paths[i], &bytes);
        c->bytes += bytes;
        c->paths[i] = err == 0 ? strdup(paths[i]) : NULL;
        if (c->paths[i] == NULL) {
            capture_close(c);
            if (ret_bad != NULL) {
                *ret_bad = i;
            }
            return err < 0 ? err : AP_ENOMEM;
        }
        c->path_n++;
    }
    c->last = -1;
    *ret_capture = c;
    return 0;
}

/* --- side by side -------------------------------------------------------------------------------------------------- */

int capture_merge(struct capture *const *captures, size_t n, struct capture **ret_capture)
{
    uint32_t files = 0;
    if (n == 0 || n > CAPTURE_FILES_MAX) {
        return AP_EINVAL;
    }
    struct capture *c = calloc(1, sizeof(*c));
    if (c == NULL || (c->heads = calloc(n, sizeof(*c->heads))) == NULL) {
        capture_close(c);
        return AP_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        c->heads[i] = (struct head){.capture = captures[i], .first_file = files};
        files += captures[i]->path_n;
    }
    c->head_n = n;
    c->path_n = files;
    c->last = -1;
    *ret_capture = c;
    return 0;
}

/* Has each that goes on show its next line. 1, or what one of them came to instead. */
static int load_heads(struct capture *c, struct capture_line *ret_line)
{
    for (size_t i = 0; i < c->head_n; i++) {
        struct head *h = &c->heads[i];
        if (h->has_line || h->is_ended) {
            continue;
        }
        int got = capture_next(h->capture, &h->line);
        h->line.file += h->first_file;
        if (got < 0) {
            *ret_line = h->line;
            if (h->capture->failed < 0) {
                c->failed = got;
            }
            return got;
        }
        h->has_line = got == 1;
        h->is_ended = got == 0;
    }
    return 1;
}

static int next_of_heads(struct capture *c, struct capture_line *ret_line)
{
    struct head *first = NULL;
    if (c->last >= 0) {
        c->heads[c->last].has_line = false; /* only now may its bytes go */
        c->last = -1;
    }
    int err = load_heads(c, ret_line);
    if (err < 0) {
        return err;
    }
    for (size_t i = 0; i < c->head_n; i++) {
        if (c->heads[i].has_line && (first == NULL || c->heads[i].line.recv_ns < first->line.recv_ns)) {
            first = &c->heads[i];
        }
    }
    if (first == NULL) {
        return 0;
    }
    c->last = (int)(first - c->heads);
    *ret_line = first->line;
    return 1;
}

/* --- both ---------------------------------------------------------------------------------------------------------- */

int capture_next(struct capture *c, struct capture_line *ret_line)
{
    if (c->failed < 0) {
        *ret_line = (struct capture_line){.file = c->at, .line = c->is_open ? c->lines.number + 1 : 0};
        return c->failed;
    }
    return c->heads != NULL ? next_of_heads(c, ret_line) : next_of_files(c, ret_line);
}

int capture_rewind(struct capture *c)
{
    for (size_t i = 0; i < c->head_n; i++) {
        struct head *h = &c->heads[i];
        int err = capture_rewind(h->capture);
        if (err < 0) {
            return err;
        }
        h->has_line = h->is_ended = false;
    }
    close_file(c);
    c->at = 0;
    c->bytes_before = 0;
    c->failed = 0;
    c->last = -1;
    return 0;
}

static void count_bytes(const struct capture *c, double *done, double *all)
{
    for (size_t i = 0; i < c->head_n; i++) {
        count_bytes(c->heads[i].capture, done, all);
    }
    *done += (double)c->bytes_before + (c->is_open ? (double)stream_consumed(c->lines.stream) : 0.0);
    *all += (double)c->bytes;
}

double capture_progress(const struct capture *c)
{
    double done = 0, all = 0;
    count_bytes(c, &done, &all);
    return all > 0 && done < all ? done / all : 1.0;
}

void capture_close(struct capture *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < c->head_n; i++) {
        capture_close(c->heads[i].capture);
    }
    close_file(c);
    for (uint32_t i = 0; c->paths != NULL && i < c->path_n; i++) {
        free(c->paths[i]);
    }
    free((void *)c->paths);
    free(c->heads);
    free(c);
}
