#include "data.h"

#include <alphaplus/base/fixed.h>
#include <string.h>

static bool take_board(const struct board *b, void *payload, uint64_t *version)
{
    if (board_version(b) == *version)
        return false;
    uint64_t got = board_read(b, payload);
    bool moved = got != *version;
    *version = got;
    return moved;
}

static void gather_tape(struct data *d, const struct trail *t, double floor_usd)
{
    uint64_t head = trail_head(t);
    d->tape_n = 0;
    for (uint64_t back = 1; back <= head && back <= TAPE_TRAIL_ITEMS && d->tape_n < TAPE_KEEP; back++) {
        struct tape_item *item = &d->tape[d->tape_n];
        if (trail_read(t, head - back, item) && item->usd >= floor_usd)
            d->tape_n++;
    }
    d->tape_head = head;
}

static void gather_liqs(struct data *d, const struct trail *t, double floor_usd)
{
    uint64_t head = trail_head(t);
    d->liq_n = 0;
    for (uint64_t back = 1; back <= head && back <= LIQ_TRAIL_ITEMS && d->liq_n < LIQ_KEEP; back++) {
        struct liq_item *item = &d->liqs[d->liq_n];
        if (trail_read(t, head - back, item) && item->usd >= floor_usd)
            d->liq_n++;
    }
    d->liq_head = head;
}

static void gather_notes(struct data *d, const struct trail *t)
{
    uint64_t head = trail_head(t);
    d->note_n = 0;
    for (uint64_t back = 1; back <= head && back <= NOTE_TRAIL_ITEMS && d->note_n < NOTE_KEEP; back++) {
        struct note_item *item = &d->notes[d->note_n];
        if (trail_read(t, head - back, item)) {
            item->text[sizeof item->text - 1] = '\0';
            d->note_n++;
        }
    }
    d->note_head = head;
}

static void gather_names(struct data *d, struct publication *p)
{
    uint32_t n = d->head.market_n < INSTRUMENT_MAX ? d->head.market_n : INSTRUMENT_MAX;
    struct market_view view;
    while (d->name_n < n) {
        struct board *b = publication_market(p, d->name_n);
        if (b == NULL || board_read(b, &view) == 0)
            return;
        d->names[d->name_n++] = view.inst;
    }
}

bool data_gather(struct data *d, struct publication *p, uint32_t market, const struct data_floors *floors)
{
    bool moved = false;
    struct board *b = publication_market(p, market);
    struct trail *tape = publication_tape(p, market);

    if (market != d->market_index) {
        d->market_index = market;
        d->market_version = 0;
        d->tape_n = 0;
        moved = true;
    }
    moved |= take_board(publication_head(p), &d->head, &d->head_version);
    moved |= take_board(publication_host(p), &d->host, &d->host_version);
    moved |= take_board(publication_picture(p, 0), &d->picture, &d->picture_version);
    bool market_moved = b != NULL && take_board(b, &d->market, &d->market_version);
    moved |= market_moved;
    /* A sweep that grows overwrites the newest item: the index stays, but the market has moved. */
    if (tape != NULL && (market_moved || trail_head(tape) != d->tape_head)) {
        gather_tape(d, tape, floors->tape_usd);
        moved = true;
    }
    if (trail_head(publication_liquidations(p)) != d->liq_head) {
        gather_liqs(d, publication_liquidations(p), floors->liq_usd);
        moved = true;
    }
    if (trail_head(publication_notes(p)) != d->note_head) {
        gather_notes(d, publication_notes(p));
        moved = true;
    }
    gather_names(d, p);
    if (market_moved && market < d->name_n)
        d->names[market] = d->market.inst;
    return moved;
}

bool data_has_market(const struct data *d)
{
    return d->market_version != 0 && d->market.inst.symbol[0] != '\0';
}

const struct feed_view *data_feed(const struct data *d)
{
    for (uint32_t i = 0; i < d->head.feed_n && i < VENUE_MAX; i++) {
        if (strncmp(d->head.feeds[i].row.venue, d->market.inst.venue, VENUE_NAME_MAX) == 0)
            return &d->head.feeds[i];
    }
    return NULL;
}

bool data_is_true(const struct data *d)
{
    const struct feed_view *f = data_feed(d);
    return data_has_market(d) && d->market.book_state == BOOK_TRUE &&
           (f == NULL || f->row.state != FEED_DOWN);
}

int64_t data_mid(const struct data *d)
{
    const struct market_view *m = &d->market;
    if (!data_has_market(d) || !m->has_touch || m->bid_px <= 0 || m->ask_px <= 0)
        return 0;
    return m->bid_px + (m->ask_px - m->bid_px) / 2;
}

double data_price(const struct data *d)
{
    const struct market_view *m = &d->market;
    if (!data_has_market(d))
        return 0.0;
    if (m->has_mark && m->mark > 0)
        return fixed_to_double(m->mark, m->inst.mark_decimals);
    if (m->has_last)
        return fixed_to_double(m->last_px, m->inst.price_decimals);
    return fixed_to_double(data_mid(d), m->inst.price_decimals);
}
