/* One market as bytes. What others derive from (counts, indices, kinds) is checked on the way in. */
#include "flow.h"
#include "heat.h"
#include "market.h"

#include <alphaplus/base/fixed.h>
#include <math.h>
#include <string.h>

enum { TAG_MEASURES = SAVE_TAG('M', 'E', 'A', 'S') };

void market_save(struct market *m, struct buf *out)
{
    const uint8_t flags[] = {m->has_sweep, m->is_measured, m->is_heard, m->is_declared};
    save_u64(out, m->feed);
    save_bytes(out, flags, sizeof flags);
    save_words(out, &m->view, sizeof m->view);
    save_words(out, &m->sweep, sizeof m->sweep);
    save_words(out, &m->splice, sizeof m->splice);
    save_bytes(out, &m->told_mark, sizeof m->told_mark);
    save_u64(out, m->chain.exact);
    save_u64(out, m->chain.all);
    save_u64(out, m->mark_head);
    save_u64(out, m->sweep_mark);
    save_words(out, m->marks, sizeof m->marks);
    sync_save(&m->sync, out);
    liqs_save(&m->liqs, out);
    flow_save(m->flow, out);
    heat_save(m->heat, out);
    size_t at = save_begin(out, TAG_MEASURES);
    measures_save(m->measures, out);
    save_end(out, at);
}

static void load_view(struct market *m, struct load *l)
{
    struct market_view *v = &m->view;
    struct instrument in = v->inst;
    load_words(l, v, sizeof *v);
    load_expect(l, memcmp(&v->inst, &in, sizeof in) == 0 && v->book_state <= BOOK_GAP &&
                       v->wall_n <= WALL_VIEW_MAX);
}

static void load_marks(struct market *m, struct load *l)
{
    m->mark_head = load_u64(l);
    m->sweep_mark = load_count(l, m->mark_head);
    load_words(l, m->marks, sizeof m->marks);
    for (uint64_t i = 0; l->err == 0 && i < MARKET_MARKS && i < m->mark_head; i++)
        load_expect(l, m->marks[i].kind >= HEAT_BUY && m->marks[i].kind <= HEAT_LIQ_SHORT);
}

void market_load(struct market *m, struct load *l)
{
    uint8_t flags[4];
    struct load measures;
    m->feed = (uint32_t)load_count(l, VENUE_MAX);
    load_bytes(l, flags, sizeof flags);
    load_view(m, l);
    load_words(l, &m->sweep, sizeof m->sweep);
    load_words(l, &m->splice, sizeof m->splice);
    load_bytes(l, &m->told_mark, sizeof m->told_mark);
    load_expect(l, isfinite(m->told_mark));
    m->chain.exact = load_u64(l);
    m->chain.all = load_u64(l);
    load_marks(m, l);
    if (l->err == 0) {
        int err = sync_restore(&m->sync, l);
        l->err = l->err < 0 ? l->err : err;
    }
    liqs_load(&m->liqs, l);
    flow_load(m->flow, l);
    heat_load(m->heat, l);
    load_section(l, TAG_MEASURES, &measures);
    measures_load(m->measures, &measures);
    load_expect(l, load_end(&measures) == 0);
    m->has_sweep = flags[0];
    m->is_measured = flags[1];
    m->is_heard = flags[2];
    m->is_declared = flags[3];
    m->is_dirty = true;
}
