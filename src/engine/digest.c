#include "digest.h"

#include <alphaplus/base/hash.h>

void digest_u64(struct digest *d, uint64_t value)
{
    d->exact = hash_u64(d->exact, value);
    d->all = hash_u64(d->all, value);
}

static void digest_double(struct digest *d, double value)
{
    d->all = hash_double(d->all, value);
}

void digest_liq_totals(struct digest *d, const struct liq_total totals[LIQ_WINDOWS])
{
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        const struct liq_total *t = &totals[i];
        digest_u64(d, (uint64_t)t->covered_ns);
        digest_u64(d, (uint64_t)t->max_ns);
        digest_u64(d, t->count);
        digest_u64(d, t->completeness);
        digest_double(d, t->long_usd);
        digest_double(d, t->short_usd);
        digest_double(d, t->max_usd);
    }
}

/* Whether a level is a wall hangs on logarithms, so all of it counts as doubles. */
static void digest_walls(struct digest *d, const struct market_view *v)
{
    d->all = hash_u64(d->all, v->wall_n);
    for (uint32_t i = 0; i < v->wall_n; i++) {
        const struct wall_view *w = &v->walls[i];
        d->all = hash_u64(d->all, (uint64_t)w->px);
        d->all = hash_u64(d->all, (uint64_t)w->qty);
        d->all = hash_u64(d->all, (uint64_t)w->born_ns);
        digest_double(d, w->z);
        digest_double(d, w->share);
        digest_double(d, w->absorb_minutes);
        d->all = hash_u64(d->all, (uint64_t)w->largest);
        d->all = hash_u64(d->all, (uint64_t)w->filled);
        d->all = hash_u64(d->all, (uint64_t)w->pulled);
        d->all = hash_u64(d->all, w->refills | (uint64_t)w->approaches << 32);
        digest_double(d, w->pull_rate);
    }
}

void digest_market(struct digest *d, const struct market_view *v, const struct metric_registry *registry)
{
    const int64_t figures[] = {
        v->book_state,    v->has_touch,     v->has_last,         v->has_mark,
        v->has_funding,   v->has_oi,        v->last_side,        v->has_day_open,
        v->book_since_ns, v->last_depth_ns, v->last_exch_ns,     v->known_lo,
        v->known_hi,      v->bid_px,        v->bid_qty,          v->ask_px,
        v->ask_qty,       v->last_px,       v->last_qty,         v->last_trade_ns,
        v->mark,          v->index,         v->funding_rate,     v->next_funding_ns,
        v->mark_ns,       v->open_interest, v->open_interest_ns, v->day_open_px,
        v->day_open_ns,
    };
    const uint64_t counts[] = {v->gaps,          v->resyncs, v->crossed,    v->depth_events,
                               v->level_updates, v->trades,  v->bid_levels, v->ask_levels};

    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        digest_u64(d, (uint64_t)figures[i]);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        digest_u64(d, counts[i]);
    digest_liq_totals(d, v->liq);
    digest_walls(d, v);
    for (int i = 0; i < registry->n; i++) {
        if (registry->rows[i].is_host)
            continue;
        d->all = hash_u64(d->all, v->metrics[i].state | (uint64_t)v->metrics[i].is_ref << 8);
        digest_double(d, v->metrics[i].value);
        digest_double(d, v->metrics[i].se);
    }
}

void digest_bytes(struct digest *d, const void *bytes, size_t n)
{
    d->all = hash_bytes(d->all, bytes, n);
}

static void digest_account(struct digest *d, const struct account_view *a)
{
    digest_u64(d, a->is_known);
    digest_double(d, a->equity);
    digest_double(d, a->upnl);
    digest_double(d, a->maintenance);
    digest_double(d, a->margin_ratio);
}

static void digest_position(struct digest *d, const struct position_view *p)
{
    digest_u64(d, (uint64_t)(p->has_mark | p->has_liq << 1 | p->has_tiers << 2));
    digest_double(d, p->mark);
    digest_double(d, p->notional);
    digest_double(d, p->leverage);
    digest_double(d, p->upnl);
    digest_double(d, p->maintenance);
    digest_double(d, p->liq);
    digest_double(d, p->distance_pct);
}

void digest_risk(struct digest *d, const struct risk_view *r)
{
    digest_u64(d, r->account_n);
    digest_u64(d, r->position_n);
    digest_u64(d, (uint64_t)(int64_t)r->first_to_die);
    for (uint32_t i = 0; i < r->account_n; i++)
        digest_account(d, &r->accounts[i]);
    for (uint32_t i = 0; i < r->position_n; i++)
        digest_position(d, &r->positions[i]);
}

void digest_feeds(struct digest *d, const struct head_view *h)
{
    digest_u64(d, h->feed_n);
    for (uint32_t i = 0; i < h->feed_n; i++) {
        const struct feed_view *f = &h->feeds[i];
        digest_u64(d, f->row.state);
        digest_u64(d, f->row.frames);
        digest_u64(d, f->row.reconnects);
        digest_u64(d, (uint64_t)f->since_ns);
        digest_u64(d, (uint64_t)f->last_ns);
    }
}
