/* One line of a capture taken apart: a stream frame with its envelope, or a bare REST snapshot. */
#ifndef SIM_CAP_FRAME_H
#define SIM_CAP_FRAME_H

#include "sim/stream.h"

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>

struct cap_frame {
    bool is_snapshot; /* the line is a REST answer; the rest is not set */
    const char *name; /* borrowed from the line */
    size_t name_n;
    const char *data; /* the data member's bytes, exactly */
    size_t data_n;
    struct stream stream;
};
/* AP_EUNKNOWN: neither of the two. */
AP_MUST_CHECK int cap_frame_read(const char *text, size_t n, struct cap_frame *ret_frame);

#endif
