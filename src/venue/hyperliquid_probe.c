/* Hyperliquid: what an instrument's decimals must hold, read off frames; for captures without the venue's list. */
#include "hyperliquid.h"

#include <string.h>

static int probe_row(struct venue_probe_symbol *seen, const struct fields *row, int px_key, int sz_key)
{
    int err = fields_probe_price(seen, row, px_key);
    return err < 0 ? err : fields_probe_decimals(&seen->qty_decimals, row, sz_key);
}

static int probe_book(struct venue_probe *p, const struct scan_value *data)
{
    struct venue_probe_symbol seen = {.has_depth = 1};
    struct fields book, row;
    struct scan_value sides[2];
    int err;
    if ((err = fields_of(data, &hyperliquid_book, &book)) < 0 ||
        (err = fields_name(&book, BOOK_coin, seen.symbol)) < 0) {
        return err;
    }
    if (!fields_has(&book, BOOK_levels)) {
        return AP_ESYNTAX;
    }
    if ((err = hyperliquid_pair(&book.values[BOOK_levels], sides)) < 0) {
        return err;
    }
    for (int i = 0; i < 2; i++) {
        struct scan s;
        int more = fields_array(&sides[i], &s);
        while (more == 0 && (more = fields_next(&s, &hyperliquid_row, &row)) == 1) {
            more = probe_row(&seen, &row, ROW_px, ROW_sz);
        }
        if (more < 0) {
            return more;
        }
    }
    return fields_probe_add(p, &seen, hyperliquid_infer);
}

static int probe_bbo(struct venue_probe *p, const struct scan_value *data)
{
    struct venue_probe_symbol seen = {.has_depth = 0};
    struct fields bbo, row;
    struct scan_value best[2];
    int err;
    if ((err = fields_of(data, &hyperliquid_bbo, &bbo)) < 0 ||
        (err = fields_name(&bbo, BBO_coin, seen.symbol)) < 0) {
        return err;
    }
    if (!fields_has(&bbo, BBO_bbo)) {
        return AP_ESYNTAX;
    }
    if ((err = hyperliquid_pair(&bbo.values[BBO_bbo], best)) < 0) {
        return err;
    }
    for (int i = 0; i < 2; i++) {
        if (best[i].type != SCAN_NULL && ((err = fields_of(&best[i], &hyperliquid_row, &row)) < 0 ||
                                          (err = probe_row(&seen, &row, ROW_px, ROW_sz)) < 0)) {
            return err;
        }
    }
    return fields_probe_add(p, &seen, hyperliquid_infer);
}

/* All of a message are of one coin. */
static int probe_trades(struct venue_probe *p, const struct scan_value *data)
{
    struct venue_probe_symbol seen = {.has_depth = 0};
    struct scan s;
    struct fields trade;
    int err = fields_array(data, &s), more;
    if (err < 0) {
        return err;
    }
    while ((more = fields_next(&s, &hyperliquid_trade, &trade)) == 1) {
        if (seen.symbol[0] != '\0' && !fields_is(&trade, TRADE_coin, seen.symbol)) {
            return AP_ESYNTAX;
        }
        if ((err = fields_name(&trade, TRADE_coin, seen.symbol)) < 0 ||
            (err = probe_row(&seen, &trade, TRADE_px, TRADE_sz)) < 0) {
            return err;
        }
    }
    return more < 0 || seen.symbol[0] == '\0' ? more : fields_probe_add(p, &seen, hyperliquid_infer);
}

static int probe_ctx(struct venue_probe *p, const struct scan_value *data)
{
    struct venue_probe_symbol seen = {.has_depth = 0};
    struct fields ctx, figures;
    int err;
    if ((err = fields_of(data, &hyperliquid_ctx, &ctx)) < 0 ||
        (err = fields_name(&ctx, CTX_coin, seen.symbol)) < 0) {
        return err;
    }
    if (!fields_has(&ctx, CTX_ctx)) {
        return AP_ESYNTAX;
    }
    if ((err = fields_of(&ctx.values[CTX_ctx], &hyperliquid_figures, &figures)) < 0 ||
        (err = fields_probe_decimals(&seen.mark_decimals, &figures, FIGURE_mark)) < 0 ||
        (err = fields_probe_decimals(&seen.mark_decimals, &figures, FIGURE_oracle)) < 0 ||
        (err = fields_probe_decimals(&seen.rate_decimals, &figures, FIGURE_funding)) < 0) {
        return err;
    }
    return fields_probe_add(p, &seen, hyperliquid_infer);
}

int hyperliquid_probe(struct venue_probe *p, const char *bytes, size_t n)
{
    static const struct {
        const char *kind;
        int (*probe)(struct venue_probe *p, const struct scan_value *data);
    } kinds[] = {
        {"l2Book", probe_book},
        {"bbo", probe_bbo},
        {"trades", probe_trades},
        {"activeAssetCtx", probe_ctx},
    };
    struct hyperliquid_frame frame;
    int err = n > FRAME_BYTES_MAX ? AP_ETOOBIG : hyperliquid_read(bytes, n, &frame);
    if (err != 0 || frame.data.type == 0) {
        return err < 0 ? err : 0;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (hyperliquid_is(&frame, kinds[i].kind)) {
            return kinds[i].probe(p, &frame.data);
        }
    }
    return 0;
}

struct instrument hyperliquid_instrument(void)
{
    return (struct instrument){
        .venue = "hyperliquid",
        .quote = "USDC",
        .settle = "USDC",
        .version = 1,
        .kind = INSTRUMENT_PERPETUAL,
        .book_rule = BOOK_RULE_SNAPSHOTS,
        .tick = 1, /* it moves with the price: the finest */
        .lot = 1,
        .multiplier = INT64_C(100000000),
        .funding_interval_s = HYPERLIQUID_FUNDING_S,
        .trading = 1,
        .liq_completeness = COMPLETENESS_UNKNOWN,
    };
}

void hyperliquid_infer(const struct venue_probe_symbol *seen, struct instrument *ret_in)
{
    struct instrument in = hyperliquid_instrument();
    in.inferred = 1;
    in.price_decimals = seen->price_decimals;
    in.qty_decimals = seen->qty_decimals;
    in.mark_decimals = seen->mark_decimals;
    in.rate_decimals = seen->rate_decimals;
    memcpy(in.symbol, seen->symbol, sizeof(in.symbol));
    if (strlen(in.symbol) < sizeof(in.base)) {
        memcpy(in.base, in.symbol, strlen(in.symbol) + 1);
    }
    *ret_in = in;
}
