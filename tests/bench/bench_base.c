/* The parts that every event goes through: ring, board, trail, decimals, digest. */
#include "bench.h"

#include <alphaplus/base/board.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/hash.h>
#include <alphaplus/base/ring.h>
#include <alphaplus/base/trail.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES = 72 + 8 + 40 * 16, PAYLOAD_BYTES = 5000, ITEM_BYTES = 72 };

struct work {
    long count;
    struct ring *ring;
    struct board *board;
    struct trail *trail;
    uint64_t sink;
};

static double ring_alone(void *user)
{
    struct work *w = user;
    for (long i = 0; i < w->count; i++) {
        uint32_t *rec = ring_reserve(w->ring, RECORD_BYTES);
        if (rec == NULL) {
            return -1;
        }
        rec[0] = RECORD_BYTES;
        ring_commit(w->ring, RECORD_BYTES);
        const uint32_t *seen = ring_peek(w->ring, 0);
        w->sink += seen[0];
        ring_advance(w->ring, 0);
    }
    return (double)w->count;
}

static void *take_all(void *user)
{
    struct work *w = user;
    for (long i = 0; i < w->count;) {
        const uint32_t *rec = ring_peek(w->ring, 0);
        if (rec == NULL) {
            (void)ring_wait(w->ring, 0, 1000000000);
            continue;
        }
        w->sink += rec[1];
        ring_advance(w->ring, 0);
        i++;
    }
    return NULL;
}

static double ring_between_threads(void *user)
{
    struct work *w = user;
    pthread_t thread;
    if (pthread_create(&thread, NULL, take_all, w) != 0) {
        return -1;
    }
    for (long i = 0; i < w->count;) {
        uint32_t *rec = ring_reserve(w->ring, RECORD_BYTES);
        if (rec == NULL) {
            sched_yield();
            continue;
        }
        memset(rec, (int)i, RECORD_BYTES);
        rec[0] = RECORD_BYTES;
        ring_commit(w->ring, RECORD_BYTES);
        i++;
    }
    pthread_join(thread, NULL);
    return (double)w->count;
}

static double publish(void *user)
{
    struct work *w = user;
    long n = w->count / 50;
    for (long i = 0; i < n; i++) {
        memset(board_begin(w->board), (int)i, 64);
        board_publish(w->board);
    }
    return (double)n;
}

static double look(void *user)
{
    struct work *w = user;
    char payload[PAYLOAD_BYTES];
    long n = w->count / 50;
    for (long i = 0; i < n; i++) {
        w->sink += board_read(w->board, payload);
    }
    return (double)n;
}

static double push(void *user)
{
    struct work *w = user;
    char item[ITEM_BYTES] = {0};
    for (long i = 0; i < w->count; i++) {
        trail_push(w->trail, item);
    }
    return (double)w->count;
}

static double parse(void *user)
{
    static const char *const texts[] = {"64098.10", "0.002", "12.500", "64097.90"};
    struct work *w = user;
    for (long i = 0; i < w->count; i++) {
        int64_t value = 0;
        const char *text = texts[i & 3];
        if (fixed_parse(text, strlen(text), 3, &value) < 0) {
            return -1;
        }
        w->sink += (uint64_t)value;
    }
    return (double)w->count;
}

static double digest(void *user)
{
    struct work *w = user;
    uint64_t h = HASH_SEED;
    for (long i = 0; i < w->count; i++) {
        h = hash_u64(h, (uint64_t)i);
    }
    w->sink += hash_final(h);
    return (double)w->count;
}

int main(int argc, char **argv)
{
    struct bench b;
    bench_init(&b, argc, argv);
    struct work w = {.count = b.quick ? 20000 : 1000000};
    size_t board_size = (board_bytes(PAYLOAD_BYTES) + 63) / 64 * 64;
    w.board = aligned_alloc(64, board_size);
    w.trail = calloc(1, trail_bytes(1024, ITEM_BYTES));
    if (ring_create(1 << 20, 1, &w.ring) < 0 || w.board == NULL || w.trail == NULL) {
        return 1;
    }
    memset(w.board, 0, board_size);
    board_init(w.board, PAYLOAD_BYTES);
    trail_init(w.trail, 1024, ITEM_BYTES);
    bench_cost(&b, "ring.alone", "ns/record", ring_alone, &w);
    bench_cost(&b, "ring.threads", "ns/record", ring_between_threads, &w);
    bench_cost(&b, "board.publish", "ns/5kB", publish, &w);
    bench_cost(&b, "board.read", "ns/5kB", look, &w);
    bench_cost(&b, "trail.push", "ns/item", push, &w);
    bench_cost(&b, "fixed.parse", "ns/number", parse, &w);
    bench_cost(&b, "hash.u64", "ns/word", digest, &w);
    bench_use(&w.sink);
    free(w.trail);
    free(w.board);
    ring_destroy(w.ring);
    return bench_finish(&b);
}
