/* Which of the files given are one capture, and of which instruments: read off the frames themselves. */
#ifndef AP_REPLAY_CAPTURE_GROUPS_H
#define AP_REPLAY_CAPTURE_GROUPS_H

#include <alphaplus/capture/capture.h>
#include <alphaplus/model/instrument.h>
#include <alphaplus/replay/source.h>
#include <alphaplus/venue/venue.h>

/* Files in the order in which they are read; those of a group lie together. */
struct capture_file {
    const char *path;          /* borrowed from the options */
    struct venue_probe *probe; /* owned; symbols in order of their names */
    int64_t first_ns, last_ns; /* 0: no line */
    uint32_t group;
};
struct capture_group {
    uint32_t first, n;  /* its files */
    uint32_t bare_inst; /* 1..: whose the snapshots without a name are; 0: there are none */
};
struct capture_groups {
    struct capture_file files[CAPTURE_FILES_MAX];
    uint32_t file_n;
    struct capture_group groups[CAPTURE_FILES_MAX];
    uint32_t group_n;
    struct instrument insts[INSTRUMENT_MAX]; /* ids 1.. in order */
    uint32_t inst_n;
    int64_t first_ns, last_ns;
};

/* Reads every file once. On an error `why` says it in words. The paths must outlive it. */
AP_MUST_CHECK int capture_groups_read(struct capture_groups *g, const struct source_capture_options *o,
                                      const struct venue *venue, char *why, size_t why_size);
void capture_groups_finish(struct capture_groups *g);
/* All files as one capture, the groups merged by time; the n-th file of it is g->files[n]. */
AP_MUST_CHECK int capture_groups_open(const struct capture_groups *g, struct capture **ret_capture, char *why,
                                      size_t why_size);

#endif
