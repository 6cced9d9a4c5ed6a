#include "state.h"

#include "actions.h"
#include "axis.h"
#include "draw.h"
#include "format.h"
#include "keymap.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAT_COLUMN_NS        (5 * NS_PER_S)
#define HEAT_COLUMN_NARROW_NS (10 * NS_PER_S)
#define HEAT_NARROW           40 /* columns */
#define HEAT_UNSEEN                                                                                          \
    32 /* columns asked for without a heatmap on screen: the ladder's bars take their scale from them */
#define HEAT_LABEL_COLS 10 /* price labels of a heatmap that stands without its ladder */

void ui_say(struct ui *ui, bool is_bad, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(ui->message, sizeof ui->message, format, args);
    va_end(args);
    ui->is_message_bad = is_bad;
    ui->message_until_ns = ui->wall_ns + MESSAGE_NS;
}

int64_t ui_group(const struct ui *ui)
{
    int64_t chosen = ui->market < INSTRUMENT_MAX ? ui->group[ui->market] : 0;
    return chosen;
}

static int heat_cols(const struct ui *ui)
{
    const struct rect *r = layout_find(&ui->layout, PANEL_HEAT);
    if (r == NULL)
        return HEAT_UNSEEN;
    int cols = layout_find(&ui->layout, PANEL_LADDER) != NULL ? r->w : r->w - HEAT_LABEL_COLS;
    return cols > HEAT_COLS_MAX ? HEAT_COLS_MAX : cols > 0 ? cols : 0;
}

/* A young history in narrow columns, so that there is a picture to see; 5 s (10 s on a small screen) once that fills it. History only
 * grows, so the columns widen a few times in the first minutes and then stay. */
int64_t ui_column_ns(const struct ui *ui)
{
    static const int64_t steps[] = {1, 2, 5, 10};
    int cols = heat_cols(ui);
    int64_t usual = cols < HEAT_NARROW ? HEAT_COLUMN_NARROW_NS : HEAT_COLUMN_NS;
    int64_t history = ui->live.head.time_ns - ui->live.head.session_ns;

    if (ui->column_ns != 0)
        return ui->column_ns;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int64_t column = steps[i] * NS_PER_S;
        if (column >= usual || history < column * cols)
            return column < usual ? column : usual;
    }
    return usual;
}

int ui_price_rows(const struct ui *ui)
{
    return ui->layout.price_rows;
}

int32_t ui_offset_s(const struct ui *ui)
{
    return ui->is_utc ? 0 : ui->utc_offset_s;
}

double ui_size(const struct ui *ui, const struct instrument *in, int64_t qty, int64_t px)
{
    return ui->is_usd ? instrument_notional(in, px, qty) : instrument_qty(in, qty);
}

const struct metric_value *ui_gauge(const struct ui *ui, enum gauge gauge)
{
    int row = ui->gauges[gauge];
    return row >= 0 && data_has_market(&ui->live) ? &ui->live.market.metrics[row] : NULL;
}

bool ui_is_replay(const struct ui *ui)
{
    return ui->replay.is_on;
}

static void find_gauges(struct ui *ui)
{
    static const char *const ids[GAUGE_N] = {
#define X(name, id) [GAUGE_##name] = id,
        GAUGE_LIST(X)
#undef X
    };
    for (int g = 0; g < GAUGE_N; g++)
        ui->gauges[g] = metric_find(ui->registry, ids[g]);
}

int ui_create(const struct ui_options *o, struct ui **ret_ui, char *why, size_t why_size)
{
    struct ui *ui = calloc(1, sizeof *ui);
    if (ui == NULL)
        return AP_ENOMEM;
    ui->term = o->term;
    ui->settings = o->settings;
    ui->registry = o->registry;
    ui->publication = o->publication;
    ui->asks_before_quit = o->asks_before_quit;
    ui->watch = o->watch;
    ui->watch_user = o->user;
    ui->utc_offset_s = o->utc_offset_s;
    ui->is_utc = o->settings->screen.utc;
    ui->shown = &ui->live;
    ui->zoom = -1;
    ui->focus = PANEL_LADDER;
    ui->jump_kinds = UI_MARK_ALL;
    ui->drawn_second = -1;
    ui->is_dirty = true;
    text_sanitize(ui->title, sizeof ui->title, o->title, strlen(o->title));
    find_gauges(ui);
    canvas_init(&ui->canvas);
    char fault[256] = "";
    int err = theme_load(o->settings->screen.theme, &ui->theme, fault, sizeof fault);
    if (err != 0)
        snprintf(why, why_size, "theme %s: %s", o->settings->screen.theme, fault);
    else
        err = theme_load("mono", &ui->mono, why, why_size);
    if (err != 0) {
        ui_destroy(ui);
        return err;
    }
    *ret_ui = ui;
    return 0;
}

void ui_destroy(struct ui *ui)
{
    if (ui == NULL)
        return;
    canvas_finish(&ui->canvas);
    free(ui);
}

static void mouse(struct ui *ui)
{
    const struct term_mouse *m = &ui->term->mouse;
    int panel = layout_hit(&ui->layout, m->x, m->y);
    if (ui->overlay != OVERLAY_NONE || !place_can_focus(panel))
        return;
    if (m->button == 1)
        ui->focus = panel;
    else if (m->button == 4 || m->button == 5)
        view_scroll(ui, panel, m->button == 4 ? 3 : -3);
}

unsigned ui_keys(struct ui *ui)
{
    uint32_t key;
    ui->wishes = 0;
    while ((key = ui->term->ops->key(ui->term)) != KEY__NONE) {
        ui->is_dirty = true;
        if (key == KEY__RESIZE) {
            ui->term->ops->resize(ui->term);
        } else if (key == KEY__MOUSE) {
            mouse(ui);
        } else if (!overlay_key(ui, key)) {
            const struct action *a = action_of_key(key);
            if (a != NULL)
                a->run(ui, key);
        }
        ui->touched_ns = ui->live.head.time_ns;
    }
    return ui->wishes;
}

static void write_request(struct ui *ui, const struct view_request *r)
{
    struct board *b = publication_request(ui->publication, 0);
    if (b == NULL)
        return;
    memcpy(board_begin(b), r, sizeof *r);
    board_publish(b);
}

int64_t ui_seek_ns(const struct ui *ui)
{
    return ui->seek_ns;
}

unsigned ui_jump(const struct ui *ui, int *ret_direction)
{
    *ret_direction = ui->jump_direction;
    return ui->jump_wanted;
}

int64_t ui_away_from(const struct ui *ui)
{
    return ui->away_from_ns;
}

void ui_show_away(struct ui *ui, const struct ui_away *away)
{
    ui->away = *away;
    ui->is_dirty = true;
}

void ui_tell(struct ui *ui, bool is_bad, const char *text)
{
    ui_say(ui, is_bad, "%s", text);
    ui->is_dirty = true;
}

void ui_look_at(struct ui *ui, struct publication *publication)
{
    const struct view_request none = {.id = 0};
    if (ui->publication == publication)
        return;
    write_request(ui, &none);
    ui->publication = publication;
    ui->live = (struct data){.market_index = ui->market};
    ui->is_held = false;
    ui->shown = &ui->live;
    ui->request = (struct view_request){.id = ui->request.id};
    ui->moved_wall_ns = 0;
    ui->note_back = 0;
    ui->is_dirty = true;
}

/* Where the axis stands: follows the price unless it was moved by hand or is held. */
static void move_axis(struct ui *ui)
{
    const struct market_view *m = &ui->live.market;
    int64_t mid = data_mid(&ui->live);
    int rows = ui_price_rows(ui);

    if (mid == 0 || rows == 0 || ui->is_held)
        return;
    if (ui->group[ui->market] == 0)
        ui->group[ui->market] = axis_default_group(&m->inst, mid);
    int64_t group = ui->group[ui->market];
    bool is_fresh = ui->top_px == 0 || (!ui->is_axis_manual && (int)ui->request.rows != rows);
    if (is_fresh)
        ui->top_px = axis_center(group, rows, m->bid_px, m->ask_px);
    else if (!ui->is_axis_manual)
        ui->top_px = axis_follow(ui->top_px, group, rows, m->bid_px, m->ask_px);
}

static bool is_same_view(const struct view_request *a, const struct view_request *b)
{
    return a->market == b->market && a->rows == b->rows && a->top_px == b->top_px && a->group == b->group &&
           a->heat_cols == b->heat_cols && a->column_ns == b->column_ns;
}

/* Tells the engine what is looked at, when that changed. */
static void ask(struct ui *ui)
{
    struct view_request r = {
        .id = ui->request.id,
        .market = ui->market,
        .rows = (uint32_t)ui_price_rows(ui),
        .top_px = ui->top_px,
        .group = ui_group(ui),
        .heat_cols = (uint32_t)(heat_cols(ui) < HEAT_COLS_MAX
                                    ? heat_cols(ui) + 1
                                    : HEAT_COLS_MAX), /* the newest may be empty yet */
        .column_ns = ui_column_ns(ui),
        .mark_usd = ui->settings->screen.mark_trades,
    };
    if (r.rows == 0 || r.group == 0 || r.top_px == 0 || ui->is_held)
        return;
    if (is_same_view(&r, &ui->request))
        return;
    r.id++;
    if (ui->request.rows == 0)
        ui->fresh_id = r.id;
    ui->request = r;
    write_request(ui, &r);
}

/* Nobody looks at a picture: the engine need not make one. */
static void ask_nothing(struct ui *ui)
{
    struct view_request none = {.id = 0};
    if (ui->request.rows == 0 || ui_price_rows(ui) != 0)
        return;
    ui->request.rows = 0;
    write_request(ui, &none);
}

static bool replay_moved(const struct ui_replay *a, const struct ui_replay *b)
{
    return a->is_on != b->is_on || a->is_paused != b->is_paused || a->is_ended != b->is_ended ||
           a->speed < b->speed || a->speed > b->speed || a->at_ns != b->at_ns || a->last_ns != b->last_ns ||
           a->first_ns != b->first_ns || a->is_seeking != b->is_seeking || a->is_live != b->is_live ||
           a->bins_version != b->bins_version || a->surveyed < b->surveyed || a->surveyed > b->surveyed;
}

static void take_time(struct ui *ui, int64_t wall_ns, const struct ui_replay *replay)
{
    struct ui_replay now = {.is_on = false};
    if (replay != NULL)
        now = *replay;
    if (replay_moved(&now, &ui->replay))
        ui->is_dirty = true;
    ui->replay = now;
    ui->wall_ns = wall_ns;
    if (ui->moved_wall_ns == 0 || ui->live.head.time_ns != ui->engine_ns || wall_ns < ui->moved_wall_ns)
        ui->moved_wall_ns = wall_ns;
    ui->engine_ns = ui->live.head.time_ns;
    if (wall_ns / NS_PER_S != ui->drawn_second)
        ui->is_dirty = true;
}

static int fit_canvas(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    c->is_utf8 = ui->term->is_utf8;
    c->has_shades = ui->term->colors >= 256;
    if (c->cols == ui->term->cols && c->rows == ui->term->rows)
        return 0;
    ui->is_dirty = true;
    return canvas_resize(c, ui->term->cols, ui->term->rows);
}

static int send(struct ui *ui)
{
    const struct theme *theme = ui->term->colors == 0 ? &ui->mono : &ui->theme;
    int err = ui->term->ops->draw(ui->term, &ui->canvas, theme);
    if (err == AP_EAGAIN) {
        if (ui->busy_since_ns == 0)
            ui->busy_since_ns = ui->wall_ns;
        return 0;
    }
    if (err < 0)
        return err;
    if (ui->busy_since_ns != 0 && ui->wall_ns - ui->busy_since_ns > 2 * NS_PER_S) {
        char age[FORMAT_MAX];
        ui_say(ui, true, "the terminal took no frame for %s",
               format_age(age, ui->wall_ns - ui->busy_since_ns));
    }
    ui->busy_since_ns = 0;
    ui->drawn_second = ui->wall_ns / NS_PER_S;
    ui->is_dirty = false;
    return 1;
}

int ui_frame(struct ui *ui, int64_t wall_ns, const struct ui_replay *replay)
{
    const struct data_floors floors = {ui->settings->screen.tape_floor,
                                       ui->settings->screen.liquidation_floor};

    if (data_gather(&ui->live, ui->publication, ui->market, &floors))
        ui->is_dirty = true;
    take_time(ui, wall_ns, replay);
    int err = fit_canvas(ui);
    if (err < 0)
        return err;
    if (!ui->is_dirty)
        return 0;
    layout_make(&ui->layout, ui->layout_name, ui->zoom, ui->replay.is_on, ui->canvas.cols, ui->canvas.rows);
    place_keep_focus(ui);
    move_axis(ui);
    ask(ui);
    ask_nothing(ui);
    if (ui->live.picture.request.market == ui->market)
        shade_follow(&ui->shade, &ui->live.picture);
    draw_screen(ui);
    return send(ui);
}
