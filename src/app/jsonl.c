#include "jsonl.h"

#include "json.h"
#include "output.h"

#include <alphaplus/base/clock.h>
#include <string.h>

#define RING_BYTES       (16u << 20)
#define LINE_BYTES_MAX   (4u << 20)
#define ONCE_PATIENCE_NS (10 * NS_PER_S)

struct line_record {
    uint32_t size; /* see base/ring.h */
    uint32_t n;    /* bytes of text */
    char text[];
};

int jsonl_init(struct jsonl *l)
{
    *l = (struct jsonl){0};
    buf_init(&l->text, LINE_BYTES_MAX);
    return ring_create(RING_BYTES, 1, &l->ring);
}

void jsonl_finish(struct jsonl *l)
{
    buf_finish(&l->text);
    ring_destroy(l->ring);
}

static bool is_due(struct jsonl *l, struct engine *e, int64_t tick_ns)
{
    if (atomic_load(&l->is_done))
        return false;
    if (l->at_ns != 0)
        return tick_ns >= l->at_ns;
    if (!l->once)
        return true;
    if (l->first_tick_ns == 0)
        l->first_tick_ns = tick_ns;
    bool are_true = engine_market_count(e) > 0;
    for (uint32_t i = 0; i < engine_market_count(e); i++)
        are_true = are_true && engine_market(e, i)->book_state == BOOK_TRUE;
    return are_true || tick_ns - l->first_tick_ns >= ONCE_PATIENCE_NS;
}

void jsonl_tick(void *user, struct engine *e, int64_t tick_ns)
{
    struct jsonl *l = user;
    if (!is_due(l, e, tick_ns))
        return;
    buf_reset(&l->text);
    size_t bytes = 0;
    struct line_record *record = NULL;
    if (json_state(e, l->has_host ? &l->host : NULL, &l->text) == 0) {
        bytes = (sizeof *record + l->text.len + 7) & ~(size_t)7;
        record = ring_reserve(l->ring, bytes);
    }
    if (!record) {
        atomic_fetch_add(&l->skipped, 1);
        return;
    }
    record->size = (uint32_t)bytes;
    record->n = (uint32_t)l->text.len;
    memcpy(record->text, l->text.data, l->text.len);
    ring_commit(l->ring, bytes);
    if (l->once || l->at_ns != 0)
        atomic_store(&l->is_done, true);
}

void jsonl_host(void *user, const struct host_view *v)
{
    struct jsonl *l = user;
    l->host = *v;
    l->has_host = true;
}

int jsonl_write(struct jsonl *l, int64_t wait_ns)
{
    const struct line_record *record;
    bool was_done = atomic_load(&l->is_done);

    if (!ring_peek(l->ring, 0) && !was_done)
        ring_wait(l->ring, 0, wait_ns);
    while ((record = ring_peek(l->ring, 0))) {
        int err = output_write(record->text, record->n);
        ring_advance(l->ring, 0);
        if (err < 0)
            return err;
    }
    return was_done ? 0 : 1;
}
