/* Everything one screen holds. Panels only read it; actions (action_*.c) change it. */
#ifndef UI_STATE_H
#define UI_STATE_H

#include "canvas.h"
#include "data.h"
#include "layout.h"
#include "shade.h"
#include "theme.h"
#include <alphaplus/ui/ui.h>

#define COMMAND_MAX 96
#define MESSAGE_MAX 160
#define MESSAGE_NS  (6 * INT64_C(1000000000))

enum overlay { OVERLAY_NONE, OVERLAY_HELP, OVERLAY_COMMAND, OVERLAY_QUIT, OVERLAY_AWAY };

/* Registry rows that panels show, found once by id; -1: this program has no such figure. */
#define GAUGE_LIST(X)                                                                                        \
    X(SPREAD, "book.spread.bps")                                                                             \
    X(DEPTH_BID, "book.depth.bid.10")                                                                        \
    X(DEPTH_ASK, "book.depth.ask.10")                                                                        \
    X(IMBALANCE, "book.imbalance.distance")                                                                  \
    X(PACE, "trade.pace.10s")
enum gauge {
#define X(name, id) GAUGE_##name,
    GAUGE_LIST(X)
#undef X
        GAUGE_N
};

/* Prices that the user marked, in price units of the instrument. */
#define MARKS_MAX 8
struct ui_marks {
    int64_t px[MARKS_MAX];
    int n;
};

struct ui {
    struct term *term;                      /* borrowed */
    const struct settings *settings;        /* borrowed */
    const struct metric_registry *registry; /* borrowed */
    struct publication *publication;        /* borrowed */
    char title[64];
    bool asks_before_quit;
    int32_t utc_offset_s; /* of local time */
    int gauges[GAUGE_N];

    struct canvas canvas;
    struct theme theme, mono;
    struct layout layout;
    enum layout_name layout_name;
    int zoom;  /* enum panel, or -1 */
    int focus; /* enum panel */

    struct data live, held;
    const struct data *shown; /* live, or held for the panels that Space holds */
    bool is_held;
    int64_t held_ns; /* engine time at that moment */

    /* what is looked at */
    uint32_t market;
    int64_t group[INSTRUMENT_MAX]; /* chosen for that market; 0: its default */
    struct ui_marks marks[INSTRUMENT_MAX];
    int64_t top_px;
    bool is_axis_manual;
    int64_t column_ns; /* 0: by the width */
    bool is_usd;       /* sizes in the quote currency */
    bool is_utc;
    struct shade shade;
    struct view_request request; /* as written last */
    uint64_t fresh_id;           /* pictures with a smaller id were asked for before nobody looked */
    int scroll[PANEL_N];
    char find[COMMAND_MAX]; /* what the metrics panel shows: figures that hold it */
    int note_back;          /* how many events back the notes line stands */

    enum overlay overlay;
    int help_skip, help_most; /* lines scrolled away, and the most that makes sense */
    char command[COMMAND_MAX];
    size_t command_n;
    char message[MESSAGE_MAX];
    bool is_message_bad;
    int64_t message_until_ns;

    struct ui_replay replay;
    unsigned jump_kinds, jump_wanted; /* 1 << enum ui_mark: what ( and ) look for; what is wished for now */
    int jump_direction;
    struct ui_away away;
    int64_t away_from_ns;
    int64_t touched_ns; /* engine time at the last key */
    int (*watch)(void *user, bool is_removal, const char *name, char *why, size_t why_size);
    void *watch_user;
    int64_t wall_ns;
    int64_t moved_wall_ns; /* when engine time last went on */
    int64_t engine_ns;
    int64_t seek_ns;
    unsigned wishes;
    int64_t drawn_second;
    int64_t busy_since_ns; /* the terminal takes no frame since then; 0: it does */
    bool is_dirty;
};

void ui_say(struct ui *ui, bool is_bad, const char *format, ...) __attribute__((format(printf, 3, 4)));
int64_t ui_group(const struct ui *ui);     /* 0: no price known yet */
int64_t ui_column_ns(const struct ui *ui); /* of the heatmap */
int ui_price_rows(const struct ui *ui);
int32_t ui_offset_s(const struct ui *ui); /* east of UTC, by setting */
/* A size in the chosen unit. */
double ui_size(const struct ui *ui, const struct instrument *in, int64_t qty, int64_t px);
const struct metric_value *ui_gauge(const struct ui *ui, enum gauge gauge); /* NULL: absent */
bool ui_is_replay(const struct ui *ui);

#endif
