/* What the market answers by REST. */
#include "sim/source_market.h"

#include <stdlib.h>
#include <string.h>

static int find(const struct source_market *s, const char *symbol)
{
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        if (strcmp(s->listings[i].symbol, symbol) == 0) {
            return i;
        }
    }
    return -1;
}

static int refuse(const struct source_market *s, struct buf *out)
{
    buf_reset(out);
    s->dialect->error(out, -1121, "Invalid symbol.");
    return 400;
}

/* Where a stream tells changes of a window, the snapshot is what it last told: what the next change goes on from. */
static int answer_depth(struct source_market *s, int i, const struct rest_request *r, struct buf *out)
{
    size_t n[2], limit = (size_t)r->limit;
    uint64_t id = sim_market_last_id(s->market, i);
    int64_t time_ms = sim_market_time_ms(s->market);
    const struct price_level *sides[2] = {s->levels, s->levels + ROWS_MAX};
    int slot = s->dialect->book_window;
    if (slot >= 0 && s->watchers[STREAM_WINDOW][i + 1][slot] > 0) {
        const struct window_news news = window_news(&s->windows[i][slot], true);
        id = news.id;
        time_ms = news.time_ms;
        for (int side = 0; side < 2; side++) {
            sides[side] = news.rows[side];
            n[side] = news.n[side] < limit ? news.n[side] : limit;
        }
    } else {
        market_levels(s, i, limit, n);
    }
    if (r->spoil == SPOIL_STALE) {
        id = id > REST_STALE_BY ? id - REST_STALE_BY : 1;
    } else if (r->spoil == SPOIL_EMPTY) {
        n[0] = n[1] = 0;
    }
    s->dialect->book(out, &s->listings[i], id, market_event_ms(s), market_start_ms(s) + time_ms, sides[0],
                     n[0], sides[1], n[1]);
    return 200;
}

/* The same for all venues, with all digits. */
static int answer_truth(struct source_market *s, int i, struct buf *out)
{
    const struct listing *in = &s->listings[i];
    size_t n[2];
    market_levels(s, i, ROWS_MAX / (size_t)(in->coarse > 1 ? in->coarse : 1) - 1, n);
    buf_printf(out, "{\"lastUpdateId\":%llu,\"bids\":[",
               (unsigned long long)sim_market_last_id(s->market, i));
    put_pairs(out, in, s->levels, n[0], "");
    buf_text(out, "],\"asks\":[");
    put_pairs(out, in, s->levels + ROWS_MAX, n[1], "");
    buf_text(out, "]}");
    return 200;
}

static int answer_premium(struct source_market *s, int i, bool is_one, struct buf *out)
{
    bool is_list = !is_one || s->dialect->premium_is_list;
    struct figures f;
    buf_text(out, is_list ? "[" : "");
    for (int k = is_one ? i : 0; k <= (is_one ? i : MARKET_INSTRUMENTS - 1); k++) {
        buf_text(out, !is_one && k > 0 ? "," : "");
        market_figures(s, k, &f);
        s->dialect->premium(out, &s->listings[k], market_event_ms(s), &f);
    }
    buf_text(out, is_list ? "]" : "");
    return 200;
}

static int answer_bars(struct source_market *s, int i, const struct rest_request *r, struct buf *out)
{
    struct bar *list = calloc(BARS_MAX, sizeof list[0]);
    if (!list) {
        return AP_ENOMEM;
    }
    size_t n = bars_read(&s->bars[i], r->bar_ms, r->from_ms, r->to_ms, (size_t)r->limit, list);
    s->dialect->bars(out, &s->listings[i], market_event_ms(s), r->bar_ms, list, n);
    free(list);
    return 200;
}

int market_rest(struct source_market *s, const struct rest_request *r, struct buf *out)
{
    const struct dialect *d = s->dialect;
    int i = r->symbol[0] ? find(s, r->symbol) : 0;
    if (i < 0) {
        return refuse(s, out);
    }
    switch (r->kind) {
    case REST_PING: buf_text(out, "{}"); return 200;
    case REST_TIME: d->time(out, market_event_ms(s)); return 200;
    case REST_EXCHANGE_INFO:
        d->instruments(out, s->listings, MARKET_INSTRUMENTS, market_event_ms(s));
        return 200;
    case REST_DEPTH: return answer_depth(s, i, r, out);
    case REST_OPEN_INTEREST:
        d->open_interest(out, &s->listings[i], sim_market_open_interest(s->market, i), market_event_ms(s));
        return 200;
    case REST_PREMIUM_INDEX: return answer_premium(s, i, r->symbol[0] != '\0', out);
    case REST_BARS: return answer_bars(s, i, r, out);
    case REST_FUNDING_INFO: d->funding_info(out, s->listings, MARKET_INSTRUMENTS); return 200;
    case REST_SIM_TRUTH: return answer_truth(s, i, out);
    case REST_SIM_PAUSE:
        s->pauses = true;
        buf_printf(out, "{\"paused\":%s}", s->is_paused ? "true" : "false");
        return 200;
    case REST_SIM_HEAL:
    case REST_SIM_FAULTS: break; /* not the market's */
    }
    return refuse(s, out);
}
