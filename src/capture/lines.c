#include "lines.h"

#include <alphaplus/capture/capture.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 256 * 1024 };

int lines_init(struct lines *l, const char *path)
{
    memset(l, 0, sizeof(*l));
    l->cap = FIRST_BYTES;
    l->data = malloc(l->cap);
    int err = l->data != NULL ? stream_open(path, &l->stream) : AP_ENOMEM;
    if (err < 0) {
        lines_finish(l);
    }
    return err;
}

void lines_finish(struct lines *l)
{
    if (l == NULL) {
        return;
    }
    stream_close(l->stream);
    free(l->data);
    memset(l, 0, sizeof(*l));
}

/* Room behind len: by moving what is left to the front, then by growing. AP_ETOOBIG at the ceiling. */
static int make_room(struct lines *l)
{
    if (l->at > 0) {
        memmove(l->data, l->data + l->at, l->len - l->at);
        l->len -= l->at;
        l->searched -= l->at;
        l->at = 0;
    }
    if (l->len < l->cap) {
        return 0;
    }
    if (l->cap >= CAPTURE_LINE_MAX) {
        return AP_ETOOBIG;
    }
    size_t cap = l->cap > 0 ? l->cap * 2 : 1;
    char *larger = realloc(l->data, cap);
    if (larger == NULL) {
        return AP_ENOMEM;
    }
    l->data = larger;
    l->cap = cap;
    return 0;
}

static void read_more(struct lines *l)
{
    size_t n = 0;
    int err = stream_read(l->stream, l->data + l->len, l->cap - l->len, &n);
    if (err < 0) {
        l->failed = err;
    }
    l->is_at_end = err < 0 || n == 0;
    l->len += err < 0 ? 0 : n;
}

/* The line up to `end`, its newline there or not. */
static int give(struct lines *l, size_t end, bool has_newline, const char **ret_text, size_t *ret_n)
{
    const char *text = l->data + l->at;
    size_t n = end - l->at;
    bool was_skipping = l->is_skipping;
    l->at = l->searched = end + has_newline;
    l->is_skipping = false;
    l->number++;
    if (was_skipping) {
        return AP_ETOOBIG;
    }
    *ret_text = text;
    *ret_n = n;
    return 1;
}

int lines_next(struct lines *l, const char **ret_text, size_t *ret_n)
{
    for (;;) {
        const char *newline = memchr(l->data + l->searched, '\n', l->len - l->searched);
        if (newline != NULL) {
            return give(l, (size_t)(newline - l->data), true, ret_text, ret_n);
        }
        l->searched = l->len;
        if (l->failed < 0) {
            return l->failed; /* the half line before the cut is no line */
        }
        if (l->is_at_end) {
            return l->at < l->len || l->is_skipping ? give(l, l->len, false, ret_text, ret_n) : 0;
        }
        if (l->is_skipping) {
            l->at = l->len;
        }
        int err = make_room(l);
        if (err == AP_ETOOBIG) {
            l->is_skipping = true;
            l->at = l->searched = l->len = 0;
        } else if (err < 0) {
            return l->failed = err;
        }
        read_more(l);
    }
}
