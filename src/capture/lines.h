/* Lines out of one file, with a ceiling on their length. */
#ifndef AP_CAPTURE_LINES_H
#define AP_CAPTURE_LINES_H

#include "stream.h"
#include <stdbool.h>

struct lines {
    struct stream *stream; /* owned */
    char *data;            /* owned; cap bytes */
    size_t cap;
    size_t at, len;  /* what is not yet given lies in data[at..len) */
    size_t searched; /* up to here there is no newline */
    uint64_t number; /* of the last line given or passed over */
    int failed;      /* what reading the stream came to; sticky */
    bool is_at_end;
    bool is_skipping; /* inside a line that is too long */
};

AP_MUST_CHECK int lines_init(struct lines *l, const char *path);
void lines_finish(struct lines *l);
/* 1: a line without its newline, borrowed until the next call; 0: the end; AP_ETOOBIG: one was passed over; else final. */
AP_MUST_CHECK int lines_next(struct lines *l, const char **ret_text, size_t *ret_n);

#endif
