/* Own accounts and positions from a plain INI file; margin tiers from the table that is built in.
 *
 *     [account]                      [position]
 *     name = bin                     account = bin
 *     venue = binance                instrument = binance:BTCUSDT
 *     currency = USDT                side = long
 *     wallet = 100000                size = 6.000
 *                                    entry = 64850.0
 *                                    margin = cross          ; or: isolated 5400
 *                                    stop = 62175 */
#ifndef ALPHAPLUS_CONFIG_POSITIONS_H
#define ALPHAPLUS_CONFIG_POSITIONS_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <alphaplus/model/position.h>
#include <stddef.h>

struct positions {
    struct account accounts[ACCOUNT_MAX];
    size_t account_n;
    struct position positions[POSITION_MAX];
    size_t position_n;
};

/* Faults as in settings_load: all of them, with file and line. */
AP_MUST_CHECK int positions_load(const char *path, struct positions *ret_positions, struct buf *why);
AP_MUST_CHECK int positions_parse(const char *text, const char *name, struct positions *ret_positions,
                                  struct buf *why);

/* Built-in tiers of "binance:BTCUSDT" and their date; returns how many, 0 when not known. */
size_t tiers_builtin(const char *instrument, struct margin_tier *tiers, size_t max, const char **ret_date);

#endif
