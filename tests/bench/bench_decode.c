/* Frames of a capture, in memory and over and over: the decoder alone, and the decoder with each depth update put into a book.
 * --capture FILE: another than the committed cut. --venue NAME. */
#include "bench.h"

#include <alphaplus/book/book.h>
#include <alphaplus/capture/capture.h>
#include <alphaplus/venue/venue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_MAX = 64 << 20, FRAMES_MAX = 200000, QUICK_ROUNDS = 1, FULL_ROUNDS = 40 };

struct frame {
    uint32_t at, n;
};

struct work {
    struct decoder *decoder; /* owned */
    struct book *book;       /* owned */
    char *bytes;             /* owned */
    struct frame *frames;    /* owned */
    uint32_t frame_n, bytes_n;
    uint8_t *out; /* owned */
    size_t out_size;
    int repeat;
    uint64_t levels, bad;
};

static void die(const char *what, int err)
{
    fprintf(stderr, "bench_decode: %s: %s\n", what, ap_err_text(err));
    exit(1);
}

/* One round over all frames; returns frames. */
static double decode(struct work *w)
{
    w->levels = 0;
    for (int k = 0; k < w->repeat; k++) {
        for (uint32_t i = 0; i < w->frame_n; i++) {
            struct event_buf out = {.data = w->out, .cap = w->out_size};
            int got = w->decoder->venue->decode(w->decoder, w->bytes + w->frames[i].at, w->frames[i].n, &out);
            const struct event *ev = (const struct event *)(const void *)w->out;
            w->bad += got != 1;
            if (ev->kind == EVENT_DEPTH) {
                const struct depth_rows *rows = event_rows_const(ev);
                w->levels += rows->bid_n + rows->ask_n;
                if (w->book != NULL) {
                    w->bad += book_apply(w->book, rows) < 0;
                }
            }
        }
    }
    bench_use(w->out);
    return (double)w->repeat * w->frame_n;
}

static double round_frames(void *user)
{
    return decode(user);
}

static double round_bytes(void *user)
{
    struct work *w = user;
    (void)decode(w);
    return (double)w->bytes_n * w->repeat;
}

static double round_levels(void *user)
{
    struct work *w = user;
    (void)decode(w);
    return (double)w->levels;
}

static void load(struct work *w, const char *path, const struct venue *venue, bool is_depth_only,
                 struct venue_probe *probe)
{
    struct capture *c;
    struct capture_line line;
    int got = capture_open(&path, 1, &c, NULL);
    if (got < 0) {
        die(path, got);
    }
    w->frame_n = w->bytes_n = 0;
    while ((got = capture_next(c, &line)) == 1 && w->frame_n < FRAMES_MAX &&
           w->bytes_n + line.n <= BYTES_MAX) {
        bool is_depth = memmem(line.frame, line.n, "depthUpdate", 11) != NULL;
        if (venue->probe(probe, line.frame, line.n) < 0) {
            die("probe", AP_ESYNTAX);
        }
        if (venue->is_bare_snapshot(line.frame, line.n) || (is_depth_only && !is_depth)) {
            continue;
        }
        w->frames[w->frame_n++] = (struct frame){w->bytes_n, (uint32_t)line.n};
        memcpy(w->bytes + w->bytes_n, line.frame, line.n);
        w->bytes_n += (uint32_t)line.n;
    }
    if (got < 0 || w->frame_n == 0) {
        die(path, got);
    }
    capture_close(c);
}

static void prepare(struct work *w, const struct venue *venue, const struct venue_probe *probe)
{
    decoder_init(w->decoder, venue);
    for (uint32_t i = 0; i < probe->n; i++) {
        struct instrument in;
        venue->infer(&probe->symbols[i], &in);
        in.id = i + 1;
        if (decoder_add(w->decoder, &in) < 0) {
            die(in.symbol, AP_EINVAL);
        }
    }
}

static void measure(struct bench *b, struct work *w, const char *what)
{
    char name[64];
    w->book = NULL;
    snprintf(name, sizeof(name), "decode/%s", what);
    bench_rate(b, name, "frames/s", round_frames, w);
    bench_rate(b, name, "bytes/s", round_bytes, w);
}

int main(int argc, char **argv)
{
    struct bench b;
    struct work w = {.decoder = malloc(sizeof(struct decoder)), .bytes = malloc(BYTES_MAX)};
    struct venue_probe *probe = calloc(1, sizeof(*probe));
    char path[4096];
    const char *data = getenv("AP_TEST_DATA");
    bench_init(&b, argc, argv);
    const struct venue *venue = venue_find(bench_option(&b, "--venue", "binance"));
    snprintf(path, sizeof(path), "%s/captures/binance_usdm_btcusdt_20240718_cut.gz",
             data != NULL ? data : "tests/data");
    w.frames = calloc(FRAMES_MAX, sizeof(*w.frames));
    w.out_size = venue_events_bytes(1 << 20);
    w.out = malloc(w.out_size);
    if (venue == NULL || w.decoder == NULL || w.bytes == NULL || probe == NULL || w.frames == NULL ||
        w.out == NULL) {
        die("start", AP_ENOMEM);
    }
    const char *capture = bench_option(&b, "--capture", path);
    w.repeat = b.quick ? QUICK_ROUNDS : FULL_ROUNDS;
    load(&w, capture, venue, false, probe);
    prepare(&w, venue, probe);
    measure(&b, &w, "all");
    load(&w, capture, venue, true, probe);
    measure(&b, &w, "depth");
    bench_rate(&b, "decode/depth", "levels/s", round_levels, &w);
    bench_cost(&b, "decode/depth", "ns/level", round_levels, &w);
    double per_frame = (double)w.levels / ((double)w.frame_n * w.repeat);
    bench_values(&b, "decode/depth", "levels/frame", &per_frame, 1);
    int err = book_create(w.decoder->insts[0].tick, &w.book);
    if (err < 0) {
        die("book", err);
    }
    bench_rate(&b, "decode/book", "frames/s", round_frames, &w);
    bench_rate(&b, "decode/book", "levels/s", round_levels, &w);
    bench_cost(&b, "decode/book", "ns/level", round_levels, &w);
    if (w.bad != 0) {
        fprintf(stderr, "bench_decode: %llu frames did not decode\n", (unsigned long long)w.bad);
        b.failed = true;
    }
    book_destroy(w.book);
    free(w.decoder);
    free(w.bytes);
    free(w.frames);
    free(w.out);
    free(probe);
    return bench_finish(&b);
}
