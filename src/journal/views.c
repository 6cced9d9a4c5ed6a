/* What is kept as whole numbers and sums, as people want to read it. */
#include "schema.h"

/* A whole number of 10^-decimals, as a REAL. */
#define DECIMAL(value, decimals) value " / CAST('1e' || " decimals " AS REAL)"
#define PRICE(column)            DECIMAL(column, "s.price_decimals") " AS " column ", "
#define MID(column)              DECIMAL("mid2_" column " / 2.0", "s.price_decimals") " AS mid_" column ", "
#define SERIES                   " JOIN series AS s ON s.id = "
#define TIME                     ".time_s * 1000000000 AS time_ns, s.instrument, "

#define BARS_OF(name, width)     "CREATE VIEW " name " AS SELECT * FROM bars WHERE width_s = " width

/* One figure a column. */
#define FIGURE(metric_id, column) "max(CASE m.metric WHEN '" metric_id "' THEN f.value END) AS " column
#define DEPTH(bps)                                                                                           \
    FIGURE("book.depth.bid." bps, "bid_" bps "bps_usd")                                                      \
    ", " FIGURE("book.depth.ask." bps, "ask_" bps "bps_usd") ", "

/* clang-format off */
const char *const schema_views[] = {
    ("CREATE VIEW bars AS SELECT b.width_s, b.start_s * 1000000000 AS start_ns, s.instrument, "
     "partial OR seconds < width_s AS is_partial, " PRICE("open") PRICE("high") PRICE("low") PRICE("close")
     MID("open") MID("high") MID("low") MID("close")
     "buy_usd, sell_usd, buy_qty, sell_qty, vwap_qty / nullif(buy_qty + sell_qty, 0) AS vwap, trades, buys, "
     "true_ms / (1000.0 * width_s) AS book_known, spread_ms / nullif(true_ms, 0) AS spread_bps, "
     "bid_usd_s * 1000.0 / nullif(true_ms, 0) AS bid_depth_usd, "
     "ask_usd_s * 1000.0 / nullif(true_ms, 0) AS ask_depth_usd, depth_is_bound, "
     "long_usd AS long_liquidated_usd, short_usd AS short_liquidated_usd, longs AS long_liquidations, "
     "shorts AS short_liquidations, CASE completeness WHEN 1 THEN 'full' WHEN 2 THEN 'sampled' WHEN 3 THEN "
     "'inferred' ELSE 'unknown' END AS completeness FROM bar_sums AS b" SERIES "b.series"),
    BARS_OF("bars_1s", "1"),
    BARS_OF("bars_1m", "60"),
    BARS_OF("bars_1h", "3600"),
    BARS_OF("bars_1d", "86400"),
    ("CREATE VIEW comprehensive_analysis AS SELECT f" TIME "m.metric, m.label, f.value, m.unit, f.is_bound "
     "FROM figures AS f JOIN metrics AS m ON m.id = f.metric" SERIES "f.series"),
    ("CREATE VIEW market_depth_analysis AS SELECT f" TIME FIGURE("book.mid", "mid") ", "
     FIGURE("book.spread.bps", "spread_bps") ", "
     DEPTH("5") DEPTH("10") DEPTH("25") DEPTH("50") DEPTH("100") DEPTH("200")
     FIGURE("book.imbalance.distance", "imbalance") ", " FIGURE("book.pressure", "pressure_usd")
     " FROM figures AS f JOIN metrics AS m ON m.id = f.metric" SERIES "f.series GROUP BY f.time_s, f.series"),
    ("CREATE VIEW liquidation_levels AS SELECT e" TIME "CASE e.side WHEN 0 THEN 'long' ELSE 'short' END AS side, "
     DECIMAL("e.px", "s.price_decimals") " AS price, e.notional FROM estimates AS e" SERIES "e.series"),
};
/* clang-format on */
const size_t schema_view_n = sizeof(schema_views) / sizeof(schema_views[0]);
