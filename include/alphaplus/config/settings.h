/* Settings: one table of names, defaults, ranges and meanings; read from an INI file, never written by the program. */
#ifndef ALPHAPLUS_CONFIG_SETTINGS_H
#define ALPHAPLUS_CONFIG_SETTINGS_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* section, name, kind, default (text), lowest, highest, meaning; strings: choices, '|'-separated, or "" for free text */
#define SETTING_LIST(X)                                                                                      \
    X(screen, theme, STRING, "default", 0, 0, "colour theme: a name of themes/ or a path")                   \
    X(screen, glyphs, STRING, "auto", 0, 0, "auto|ascii|utf8")                                               \
    X(screen, colors, STRING, "auto", 0, 0, "auto|mono|8|16|256|direct")                                     \
    X(screen, fps, INT, "10", 1, 60, "frames a second at most")                                              \
    X(screen, mouse, BOOL, "no", 0, 1, "take mouse clicks (off: the terminal selects text)")                 \
    X(screen, utc, BOOL, "yes", 0, 1, "times in UTC")                                                        \
    X(screen, tape_floor, REAL, "10000", 0, 1e12, "USD: smaller sweeps are left out of the tape")            \
    X(screen, liquidation_floor, REAL, "10000", 0, 1e12,                                                     \
      "USD: smaller liquidations are left out of the feed")                                                  \
    X(screen, mark_trades, REAL, "125000", 0, 1e12, "USD: sweeps marked in the heatmap")                     \
    X(journal, directory, STRING, "", 0, 0, "where journals go; empty: XDG_DATA_HOME/alphaplus")             \
    X(journal, keep_days, INT, "0", 0, 36500,                                                                \
      "older events are pruned from the journal while it is written; 0: kept")                               \
    X(journal, max_gigabytes, INT, "0", 0, 1000000,                                                          \
      "the oldest events are pruned when the journal is larger; 0: no limit")                                \
    X(feeds, instruments, STRING, "binance:BTCUSDT", 0, 0, "what `live` watches when nothing is named")      \
    X(risk, positions, STRING, "", 0, 0, "file of own accounts and positions")

#define SETTING_TEXT_MAX  256
#define SETTING_PAIRS_MAX 256
#define SETTING_ID_MAX    48

enum setting {
#define X(section, name, kind, standard, lowest, highest, meaning) SETTING_##section##_##name,
    SETTING_LIST(X)
#undef X
        SETTINGS
};
/* A line of [params]. Which ids there are, and their ranges, is for those to check who know them. */
struct setting_pair {
    char id[SETTING_ID_MAX];
    double value;
    int line; /* of `file` */
};

struct settings {
    struct {
        char theme[SETTING_TEXT_MAX], glyphs[SETTING_TEXT_MAX], colors[SETTING_TEXT_MAX];
        int fps;
        bool mouse, utc;
        double tape_floor, liquidation_floor, mark_trades;
    } screen;
    struct {
        char directory[SETTING_TEXT_MAX];
        int keep_days, max_gigabytes;
    } journal;
    struct {
        char instruments[SETTING_TEXT_MAX];
    } feeds;
    struct {
        char positions[SETTING_TEXT_MAX];
    } risk;
    struct {
        struct setting_pair pairs[SETTING_PAIRS_MAX];
        size_t n;
    } params;
    char file[SETTING_TEXT_MAX]; /* read last, its end if the name is longer; "": none */
    int lines[SETTINGS];         /* of `file`, where each was set; 0: the default */
};

void settings_default(struct settings *s);
/* Reads the file over what is in *s. Every fault is told with file and line in `why` (one a line); on a fault *s is unchanged and
 * AP_ESYNTAX returned. AP_ENOTFOUND: no such file; AP_ETYPE: not a regular file; AP_ETOOBIG: over 256 KiB; AP_EACCESS, AP_EIO.
 * `name = value`, comments by ';' or '#' in a line of their own or by ';' after a blank; lines up to 190 bytes. */
AP_MUST_CHECK int settings_load(struct settings *s, const char *path, struct buf *why);
AP_MUST_CHECK int settings_parse(struct settings *s, const char *text, size_t n, const char *name,
                                 struct buf *why);
/* `section.name = value (default ..., meaning; where from)` a line. */
AP_MUST_CHECK int settings_print(const struct settings *s, struct buf *ret_text);

#endif
