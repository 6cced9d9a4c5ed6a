#include "source_impl.h"

#include <alphaplus/journal/journal.h>
#include <stdio.h>
#include <stdlib.h>

struct journal_source {
    struct source source;
    struct journal *journal;       /* owned */
    struct journal_cursor *cursor; /* owned */
    struct journal_info info;
    uint64_t seq; /* last handed out */
    char why[256];
};

static struct journal_source *ours(struct source *s)
{
    return (struct journal_source *)s;
}

static const struct journal_source *ours_const(const struct source *s)
{
    return (const struct journal_source *)s;
}

static int next(struct source *s, const struct event **ret_event)
{
    struct journal_source *js = ours(s);
    int got = journal_next(js->cursor, ret_event);
    if (got == 1) {
        js->seq = (*ret_event)->seq;
    } else if (got < 0) {
        (void)snprintf(js->why, sizeof(js->why), "%s", journal_cursor_why(js->cursor));
    }
    return got;
}

static int seek(struct source *s, uint64_t seq)
{
    struct journal_source *js = ours(s);
    struct journal_cursor *cursor;
    int err = seq < INT64_MAX ? journal_cursor_open(js->journal, seq + 1, &cursor) : AP_ERANGE;
    if (err == 0) {
        journal_cursor_close(js->cursor);
        js->cursor = cursor;
        js->seq = seq;
    }
    return err;
}

static int rewind_journal(struct source *s)
{
    return seek(s, 0);
}

static struct journal *journal_of(struct source *s)
{
    return ours(s)->journal;
}

static int span(struct source *s, int64_t *ret_first_ns, int64_t *ret_last_ns)
{
    struct journal_source *js = ours(s);
    if (js->info.events == 0) {
        (void)snprintf(js->why, sizeof(js->why), "the journal holds nothing yet");
        return AP_EEOF;
    }
    *ret_first_ns = js->info.first_ns;
    *ret_last_ns = js->info.last_ns;
    return 0;
}

static double progress(const struct source *s)
{
    const struct journal_source *js = ours_const(s);
    if (js->seq < js->info.first_seq || js->info.events == 0) {
        return 0;
    }
    double part = (double)(js->seq - js->info.first_seq + 1) /
                  (double)(js->info.last_seq - js->info.first_seq + 1);
    return part < 1 ? part : 1;
}

static void close_journal(struct source *s)
{
    struct journal_source *js = ours(s);
    journal_cursor_close(js->cursor);
    journal_close(js->journal);
    free(js);
}

static const char *why_of(const struct source *s)
{
    return ours_const(s)->why;
}

static uint64_t bad_frames(const struct source *s)
{
    (void)s;
    return 0;
}

static const struct source_ops ops = {
    .next = next,
    .rewind = rewind_journal,
    .seek = seek,
    .journal = journal_of,
    .span = span,
    .progress = progress,
    .close = close_journal,
    .why = why_of,
    .bad_frames = bad_frames,
};

int source_open_journal(const char *path, struct source **ret_source, char *why, size_t why_size)
{
    struct journal_source *js = calloc(1, sizeof(*js));
    if (js == NULL) {
        return AP_ENOMEM;
    }
    js->source.ops = &ops;
    int err = journal_open(path, &js->journal, why, why_size);
    if (err == 0) {
        err = journal_info(js->journal, &js->info);
        if (err != 0) {
            (void)snprintf(why, why_size, "it is damaged: try `alphaplus journal verify`");
        }
    }
    if (err == 0) {
        err = rewind_journal(&js->source);
    }
    if (err != 0) {
        close_journal(&js->source);
        return err;
    }
    *ret_source = &js->source;
    return 0;
}
