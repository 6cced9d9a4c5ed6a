/* Applying depth frames to a book: frames shaped like those of a busy perpetual (44 levels a frame, most within a few hundred
 * quanta of a wandering touch, a few far away, one in seven a removal), from a 1,000-level snapshot until it holds thousands
 * of levels a side. Decoding is not in it. */
#include "bench.h"

#include <alphaplus/base/hash.h>
#include <alphaplus/book/book.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 8192, QUICK_FRAMES = 256, ROWS = 44, SNAPSHOT = 1000, TICK = 10, MID = 6394400 };
enum { FRAME_BYTES = sizeof(struct depth_rows) + ROWS * sizeof(struct level) };

struct work {
    struct book *book;           /* owned */
    struct depth_rows *snapshot; /* owned */
    char *frames;                /* owned; FRAME_BYTES each */
    size_t frame_n;
    uint64_t sink;
};

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

/* Ticks from the touch, as measured on recorded traffic. */
static int64_t distance(uint64_t *rng)
{
    static const struct {
        int percent;
        int64_t below;
    } bands[] = {{20, 16}, {24, 256}, {33, 1024}, {9, 4096}, {7, 16384}, {3, 65536}, {4, 600000}};
    int64_t from = 0;
    int roll = (int)(next_random(rng) % 100);
    for (size_t i = 0; i < sizeof(bands) / sizeof(bands[0]); i++) {
        roll -= bands[i].percent;
        if (roll < 0) {
            return from + (int64_t)(next_random(rng) % (uint64_t)(bands[i].below - from));
        }
        from = bands[i].below;
    }
    return from;
}

static int by_px(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    return (x->px > y->px) - (x->px < y->px);
}

static int64_t some_qty(uint64_t *rng)
{
    return next_random(rng) % 7 == 0 ? 0 : 1 + (int64_t)(next_random(rng) % 50000);
}

static struct depth_rows *frame(const struct work *w, size_t i)
{
    return (struct depth_rows *)(void *)(w->frames + i * FRAME_BYTES);
}

static void make_frame(struct depth_rows *f, int64_t *touch, uint64_t *rng)
{
    int64_t step = (int64_t)(next_random(rng) % 7) - 3;
    uint32_t bid_n = ROWS / 2 - 4 + (uint32_t)(next_random(rng) % 9);
    f->bid_n = bid_n;
    f->ask_n = ROWS - bid_n;
    for (uint32_t i = 0; i < ROWS; i++) {
        int64_t away = distance(rng);
        int64_t px = i < bid_n ? *touch + step - away : *touch + step + 1 + away;
        f->levels[i] = (struct level){px * TICK, some_qty(rng)};
    }
    /* What the touch passes over goes. */
    for (int64_t i = 0; i < step; i++) {
        f->levels[ROWS - 1 - i] = (struct level){(*touch + 1 + i) * TICK, 0};
    }
    for (int64_t i = 0; i < -step; i++) {
        f->levels[i] = (struct level){(*touch - i) * TICK, 0};
    }
    *touch += step;
    qsort(f->levels, bid_n, sizeof(f->levels[0]), by_px);
    qsort(f->levels + bid_n, ROWS - bid_n, sizeof(f->levels[0]), by_px);
}

static void make_work(struct work *w, size_t frame_n)
{
    uint64_t rng = 88172645463325252u;
    int64_t touch = MID / TICK;
    w->frame_n = frame_n;
    w->frames = calloc(frame_n, FRAME_BYTES);
    w->snapshot = calloc(1, sizeof(struct depth_rows) + 2 * SNAPSHOT * sizeof(struct level));
    if (w->frames == NULL || w->snapshot == NULL || book_create(TICK, &w->book) < 0) {
        abort();
    }
    w->snapshot->bid_n = w->snapshot->ask_n = SNAPSHOT;
    for (int64_t i = 0; i < SNAPSHOT; i++) {
        w->snapshot->levels[i] = (struct level){(touch - i * 2) * TICK,
                                                1 + (int64_t)(next_random(&rng) % 9999)};
        w->snapshot->levels[SNAPSHOT + i] = (struct level){(touch + 1 + i * 2) * TICK,
                                                           1 + (int64_t)(next_random(&rng) % 9999)};
    }
    for (size_t i = 0; i < frame_n; i++) {
        make_frame(frame(w, i), &touch, &rng);
    }
}

static double apply_all(void *user)
{
    struct work *w = user;
    if (book_load(w->book, w->snapshot) < 0) {
        return -1;
    }
    for (size_t i = 0; i < w->frame_n; i++) {
        if (book_apply(w->book, frame(w, i)) < 0 || book_is_crossed(w->book)) {
            return -1;
        }
    }
    w->sink += book_count(w->book, SIDE_BID) + book_count(w->book, SIDE_ASK);
    return (double)w->frame_n * ROWS;
}

static double load_all(void *user)
{
    struct work *w = user;
    for (int i = 0; i < 200; i++) {
        if (book_load(w->book, w->snapshot) < 0) {
            return -1;
        }
    }
    return 200.0 * 2 * SNAPSHOT;
}

static double sum_bands(void *user)
{
    struct work *w = user;
    struct level bid;
    struct book_sum sum;
    if (!book_best(w->book, SIDE_BID, &bid)) {
        return -1;
    }
    for (int i = 0; i < 2000; i++) {
        book_sum(w->book, SIDE_BID, bid.px - bid.px / 100 - i, bid.px, &sum);
        w->sink += (uint64_t)sum.qty;
    }
    return 2000;
}

static double walk(void *user)
{
    struct work *w = user;
    struct book_iter it;
    struct level level;
    double n = 0;
    for (int i = 0; i < 20; i++) {
        for (book_iter_init(&it, w->book, SIDE_ASK); book_iter_next(&it, &level); n++) {
            w->sink += (uint64_t)level.qty;
        }
    }
    return n;
}

static double read_near(void *user)
{
    struct work *w = user;
    static struct level levels[512];
    double n = 0;
    for (int i = 0; i < 2000; i++) {
        n += book_read(w->book, SIDE_ASK, 1, INT64_MAX, levels, 512);
        w->sink += (uint64_t)levels[0].qty;
    }
    return n;
}

static double hash(void *user)
{
    struct work *w = user;
    for (int i = 0; i < 20; i++) {
        w->sink += book_hash(w->book, HASH_SEED);
    }
    return 20.0 * (book_count(w->book, SIDE_BID) + book_count(w->book, SIDE_ASK));
}

int main(int argc, char **argv)
{
    struct bench b;
    struct work w = {0};
    bench_init(&b, argc, argv);
    make_work(&w, b.quick ? QUICK_FRAMES : FRAMES);
    bench_cost(&b, "book/load", "ns/level", load_all, &w);
    bench_cost(&b, "book/apply", "ns/level", apply_all, &w);
    if (apply_all(&w) < 0) {
        return 1;
    }
    bench_cost(&b, "book/walk", "ns/level", walk, &w);
    bench_cost(&b, "book/read", "ns/level", read_near, &w);
    bench_cost(&b, "book/sum_1pct", "ns/call", sum_bands, &w);
    bench_cost(&b, "book/hash", "ns/level", hash, &w);
    bench_use(&w.sink);
    book_destroy(w.book);
    free(w.snapshot);
    free(w.frames);
    return bench_finish(&b);
}
