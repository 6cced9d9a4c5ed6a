/* What the screen knows: its own copies of published boards and trails, taken when their versions move. */
#ifndef UI_DATA_H
#define UI_DATA_H

#include <alphaplus/model/publication.h>
#include <alphaplus/model/view.h>
#include <stdbool.h>
#include <stdint.h>

#define TAPE_KEEP 256
#define LIQ_KEEP  256
#define NOTE_KEEP 128

struct data {
    uint64_t head_version, host_version, market_version, picture_version; /* 0: nothing yet */
    uint64_t tape_head, liq_head, note_head;
    uint32_t market_index;
    uint32_t tape_n, liq_n, note_n;
    uint32_t name_n;
    struct head_view head;
    struct host_view host;
    struct market_view market; /* the one on screen */
    struct picture picture;
    struct tape_item tape[TAPE_KEEP]; /* newest first, at or above the floor */
    struct liq_item liqs[LIQ_KEEP];
    struct note_item notes[NOTE_KEEP];
    struct instrument names[INSTRUMENT_MAX]; /* of markets, for the feeds of all of them */
};

struct data_floors {
    double tape_usd, liq_usd;
};

/* Brings the copies up to date; true when anything moved. */
bool data_gather(struct data *d, struct publication *p, uint32_t market, const struct data_floors *floors);
/* Is there a market on screen; is its book true, and its feed up? */
bool data_has_market(const struct data *d);
bool data_is_true(const struct data *d);
/* The feed of the market on screen; NULL. */
const struct feed_view *data_feed(const struct data *d);
/* Its mid in price units; 0: not known. */
int64_t data_mid(const struct data *d);
/* Mark if known, else last, else mid, in quote currency; 0: not known. */
double data_price(const struct data *d);

#endif
