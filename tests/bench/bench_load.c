/* Load over loopback, the whole program behind it: how long an update is on its way from the exchange's hand to the board that
 * covers it at about 10,000 frames a second, and how many frames a second the machine takes when they come as fast as they are
 * taken. Exchange and program share the machine. */
#include "bench.h"
#include "rig.h"

#include <alphaplus/base/clock.h>
#include <stdio.h>
#include <string.h>

static const char *const venues[] = {"binance", "bybit", "okx", NULL};

enum { TARGET = 10000 };

static uint64_t frames_of(struct rig *r, uint64_t *ret_refused)
{
    struct head_view h;
    uint64_t n = 0;
    rig_head(r, &h);
    *ret_refused = 0;
    for (uint32_t i = 0; i < h.feed_n; i++) {
        n += h.feeds[i].row.frames;
        *ret_refused += h.feeds[i].row.refused;
    }
    return n;
}

struct figures {
    double frames_per_s, p50_ms, p99_ms, max_ms, ring_share;
    uint64_t refused, missed;
};

static double to_ms(int64_t ns)
{
    return (double)ns / (double)NS_PER_MS;
}

static int run(double speed, double seconds, struct figures *ret)
{
    char why[512] = "";
    struct rig r;
    struct latency l;
    struct host_view host;
    struct figures f = {0};
    const struct rig_options o = {.venues = venues, .instruments = 3, .speed = speed, .seed = 1};
    if (rig_start(&r, &o, why, sizeof why) < 0) {
        (void)fprintf(stderr, "load: %s\n", why);
        return 1;
    }
    int64_t give_up = bench_now_ns() + 60 * NS_PER_S;
    while (rig_true_n(&r) < r.book_n && bench_now_ns() < give_up) {
    }
    uint64_t unused, first = frames_of(&r, &unused);
    int64_t start = bench_now_ns(), end = start + (int64_t)(seconds * (double)NS_PER_S);
    rig_measure(&r, true);
    while (bench_now_ns() < end) {
        rig_wait(&r, 20 * NS_PER_MS);
        rig_host(&r, &host);
        double share = host.ring_size > 0 ? (double)host.ring_used / (double)host.ring_size : 0.0;
        f.ring_share = share > f.ring_share ? share : f.ring_share;
    }
    uint64_t frames = frames_of(&r, &f.refused) - first;
    f.frames_per_s = (double)frames / ((double)(bench_now_ns() - start) / (double)NS_PER_S);
    rig_latency(&r, &l);
    f.p50_ms = to_ms(latency_quantile(&l, 0.50));
    f.p99_ms = to_ms(latency_quantile(&l, 0.99));
    f.max_ms = to_ms(l.max_ns);
    f.missed = r.missed;
    *ret = f;
    return rig_stop(&r) < 0 || l.count == 0;
}

static void put(struct bench *b, const char *name, const char *unit, double value)
{
    bench_values(b, name, unit, &value, 1);
}

int main(int argc, char **argv)
{
    struct bench b;
    struct figures one, f;
    bench_init(&b, argc, argv);
    double seconds = b.quick ? 1.5 : 20.0;
    /* The market's own pace, and from it the speed that makes the load. */
    if (run(1.0, seconds / 2, &one) != 0 || one.frames_per_s < 1.0) {
        return 1;
    }
    double speed = (b.quick ? TARGET / 5 : TARGET) / one.frames_per_s;
    if (run(speed, seconds, &f) != 0) {
        return 1;
    }
    put(&b, "load/frames", "frames/s", f.frames_per_s);
    put(&b, "load/wire-to-published-p50", "ms", f.p50_ms);
    put(&b, "load/wire-to-published-p99", "ms", f.p99_ms);
    put(&b, "load/wire-to-published-max", "ms", f.max_ms);
    put(&b, "load/ring-used-max", "of the ring", f.ring_share);
    put(&b, "load/refused", "events", (double)f.refused);
    if (!b.quick && (!b.filter || strstr("sustained", b.filter))) {
        if (run(0.0, seconds / 2, &f) != 0) {
            return 1;
        }
        put(&b, "sustained/frames", "frames/s", f.frames_per_s);
        put(&b, "sustained/ring-used-max", "of the ring", f.ring_share);
        put(&b, "sustained/refused", "events", (double)f.refused);
    }
    return bench_finish(&b);
}
