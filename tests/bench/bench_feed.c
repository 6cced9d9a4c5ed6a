/* From a socket to events in the ring: depth frames as fast as loopback carries them, read by a consumer that only counts. */
#include "bench.h"
#include "feed_watch.h"
#include "loop_binance.h"
#include "test.h"

#define RING_BYTES (64u << 20)

static const char *const one[] = {"binance:BTCUSDT", NULL};

struct work {
    int frames, levels;
};

/* Frames a second between the first and the last of a flood. */
static double flood_rate(const struct work *work)
{
    struct loop_binance b = {.flood_n = work->frames, .flood_levels = work->levels};
    struct feed_watch w;
    int64_t first_ns = 0, last_ns = 0;
    int seen = 0;
    b.public_manners[0] = MANNER_FLOOD;
    loop_binance_start(&b, NULL, "127.0.0.1");
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, one);
    int64_t end_ns = bench_now_ns() + 60 * NS_PER_S;
    while (seen < work->frames && bench_now_ns() < end_ns) {
        const struct event *ev = ring_peek(w.events, 0);
        if (!ev) {
            ring_wait(w.events, 0, 10 * NS_PER_MS);
            continue;
        }
        if (ev->kind == EVENT_DEPTH) {
            seen++;
            last_ns = ev->recv_ns;
            first_ns = first_ns == 0 ? ev->recv_ns : first_ns;
        }
        ring_advance(w.events, 0);
    }
    feed_stop(w.feed);
    w.feed = NULL;
    while (ring_peek(w.events, 0)) {
        ring_advance(w.events, 0);
    }
    feed_watch_finish(&w);
    loop_binance_stop(&b);
    return seen == work->frames ? (double)seen * 1e9 / (double)(last_ns - first_ns) : -1.0;
}

static int measure(struct bench *b, const char *name, const struct work *work)
{
    double values[BENCH_MAX_ROUNDS];
    for (int i = 0; i < b->rounds; i++) {
        values[i] = flood_rate(work);
        if (values[i] < 0) {
            return 1;
        }
    }
    bench_values(b, name, "frames/s", values, (size_t)b->rounds);
    return 0;
}

int main(int argc, char **argv)
{
    struct bench b;
    bench_init(&b, argc, argv);
    struct work small = {.frames = b.quick ? 2000 : 200000, .levels = 1};
    struct work usual = {.frames = b.quick ? 2000 : 100000, .levels = 20};
    if (measure(&b, "feed/2-levels", &small) != 0 || measure(&b, "feed/40-levels", &usual) != 0) {
        return 1;
    }
    return bench_finish(&b);
}
