#include "net/offset.h"
#include <alphaplus/base/clock.h>

#define FLOOR_SPAN_NS (60 * NS_PER_S)

void offset_init(struct offset *o)
{
    *o = (struct offset){.sample_n = 0};
}

void offset_trip(struct offset *o, int64_t asked_ns, int64_t heard_ns, int64_t venue_ns)
{
    if (heard_ns < asked_ns) {
        return;
    }
    int64_t half_ns = (heard_ns - asked_ns) / 2;
    /* What is told in whole milliseconds was half of one later on average. */
    int64_t is_whole = venue_ns % NS_PER_MS == 0;
    o->samples[o->sample_n++ % OFFSET_SAMPLES] = (struct offset_sample){
        .at_ns = heard_ns,
        .offset_ns = venue_ns + is_whole * OFFSET_GRAIN_NS - (asked_ns + half_ns),
        .error_ns = half_ns + is_whole * OFFSET_GRAIN_NS,
    };
}

void offset_message(struct offset *o, int64_t recv_ns, int64_t exch_ns)
{
    int64_t ahead_ns = exch_ns - recv_ns;
    if (recv_ns - o->floor_at_ns > FLOOR_SPAN_NS) {
        o->has_floor_before = o->has_floor && recv_ns - o->floor_at_ns <= 2 * FLOOR_SPAN_NS;
        o->floor_before_ns = o->floor_ns;
        o->floor_at_ns = recv_ns;
        o->has_floor = false;
    }
    if (!o->has_floor || ahead_ns > o->floor_ns) {
        o->floor_ns = ahead_ns;
        o->has_floor = true;
    }
}

bool offset_best(const struct offset *o, int64_t now_ns, int64_t *ret_ns, int64_t *ret_error_ns)
{
    const struct offset_sample *best = 0;
    for (uint32_t i = 0; i < OFFSET_SAMPLES && i < o->sample_n; i++) {
        const struct offset_sample *s = &o->samples[i];
        if (now_ns - s->at_ns <= OFFSET_FRESH_NS && (!best || s->error_ns < best->error_ns)) {
            best = s;
        }
    }
    if (!best) {
        return false;
    }
    *ret_ns = best->offset_ns;
    *ret_error_ns = best->error_ns;
    return true;
}

bool offset_floor(const struct offset *o, int64_t *ret_ns)
{
    if (!o->has_floor && !o->has_floor_before) {
        return false;
    }
    bool is_before = o->has_floor_before && (!o->has_floor || o->floor_before_ns > o->floor_ns);
    *ret_ns = is_before ? o->floor_before_ns : o->floor_ns;
    return true;
}
