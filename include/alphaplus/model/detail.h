/* What one market shows beyond single figures: walls with their lives, clusters, profile, footprint, estimated levels. Plain structs,
 * no pointers. Made when somebody asks, and for --json; not part of the digest each second. Each part says by its count that there is
 * nothing. Prices and sizes are integers of the instrument. */
#ifndef ALPHAPLUS_MODEL_DETAIL_H
#define ALPHAPLUS_MODEL_DETAIL_H

#include <alphaplus/model/bar.h>
#include <stdint.h>

struct detail {
    uint64_t seq;
    int64_t time_ns;
};

#endif
