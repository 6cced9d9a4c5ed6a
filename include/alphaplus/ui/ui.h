/* The screen: panels over published state, keys to actions. Draws on a canvas; asks its owner for what it cannot do itself. */
#ifndef ALPHAPLUS_UI_UI_H
#define ALPHAPLUS_UI_UI_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <alphaplus/config/settings.h>
#include <alphaplus/model/publication.h>
#include <alphaplus/model/view.h>
#include <alphaplus/ui/term.h>
#include <stdbool.h>
#include <stdint.h>

struct ui; /* opaque */

/* Places worth going to; the words are of the screen and of `:next`. */
#define UI_MARK_LIST(X)                                                                                      \
    X(LIQUIDATION, "liquidation", "a large liquidation")                                                     \
    X(TRADE, "trade", "a large trade")                                                                       \
    X(FORMED, "formed", "a wall formed")                                                                     \
    X(PULLED, "pulled", "a wall went")                                                                       \
    X(GAP, "gap", "events are missing")
enum ui_mark {
#define X(name, word, text) UI_MARK_##name,
    UI_MARK_LIST(X)
#undef X
        UI_MARK_N
};
#define UI_MARK_ALL ((1u << UI_MARK_N) - 1)
struct ui_mark_at {
    int64_t time_ns;
    uint32_t kind; /* enum ui_mark */
    uint32_t pad;
};
#define UI_BINS 256 /* parts of the time line */

/* The transport, when the screen plays a journal, or the running session again. */
struct ui_replay {
    bool is_on;
    bool is_paused, is_ended;
    bool is_seeking;
    bool is_live; /* of the session that is running, last_ns being now */
    bool is_loop;
    bool is_growing; /* somebody writes what is played */
    double speed;    /* 0: as fast as possible */
    int64_t at_ns, first_ns, last_ns;
    double surveyed;       /* part of it whose marks are known, 0..1 */
    uint64_t bins_version; /* changes when bins do */
    uint8_t bins[UI_BINS]; /* of first..last: 1 << enum ui_mark */
};

/* What happened while nobody looked; the owner finds it out, and shows how far it is. */
#define UI_AWAY_LIQS 5
struct ui_away {
    double progress; /* 0..1; 1: done */
    int error;       /* AP_E* or 0 */
    int64_t from_ns, to_ns;
    uint32_t market_n;
    struct ui_away_market {
        char name[INSTRUMENT_NAME_MAX];
        double first, last, low, high; /* quote currency; 0: no trade */
        int64_t low_ns, high_ns;
        double long_usd, short_usd; /* liquidated */
        uint64_t liqs;
        uint8_t completeness; /* of the liquidations: enum completeness */
        uint8_t pad[7];
    } markets[INSTRUMENT_MAX];
    uint32_t liq_n;
    struct liq_item liqs[UI_AWAY_LIQS]; /* largest first; instrument: index of `markets` */
    uint32_t position_n;
    struct ui_away_position {
        struct position pos;
        double distance_pct; /* least way to its liquidation price; 0 with at_ns 0: never known */
        int64_t at_ns;
        double funding; /* paid (received: negative), quote currency */
        uint32_t fundings;
        uint32_t pad;
    } positions[POSITION_MAX];
    uint64_t gaps, lost;
    int64_t gap_ns; /* of all gaps of books together, and of the time between sessions */
};

struct ui_options {
    struct term *term;                      /* borrowed */
    const struct settings *settings;        /* borrowed */
    const struct metric_registry *registry; /* borrowed */
    struct publication *publication;        /* borrowed; the ui is a reader and viewer 0 */
    const char *title;                      /* "demo", "live", "replay FILE" */
    int32_t utc_offset_s;                   /* of local time, east positive */
    bool asks_before_quit;                  /* quitting would stop a recording */
    /* Watches one instrument more, or one no more: 0, or an error with its reason in `why`. NULL: what is watched is fixed. */
    int (*watch)(void *user, bool is_removal, const char *name, char *why, size_t why_size);
    void *user; /* borrowed */
};
AP_MUST_CHECK int ui_create(const struct ui_options *o, struct ui **ret_ui, char *why, size_t why_size);
void ui_destroy(struct ui *ui);

/* What the owner must do. */
enum ui_wish {
    UI_WISH_QUIT = 1 << 0,
    UI_WISH_SUSPEND = 1 << 1,
    UI_WISH_PAUSE = 1 << 2,  /* replay: toggle */
    UI_WISH_FASTER = 1 << 3, /* one notch */
    UI_WISH_SLOWER = 1 << 4,
    UI_WISH_STEP_EVENT = 1 << 5,
    UI_WISH_STEP_DEPTH = 1 << 6,
    UI_WISH_STEP_SECOND = 1 << 7,
    UI_WISH_SEEK = 1 << 8,    /* to ui_seek_ns() */
    UI_WISH_JUMP = 1 << 9,    /* to a mark: ui_jump() */
    UI_WISH_REWIND = 1 << 10, /* live: hold the session and go about in it, at ui_seek_ns() */
    UI_WISH_NOW = 1 << 11,    /* back to what is running */
    UI_WISH_AWAY = 1 << 12,   /* digest what was between ui_away_from() and now */
};
/* All keys that wait. Returns wishes (enum ui_wish), each to be fulfilled once. */
unsigned ui_keys(struct ui *ui);
int64_t ui_seek_ns(const struct ui *ui);
/* Kinds wanted (1 << enum ui_mark); the direction is -1 or 1. */
unsigned ui_jump(const struct ui *ui, int *ret_direction);
int64_t ui_away_from(const struct ui *ui);
/* Shown until the user closes it; copied. */
void ui_show_away(struct ui *ui, const struct ui_away *away);
/* A line at the bottom for a few seconds. */
void ui_tell(struct ui *ui, bool is_bad, const char *text);
/* Looks at another publication from now on: another engine's view of the same instruments. */
void ui_look_at(struct ui *ui, struct publication *publication);
/* Draws a frame when something changed since the last one (published state, keys, size, the second of the clock). wall_ns: for the
 * clock; 1 when a frame was drawn, 0 when none was needed or the terminal is busy, or an error. */
int ui_frame(struct ui *ui, int64_t wall_ns, const struct ui_replay *replay);

/* From the key table: the help as text, and mdoc for the man page. */
AP_MUST_CHECK int ui_keys_text(struct buf *ret_text);
AP_MUST_CHECK int ui_keys_mdoc(struct buf *ret_text);
/* Names of built-in themes, and a check that a theme file sets every role. */
const char *ui_theme_name(size_t index); /* NULL beyond the end */
AP_MUST_CHECK int ui_theme_check(const char *name_or_path, char *why, size_t why_size);

#endif
