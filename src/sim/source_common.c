#include "sim/binance_encode.h"
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

int source_rest_error(struct buf *out, int status, int code, const char *message)
{
    buf_reset(out);
    encode_error(out, code, message);
    return status;
}
