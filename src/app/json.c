#include "json.h"
#include "json_detail.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* Sets a key; a value that could not be made (out of memory) makes the dump fail later, which is seen there. */
static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static json_t *decimal(int64_t value, int decimals)
{
    char text[FIXED_TEXT_MAX];
    fixed_format(text, value, decimals);
    return json_string(text);
}

static json_t *decimal_or_null(bool has, int64_t value, int decimals)
{
    return has ? decimal(value, decimals) : json_null();
}

static json_t *time_text(int64_t ns)
{
    char text[48];
    if (ns == 0)
        return json_null();
    text_time(text, sizeof text, ns, 9, true);
    return json_string(text);
}

static json_t *hex(uint64_t value)
{
    char text[20];
    snprintf(text, sizeof text, "%016" PRIx64, value);
    return json_string(text);
}

static json_t *count(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *json_level(const struct instrument *in, bool has, int64_t px, int64_t qty)
{
    if (!has)
        return json_null();
    json_t *o = json_object();
    set(o, "px", decimal(px, in->price_decimals));
    set(o, "qty", decimal(qty, in->qty_decimals));
    return o;
}

static const char *completeness_name(int completeness)
{
    static const char *const names[] = {"unknown", "full", "sampled", "inferred"};
    return completeness >= 0 && completeness <= COMPLETENESS_INFERRED ? names[completeness] : "unknown";
}

static json_t *json_liquidations(const struct liq_total totals[LIQ_WINDOWS])
{
    json_t *list = json_array();
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        const struct liq_total *t = &totals[i];
        json_t *o = json_object();
        set(o, "window_s", json_integer(t->window_ns / 1000000000));
        set(o, "covered_s", json_real((double)t->covered_ns / 1e9));
        set(o, "long_usd", json_real(t->long_usd));
        set(o, "short_usd", json_real(t->short_usd));
        set(o, "max_usd", json_real(t->max_usd));
        set(o, "count", count(t->count));
        set(o, "completeness", json_string(completeness_name(t->completeness)));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *json_book(const struct market_view *v)
{
    const struct instrument *in = &v->inst;
    json_t *o = json_object();
    set(o, "state", json_string(book_state_name(v->book_state)));
    set(o, "since", time_text(v->book_since_ns));
    set(o, "bid", json_level(in, v->has_touch, v->bid_px, v->bid_qty));
    set(o, "ask", json_level(in, v->has_touch, v->ask_px, v->ask_qty));
    set(o, "bid_levels", count(v->bid_levels));
    set(o, "ask_levels", count(v->ask_levels));
    set(o, "known_low", decimal_or_null(v->known_hi != 0, v->known_lo, in->price_decimals));
    set(o, "known_high", decimal_or_null(v->known_hi != 0, v->known_hi, in->price_decimals));
    set(o, "gaps", count(v->gaps));
    set(o, "resyncs", count(v->resyncs));
    set(o, "crossed", count(v->crossed));
    set(o, "events", count(v->depth_events));
    set(o, "level_updates", count(v->level_updates));
    set(o, "checksums", count(v->checksums));
    set(o, "checksum_failures", count(v->mismatches));
    set(o, "latency_ms", v->last_exch_ns ? json_real((double)v->latency_ns / 1e6) : json_null());
    return o;
}

static json_t *json_walls(const struct market_view *v)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < v->wall_n; i++) {
        const struct wall_view *w = &v->walls[i];
        json_t *o = json_object();
        set(o, "side", json_string(w->side == SIDE_BID ? "bid" : "ask"));
        set(o, "px", decimal(w->px, v->inst.price_decimals));
        set(o, "qty", decimal(w->qty, v->inst.qty_decimals));
        set(o, "born", time_text(w->born_ns));
        set(o, "z", json_real(w->z));
        set(o, "share", json_real(w->share));
        set(o, "absorb_minutes", w->absorb_minutes > 0.0 ? json_real(w->absorb_minutes) : json_null());
        set(o, "largest", decimal(w->largest, v->inst.qty_decimals));
        set(o, "filled", decimal(w->filled, v->inst.qty_decimals));
        set(o, "pulled", decimal(w->pulled, v->inst.qty_decimals));
        set(o, "refills", count(w->refills));
        set(o, "approaches", count(w->approaches));
        set(o, "pull_rate", w->pull_rate >= 0.0 ? json_real(w->pull_rate) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *json_metrics(const struct market_view *v)
{
    const struct metric_registry *r = metric_registry();
    json_t *all = json_object();
    for (int i = 0; i < r->n; i++) {
        const struct metric_value *value = &v->metrics[i];
        if (r->rows[i].is_host) /* what a replay cannot say the same of */
            continue;
        bool has = value->state == METRIC_OK || value->state == METRIC_DEGRADED;
        json_t *o = json_object();
        set(o, "value", has ? json_real(value->value) : json_null());
        set(o, "state", json_string(metric_state_name(value->state)));
        if (value->se > 0.0)
            set(o, "se", json_real(value->se));
        if (value->is_ref)
            set(o, "ref", json_true());
        set(all, r->rows[i].id, o);
    }
    return all;
}

static json_t *json_market(const struct market_view *v)
{
    const struct instrument *in = &v->inst;
    char name[INSTRUMENT_NAME_MAX];
    json_t *o = json_object();

    instrument_name(in, name);
    set(o, "name", json_string(name));
    set(o, "book", json_book(v));
    json_t *last = json_level(in, v->has_last, v->last_px, v->last_qty);
    if (v->has_last) {
        set(last, "side", json_string(v->last_side == AGGRESSOR_BUY ? "buy" : "sell"));
        set(last, "time", time_text(v->last_trade_ns));
    }
    set(o, "last", last);
    set(o, "trades", count(v->trades));
    set(o, "day_open", decimal_or_null(v->has_day_open, v->day_open_px, in->price_decimals));
    set(o, "mark", decimal_or_null(v->has_mark, v->mark, in->mark_decimals));
    set(o, "index", decimal_or_null(v->has_mark && v->index != 0, v->index, in->mark_decimals));
    set(o, "funding_rate", decimal_or_null(v->has_funding, v->funding_rate, in->rate_decimals));
    set(o, "next_funding", v->has_funding ? time_text(v->next_funding_ns) : json_null());
    set(o, "open_interest", decimal_or_null(v->has_oi, v->open_interest, in->qty_decimals));
    set(o, "walls", json_walls(v));
    set(o, "liquidations", json_liquidations(v->liq));
    set(o, "metrics", json_metrics(v));
    return o;
}

static json_t *ms_if(bool has, int64_t ns)
{
    return has ? json_real((double)ns / 1e6) : json_null();
}

/* Of all books of a venue. */
static void json_books(json_t *o, struct engine *e, const char *venue)
{
    uint64_t gaps = 0, resyncs = 0, failures = 0;
    for (uint32_t i = 0; i < engine_market_count(e); i++) {
        const struct market_view *v = engine_market(e, i);
        bool is_here = strcmp(v->inst.venue, venue) == 0;
        gaps += is_here ? v->gaps : 0;
        resyncs += is_here ? v->resyncs : 0;
        failures += is_here ? v->mismatches : 0;
    }
    set(o, "gaps", count(gaps));
    set(o, "resyncs", count(resyncs));
    set(o, "checksum_failures", count(failures));
}

static json_t *json_unknown(const struct feed_row *r)
{
    json_t *list = json_array();
    for (int i = 0; i < FEED_UNKNOWN_MAX && r->unknown[i].name[0]; i++) {
        json_t *o = json_object();
        set(o, "type", json_string(r->unknown[i].name));
        set(o, "count", count(r->unknown[i].count));
        json_array_append_new(list, o);
    }
    return list;
}

/* How far the venue's clock is ahead of ours, and how late book updates come by that clock. */
static void json_times(json_t *o, const struct feed_row *r)
{
    set(o, "clock_offset_ms", ms_if(r->has_clock, r->clock_ns));
    set(o, "clock_error_ms", ms_if(r->has_clock, r->clock_error_ns));
    set(o, "latency_p50_ms", ms_if(r->has_latency, r->latency_p50_ns));
    set(o, "latency_p99_ms", ms_if(r->has_latency, r->latency_p99_ns));
    set(o, "latency_corrected", json_boolean(r->has_latency && !r->is_latency_raw));
}

static json_t *json_feed(struct engine *e, const struct feed_view *f)
{
    const struct feed_row *r = &f->row;
    int64_t now_ns = engine_head(e)->time_ns;
    json_t *o = json_object();
    set(o, "venue", json_string(r->venue));
    set(o, "state", json_string(feed_state_name(r->state)));
    set(o, "since", time_text(f->since_ns));
    set(o, "last", time_text(f->last_ns));
    set(o, "reason", json_string(r->reason));
    set(o, "frames", count(r->frames));
    set(o, "bytes", count(r->bytes));
    set(o, "frames_per_s", count(r->frames_per_s));
    set(o, "bytes_per_s", count(r->bytes_per_s));
    set(o, "bad_frames", count(r->bad_frames));
    set(o, "unknown_frames", count(r->unknown_frames));
    set(o, "reconnects", count(r->reconnects));
    set(o, "refused", count(r->refused));
    set(o, "rest_errors", count(r->rest_errors));
    set(o, "rotations", count(r->rotations));
    set(o, "renewals", count(r->renewals));
    set(o, "repeats", count(r->repeats));
    set(o, "age_ms", ms_if(f->last_ns != 0, now_ns - f->last_ns));
    set(o, "unknown", json_unknown(r));
    json_books(o, e, r->venue);
    json_times(o, r);
    return o;
}

static json_t *real_if(bool has, double value)
{
    return has ? json_real(value) : json_null();
}

static json_t *json_position(const struct position_view *p)
{
    json_t *o = json_object();
    set(o, "account", json_string(p->pos.account));
    set(o, "instrument", json_string(p->pos.instrument));
    set(o, "side", json_string(p->pos.side == POSITION_LONG ? "long" : "short"));
    set(o, "margin", json_string(p->pos.margin_mode == MARGIN_CROSS ? "cross" : "isolated"));
    set(o, "size", json_real(p->pos.qty));
    set(o, "entry", json_real(p->pos.entry));
    set(o, "mark", real_if(p->has_mark, p->mark));
    set(o, "notional", real_if(p->has_mark, p->notional));
    set(o, "leverage", real_if(p->has_mark, p->leverage));
    set(o, "upnl", real_if(p->has_mark, p->upnl));
    set(o, "maintenance", real_if(p->has_mark && p->has_tiers, p->maintenance));
    set(o, "liquidation_price", real_if(p->has_liq, p->liq));
    set(o, "distance_pct", real_if(p->has_liq && p->has_mark, p->distance_pct));
    return o;
}

static json_t *json_risk(const struct risk_view *r)
{
    json_t *o = json_object(), *accounts = json_array(), *positions = json_array();
    for (uint32_t i = 0; i < r->account_n; i++) {
        const struct account_view *a = &r->accounts[i];
        json_t *row = json_object();
        set(row, "name", json_string(a->acc.name));
        set(row, "venue", json_string(a->acc.venue));
        set(row, "wallet", json_real(a->acc.wallet));
        set(row, "equity", real_if(a->is_known, a->equity));
        set(row, "upnl", real_if(a->is_known, a->upnl));
        set(row, "maintenance", real_if(a->is_known, a->maintenance));
        set(row, "margin_ratio", real_if(a->is_known, a->margin_ratio));
        json_array_append_new(accounts, row);
    }
    for (uint32_t i = 0; i < r->position_n; i++)
        json_array_append_new(positions, json_position(&r->positions[i]));
    set(o, "accounts", accounts);
    set(o, "positions", positions);
    set(o, "first_to_die", r->first_to_die < 0 ? json_null() : json_integer(r->first_to_die));
    return o;
}

static json_t *json_head(const struct head_view *h)
{
    json_t *o = json_object(), *digest = json_object();
    set(o, "time", time_text(h->time_ns));
    set(o, "time_ns", json_integer(h->time_ns));
    set(o, "seq", count(h->seq));
    set(o, "source", json_string(h->source));
    set(digest, "exact", hex(h->digest_exact));
    set(digest, "all", hex(h->digest_all));
    set(o, "digest", digest);
    set(o, "lost", count(h->lost));
    return o;
}

/* This machine; no part of any digest. */
static json_t *json_host(const struct host_view *h)
{
    json_t *o = json_object(), *journal = json_object();
    set(o, "events", count(h->events));
    set(o, "events_per_s", count(h->events_per_s));
    set(o, "ring_used", count(h->ring_used));
    set(o, "ring_size", count(h->ring_size));
    set(o, "ring_refused", count(h->ring_refused));
    set(o, "decode_p50_us", json_real((double)h->decode_p50_ns / 1e3));
    set(o, "decode_p99_us", json_real((double)h->decode_p99_ns / 1e3));
    set(o, "apply_p50_us", json_real((double)h->apply_p50_ns / 1e3));
    set(o, "apply_p99_us", json_real((double)h->apply_p99_ns / 1e3));
    set(o, "publish_p50_us", json_real((double)h->publish_p50_ns / 1e3));
    set(o, "publish_p99_us", json_real((double)h->publish_p99_ns / 1e3));
    set(o, "publish_max_us", json_real((double)h->publish_max_ns / 1e3));
    set(o, "resident_bytes", count(h->resident_bytes));
    set(journal, "state", json_string(journal_state_name(h->journal_state)));
    set(journal, "events", count(h->journal_events));
    set(journal, "bytes", count(h->journal_bytes));
    set(journal, "lag_bytes", count(h->journal_lag_bytes));
    set(journal, "lost", count(h->journal_lost));
    set(journal, "committed", time_text(h->journal_commit_ns));
    set(journal, "path", json_string(h->journal_path));
    set(journal, "text", json_string(h->journal_text));
    set(o, "journal", journal);
    return o;
}

static int append_dump(const char *bytes, size_t n, void *user)
{
    return buf_append(user, bytes, n) < 0 ? -1 : 0;
}

int json_state(struct engine *e, const struct host_view *host, struct buf *out)
{
    const struct head_view *h = engine_head(e);
    json_t *o = json_head(h), *feeds = json_array(), *markets = json_array();
    struct detail detail;

    for (uint32_t i = 0; i < h->feed_n; i++)
        json_array_append_new(feeds, json_feed(e, &h->feeds[i]));
    for (uint32_t i = 0; i < h->market_n; i++) {
        const struct market_view *v = engine_market(e, i);
        json_t *market = json_market(v);
        engine_detail(e, i, &detail);
        set(market, "detail", json_detail(&v->inst, &detail));
        json_array_append_new(markets, market);
    }
    set(o, "feeds", feeds);
    set(o, "instruments", markets);
    set(o, "liquidations", json_liquidations(h->liq));
    set(o, "risk", json_risk(&h->risk));
    set(o, "host", host ? json_host(host) : json_null());
    int err = json_dump_callback(o, append_dump, out, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(o);
    return err < 0 ? AP_ENOMEM : buf_byte(out, '\n');
}
