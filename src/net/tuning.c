#include "net/tuning.h"
#include <alphaplus/base/clock.h>

const struct tuning tuning_default = {
    .tick_ns = 100 * NS_PER_MS,
    .idle_ns = 100 * NS_PER_MS,
    .row_ns = NS_PER_S,
    .connect_ns = 10 * NS_PER_S,
    .backoff_base_ns = 500 * NS_PER_MS,
    .backoff_cap_ns = 30 * NS_PER_S,
    .stable_ns = 30 * NS_PER_S,
    .first_ns = 15 * NS_PER_S,
    .stale_ns = 10 * NS_PER_S,
    .dead_ns = 45 * NS_PER_S,
    .subscribe_gap_ns = 200 * NS_PER_MS,
    .subscribe_chunk = 64,
    .rest_ns = 15 * NS_PER_S,
    .rest_retry_ns = NS_PER_S,
    .rest_retry_cap_ns = 60 * NS_PER_S,
    .rest_parallel = 2,
    .rest_weight_a_minute = 1800,
    .snapshot_quiet_ns = 3 * NS_PER_S,
    .snapshot_gap_ns = 500 * NS_PER_MS,
    .snapshot_gap_cap_ns = 30 * NS_PER_S,
    .open_interest_ns = 10 * NS_PER_S,
    .instruments_ns = 3600 * NS_PER_S,
    .goodbye_ns = 400 * NS_PER_MS,
    .bad_frames_max = 50,
};
