#include "net/emit.h"
#include <alphaplus/base/text.h>
#include <string.h>

void emit_init(struct emitter *e, struct ring *ring, struct event_stamp *stamp, int journal_consumer)
{
    *e = (struct emitter){.ring = ring, .stamp = stamp, .journal_consumer = journal_consumer};
    e->now_ns = e->last_ns = clock_stamp_now(&stamp->clock);
}

static size_t round8(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

/* A journal that holds the ring back alone is let go of; when the engine is behind as well that would help nobody. */
static void *reserve(struct emitter *e, size_t bytes)
{
    void *at = ring_reserve(e->ring, bytes);
    if (at || e->journal_consumer < 0 || ring_slowest(e->ring) != e->journal_consumer) {
        return at;
    }
    for (int i = 0; i < RING_CONSUMERS_MAX && ring_fd(e->ring, i) >= 0; i++) {
        if (i != e->journal_consumer && ring_used(e->ring, i) + bytes > ring_size(e->ring)) {
            return NULL;
        }
    }
    ring_detach(e->ring, e->journal_consumer);
    return ring_reserve(e->ring, bytes);
}

static void stamp_all(struct emitter *e, uint8_t *data, size_t used)
{
    for (size_t at = 0; at < used;) {
        struct event *ev = (struct event *)(void *)(data + at);
        ev->seq = ++e->stamp->seq;
        ev->recv_ns = e->now_ns;
        at += ev->size;
    }
    e->last_ns = e->now_ns;
}

static void refuse(struct emitter *e)
{
    if (e->lost++ == 0) {
        e->lost_from_ns = e->now_ns;
    }
    e->refused++;
}

static void write_gap(void *at, const struct gap_row *row, uint32_t instrument)
{
    struct event *ev = at;
    memset(ev, 0, event_size_for(sizeof *row));
    ev->size = event_size_for(sizeof *row);
    ev->kind = EVENT_GAP;
    ev->instrument = instrument;
    memcpy(event_rows(ev), row, sizeof *row);
}

bool emit_recover(struct emitter *e)
{
    if (e->lost == 0) {
        return true;
    }
    size_t size = event_size_for(sizeof(struct gap_row));
    if (!reserve(e, ring_size(e->ring) / 2)) {
        return false;
    }
    void *at = reserve(e, size);
    if (!at) {
        return false;
    }
    e->now_ns = clock_stamp_now(&e->stamp->clock);
    struct gap_row row = {
        .cause = GAP_RING_FULL,
        .lost = e->lost,
        .from_ns = e->lost_from_ns,
        .to_ns = e->now_ns,
        .text = "the engine could not keep up",
    };
    write_gap(at, &row, 0);
    stamp_all(e, at, size);
    ring_commit(e->ring, size);
    e->lost = 0;
    return true;
}

bool emit_begin(struct emitter *e, size_t bytes, struct event_buf *ret_out)
{
    e->now_ns = clock_stamp_now(&e->stamp->clock);
    if (!emit_recover(e)) {
        refuse(e);
        return false;
    }
    /* More than half a ring can never be had: the decoder then says AP_EFULL, and the frame counts as unreadable. */
    size_t most = ring_size(e->ring) / 2;
    size_t size = round8(bytes) < most ? round8(bytes) : most;
    void *at = reserve(e, size);
    if (!at) {
        refuse(e);
        return false;
    }
    *ret_out = (struct event_buf){.data = at, .cap = size};
    return true;
}

void emit_end(struct emitter *e, struct event_buf *out)
{
    if (out->used == 0) {
        return;
    }
    stamp_all(e, out->data, out->used);
    ring_commit(e->ring, out->used);
    e->emitted++;
}

bool emit_row(struct emitter *e, int kind, uint32_t instrument, uint32_t version, const void *rows,
              size_t rows_bytes)
{
    struct event_buf out;
    if (!emit_begin(e, event_size_for(rows_bytes), &out)) {
        return false;
    }
    struct event *ev = event_buf_new(&out, kind, rows_bytes);
    if (!ev) {
        return false;
    }
    ev->instrument = instrument;
    ev->version = version;
    if (rows_bytes > 0) {
        memcpy(event_rows(ev), rows, rows_bytes);
    }
    event_buf_push(&out, ev);
    emit_end(e, &out);
    return true;
}

bool emit_gap(struct emitter *e, int cause, uint32_t instrument, int error, uint64_t lost, const char *text)
{
    int64_t now_ns = clock_stamp_now(&e->stamp->clock);
    struct gap_row row = {
        .cause = (uint32_t)cause, .error = error, .lost = lost, .from_ns = now_ns, .to_ns = now_ns};
    text_sanitize(row.text, sizeof row.text, text, strlen(text));
    return emit_row(e, EVENT_GAP, instrument, 0, &row, sizeof row);
}
