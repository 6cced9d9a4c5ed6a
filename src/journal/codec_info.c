#include "codec.h"

static uint64_t rows_of(const struct event *ev)
{
    size_t n = ev->size - sizeof(*ev);
    switch (ev->kind) {
    case EVENT_DEPTH:
    case EVENT_DEPTH_SNAPSHOT:
        return n >= sizeof(struct depth_rows) ? (n - sizeof(struct depth_rows)) / sizeof(struct level) : 0;
    case EVENT_IDLE: return 0;
    default: return 1;
    }
}

void codec_info_add(struct codec_info *info, const struct event *ev)
{
    uint64_t rows = rows_of(ev);
    unsigned kind = ev->kind < CODEC_KINDS ? ev->kind : CODEC_KINDS - 1;
    if (info->events == 0) {
        info->first_seq = ev->seq;
        info->first_ns = ev->recv_ns;
    }
    info->last_seq = ev->seq;
    info->last_ns = ev->recv_ns;
    info->events++;
    info->raw_bytes += ev->size;
    info->kinds[kind].events++;
    info->kinds[kind].rows += rows;
    if (ev->kind == EVENT_DEPTH || ev->kind == EVENT_DEPTH_SNAPSHOT) {
        info->levels += rows;
    }
}

uint32_t codec_info_kinds(const struct codec_info *info)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < CODEC_KINDS; i++) {
        mask |= info->kinds[i].events > 0 ? 1U << i : 0;
    }
    return mask;
}
