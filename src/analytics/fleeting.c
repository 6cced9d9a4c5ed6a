/* Size near the touch that comes and goes: the share that was cancelled within 5 s and not traded, and prices that are filled again and
 * again as they are eaten (an indication of an iceberg; others who refill look the same).
 *
 * Levels within 240 ticks of the touch at most are kept by their price; one is counted from its second change on.
 * Trades and book are told over two streams: a trade that comes up to 250 ms after its level shrank is taken back from what was cancelled.
 * Where books come each 100 ms, refills within one batch merge. After a gap all of it begins anew. 60 kB. */
#include "metrics.h"
#include "params.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/model/detail.h>
#include <math.h>
#include <string.h>

#define FRESH_NS  (5 * NS_PER_S)
#define LATE_NS   (250 * NS_PER_MS)
#define TRADED_NS NS_PER_S /* a trade waits this long for its level to shrink */
#define KEPT      (59.0 / 60.0)
#define WATCH_S   60.0
#define EATEN     0.9
#define SHOWN     0.5
#define ALIKE     0.2
#define REFILLS   3
#define HIDDEN    2.0
#define REFILL_NS (600 * NS_PER_S)

enum { SLOTS = 512, REACH_MAX = 240 /* ticks */, HITS = 16, PRICES = 32 };

struct fleeting {
    struct slot {
        int64_t px; /* 0: free */
        int64_t qty;
        int64_t fresh, fresh_ns;   /* added and still there; when the first of it came */
        int64_t traded, traded_ns; /* not yet seen in the book */
        int64_t left, left_ns;     /* cancelled a moment ago */
    } slots
        [2]
        [SLOTS]; /* by side and by tick, modulo SLOTS: more than twice the reach, so that none pushes out another */
    struct hit { /* a price that was traded at since the last update of the book */
        int64_t px, qty, before;
        int64_t side;
    } hits[HITS];
    uint32_t hit_n, pad;
    struct refill {
        int64_t px; /* 0: free */
        int64_t last_ns;
        double peak, hidden; /* size units */
        uint32_t count, side;
    } prices[PRICES];
    double shown, cancelled;         /* value; means of a minute */
    double shown_now, cancelled_now; /* in this second */
    double seconds;
};

static struct slot *slot_of(struct fleeting *f, const struct instrument *in, int side, int64_t px)
{
    return &f->slots[side][(uint64_t)(px / in->tick) % SLOTS];
}

/* --- added and cancelled --------------------------------------------------------------------------------------------- */

static void grow(struct fleeting *f, struct slot *s, const struct measure_input *in, int64_t by)
{
    if (in->now_ns - s->fresh_ns > FRESH_NS || s->fresh == 0) {
        s->fresh = 0;
        s->fresh_ns = in->now_ns;
    }
    s->fresh += by;
    f->shown_now += instrument_notional(in->inst, s->px, by);
}

static void shrink(struct fleeting *f, struct slot *s, const struct measure_input *in, int64_t by)
{
    if (in->now_ns - s->traded_ns > TRADED_NS)
        s->traded = 0;
    int64_t taken = by < s->traded ? by : s->traded;
    s->traded -= taken;
    int64_t left = by - taken;
    if (in->now_ns - s->fresh_ns > FRESH_NS)
        s->fresh = 0;
    left = left < s->fresh ? left : s->fresh;
    s->fresh -= left;
    s->left = left;
    s->left_ns = in->now_ns;
    f->cancelled_now += instrument_notional(in->inst, s->px, left);
}

static void change(struct fleeting *f, const struct measure_input *in, int side, const struct level *level)
{
    struct slot *s = slot_of(f, in->inst, side, level->px);
    if (s->px != level->px) {
        *s = (struct slot){.px = level->px, .qty = level->qty};
        return; /* what it was before is not known */
    }
    int64_t by = level->qty - s->qty;
    s->qty = level->qty;
    if (by > 0)
        grow(f, s, in, by);
    else if (by < 0)
        shrink(f, s, in, -by);
}

static void take_back(struct fleeting *f, const struct measure_input *in, struct slot *s, int64_t qty)
{
    int64_t late = in->now_ns - s->left_ns <= LATE_NS ? s->left : 0;
    late = late < qty ? late : qty;
    s->left -= late;
    f->cancelled_now -= instrument_notional(in->inst, s->px, late);
    if (in->now_ns - s->traded_ns > TRADED_NS)
        s->traded = 0;
    s->traded = s->traded < INT64_MAX - qty ? s->traded + (qty - late) : INT64_MAX;
    s->traded_ns = in->now_ns;
}

/* --- refills ----------------------------------------------------------------------------------------------------------- */

static void hit(struct fleeting *f, const struct measure_input *in, int side, const struct trade_row *row)
{
    for (uint32_t i = 0; i < f->hit_n; i++) {
        struct hit *h = &f->hits[i];
        if (h->px == row->px && h->side == side) {
            h->qty = h->qty < INT64_MAX - row->qty ? h->qty + row->qty : INT64_MAX;
            return;
        }
    }
    if (f->hit_n == HITS)
        return;
    int64_t before = book_qty(in->book, (enum side)side, row->px);
    if (before > 0)
        f->hits[f->hit_n++] = (struct hit){row->px, row->qty, before, side};
}

static struct refill *refill_of(struct fleeting *f, int side, int64_t px)
{
    struct refill *oldest = &f->prices[0];
    for (int i = 0; i < PRICES; i++) {
        struct refill *r = &f->prices[i];
        if (r->px == px && r->side == (uint32_t)side)
            return r;
        oldest = r->last_ns < oldest->last_ns ? r : oldest;
    }
    *oldest = (struct refill){.px = px, .side = (uint32_t)side};
    return oldest;
}

/* A peak unlike those before it begins another row of them. */
static void refilled(struct fleeting *f, int64_t now_ns, const struct hit *h, double hidden)
{
    struct refill *r = refill_of(f, (int)h->side, h->px);
    double peak = (double)h->before;
    if (now_ns - r->last_ns > REFILL_NS || fabs(peak - r->peak) > ALIKE * r->peak)
        *r = (struct refill){.px = h->px, .side = (uint32_t)h->side, .peak = peak};
    r->count++;
    r->peak += (peak - r->peak) / r->count;
    r->hidden += hidden;
    r->last_ns = now_ns;
}

static void settle_hits(struct fleeting *f, const struct measure_input *in)
{
    for (uint32_t i = 0; i < f->hit_n; i++) {
        const struct hit *h = &f->hits[i];
        int64_t after = book_qty(in->book, (enum side)h->side, h->px);
        double fell = h->before > after ? (double)(h->before - after) : 0.0;
        double hidden = (double)h->qty - fell;
        if ((double)h->qty >= EATEN * (double)h->before && (double)after >= SHOWN * (double)h->before)
            refilled(f, in->now_ns, h, hidden > 0.0 ? hidden : 0.0);
    }
    f->hit_n = 0;
}

static bool is_flagged(const struct refill *r, int64_t now_ns)
{
    return r->px != 0 && r->count >= REFILLS && r->hidden >= HIDDEN * r->peak &&
           now_ns - r->last_ns <= REFILL_NS;
}

/* --- the measure ------------------------------------------------------------------------------------------------------- */

static void on_depth(struct fleeting *f, const struct measure_input *in, const struct event *ev)
{
    const struct depth_rows *rows = event_rows_const(ev);
    int64_t reach = (int64_t)((double)in->bid.px * in->params->value[PARAM_FLEETING_BPS] * 1e-4);
    int64_t ticks = (int64_t)in->params->value[PARAM_FLEETING_TICKS] * in->inst->tick;
    reach = reach > ticks ? reach : ticks;
    reach = reach < REACH_MAX * in->inst->tick ? reach : REACH_MAX * in->inst->tick;
    int64_t lo = in->bid.px - reach, hi = in->ask.px + reach;
    if (f->hit_n > 0)
        settle_hits(f, in);
    for (uint32_t i = 0; i < rows->bid_n + rows->ask_n; i++) {
        const struct level *level = &rows->levels[i];
        if (level->px >= lo && level->px <= hi)
            change(f, in, i < rows->bid_n ? SIDE_BID : SIDE_ASK, level);
    }
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct fleeting *f = state;
    (void)values;
    if (!in->is_true)
        return;
    if (ev->kind == EVENT_DEPTH) {
        on_depth(f, in, ev);
    } else if (ev->kind == EVENT_DEPTH_SNAPSHOT) {
        memset(f->slots, 0, sizeof f->slots);
        f->hit_n = 0;
    } else {
        const struct trade_row *row = event_rows_const(ev);
        int side = row->aggressor == AGGRESSOR_BUY ? SIDE_ASK : SIDE_BID;
        struct slot *s = slot_of(f, in->inst, side, row->px);
        if (row->flags & TRADE_NOT_MARKET)
            return;
        if (s->px == row->px)
            take_back(f, in, s, row->qty);
        hit(f, in, side, row);
    }
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct fleeting *f = state;
    double flagged = 0.0;
    if (!is_second || !in->is_true)
        return;
    f->shown = KEPT * f->shown + f->shown_now;
    f->cancelled = fmax(0.0, KEPT * f->cancelled + f->cancelled_now);
    f->shown_now = f->cancelled_now = 0.0;
    f->seconds++;
    for (int i = 0; i < PRICES; i++)
        flagged += is_flagged(&f->prices[i], in->now_ns);
    values[METRIC_REFILLS] = metric_ok(flagged);
    if (f->seconds < WATCH_S)
        values[METRIC_CANCELLED] = metric_none(METRIC_WARMUP);
    else if (f->shown < 1e-9)
        values[METRIC_CANCELLED] = metric_none(METRIC_NO_DATA);
    else
        values[METRIC_CANCELLED] = metric_ok(fmin(1.0, f->cancelled / f->shown));
}

static void forget(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)in;
    memset(state, 0, sizeof(struct fleeting));
    metrics_none(values, METRIC_CANCELLED, METRIC_REFILLS - METRIC_CANCELLED + 1, METRIC_NO_DATA);
}

static void detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    const struct fleeting *f = state;
    for (int i = 0; i < PRICES && ret_detail->refill_n < REFILLS_MAX; i++) {
        const struct refill *r = &f->prices[i];
        if (!is_flagged(r, in->now_ns))
            continue;
        ret_detail->refills[ret_detail->refill_n++] = (struct refill_view){.px = r->px,
                                                                           .last_ns = r->last_ns,
                                                                           .peak = (int64_t)r->peak,
                                                                           .hidden = r->hidden,
                                                                           .count = r->count,
                                                                           .side = (uint8_t)r->side};
    }
}

const struct measure measure_fleeting = {
    .name = "fleeting",
    .first = METRIC_CANCELLED,
    .n = METRIC_REFILLS - METRIC_CANCELLED + 1,
    .state_bytes = sizeof(struct fleeting),
    .state_version = 2,
    .kinds = MEASURE_BOOK_KINDS | 1u << EVENT_TRADE,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = forget,
    .on_missed = forget,
    .detail = detail,
};
