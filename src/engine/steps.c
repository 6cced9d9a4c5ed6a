#include "steps.h"

#include "asset.h"
#include "engine_impl.h"

#include <alphaplus/analytics/bars.h>
#include <alphaplus/analytics/wall.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIG_LIQUIDATION_USD 100000.0

/* --- life ----------------------------------------------------------------------------------------------------------- */

int steps_init(struct steps *s, const struct engine_crew *crew)
{
    *s = (struct steps){.crew = crew && crew->hands > 1 ? crew : NULL};
    s->items = calloc(s->crew ? STEPS_MAX : 1, sizeof *s->items);
    s->effects = calloc(s->crew ? (size_t)s->crew->hands : 1, sizeof *s->effects);
    if (s->crew)
        s->bytes = aligned_alloc(64, STEPS_BYTES);
    if (s->items && s->effects && (s->bytes || !s->crew))
        return 0;
    steps_finish(s);
    return AP_ENOMEM;
}

void steps_finish(struct steps *s)
{
    for (int i = 0; s->effects && i < (s->crew ? s->crew->hands : 1); i++)
        free(s->effects[i].items);
    free(s->effects);
    free(s->items);
    free(s->bytes);
    *s = (struct steps){0};
}

/* --- effects -------------------------------------------------------------------------------------------------------- */

/* NULL for lack of memory. */
static struct effect *leave(struct effects *fx, const struct step *step, struct market *m,
                            enum effect_kind kind)
{
    if (fx->n == fx->cap) {
        size_t cap = fx->cap ? 2 * fx->cap : 64;
        struct effect *items = realloc(fx->items, cap * sizeof *items);
        if (!items) {
            fx->lost++;
            return NULL;
        }
        fx->items = items;
        fx->cap = cap;
    }
    struct effect *f = &fx->items[fx->n++];
    *f = (struct effect){
        .order = fx->order, .time_ns = step->time_ns, .seq = step->seq, .market = m, .kind = (uint16_t)kind};
    return f;
}

static void leave_break(struct effects *fx, const struct step *step, struct market *m, enum result_kind kind,
                        enum gap_cause cause, const char *text)
{
    struct effect *f = leave(fx, step, m, EFFECT_BREAK);
    if (f)
        f->result = market_break(m, kind, cause, text, step->time_ns, step->seq);
}

/* --- one market ----------------------------------------------------------------------------------------------------- */

static int depth(const struct engine *e, struct market *m, const struct step *step, struct effects *fx)
{
    struct market_book_hook hook = {e->hooks.on_book, e->hooks.user};
    bool was_true = m->view.book_state == BOOK_TRUE;

    int result = market_depth(m, step->ev, &hook);
    bool is_true = m->view.book_state == BOOK_TRUE;
    if (is_true && !was_true)
        leave_break(fx, step, m, RESULT_HEALED, 0,
                    m->view.resyncs > 0 ? "book is true again" : "book is true");
    else if (was_true && !is_true)
        leave_break(fx, step, m, RESULT_GAP, m->sync.last_cause, gap_cause_name(m->sync.last_cause));
    return result == AP_ENOMEM ? result : 0;
}

static int trade(const struct engine *e, struct market *m, const struct step *step, struct effects *fx)
{
    (void)fx;
    market_trade(m, step->ev, e->pub ? publication_tape(e->pub, m->index) : NULL);
    return 0;
}

static int quote(const struct engine *e, struct market *m, const struct step *step, struct effects *fx)
{
    (void)e, (void)fx;
    market_quote(m, step->ev);
    return 0;
}

static int mark(const struct engine *e, struct market *m, const struct step *step, struct effects *fx)
{
    (void)e, (void)fx;
    market_mark(m, step->ev);
    return 0;
}

static int open_interest(const struct engine *e, struct market *m, const struct step *step,
                         struct effects *fx)
{
    (void)e, (void)fx;
    market_open_interest(m, step->ev);
    return 0;
}

static int liquidation(const struct engine *e, struct market *m, const struct step *step, struct effects *fx)
{
    struct liq_item item;
    (void)e;
    market_liquidation(m, step->ev, &item);
    struct effect *f = leave(fx, step, m, EFFECT_LIQUIDATION);
    if (f)
        f->liquidation = item;
    return 0;
}

static int (*const kinds[])(const struct engine *e, struct market *m, const struct step *step,
                            struct effects *fx) = {
    [EVENT_DEPTH_SNAPSHOT] = depth,
    [EVENT_DEPTH] = depth,
    [EVENT_QUOTE] = quote,
    [EVENT_TRADE] = trade,
    [EVENT_MARK] = mark,
    [EVENT_LIQUIDATION] = liquidation,
    [EVENT_OPEN_INTEREST] = open_interest,
};

bool steps_is_kind(int kind)
{
    return kind >= 0 && (size_t)kind < sizeof kinds / sizeof kinds[0] && kinds[kind];
}

static int do_event(const struct engine *e, const struct step *step, struct effects *fx)
{
    struct market *m = step->market;
    bool was_heard = m->liqs.watched_since_ns != 0;
    m->view.seq = step->seq;
    m->view.time_ns = step->time_ns;
    m->is_dirty = true;
    int err = kinds[step->ev->kind](e, m, step, fx);
    if (!was_heard && m->liqs.watched_since_ns != 0)
        (void)leave(fx, step, m, EFFECT_HEARD);
    return err;
}

struct wall_note {
    struct effects *fx;
    const struct step *step;
    struct market *market;
};

static void on_wall(void *user, const struct wall_change *change)
{
    const struct wall_note *n = user;
    struct effect *f = leave(n->fx, n->step, n->market, EFFECT_NOTE);

    if (!f)
        return;
    f->what = change->kind == WALL_BORN ? NOTE_WALL_BORN : NOTE_WALL_GONE;
    market_wall_text(n->market, change, f->note, sizeof f->note);
}

static void do_tick(const struct engine *e, struct market *m, const struct step *step, struct effects *fx)
{
    struct wall_note n = {fx, step, m};
    const struct bars *bars = measures_bars(m->measures);

    market_tick(m, step->time_ns, on_wall, &n);
    for (int span = 0; e->hooks.on_bar && span < BAR_SPANS; span++) {
        const struct bar *bar = bars_closed(bars, (enum bar_span)span, step->time_ns);
        struct effect *f = bar ? leave(fx, step, m, EFFECT_BAR) : NULL;
        if (f)
            f->bar = *bar;
    }
    m->view.time_ns = step->time_ns;
}

/* The markets order[*k ..] of one asset; *k moves behind them. */
static void do_asset_tick(const struct engine *e, uint32_t *k, const struct step *step, struct effects *fx)
{
    struct market *members[INSTRUMENT_MAX] = {NULL};
    uint32_t asset = e->asset[e->order[*k]], n = 0;

    for (; *k < e->head.market_n && e->asset[e->order[*k]] == asset; ++*k) {
        members[n] = e->markets[e->order[*k]];
        fx->order = (fx->order >> 32 << 32) | *k;
        do_tick(e, members[n++], step, fx);
    }
    asset_tick(members, n, e->head.feeds, step->time_ns);
    for (uint32_t i = 0; step->time_ns % NS_PER_S == 0 && i < n; i++)
        market_chain(members[i]);
}

/* --- all of them ---------------------------------------------------------------------------------------------------- */

/* What belongs to this hand, in order. */
static void work(void *arg, int hand)
{
    struct engine *e = arg;
    struct steps *s = &e->steps;
    struct effects *fx = &s->effects[hand];

    for (size_t i = 0; i < s->n; i++) {
        const struct step *step = &s->items[i];
        fx->order = (uint64_t)i << 32;
        if (step->ev) {
            if (s->hand_of[step->market->index] == hand)
                fx->err = do_event(e, step, fx);
            continue;
        }
        for (uint32_t k = 0; k < e->head.market_n;) {
            if (s->hand_of[e->order[k]] == hand)
                do_asset_tick(e, &k, step, fx);
            else
                k++;
        }
    }
}

/* All feeds of liquidations together are watched from when the last of them was heard. */
static void play_heard(struct engine *e, const struct effect *f)
{
    bool is_any = false;
    e->is_heard[f->market->index] = true;
    if (e->liqs.watched_since_ns != 0)
        return;
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        const struct instrument *in = &e->markets[i]->view.inst;
        if (!e->is_heard[i] && in->liq_completeness != COMPLETENESS_UNKNOWN && in->trading)
            return;
        is_any |= e->is_heard[i];
    }
    if (is_any)
        liqs_watch(&e->liqs, f->time_ns);
}

static void play_liquidation(struct engine *e, const struct effect *f)
{
    const struct liq_item *item = &f->liquidation;
    char text[80], money[16], px[FIXED_TEXT_MAX];

    liqs_add(&e->liqs, item->recv_ns, item->side, item->usd, item->completeness);
    if (e->pub)
        trail_push(publication_liquidations(e->pub), item);
    if (item->usd < BIG_LIQUIDATION_USD)
        return;
    text_money(money, sizeof money, item->usd);
    fixed_format(px, item->px, f->market->view.inst.price_decimals);
    snprintf(text, sizeof text, "%s liquidated %s at %s", item->side == POSITION_LONG ? "LONG" : "SHORT",
             money, px);
    engine_note_at(e, f->market, NOTE_BIG_LIQ, text, f->time_ns, f->seq);
}

static void play(struct engine *e, const struct effect *f)
{
    switch (f->kind) {
    case EFFECT_NOTE: engine_note_at(e, f->market, f->what, f->note, f->time_ns, f->seq); break;
    case EFFECT_BREAK: engine_report_break(e, f->market, &f->result); break;
    case EFFECT_LIQUIDATION: play_liquidation(e, f); break;
    case EFFECT_HEARD: play_heard(e, f); break;
    case EFFECT_BAR: e->hooks.on_bar(e->hooks.user, &f->market->view.inst, &f->bar); break;
    }
}

/* The hand whose next effect comes first; NULL: all are played. */
static struct effects *first(struct steps *s, int hands)
{
    struct effects *best = NULL;
    for (int i = 0; i < hands; i++) {
        struct effects *fx = &s->effects[i];
        if (fx->next < fx->n && (!best || fx->items[fx->next].order < best->items[best->next].order))
            best = fx;
    }
    return best;
}

static void play_all(struct engine *e)
{
    struct steps *s = &e->steps;
    int hands = s->crew ? s->crew->hands : 1;
    struct effects *fx = first(s, hands);

    for (size_t i = 0; i < s->n; i++) {
        const struct step *step = &s->items[i];
        for (; fx && fx->items[fx->next].order >> 32 == i; fx = first(s, hands))
            play(e, &fx->items[fx->next++]);
        if (!step->ev && step->time_ns % NS_PER_S == 0)
            liqs_expire(&e->liqs, step->time_ns);
    }
    for (int i = 0; i < hands; i++)
        s->effects[i].n = s->effects[i].next = 0;
}

/* Assets to hands, the heaviest first, each to who has least so far. False when it is not worth it. */
static bool share_out(struct engine *e)
{
    struct steps *s = &e->steps;
    uint64_t weight[INSTRUMENT_MAX] = {0}, load[INSTRUMENT_MAX] = {0};
    uint32_t assets = 0;

    memset(s->hand_of, 0, sizeof s->hand_of);
    for (uint32_t i = 0; i < e->head.market_n; i++)
        assets += e->asset[i] == i;
    if (!s->crew || assets < 2 || s->used < STEPS_SHARE)
        return false;
    for (size_t i = 0; i < s->n; i++) {
        if (s->items[i].ev)
            weight[e->asset[s->items[i].market->index]] += s->items[i].ev->size;
    }
    for (; assets > 0; assets--) {
        uint32_t heaviest = UINT32_MAX;
        int hand = 0;
        for (uint32_t i = 0; i < e->head.market_n; i++) {
            if (e->asset[i] == i && weight[i] != UINT64_MAX &&
                (heaviest == UINT32_MAX || weight[i] > weight[heaviest]))
                heaviest = i;
        }
        for (int i = 1; i < s->crew->hands; i++)
            hand = load[i] < load[hand] ? i : hand;
        load[hand] += weight[heaviest] + 1;
        weight[heaviest] = UINT64_MAX;
        for (uint32_t i = 0; i < e->head.market_n; i++) {
            if (e->asset[i] == heaviest)
                s->hand_of[i] = (uint8_t)hand;
        }
    }
    return true;
}

void steps_settle(struct engine *e)
{
    struct steps *s = &e->steps;
    if (s->n == 0 || s->is_settling)
        return;
    s->is_settling = true; /* hooks that look at the engine come by here */
    if (share_out(e))
        s->crew->run(s->crew->user, work, e);
    else
        work(e, 0);
    play_all(e);
    s->n = s->used = 0;
    s->is_settling = false;
}

static void add(struct engine *e, const struct event *ev, struct market *m)
{
    struct steps *s = &e->steps;
    s->items[s->n++] = (struct step){.ev = ev, .market = m, .time_ns = e->head.time_ns, .seq = e->head.seq};
    if (!s->crew || s->n == STEPS_MAX)
        steps_settle(e);
}

int steps_event(struct engine *e, struct market *m, const struct event *ev)
{
    struct steps *s = &e->steps;
    if (!s->crew) {
        add(e, ev, m);
        return s->effects[0].err;
    }
    if (s->used + ev->size > STEPS_BYTES)
        steps_settle(e);
    if (ev->size > STEPS_BYTES) {
        add(e, ev, m);
        steps_settle(e);
        return 0;
    }
    memcpy(s->bytes + s->used, ev, ev->size);
    s->used += ev->size;
    add(e, (const struct event *)(const void *)(s->bytes + s->used - ev->size), m);
    return 0;
}

void steps_tick(struct engine *e)
{
    add(e, NULL, NULL);
}
