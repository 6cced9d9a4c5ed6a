/* Several instruments on several venues on loopback, with random faults, for as long as one likes; then every book is held to its
 * exchange's own. usage: soak [MINUTES [FOLDER]] */
#include "rig.h"

#include <alphaplus/base/clock.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAMPLE_NS  (5 * NS_PER_S)
#define SAMPLE_MAX 4096
#define WARM_SHARE 4 /* the first quarter is no part of the slope */
#define HEAL_NS    (180 * NS_PER_S)

static const char *const venues[] = {
    "binance", "binance-spot", "binance-coinm", "bybit", "okx", "hyperliquid", NULL};
static const char faults[] =
    "drop=0.0005,dup=0.001,reorder=0.0005,delay=0.0005:50ms,truncate=0.0002,corrupt=0.0001,crossed=0.0002,"
    "negative=0.0002,checksum=0.0005,close=30s,reset=40s,silence=60s:1s,stall=60s:300ms,burst=45s:20000,"
    "clock=60s:3s,rest500=0.05,reststale=0.05,restempty=0.05";

static int64_t now_ns(void)
{
    return clock_system()->monotonic_ns(NULL);
}

/* What is allocated tells of leaks; what is resident goes on rising for an hour, while histories that were allocated at the start
 * fill. */
struct memory {
    double s[SAMPLE_MAX], resident_mb[SAMPLE_MAX], allocated_mb[SAMPLE_MAX];
    size_t n;
};

static void sample(struct memory *m, double s, uint64_t resident_bytes)
{
    const double mb = 1 << 20;
    double allocated = 0.0;
#ifdef __GLIBC__
    struct mallinfo2 info = mallinfo2();
    allocated = (double)(info.uordblks + info.hblkhd) / mb;
#endif
    if (m->n < SAMPLE_MAX) {
        m->s[m->n] = s;
        m->resident_mb[m->n] = (double)resident_bytes / mb;
        m->allocated_mb[m->n++] = allocated;
    }
}

/* By least squares over all but the first part, in MB an hour. */
static double slope(const struct memory *m, const double *mb)
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    size_t first = m->n / WARM_SHARE, n = m->n - first;
    for (size_t i = first; i < m->n; i++) {
        sx += m->s[i];
        sy += mb[i];
        sxx += m->s[i] * m->s[i];
        sxy += m->s[i] * mb[i];
    }
    double below = (double)n * sxx - sx * sx;
    return n > 2 && below > 0 ? ((double)n * sxy - sx * sy) / below * 3600.0 : 0.0;
}

static double ms(int64_t ns)
{
    return (double)ns / (double)NS_PER_MS;
}

static void tell(struct rig *r, const struct memory *m, int64_t since_ns)
{
    struct latency l;
    struct host_view h;
    rig_latency(r, &l);
    rig_host(r, &h);
    printf(
        "%6.0f s  %zu of %zu books true  %llu events  %llu/s  %.1f MB allocated, %.1f resident  wire to published p50 %.3f p99 %.3f max %.1f ms\n",
        (double)since_ns / (double)NS_PER_S, rig_true_n(r), r->book_n, (unsigned long long)h.events,
        (unsigned long long)h.events_per_s, m->n ? m->allocated_mb[m->n - 1] : 0.0,
        m->n ? m->resident_mb[m->n - 1] : 0.0, ms(latency_quantile(&l, 0.5)), ms(latency_quantile(&l, 0.99)),
        ms(l.max_ns));
    fflush(stdout);
}

static void run(struct rig *r, int64_t for_ns, struct memory *m)
{
    int64_t start = now_ns(), told = start;
    while (now_ns() - start < for_ns) {
        struct host_view h;
        rig_wait(r, SAMPLE_NS < for_ns / 8 ? SAMPLE_NS : for_ns / 8);
        rig_host(r, &h);
        sample(m, (double)(now_ns() - start) / (double)NS_PER_S, h.resident_bytes);
        if (now_ns() - told >= 60 * NS_PER_S) {
            told = now_ns();
            tell(r, m, told - start);
        }
    }
}

/* No more faults, all true for a while, the market at rest, and then the truth. */
static size_t heal(struct rig *r, double *ret_healed_s)
{
    int64_t start = now_ns(), end = start + HEAL_NS;
    size_t good = 0;
    (void)!rig_heal(r);
    while (rig_true_n(r) < r->book_n && now_ns() < end) {
    }
    *ret_healed_s = (double)(now_ns() - start) / (double)NS_PER_S;
    while (!rig_pause(r) && now_ns() < end) {
        rig_wait(r, 100 * NS_PER_MS);
    }
    for (int tries = 0; tries < 20 && good < r->book_n; tries++) { /* what is under way arrives */
        rig_wait(r, 500 * NS_PER_MS);
        good = rig_compare(r);
    }
    return good;
}

int main(int argc, char **argv)
{
    char journal[512], why[512] = "";
    double minutes = argc > 1 ? strtod(argv[1], NULL) : 1.0, healed_s;
    struct rig r;
    static struct memory memory;
    if (!(minutes > 0.0 && minutes < 10000.0)) {
        (void)fprintf(stderr, "usage: soak [MINUTES [FOLDER]]\n");
        return 2;
    }
    snprintf(journal, sizeof journal, "%s/soak-%ld.apj", argc > 2 ? argv[2] : "/tmp", (long)getpid());
    const struct rig_options o = {.venues = venues,
                                  .instruments = 2,
                                  .speed = 1.0,
                                  .seed = 1,
                                  .faults = faults,
                                  .journal_path = journal};
    if (rig_start(&r, &o, why, sizeof why) < 0) {
        (void)fprintf(stderr, "soak: %s\n", why);
        return 1;
    }
    rig_measure(&r, true);
    run(&r, (int64_t)(minutes * 60.0 * (double)NS_PER_S), &memory);
    tell(&r, &memory, (int64_t)(minutes * 60.0 * (double)NS_PER_S));
    rig_measure(&r, false);
    size_t good = heal(&r, &healed_s), books = r.book_n;
    for (size_t i = 0; i < r.exchange_n; i++) {
        struct buf told;
        buf_init(&told, 4096);
        sim_faults_tell(r.exchanges[i].sim, &told);
        printf("%s %s\n", r.exchanges[i].venue, told.data);
        buf_finish(&told);
    }
    printf("updates that waited for a snapshot %llu, not known %llu\n", (unsigned long long)r.joined,
           (unsigned long long)r.missed);
    double rise = slope(&memory, memory.allocated_mb), resident = slope(&memory, memory.resident_mb);
    int err = rig_stop(&r);
    printf("%zu of %zu books are the exchange's own, %.1f s after the last fault\n", good, books, healed_s);
    printf("memory: allocated %+.1f MB an hour, resident %+.1f; journal %s\n", rise, resident,
           err == 0 ? journal : ap_err_text(err));
    return good == books && err == 0 ? 0 : 1;
}
