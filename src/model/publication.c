#include <alphaplus/model/publication.h>

#include <stdatomic.h>
#include <sys/mman.h>

struct publication {
    _Atomic uint64_t magic; /* written last */
    uint32_t version;
    uint32_t pad;
    uint64_t bytes;
};

/* Where each part begins. Every part is rounded up to 64 bytes, as boards want it. */
struct layout {
    size_t head, host, markets, market_step, tapes, tape_step, liquidations, notes, requests, request_step;
    size_t pictures, picture_step, end;
};

static size_t rounded(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

static struct layout layout_of(void)
{
    struct layout l = {
        .market_step = rounded(board_bytes(sizeof(struct market_view))),
        .tape_step = rounded(trail_bytes(TAPE_TRAIL_ITEMS, sizeof(struct tape_item))),
        .request_step = rounded(board_bytes(sizeof(struct view_request))),
        .picture_step = rounded(board_bytes(sizeof(struct picture))),
    };
    l.head = rounded(sizeof(struct publication));
    l.host = l.head + rounded(board_bytes(sizeof(struct head_view)));
    l.markets = l.host + rounded(board_bytes(sizeof(struct host_view)));
    l.tapes = l.markets + INSTRUMENT_MAX * l.market_step;
    l.liquidations = l.tapes + INSTRUMENT_MAX * l.tape_step;
    l.notes = l.liquidations + rounded(trail_bytes(LIQ_TRAIL_ITEMS, sizeof(struct liq_item)));
    l.requests = l.notes + rounded(trail_bytes(NOTE_TRAIL_ITEMS, sizeof(struct note_item)));
    l.pictures = l.requests + VIEWER_MAX * l.request_step;
    l.end = l.pictures + VIEWER_MAX * l.picture_step;
    return l;
}

static void *part(struct publication *p, size_t offset)
{
    return (char *)p + offset;
}

size_t publication_bytes(void)
{
    return layout_of().end;
}

struct publication *publication_init(void *memory)
{
    struct publication *p = memory;
    p->version = PUBLICATION_VERSION;
    p->bytes = publication_bytes();
    board_init(publication_head(p), sizeof(struct head_view));
    board_init(publication_host(p), sizeof(struct host_view));
    for (uint32_t i = 0; i < INSTRUMENT_MAX; i++) {
        board_init(publication_market(p, i), sizeof(struct market_view));
        trail_init(publication_tape(p, i), TAPE_TRAIL_ITEMS, sizeof(struct tape_item));
    }
    trail_init(publication_liquidations(p), LIQ_TRAIL_ITEMS, sizeof(struct liq_item));
    trail_init(publication_notes(p), NOTE_TRAIL_ITEMS, sizeof(struct note_item));
    for (uint32_t i = 0; i < VIEWER_MAX; i++) {
        board_init(publication_request(p, i), sizeof(struct view_request));
        board_init(publication_picture(p, i), sizeof(struct picture));
    }
    atomic_store_explicit(&p->magic, PUBLICATION_MAGIC, memory_order_release);
    return p;
}

static bool is_board(const struct board *b, size_t payload_bytes)
{
    return b->payload_bytes == payload_bytes;
}

static bool is_trail(const struct trail *t, size_t cap, size_t item_bytes)
{
    return t->cap == cap && t->item_bytes == item_bytes;
}

/* Each part says how much a reader would copy: all must be what this program's structs hold. */
static bool parts_fit(struct publication *p)
{
    bool fit = is_board(publication_head(p), sizeof(struct head_view)) &&
               is_board(publication_host(p), sizeof(struct host_view)) &&
               is_trail(publication_liquidations(p), LIQ_TRAIL_ITEMS, sizeof(struct liq_item)) &&
               is_trail(publication_notes(p), NOTE_TRAIL_ITEMS, sizeof(struct note_item));
    for (uint32_t i = 0; i < INSTRUMENT_MAX; i++) {
        fit = fit && is_board(publication_market(p, i), sizeof(struct market_view)) &&
              is_trail(publication_tape(p, i), TAPE_TRAIL_ITEMS, sizeof(struct tape_item));
    }
    for (uint32_t i = 0; i < VIEWER_MAX; i++) {
        fit = fit && is_board(publication_request(p, i), sizeof(struct view_request)) &&
              is_board(publication_picture(p, i), sizeof(struct picture));
    }
    return fit;
}

int publication_attach(void *memory, size_t bytes, struct publication **ret_publication)
{
    struct publication *p = memory;
    if (bytes < sizeof(*p) || p->magic != PUBLICATION_MAGIC) {
        return AP_ECORRUPT;
    }
    if (p->version != PUBLICATION_VERSION || p->bytes != publication_bytes()) {
        return AP_EVERSION;
    }
    if (bytes < p->bytes) {
        return AP_ECORRUPT;
    }
    if (!parts_fit(p)) {
        return AP_EVERSION;
    }
    *ret_publication = p;
    return 0;
}

int publication_create(struct publication **ret_publication)
{
    void *memory = mmap(NULL, publication_bytes(), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return AP_ENOMEM;
    }
    *ret_publication = publication_init(memory);
    return 0;
}

void publication_destroy(struct publication *p)
{
    if (p != NULL) {
        munmap(p, publication_bytes());
    }
}

struct board *publication_head(struct publication *p)
{
    return part(p, layout_of().head);
}

struct board *publication_host(struct publication *p)
{
    return part(p, layout_of().host);
}

struct board *publication_market(struct publication *p, uint32_t market)
{
    struct layout l = layout_of();
    return market < INSTRUMENT_MAX ? part(p, l.markets + market * l.market_step) : NULL;
}

struct trail *publication_tape(struct publication *p, uint32_t market)
{
    struct layout l = layout_of();
    return market < INSTRUMENT_MAX ? part(p, l.tapes + market * l.tape_step) : NULL;
}

struct trail *publication_liquidations(struct publication *p)
{
    return part(p, layout_of().liquidations);
}

struct trail *publication_notes(struct publication *p)
{
    return part(p, layout_of().notes);
}

struct board *publication_request(struct publication *p, uint32_t viewer)
{
    struct layout l = layout_of();
    return viewer < VIEWER_MAX ? part(p, l.requests + viewer * l.request_step) : NULL;
}

struct board *publication_picture(struct publication *p, uint32_t viewer)
{
    struct layout l = layout_of();
    return viewer < VIEWER_MAX ? part(p, l.pictures + viewer * l.picture_step) : NULL;
}
