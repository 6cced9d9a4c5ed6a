#include <alphaplus/model/event.h>

#include <string.h>

_Static_assert(sizeof(struct event) == 72, "the header is what journals hold");
_Static_assert(sizeof(struct level) == 16, "levels are packed");
_Static_assert(offsetof(struct event, size) == 0, "an event is a record of a ring");

const char *event_kind_name(int kind)
{
    switch (kind) {
#define X(number, name, text)                                                                                \
    case number: return #name;
        EVENT_KIND_LIST(X)
#undef X
    default: return "?";
    }
}

const char *feed_state_name(int state)
{
    switch (state) {
#define X(number, name, text)                                                                                \
    case number: return text;
        FEED_STATE_LIST(X)
#undef X
    default: return "?";
    }
}

const char *gap_cause_name(int cause)
{
    switch (cause) {
    case GAP_RING_FULL: return "ring full";
    case GAP_JOURNAL_LAG: return "journal lagged";
    case GAP_BAD_FRAME: return "bad frame";
    case GAP_SEQUENCE: return "ids do not follow";
    case GAP_CROSSED: return "book crossed";
    case GAP_DISCONNECT: return "disconnected";
    case GAP_DISK: return "disk";
    case GAP_CHECKSUM: return "checksum differs";
    case GAP_STREAM: return "stream lost";
    default: return "?";
    }
}

struct event *event_buf_new(struct event_buf *b, int kind, size_t rows_bytes)
{
    /* Rows this short may have padding inside, and the same event must always be the same bytes. */
    enum { ZEROED = 512 };
    if (rows_bytes > EVENT_SIZE_MAX - sizeof(struct event) || b->used > b->cap) {
        return NULL;
    }
    uint32_t size = event_size_for(rows_bytes);
    if (size > b->cap - b->used) {
        return NULL;
    }
    struct event *ev = (struct event *)(void *)(b->data + b->used);
    size_t rows = size - sizeof(*ev);
    memset(ev, 0, sizeof(*ev) + (rows < ZEROED ? rows : 0));
    if (rows >= ZEROED) {
        memset((uint8_t *)ev + size - 8, 0, 8);
    }
    ev->size = size;
    ev->kind = (uint16_t)kind;
    return ev;
}

void event_buf_push(struct event_buf *b, const struct event *ev)
{
    if (ev->size <= b->cap - b->used) {
        b->used += ev->size;
    }
}
