/* The published state as one block of memory: boards, trails and a few viewers' request and picture boards. The engine's side
 * creates it; a reader attaches, from this process or (when the block is a shared mapping) from another.
 *
 *   header | head board | host board | market boards[INSTRUMENT_MAX] | tape trails[INSTRUMENT_MAX] | liquidation trail |
 *   note trail | viewer request boards[VIEWER_MAX] | viewer picture boards[VIEWER_MAX] */
#ifndef ALPHAPLUS_MODEL_PUBLICATION_H
#define ALPHAPLUS_MODEL_PUBLICATION_H

#include <alphaplus/base/board.h>
#include <alphaplus/base/err.h>
#include <alphaplus/base/trail.h>
#include <alphaplus/model/view.h>

#define VIEWER_MAX          4
#define TAPE_TRAIL_ITEMS    1024
#define LIQ_TRAIL_ITEMS     4096
#define NOTE_TRAIL_ITEMS    1024
#define PUBLICATION_MAGIC   UINT64_C(0x314255502b4c4150)
#define PUBLICATION_VERSION 1

struct publication; /* the block itself; its layout is publication.c's */

size_t publication_bytes(void);
/* Lays an empty publication out in `memory` (64-byte aligned, publication_bytes() long, zeroed; an untouched page costs nothing). */
struct publication *publication_init(void *memory);
/* A block that another process made: magic, version and size checked. */
AP_MUST_CHECK int publication_attach(void *memory, size_t bytes, struct publication **ret_publication);
/* The same on fresh anonymous memory of this process. */
AP_MUST_CHECK int publication_create(struct publication **ret_publication);
void publication_destroy(struct publication *p); /* for publication_create; NULL is fine */

struct board *publication_head(struct publication *p); /* struct head_view */
struct board *publication_host(struct publication *p); /* struct host_view */
struct board *publication_market(struct publication *p,
                                 uint32_t market); /* struct market_view; NULL beyond the end */
struct trail *publication_tape(struct publication *p, uint32_t market); /* struct tape_item */
struct trail *publication_liquidations(struct publication *p);          /* struct liq_item */
struct trail *publication_notes(struct publication *p);                 /* struct note_item */
struct board *publication_request(struct publication *p,
                                  uint32_t viewer); /* struct view_request: written by the viewer */
struct board *publication_picture(struct publication *p,
                                  uint32_t viewer); /* struct picture: written by the engine */

#endif
