#include "layout.h"

#include <alphaplus/model/view.h>
#include <stddef.h>

#define MAIN_COLS  60
#define MAIN_ROWS  16
#define PHONE_COLS 34
#define PHONE_ROWS 12
#define WIDE_COLS  116 /* three panels side by side below the heatmap */

static const struct {
    const char *title;
    int w, h;
} panel_rows[PANEL_N] = {
#define X(name, title, w, h) [PANEL_##name] = {title, w, h},
    PANEL_LIST(X)
#undef X
};

const char *layout_name_text(int name)
{
    static const char *const names[LAYOUT_N] = {
#define X(name, text) [LAYOUT_##name] = text,
        LAYOUT_LIST(X)
#undef X
    };
    return name >= 0 && name < LAYOUT_N ? names[name] : "?";
}

const char *panel_title(int panel)
{
    return panel >= 0 && panel < PANEL_N ? panel_rows[panel].title : "?";
}

static void put(struct layout *l, enum panel panel, int x, int y, int w, int h)
{
    l->panels[l->panel_n].panel = panel;
    l->panels[l->panel_n].rect = (struct rect){x, y, w, h};
    l->panel_n++;
}

static void line(struct layout *l, int x, int y, int h)
{
    l->lines[l->line_n++] = (struct rect){x, y, 1, h};
}

static int clamp(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* What is left between the lines at the top and at the bottom. */
static struct rect frame(struct layout *l, bool has_replay, int cols, int rows)
{
    int y = 0;
    if (has_replay)
        put(l, PANEL_REPLAY, 0, y++, cols, 1);
    put(l, PANEL_STATUS, 0, y++, cols, 1);
    put(l, PANEL_RISK_LINE, 0, y++, cols, 1);
    put(l, PANEL_NOTES, 0, rows - 2, cols, 1);
    put(l, PANEL_FOOTER, 0, rows - 1, cols, 1);
    return (struct rect){0, y, cols, rows - 2 - y};
}

/* Shares h lines below the titles of ladder and heatmap between prices and what stands under them. */
static void share_rows(struct layout *l, int h)
{
    l->foot_rows = h >= 21 ? 3 : h >= 11 ? 1 : 0;
    l->price_rows = h - l->foot_rows;
    if (l->price_rows > LADDER_ROWS_MAX)
        l->price_rows = LADDER_ROWS_MAX;
}

static void bottom_block(struct layout *l, struct rect r)
{
    if (r.w < WIDE_COLS) {
        int left = r.w / 2 + 1;
        put(l, PANEL_LIQ_LINE, r.x, r.y, r.w, 1);
        put(l, PANEL_LIQS, r.x, r.y + 1, left, r.h - 1);
        line(l, r.x + left, r.y + 1, r.h - 1);
        put(l, PANEL_TAPE, r.x + left + 1, r.y + 1, r.w - left - 1, r.h - 1);
        return;
    }
    int state = clamp(r.w / 5, 30, 44);
    int liqs = (r.w - state - 2) / 2, tape = r.w - state - 2 - liqs;
    put(l, PANEL_LIQS, r.x, r.y, liqs, r.h);
    line(l, r.x + liqs, r.y, r.h);
    put(l, PANEL_TAPE, r.x + liqs + 1, r.y, tape, r.h);
    line(l, r.x + liqs + 1 + tape, r.y, r.h);
    put(l, PANEL_STATE, r.x + liqs + tape + 2, r.y, state, r.h);
}

static void make_main(struct layout *l, struct rect r, int rows)
{
    int bottom = rows < 28 ? (r.h >= 14 ? 4 : 3) : rows < 34 ? 6 : clamp(rows / 5 + 1, 7, 16);
    int most = 1 + LADDER_ROWS_MAX + 3;
    if (r.h - bottom > most)
        bottom = r.h - most;
    int mid = r.h - bottom;
    int ladder = r.w < 100 ? (r.w < 74 ? 36 : 53) : r.w < 140 ? 62 : 76;
    int heat = r.w - 1 - ladder;
    if (heat > HEAT_COLS_MAX) {
        heat = HEAT_COLS_MAX;
        ladder = r.w - 1 - heat;
    }
    share_rows(l, mid - 1);
    put(l, PANEL_HEAT, r.x, r.y, heat, mid);
    line(l, r.x + heat, r.y, mid);
    put(l, PANEL_LADDER, r.x + heat + 1, r.y, ladder, mid);
    bottom_block(l, (struct rect){r.x, r.y + mid, r.w, bottom});
}

static void make_phone(struct layout *l, struct rect r)
{
    int liqs = r.h >= 12 ? r.h * 2 / 5 : r.h >= 9 ? 3 : 2;
    int ladder = r.h - 1 - liqs;
    if (ladder - 1 > LADDER_ROWS_MAX) {
        ladder = LADDER_ROWS_MAX + 1;
        liqs = r.h - 1 - ladder;
    }
    l->foot_rows = 0;
    l->price_rows = ladder - 1;
    put(l, PANEL_LADDER, r.x, r.y, r.w, ladder);
    put(l, PANEL_LIQ_LINE, r.x, r.y + ladder, r.w, 1);
    put(l, PANEL_LIQS, r.x, r.y + ladder + 1, r.w, liqs);
}

static void make_flow(struct layout *l, struct rect r)
{
    int state_w = r.w >= WIDE_COLS ? clamp(r.w / 4, 30, 60) : 0;
    int left = (r.w - state_w - (state_w > 0)) / 2;
    int right = r.w - state_w - (state_w > 0) - left - 1;
    int state_h = state_w > 0 ? 0 : r.h / 3;
    put(l, PANEL_LIQS, r.x, r.y, left, r.h);
    line(l, r.x + left, r.y, r.h);
    put(l, PANEL_TAPE, r.x + left + 1, r.y, right, r.h - state_h);
    if (state_w > 0) {
        line(l, r.x + left + 1 + right, r.y, r.h);
        put(l, PANEL_STATE, r.x + left + right + 2, r.y, state_w, r.h);
    } else {
        put(l, PANEL_STATE, r.x + left + 1, r.y + r.h - state_h, right, state_h);
    }
}

static void make_risk(struct layout *l, struct rect r)
{
    int feeds = r.h >= 26 ? r.h * 2 / 5 : 0;
    put(l, PANEL_RISK, r.x, r.y, r.w, r.h - feeds);
    if (feeds == 0)
        return;
    int half = r.w / 2, y = r.y + r.h - feeds;
    put(l, PANEL_LIQS, r.x, y, half, feeds);
    line(l, r.x + half, y, feeds);
    put(l, PANEL_EVENTS, r.x + half + 1, y, r.w - half - 1, feeds);
}

static void make_health(struct layout *l, struct rect r)
{
    int events = r.h >= 24 ? r.h / 3 : r.h >= 14 ? 5 : 0;
    put(l, PANEL_HEALTH, r.x, r.y, r.w, r.h - events);
    if (events > 0)
        put(l, PANEL_EVENTS, r.x, r.y + r.h - events, r.w, events);
}

static bool too_small(struct layout *l, int cols, int rows, int need_cols, int need_rows)
{
    if (cols >= need_cols && rows >= need_rows)
        return false;
    *l = (struct layout){.is_too_small = true, .need_cols = need_cols, .need_rows = need_rows};
    return true;
}

static void make_zoom(struct layout *l, int zoom, bool has_replay, int cols, int rows)
{
    int around = has_replay ? 5 : 4;
    if (too_small(l, cols, rows, panel_rows[zoom].w, panel_rows[zoom].h + around))
        return;
    struct rect r = frame(l, has_replay, cols, rows);
    if (zoom == PANEL_HEAT || zoom == PANEL_LADDER)
        share_rows(l, r.h - 1);
    put(l, (enum panel)zoom, r.x, r.y, r.w, r.h);
}

void layout_make(struct layout *l, enum layout_name name, int zoom, bool has_replay, int cols, int rows)
{
    int extra = has_replay ? 1 : 0;
    *l = (struct layout){.panel_n = 0};
    if (zoom >= PANEL_HEAT && zoom < PANEL_NOTES) {
        make_zoom(l, zoom, has_replay, cols, rows);
        return;
    }
    bool is_phone = name == LAYOUT_MAIN && (cols < MAIN_COLS || rows < MAIN_ROWS + extra);
    if (too_small(l, cols, rows,
                  is_phone              ? PHONE_COLS
                  : name == LAYOUT_FLOW ? 71
                                        : MAIN_COLS,
                  PHONE_ROWS + extra))
        return;
    struct rect r = frame(l, has_replay, cols, rows);
    if (is_phone)
        make_phone(l, r);
    else if (name == LAYOUT_RISK)
        make_risk(l, r);
    else if (name == LAYOUT_FLOW)
        make_flow(l, r);
    else if (name == LAYOUT_HEALTH)
        make_health(l, r);
    else if (name == LAYOUT_METRICS)
        put(l, PANEL_METRICS, r.x, r.y, r.w, r.h);
    else
        make_main(l, r, rows);
}

const struct rect *layout_find(const struct layout *l, enum panel panel)
{
    for (int i = 0; i < l->panel_n; i++) {
        if (l->panels[i].panel == panel)
            return &l->panels[i].rect;
    }
    return NULL;
}

int layout_hit(const struct layout *l, int x, int y)
{
    for (int i = 0; i < l->panel_n; i++) {
        const struct rect *r = &l->panels[i].rect;
        if (x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h)
            return (int)l->panels[i].panel;
    }
    return -1;
}
