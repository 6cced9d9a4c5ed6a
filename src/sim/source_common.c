#include "sim/source.h"

#include <alphaplus/base/clock.h>

int64_t source_wall_ms(void)
{
    const struct clock *c = clock_system();
    return c->wall_ns(c->user) / NS_PER_MS;
}

int64_t source_monotonic_ns(void)
{
    const struct clock *c = clock_system();
    return c->monotonic_ns(c->user);
}
