/* The engine as bytes.
 *
 *   magic, version, layout | PARM | HEAD | LIQS | RISK | MRKT x market_n | TRLS | tag of the whole
 *
 * Two doors keep bad bytes out: the tag, which only a holder of the key can make (states of measures are memory as it lies, and
 * nobody can look them over), and the checks of each part, which hold whatever the tag says. */
#include "engine_impl.h"
#include "heat.h"

#include <alphaplus/base/hash.h>
#include <math.h>
#include <string.h>

#define SAVE_MAGIC   UINT64_C(0x31455641532b5041) /* "AP+SAVE1" */
#define SAVE_VERSION 2

enum {
    TAG_PARAMS = SAVE_TAG('P', 'A', 'R', 'M'),
    TAG_HEAD = SAVE_TAG('H', 'E', 'A', 'D'),
    TAG_LIQS = SAVE_TAG('L', 'I', 'Q', 'S'),
    TAG_RISK = SAVE_TAG('R', 'I', 'S', 'K'),
    TAG_MARKET = SAVE_TAG('M', 'R', 'K', 'T'),
    TAG_TRAILS = SAVE_TAG('T', 'R', 'L', 'S'),
};

uint64_t engine_layout(void)
{
    const uint64_t sizes[] = {SAVE_VERSION,
                              ENGINE_VERSION,
                              sizeof(struct market_view),
                              sizeof(struct head_view),
                              sizeof(struct market_mark),
                              sizeof(struct splice),
                              sizeof(struct heat_column),
                              sizeof(struct params),
                              sizeof(struct tape_item),
                              sizeof(struct liq_item),
                              sizeof(struct note_item),
                              sizeof(struct account),
                              sizeof(struct position),
                              sizeof(struct margin_tiers),
                              measures_layout()};
    return hash_final(hash_bytes(HASH_SEED, sizes, sizeof sizes));
}

/* --- out ------------------------------------------------------------------------------------------------------------ */

static void save_head(const struct engine *e, struct buf *out)
{
    struct head_view head = e->head;
    uint8_t markets[INSTRUMENT_MAX + 1] = {0}; /* by id: 1 + index */

    memset(&head.risk, 0, sizeof head.risk);
    for (int id = 1; id <= INSTRUMENT_MAX; id++)
        markets[id] = e->by_id[id] ? (uint8_t)(e->by_id[id]->index + 1) : 0;
    save_words(out, &head, sizeof head);
    save_bytes(out, markets, sizeof markets);
    save_i64(out, e->tick_ns);
    save_u64(out, e->skipped);
}

/* One item of a trail at the most: the largest of them. */
union trail_item {
    struct tape_item tape;
    struct liq_item liq;
    struct note_item note;
};

static void save_trail(const struct trail *t, struct buf *out)
{
    union trail_item item;
    uint64_t head = trail_head(t), from = head > t->cap ? head - t->cap : 0;
    while (from < head && !trail_read(t, from, &item))
        from++;
    save_u64(out, head - from);
    for (; from < head; from++) {
        memset(&item, 0, sizeof item);
        (void)trail_read(t, from, &item); /* we are its writer: it is there */
        save_words(out, &item, t->item_bytes);
    }
}

static void save_trails(struct engine *e, struct buf *out)
{
    save_u64(out, e->pub != NULL);
    if (!e->pub)
        return;
    save_trail(publication_liquidations(e->pub), out);
    save_trail(publication_notes(e->pub), out);
    for (uint32_t i = 0; i < e->head.market_n; i++)
        save_trail(publication_tape(e->pub, i), out);
}

int engine_save(struct engine *e, struct buf *out)
{
    const uint64_t words[] = {SAVE_MAGIC, SAVE_VERSION, engine_layout()};
    steps_settle(e);
    if (!e->portfolio) /* there is no session for lack of memory */
        return AP_ENOMEM;
    save_bytes(out, words, sizeof words);
    size_t at = save_begin(out, TAG_PARAMS);
    save_words(out, &e->env.params, sizeof e->env.params);
    save_end(out, at);
    at = save_begin(out, TAG_HEAD);
    save_head(e, out);
    save_end(out, at);
    at = save_begin(out, TAG_LIQS);
    liqs_save(&e->liqs, out);
    save_end(out, at);
    at = save_begin(out, TAG_RISK);
    portfolio_save(e->portfolio, out);
    save_end(out, at);
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        at = save_begin(out, TAG_MARKET);
        save_words(out, &e->markets[i]->view.inst, sizeof(struct instrument));
        market_save(e->markets[i], out);
        save_end(out, at);
    }
    at = save_begin(out, TAG_TRAILS);
    save_trails(e, out);
    save_end(out, at);
    return out->failed;
}

int engine_save_seal(struct buf *out, const struct mac_key *key)
{
    uint64_t tag = mac_of(key, out->data, out->len);
    return buf_append(out, &tag, sizeof tag);
}

/* --- in ------------------------------------------------------------------------------------------------------------- */

static bool is_text(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static bool is_head(const struct head_view *h)
{
    bool is_so = h->market_n <= INSTRUMENT_MAX && h->feed_n <= VENUE_MAX &&
                 is_text(h->source, sizeof h->source);
    for (uint32_t i = 0; is_so && i < h->feed_n; i++) {
        const struct feed_row *row = &h->feeds[i].row;
        is_so = row->state <= FEED_ENDED && is_text(row->venue, sizeof row->venue) &&
                is_text(row->reason, sizeof row->reason);
    }
    return is_so;
}

/* Which market each id is goes to `markets`: 1 + index, 0: none. */
static void load_head(struct engine *e, struct load *l, uint32_t *ret_market_n,
                      uint8_t markets[INSTRUMENT_MAX + 1])
{
    struct head_view head;
    load_words(l, &head, sizeof head);
    load_bytes(l, markets, INSTRUMENT_MAX + 1);
    load_expect(l, l->err == 0 && is_head(&head));
    for (int id = 0; l->err == 0 && id <= INSTRUMENT_MAX; id++)
        load_expect(l, markets[id] <= head.market_n && (id > 0 || markets[id] == 0));
    e->tick_ns = load_i64(l);
    e->skipped = load_u64(l);
    load_expect(l, head.time_ns >= 0 && head.time_ns <= INT64_MAX - ENGINE_LEAP_NS && e->tick_ns >= 0 &&
                       e->tick_ns % TICK_NS == 0 && e->tick_ns <= INT64_MAX - ENGINE_LEAP_NS + TICK_NS);
    if (l->err < 0)
        return;
    *ret_market_n = head.market_n;
    head.market_n = 0; /* until they are there */
    memset(&head.risk, 0, sizeof head.risk);
    head.risk.first_to_die = -1;
    e->head = head;
}

static void load_market(struct engine *e, struct load *from)
{
    struct instrument in;
    struct load l;
    load_section(from, TAG_MARKET, &l);
    load_words(&l, &in, sizeof in);
    load_expect(&l, l.err == 0 && instrument_check(&in) == 0);
    struct market **m = &e->markets[e->head.market_n];
    int err = l.err < 0 ? l.err : market_create(&e->env, &in, e->head.market_n, m);
    if (err == 0) {
        e->head.market_n++;
        market_load(*m, &l);
        err = load_end(&l);
    }
    from->err = from->err < 0 ? from->err : err;
}

static void load_trail(struct engine *e, struct trail *t, struct load *l,
                       bool (*is_sound)(const struct engine *e, const union trail_item *item))
{
    union trail_item item;
    uint64_t n = load_count(l, t->cap);
    for (uint64_t i = 0; i < n && l->err == 0; i++) {
        memset(&item, 0, sizeof item);
        load_words(l, &item, t->item_bytes);
        load_expect(l, l->err == 0 && is_sound(e, &item));
        if (l->err == 0)
            trail_push(t, &item);
    }
}

static bool is_tape(const struct engine *e, const union trail_item *item)
{
    return item->tape.instrument < e->head.market_n && isfinite(item->tape.usd) && item->tape.aggressor <= 1;
}

static bool is_liquidation(const struct engine *e, const union trail_item *item)
{
    const struct liq_item *i = &item->liq;
    return i->instrument < e->head.market_n && isfinite(i->usd) && isfinite(i->distance_pct) &&
           i->side <= 1 && i->completeness <= COMPLETENESS_INFERRED;
}

static bool is_note(const struct engine *e, const union trail_item *item)
{
    (void)e; /* notes outlive the session whose markets they name */
    return (item->note.instrument < INSTRUMENT_MAX || item->note.instrument == UINT32_MAX) &&
           is_text(item->note.text, sizeof item->note.text);
}

/* What was saved without trails leaves them empty: better nothing than what came after. */
static void load_trails(struct engine *e, struct load *from)
{
    struct load l;
    load_section(from, TAG_TRAILS, &l);
    if (e->pub)
        trail_clear(publication_notes(e->pub));
    if (e->pub && load_count(&l, 1) == 1) {
        load_trail(e, publication_liquidations(e->pub), &l, is_liquidation);
        load_trail(e, publication_notes(e->pub), &l, is_note);
        for (uint32_t i = 0; i < e->head.market_n; i++)
            load_trail(e, publication_tape(e->pub, i), &l, is_tape);
    }
    int err = e->pub ? load_end(&l) : 0;
    from->err = from->err < 0 ? from->err : err;
}

static void load_params(struct load *l, struct params *p)
{
    int n;
    const struct param_row *rows = param_rows(&n);
    load_words(l, p, sizeof *p);
    for (int i = 0; i < n; i++)
        load_expect(l, p->value[i] >= rows[i].min && p->value[i] <= rows[i].max);
}

static int load_all(struct engine *e, struct load *l)
{
    struct load part;
    uint8_t markets[INSTRUMENT_MAX + 1];
    uint32_t market_n = 0;

    load_section(l, TAG_PARAMS, &part);
    load_params(&part, &e->env.params);
    int err = load_end(&part);
    load_section(l, TAG_HEAD, &part);
    load_head(e, &part, &market_n, markets);
    err = err < 0 ? err : load_end(&part);
    load_section(l, TAG_LIQS, &part);
    liqs_load(&e->liqs, &part);
    err = err < 0 ? err : load_end(&part);
    load_section(l, TAG_RISK, &part);
    portfolio_load(e->portfolio, &part);
    err = err < 0 ? err : load_end(&part);
    for (uint32_t i = 0; err == 0 && l->err == 0 && i < market_n; i++)
        load_market(e, l);
    if (err < 0 || l->err < 0)
        return err < 0 ? err : l->err;
    for (int id = 1; id <= INSTRUMENT_MAX; id++)
        e->by_id[id] = markets[id] ? e->markets[markets[id] - 1] : NULL;
    engine_order_markets(e);
    for (uint32_t i = 0; i < market_n; i++)
        e->is_heard[i] = e->markets[i]->liqs.watched_since_ns != 0;
    load_trails(e, l);
    return load_end(l);
}

static int begin_anew(struct engine *e)
{
    steps_settle(e);
    engine_end_session(e);
    e->tick_ns = 0;
    e->results.tail = e->results.head;
    memset(e->picture_request, 0, sizeof e->picture_request);
    return engine_begin_session(e);
}

int engine_load(struct engine *e, const struct mac_key *key, const void *bytes, size_t n)
{
    uint64_t words[3], tag;
    struct load l;

    int err = begin_anew(e);
    if (err < 0)
        return err;
    if (n < sizeof words + sizeof tag)
        return AP_ECORRUPT;
    memcpy(words, bytes, sizeof words);
    memcpy(&tag, (const uint8_t *)bytes + n - sizeof tag, sizeof tag);
    if (words[0] != SAVE_MAGIC)
        return AP_ECORRUPT;
    if (words[1] != SAVE_VERSION || words[2] != engine_layout())
        return AP_EVERSION;
    if (tag != mac_of(key, bytes, n - sizeof tag))
        return AP_EACCESS;
    load_init(&l, (const uint8_t *)bytes + sizeof words, n - sizeof words - sizeof tag);
    err = load_all(e, &l);
    if (err < 0) {
        int again = begin_anew(e);
        err = again < 0 ? again : err;
    }
    return err;
}
