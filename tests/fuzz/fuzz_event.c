/* An event from a file or another process: what passes the check can be walked. */
#include "fuzz.h"

#include <alphaplus/model/event.h>
#include <alphaplus/model/position.h>
#include <string.h>

static uint64_t walk_levels(const struct event *ev)
{
    const struct depth_rows *d = event_rows_const(ev);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < (uint64_t)d->bid_n + d->ask_n; i++) {
        sum += (uint64_t)d->levels[i].px + (uint64_t)d->levels[i].qty;
    }
    return sum;
}

static uint64_t walk(const struct event *ev)
{
    char name[INSTRUMENT_NAME_MAX];
    switch (ev->kind) {
    case EVENT_DEPTH:
    case EVENT_DEPTH_SNAPSHOT: return walk_levels(ev);
    case EVENT_GAP: return strlen(((const struct gap_row *)event_rows_const(ev))->text);
    case EVENT_FEED: return strlen(((const struct feed_row *)event_rows_const(ev))->reason);
    case EVENT_SESSION: return strlen(((const struct session_row *)event_rows_const(ev))->source);
    case EVENT_POSITION: return strlen(((const struct position *)event_rows_const(ev))->instrument);
    case EVENT_INSTRUMENT: instrument_name(event_rows_const(ev), name); return strlen(name);
    default: return 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* malloc aligns as the contract wants, and ends where the input ends. */
    struct event *ev = malloc(size > 0 ? size : 1);
    uint64_t sum = 0;
    if (ev == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(ev, data, size);
    }
    int err = event_check(ev, size);
    FUZZ_CHECK(err == 0 || err == AP_ECORRUPT || err == AP_EUNKNOWN);
    if (err == 0) {
        FUZZ_CHECK(ev->size <= size && strcmp(event_kind_name(ev->kind), "?") != 0);
        sum = walk(ev);
    } else if (err == AP_EUNKNOWN) {
        FUZZ_CHECK(ev->size <= size && strcmp(event_kind_name(ev->kind), "?") == 0);
    }
    FUZZ_CHECK(sum != UINT64_MAX);
    free(ev);
    return 0;
}
