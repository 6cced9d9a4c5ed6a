/* Where events come from when not from the wire: a journal, or captures decoded by the venue's own code. */
#ifndef ALPHAPLUS_REPLAY_SOURCE_H
#define ALPHAPLUS_REPLAY_SOURCE_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source; /* opaque */
struct journal;

AP_MUST_CHECK int source_open_journal(const char *path, struct source **ret_source, char *why,
                                      size_t why_size);

struct source_capture_options {
    const char *venue;
    const char *const *paths; /* consecutive files of one instrument are one capture; see group_n */
    size_t path_n;
    const char *instruments_path; /* the venue's own list; NULL: decimals from the widest text */
    const char *program;
    uint64_t libm_fingerprint;            /* of the session; 0: not known */
    const struct param_value_row *params; /* the session begins with them; copied */
    size_t param_n;
};
/* Reads each file's head to group files: files whose only instrument is the same follow one another; groups are merged by time. A bare
 * snapshot belongs to its file's only depth instrument; several: AP_EAMBIGUOUS, in words. */
AP_MUST_CHECK int source_open_capture(const struct source_capture_options *o, struct source **ret_source,
                                      char *why, size_t why_size);

/* Does its first line name the columns of a CSV file by Tardis? */
bool source_is_tardis(const char *path);
/* incremental_book_L2, trades, liquidations and derivative_ticker, merged by local_timestamp; venue and instruments_path are not used.
 * Read once beforehand for the instruments. A row that cannot be read ends it: file, line and column in words. Trades and liquidations
 * have the same columns: a file of liquidations has that word in its name. */
AP_MUST_CHECK int source_open_tardis(const struct source_capture_options *o, struct source **ret_source,
                                     char *why, size_t why_size);

void source_close(struct source *s);
/* 1: *ret_event borrowed until the next call; 0: the end; an error: final, words by source_why. Frames that cannot be read become GAP
 * events (GAP_BAD_FRAME) and are counted. */
AP_MUST_CHECK int source_next(struct source *s, const struct event **ret_event);
/* Back to the beginning. */
AP_MUST_CHECK int source_rewind(struct source *s);
/* To the first event with a seq above this one. AP_EUNSUPPORTED but for journals. */
AP_MUST_CHECK int source_seek(struct source *s, uint64_t seq);
/* What it reads; borrowed, of the reader's thread. NULL but for journals. */
struct journal *source_journal(struct source *s);
/* Time range, where known beforehand (journals). */
AP_MUST_CHECK int source_span(struct source *s, int64_t *ret_first_ns, int64_t *ret_last_ns);
double source_progress(const struct source *s);
const char *source_why(const struct source *s);
uint64_t source_bad_frames(const struct source *s);

#endif
