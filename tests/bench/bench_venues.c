/* Depth frames of every venue: the decoder alone, and the decoder with the book behind it (joined and checked by the venue's rule). The
 * frames are made, in the shape that each venue documents, 20 levels each (Hyperliquid: its whole book of 40), by a fixed seed.
 * --write FOLDER: the frames into FOLDER/<venue>.txt, one a line, the snapshot first, and no more: for peers. */
#include "bench.h"

#include <alphaplus/book/sync.h>
#include <alphaplus/venue/venue.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 20000, QUICK_FRAMES = 500, SIDE = 10, DEEP = 400, BASE = 641000, BYTES_MAX = 48 << 20 };

struct work;
struct maker {
    const char *venue, *symbol;
    void (*make)(struct work *w, bool is_snapshot);
    bool is_asked; /* the snapshot is an answer of REST */
};
struct work {
    const struct maker *maker;
    const struct venue *venue;
    struct decoder *decoder; /* owned */
    struct sync sync;
    bool has_book;
    char *bytes;        /* owned */
    size_t used, first; /* first: bytes of the snapshot */
    uint32_t ends[FRAMES + 1];
    uint32_t frame_n; /* without the snapshot */
    uint64_t random, id, bad, levels;
    uint8_t *out; /* owned */
    size_t out_size;
};

static uint32_t below(struct work *w, uint32_t n)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(w->random >> 33) % n;
}

static void text(struct work *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void text(struct work *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(w->bytes + w->used, BYTES_MAX - w->used, format, args);
    va_end(args);
    if (n < 0 || w->used + (size_t)n >= BYTES_MAX) {
        fprintf(stderr, "bench_venues: too many bytes\n");
        exit(1);
    }
    w->used += (size_t)n;
}

/* One side: the whole of it, or some of its levels. `format` takes price, a tenth of it, and size in two parts. */
static void side(struct work *w, bool is_bid, bool is_whole, uint32_t n, const char *format)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = is_whole ? i : below(w, DEEP);
        uint32_t px = is_bid ? BASE - at : BASE + 1 + at;
        uint32_t qty = is_whole ? 1 + below(w, 9000) : below(w, 9000) * (below(w, 5) > 0);
        text(w, "%s", i > 0 ? "," : "");
        text(w, format, px / 10, px % 10, qty / 1000, qty % 1000);
    }
}

static void make_binance(struct work *w, bool is_snapshot)
{
    static const char level[] = "[\"%u.%u\",\"%u.%03u\"]";
    bool is_spot = strcmp(w->maker->venue, "binance-spot") == 0;
    if (is_snapshot) {
        text(w, "{\"lastUpdateId\":%" PRIu64 ",\"bids\":[", w->id);
        side(w, true, true, DEEP, level);
        text(w, "],\"asks\":[");
        side(w, false, true, DEEP, level);
        text(w, "]}");
        return;
    }
    text(w, "{\"stream\":\"x@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":1721300000000,");
    if (!is_spot) {
        text(w, "\"T\":1721300000000,");
    }
    text(w, "\"s\":\"%s\",\"U\":%" PRIu64 ",\"u\":%" PRIu64, w->maker->symbol, w->id + 1, w->id + 40);
    if (!is_spot) {
        text(w, ",\"pu\":%" PRIu64, w->id);
    }
    text(w, ",\"b\":[");
    side(w, true, false, SIDE, level);
    text(w, "],\"a\":[");
    side(w, false, false, SIDE, level);
    text(w, "]}}");
    w->id += 40;
}

static void make_bybit(struct work *w, bool is_snapshot)
{
    static const char level[] = "[\"%u.%u\",\"%u.%03u\"]";
    uint32_t n = is_snapshot ? DEEP : SIDE;
    w->id++;
    text(
        w,
        "{\"topic\":\"orderbook.1000.BTCUSDT\",\"type\":\"%s\",\"ts\":1721300000000,\"data\":{\"s\":\"BTCUSDT\",\"b\":[",
        is_snapshot ? "snapshot" : "delta");
    side(w, true, is_snapshot, n, level);
    text(w, "],\"a\":[");
    side(w, false, is_snapshot, n, level);
    text(w, "],\"u\":%" PRIu64 ",\"seq\":%" PRIu64 "},\"cts\":1721299999995}", w->id, w->id * 7);
}

static void make_okx(struct work *w, bool is_snapshot)
{
    static const char level[] = "[\"%u.%u\",\"%u.%03u\",\"0\",\"3\"]";
    uint32_t n = is_snapshot ? DEEP : SIDE;
    text(
        w,
        "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"},\"action\":\"%s\",\"data\":[{\"asks\":[",
        is_snapshot ? "snapshot" : "update");
    side(w, false, is_snapshot, n, level);
    text(w, "],\"bids\":[");
    side(w, true, is_snapshot, n, level);
    text(w, "],\"ts\":\"1721300000000\",\"checksum\":0,\"seqId\":%" PRIu64 ",\"prevSeqId\":", w->id + 9);
    text(w, is_snapshot ? "-1}]}" : "%" PRIu64 "}]}", w->id);
    w->id += 9;
}

static void make_hyperliquid(struct work *w, bool is_snapshot)
{
    static const char level[] = "{\"px\":\"%u.%u\",\"sz\":\"%u.%03u\",\"n\":3}";
    (void)is_snapshot;
    text(w, "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"time\":%" PRIu64 ",\"levels\":[[",
         1721300000000 + w->id++);
    side(w, true, true, 2 * SIDE, level);
    text(w, "],[");
    side(w, false, true, 2 * SIDE, level);
    text(w, "]]}}");
}

static const struct maker makers[] = {
    {"binance", "BTCUSDT", make_binance, true},      {"binance-coinm", "BTCUSD_PERP", make_binance, true},
    {"binance-spot", "BTCUSDT", make_binance, true}, {"bybit", "BTCUSDT", make_bybit, false},
    {"okx", "BTC-USDT-SWAP", make_okx, false},       {"hyperliquid", "BTC", make_hyperliquid, false},
};

static void make_frames(struct work *w, uint32_t frame_n)
{
    w->random = 20260101;
    w->id = 1000000;
    w->used = 0;
    w->maker->make(w, true);
    w->first = w->used;
    for (w->frame_n = 0; w->frame_n < frame_n; w->frame_n++) {
        w->maker->make(w, false);
        w->ends[w->frame_n] = (uint32_t)w->used;
    }
}

static void write_frames(const struct work *w, const char *folder)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s.txt", folder, w->maker->venue);
    FILE *f = fopen(path, "we");
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    fprintf(f, "%.*s\n", (int)w->first, w->bytes);
    for (size_t i = 0, at = w->first; i < w->frame_n; at = w->ends[i++]) {
        fprintf(f, "%.*s\n", (int)(w->ends[i] - at), w->bytes + at);
    }
    fclose(f);
}

/* --- measured ------------------------------------------------------------------------------------------------------ */

static void into_book(struct work *w, const struct event_buf *out)
{
    for (size_t at = 0; at < out->used;) {
        const struct event *ev = (const struct event *)(const void *)(out->data + at);
        const struct depth_rows *rows = event_rows_const(ev);
        w->levels += rows->bid_n + rows->ask_n;
        at += ev->size;
        if (w->has_book) {
            int got = sync_event(&w->sync, ev, NULL, NULL);
            w->bad += got != SYNC_APPLIED && got != SYNC_JOINED;
        }
    }
}

static void begin_book(struct work *w, const struct instrument *in)
{
    struct event_buf out = {.data = w->out, .cap = w->out_size};
    int got = w->maker->is_asked
                  ? w->venue->decode_rest(w->decoder, REST_SNAPSHOT, in, w->bytes, w->first, &out)
                  : w->venue->decode(w->decoder, w->bytes, w->first, &out);
    w->bad += got != 1;
    for (size_t at = 0; at < out.used;) { /* where ids must join, it waits for the first update */
        const struct event *ev = (const struct event *)(const void *)(out.data + at);
        w->bad += sync_event(&w->sync, ev, NULL, NULL) < 0;
        at += ev->size;
    }
}

static void play(struct work *w)
{
    const struct instrument *in = &w->decoder->insts[0];
    w->levels = 0;
    if (w->has_book) {
        if (sync_init(&w->sync, in->book_rule, in->tick) < 0) {
            exit(1);
        }
        begin_book(w, in);
    }
    for (uint32_t i = 0, at = (uint32_t)w->first; i < w->frame_n; at = w->ends[i++]) {
        struct event_buf out = {.data = w->out, .cap = w->out_size};
        w->bad += w->venue->decode(w->decoder, w->bytes + at, w->ends[i] - at, &out) != 1;
        into_book(w, &out);
    }
    if (w->has_book) {
        w->bad += w->sync.gaps != 0 || w->sync.state != BOOK_TRUE;
        sync_finish(&w->sync);
    }
    bench_use(w->out);
}

static double round_frames(void *user)
{
    struct work *w = user;
    play(w);
    return w->frame_n;
}

static double round_levels(void *user)
{
    struct work *w = user;
    play(w);
    return (double)w->levels;
}

static void prepare(struct work *w, struct venue_probe *probe)
{
    struct instrument in;
    memset(probe, 0, sizeof(*probe));
    for (uint32_t i = 0, at = (uint32_t)w->first; i < 100 && i < w->frame_n; at = w->ends[i++]) {
        w->bad += w->venue->probe(probe, w->bytes + at, w->ends[i] - at) < 0;
    }
    w->venue->infer(&probe->symbols[0], &in);
    in.id = 1;
    decoder_init(w->decoder, w->venue);
    w->bad += probe->n != 1 || decoder_add(w->decoder, &in) < 0;
}

static void measure(struct bench *b, struct work *w)
{
    char name[64];
    for (int has_book = 0; has_book < 2; has_book++) {
        w->has_book = has_book != 0;
        snprintf(name, sizeof(name), "%s/%s", has_book ? "venue-book" : "venue", w->maker->venue);
        bench_rate(b, name, "frames/s", round_frames, w);
        bench_rate(b, name, "levels/s", round_levels, w);
    }
}

int main(int argc, char **argv)
{
    struct bench b;
    bench_init(&b, argc, argv);
    const char *folder = bench_option(&b, "--write", NULL);
    struct work *w = calloc(1, sizeof(*w));
    struct venue_probe *probe = calloc(1, sizeof(*probe));
    if (w == NULL || probe == NULL || (w->bytes = malloc(BYTES_MAX)) == NULL ||
        (w->decoder = malloc(sizeof(*w->decoder))) == NULL ||
        (w->out = malloc(w->out_size = venue_events_bytes(1 << 20))) == NULL) {
        fprintf(stderr, "bench_venues: out of memory\n");
        return 1;
    }
    for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        w->maker = &makers[i];
        w->venue = venue_find(makers[i].venue);
        make_frames(w, b.quick ? QUICK_FRAMES : FRAMES);
        if (folder != NULL) {
            write_frames(w, folder);
            continue;
        }
        prepare(w, probe);
        measure(&b, w);
        if (w->bad != 0) {
            fprintf(stderr, "bench_venues: %s: %" PRIu64 " frames went wrong\n", makers[i].venue, w->bad);
            b.failed = true;
        }
    }
    free(w->bytes);
    free(w->decoder);
    free(w->out);
    free(probe);
    free(w);
    return folder != NULL ? 0 : bench_finish(&b);
}
