/* Who is where: named layouts as rectangles, for any size. Pure arithmetic. */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include "canvas.h"
#include <stdbool.h>

/* name, title, least width and height when it is alone */
#define PANEL_LIST(X)                                                                                        \
    X(REPLAY, "replay", 30, 1)                                                                               \
    X(STATUS, "status", 30, 1)                                                                               \
    X(RISK_LINE, "first to die", 30, 1)                                                                      \
    X(HEAT, "heatmap", 24, 8)                                                                                \
    X(LADDER, "ladder", 34, 8)                                                                               \
    X(LIQ_LINE, "liquidation totals", 30, 1)                                                                 \
    X(LIQS, "liquidations", 34, 3)                                                                           \
    X(TAPE, "tape", 34, 3)                                                                                   \
    X(STATE, "state", 24, 3)                                                                                 \
    X(RISK, "risk", 60, 6)                                                                                   \
    X(HEALTH, "health", 60, 6)                                                                               \
    X(METRICS, "metrics", 60, 6)                                                                             \
    X(EVENTS, "events", 40, 3)                                                                               \
    X(NOTES, "newest event", 30, 1)                                                                          \
    X(FOOTER, "keys", 30, 1)
enum panel {
#define X(name, title, w, h) PANEL_##name,
    PANEL_LIST(X)
#undef X
        PANEL_N
};

#define LAYOUT_LIST(X)                                                                                       \
    X(MAIN, "main") X(RISK, "risk") X(FLOW, "flow") X(HEALTH, "health") X(METRICS, "metrics")
enum layout_name {
#define X(name, text) LAYOUT_##name,
    LAYOUT_LIST(X)
#undef X
        LAYOUT_N
};
const char *layout_name_text(int name);
const char *panel_title(int panel);

#define LAYOUT_LINES_MAX 4
struct layout {
    int panel_n, line_n;
    struct {
        enum panel panel;
        struct rect rect;
    } panels[PANEL_N];
    struct rect lines[LAYOUT_LINES_MAX]; /* one column wide, between panels */
    int price_rows;                      /* of ladder and heatmap, below their title line */
    int foot_rows;                       /* of both, below the price rows: strips, time axis, pins */
    bool is_too_small;
    int need_cols, need_rows; /* when it is too small */
};

/* zoom: an enum panel that has the screen for itself, or -1. */
void layout_make(struct layout *l, enum layout_name name, int zoom, bool has_replay, int cols, int rows);
const struct rect *layout_find(const struct layout *l, enum panel panel); /* NULL: not shown */
/* The panel at this place; -1. */
int layout_hit(const struct layout *l, int x, int y);

#endif
