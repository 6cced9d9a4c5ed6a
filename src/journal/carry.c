#include "carry.h"

#include <alphaplus/base/hash.h>
#include <alphaplus/base/text.h>
#include <stdlib.h>
#include <string.h>

int carry_init(struct carry *c)
{
    *c = (struct carry){0};
    c->events = calloc(CARRY_EVENTS_MAX, sizeof(c->events[0]));
    return c->events == NULL ? AP_ENOMEM : codec_decoder_create(&c->decoder);
}

void carry_clear(struct carry *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->events[i]);
    }
    c->n = 0;
}

void carry_finish(struct carry *c)
{
    carry_clear(c);
    free(c->events);
    codec_decoder_destroy(c->decoder);
}

/* Does the later event say all that the earlier one did? */
static bool replaces(const struct event *later, const struct event *earlier)
{
    if (later->kind != earlier->kind || later->instrument != earlier->instrument) {
        return false;
    }
    if (later->kind == EVENT_FEED) {
        const struct feed_row *a = event_rows_const(later), *b = event_rows_const(earlier);
        return strncmp(a->venue, b->venue, sizeof(a->venue)) == 0;
    }
    return later->kind == EVENT_INSTRUMENT;
}

static int add(struct carry *c, const struct event *ev)
{
    if (ev->kind == EVENT_SESSION) {
        carry_clear(c);
    }
    struct event *copy = malloc(ev->size);
    if (copy == NULL) {
        return AP_ENOMEM;
    }
    memcpy(copy, ev, ev->size);
    for (size_t i = 0; i < c->n; i++) {
        if (replaces(ev, c->events[i])) {
            free(c->events[i]);
            c->events[i] = copy;
            return 0;
        }
    }
    if (c->n == CARRY_EVENTS_MAX) {
        free(copy);
        return AP_ETOOBIG;
    }
    c->events[c->n++] = copy;
    return 0;
}

int carry_block(struct carry *c, const void *bytes, size_t n, uint32_t crc)
{
    const struct event *ev;
    if (hash_crc32(0, bytes, n) != crc) {
        return AP_ECORRUPT;
    }
    int err = codec_decoder_open(c->decoder, bytes, n, CARRY_KINDS);
    while (err == 0 && (err = codec_decoder_next(c->decoder, &ev)) == 1) {
        err = 0;
        if (ev->kind < CODEC_KINDS && (CARRY_KINDS & (UINT32_C(1) << ev->kind)) != 0) {
            err = event_check(ev, ev->size) == 0 ? add(c, ev) : AP_ECORRUPT;
        }
    }
    return err;
}

static int by_seq(const void *a, const void *b)
{
    const struct event *x = *(struct event *const *)a, *y = *(struct event *const *)b;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

/* All after `before`, up to and with `seq`, is gone. */
static int write_gap(uint64_t before, uint64_t seq, int64_t ns, struct buf *out)
{
    struct {
        struct event ev;
        struct gap_row row;
    } gap = {.ev = {.size = event_size_for(sizeof(gap.row)), .kind = EVENT_GAP, .seq = seq, .recv_ns = ns},
             .row = {.cause = GAP_JOURNAL_LAG, .lost = seq - before, .to_ns = ns}};
    _Static_assert(sizeof(gap) % 8 == 0, "no padding behind the rows");
    (void)text_copy(gap.row.text, sizeof(gap.row.text), "pruned");
    return buf_append(out, &gap, gap.ev.size);
}

int carry_write(struct carry *c, uint64_t cut_seq, int64_t cut_ns, struct buf *out)
{
    int err = 0;
    uint64_t before = 0;
    qsort(c->events, c->n, sizeof(c->events[0]), by_seq);
    for (size_t i = 0; err == 0 && i < c->n; i++) {
        struct event *ev = c->events[i];
        ev->recv_ns = cut_ns;
        if (i > 0 && ev->seq > before + 1) {
            err = write_gap(before, ev->seq - 1, cut_ns, out);
        }
        err = err != 0 ? err : buf_append(out, ev, ev->size);
        before = ev->seq;
    }
    return err != 0 || before >= cut_seq ? err : write_gap(before, cut_seq, cut_ns, out);
}
