#include <alphaplus/base/clock.h>

#include <stddef.h>
#include <time.h>

#define STEP_MIN_NS (500 * NS_PER_MS)

static int64_t read_clock(clockid_t id)
{
    struct timespec t = {0};
    (void)clock_gettime(id, &t); /* cannot fail for these two */
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int64_t system_monotonic_ns(void *user)
{
    (void)user;
    return read_clock(CLOCK_MONOTONIC);
}

static int64_t system_wall_ns(void *user)
{
    (void)user;
    return read_clock(CLOCK_REALTIME);
}

const struct clock *clock_system(void)
{
    static const struct clock system = {.monotonic_ns = system_monotonic_ns, .wall_ns = system_wall_ns};
    return &system;
}

void clock_stamp_init(struct clock_stamp *s, const struct clock *clock)
{
    int64_t monotonic = clock->monotonic_ns(clock->user);
    *s = (struct clock_stamp){.clock = clock, .offset_ns = clock->wall_ns(clock->user) - monotonic};
    s->last_ns = monotonic + s->offset_ns;
}

int64_t clock_stamp_now(struct clock_stamp *s)
{
    int64_t now = s->clock->monotonic_ns(s->clock->user) + s->offset_ns;
    if (now > s->last_ns) {
        s->last_ns = now;
    }
    return s->last_ns;
}

int64_t clock_stamp_step(struct clock_stamp *s)
{
    int64_t wall = s->clock->wall_ns(s->clock->user);
    int64_t drift = wall - (s->clock->monotonic_ns(s->clock->user) + s->offset_ns);
    int64_t step = drift - s->wall_drift_ns;
    if (step > -STEP_MIN_NS && step < STEP_MIN_NS) {
        return 0;
    }
    /* Only what is told is taken off, so a slow drift is told too once it has grown. */
    s->wall_drift_ns = drift;
    return step;
}
