/* What a cell means. Panels draw by role; a theme says how a role looks. */
#ifndef UI_ROLE_H
#define UI_ROLE_H

#include <stdint.h>

/* name (as in theme files), letter (in golden screens), meaning */
#define ROLE_LIST(X)                                                                                         \
    X(TEXT, text, 't', "plain text and figures")                                                             \
    X(DIM, dim, 'd', "labels, units and what matters least")                                                 \
    X(BRIGHT, bright, 'T', "figures that matter most")                                                       \
    X(TITLE, title, 'n', "titles of panels")                                                                 \
    X(FOCUS, focus, 'N', "title of the panel that has the keyboard")                                         \
    X(BORDER, border, 'l', "lines between panels")                                                           \
    X(BID, bid, 'b', "bid figures, buyers")                                                                  \
    X(ASK, ask, 'a', "ask figures, sellers")                                                                 \
    X(BID_BAR, bid_bar, 'B', "size bar of a bid")                                                            \
    X(ASK_BAR, ask_bar, 'A', "size bar of an ask")                                                           \
    X(PRICE, price, 'p', "prices on an axis")                                                                \
    X(LAST, last, 'P', "the last price")                                                                     \
    X(WALL, wall, 'w', "a liquidity wall")                                                                   \
    X(TRACE, trace, 'm', "the mid price over the heatmap")                                                   \
    X(BUY, buy, '^', "a taker bought")                                                                       \
    X(SELL, sell, 'v', "a taker sold")                                                                       \
    X(LIQ_LONG, liq_long, 'L', "a long was liquidated")                                                      \
    X(LIQ_SHORT, liq_short, 'S', "a short was liquidated")                                                   \
    X(GOOD, good, 'g', "as it should be")                                                                    \
    X(WARN, warn, '!', "look at this")                                                                       \
    X(BAD, bad, 'X', "wrong, or about to be")                                                                \
    X(ALARM, alarm, '#', "a band of text nobody may miss")                                                   \
    X(UNKNOWN, unknown, '?', "not known")                                                                    \
    X(OWN, own, 'o', "own positions, entries, liquidation prices")                                           \
    X(SELECTION, selection, 's', "the row under the cursor")                                                 \
    X(KEY, key, 'k', "keys in the footer and the help")                                                      \
    X(HELD, held, 'h', "the picture is held")                                                                \
    X(REPLAY, replay, 'R', "the frame of a replay")                                                          \
    X(STRIP, strip, 'i', "volume and other small bars")                                                      \
    X(BOX, box, 'x', "text of boxes over the screen")

enum role {
#define X(name, text, letter, meaning) ROLE_##name,
    ROLE_LIST(X)
#undef X
        ROLE_N
};

/* A paint is a role or a shade of the heatmap, dark to bright. */
#define HEAT_SHADES       32
#define PAINT_HEAT(shade) ((uint8_t)(ROLE_N + (shade)))
#define PAINT_N           (ROLE_N + HEAT_SHADES)
#define PAINT_OWN         255 /* as a background: that of the cell's own role */

enum attr { ATTR_BOLD = 1 << 0, ATTR_DIM = 1 << 1, ATTR_UNDERLINE = 1 << 2, ATTR_REVERSE = 1 << 3 };

#endif
