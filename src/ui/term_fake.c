/* A terminal for tests: keys come from a queue, cells are kept and counted. */
#include "canvas.h"
#include "theme.h"
#include <alphaplus/base/buf.h>
#include <alphaplus/ui/term.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX     256
#define TEXT_CEILING (16u << 20)

struct fake {
    struct term term; /* first: a struct term * is one of these */
    uint32_t keys[KEYS_MAX];
    size_t key_head, key_tail;
    int next_cols, next_rows; /* taken by resize */
    struct canvas screen;
    bool is_stale; /* next draw sends everything */
    uint64_t sent;
    struct buf text;
};

static struct fake *fake_of(struct term *t)
{
    return (struct fake *)t;
}

static int fake_draw(struct term *t, const struct canvas *c, const struct theme *theme)
{
    struct fake *f = fake_of(t);
    size_t n = (size_t)c->cols * (size_t)c->rows;

    (void)theme;
    if (f->screen.cols != c->cols || f->screen.rows != c->rows || f->screen.cells == NULL) {
        int err = canvas_resize(&f->screen, c->cols, c->rows);
        if (err < 0)
            return err;
        f->is_stale = true;
    }
    for (size_t i = 0; i < n; i++) {
        if (f->is_stale || memcmp(&f->screen.cells[i], &c->cells[i], sizeof c->cells[i]) != 0)
            f->sent++;
    }
    memcpy(f->screen.cells, c->cells, n * sizeof *c->cells);
    f->is_stale = false;
    return 0;
}

static uint32_t fake_key(struct term *t)
{
    struct fake *f = fake_of(t);
    return f->key_head == f->key_tail ? KEY__NONE : f->keys[f->key_head++ % KEYS_MAX];
}

static void fake_resize(struct term *t)
{
    struct fake *f = fake_of(t);
    t->cols = f->next_cols;
    t->rows = f->next_rows;
}

static void fake_redraw(struct term *t)
{
    fake_of(t)->is_stale = true;
}

static void fake_nothing(struct term *t)
{
    (void)t;
}

static size_t fake_queued(struct term *t)
{
    (void)t;
    return 0;
}

static void fake_close(struct term *t)
{
    struct fake *f = fake_of(t);
    canvas_finish(&f->screen);
    buf_finish(&f->text);
    free(f);
}

static const struct term_ops fake_ops = {
    .draw = fake_draw,
    .key = fake_key,
    .resize = fake_resize,
    .redraw = fake_redraw,
    .suspend = fake_nothing,
    .resume = fake_redraw,
    .queued = fake_queued,
    .close = fake_close,
};

int term_fake_open(int cols, int rows, int colors, bool is_utf8, struct term **ret_term)
{
    struct fake *f = calloc(1, sizeof *f);
    if (f == NULL)
        return AP_ENOMEM;
    f->term = (struct term){
        .ops = &fake_ops, .cols = cols, .rows = rows, .colors = colors, .is_utf8 = is_utf8};
    f->next_cols = cols;
    f->next_rows = rows;
    f->is_stale = true;
    canvas_init(&f->screen);
    buf_init(&f->text, TEXT_CEILING);
    *ret_term = &f->term;
    return 0;
}

void term_fake_key(struct term *t, uint32_t key)
{
    struct fake *f = fake_of(t);
    if (f->key_tail - f->key_head < KEYS_MAX)
        f->keys[f->key_tail++ % KEYS_MAX] = key;
}

void term_fake_resize(struct term *t, int cols, int rows)
{
    fake_of(t)->next_cols = cols;
    fake_of(t)->next_rows = rows;
    term_fake_key(t, KEY__RESIZE);
}

static void put_utf8(struct buf *b, uint32_t c)
{
    if (c < 0x80) {
        buf_byte(b, (char)c);
    } else if (c < 0x800) {
        buf_byte(b, (char)(0xc0 | c >> 6));
        buf_byte(b, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_byte(b, (char)(0xe0 | c >> 12));
        buf_byte(b, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_byte(b, (char)(0x80 | (c & 0x3f)));
    }
}

/* A role's letter; a shade of the heatmap is a digit, that of the brighter half of the cell. */
static char role_letter(const struct cell *cell)
{
    static const char letters[ROLE_N] = {
#define X(name, text, letter, meaning) [ROLE_##name] = letter,
        ROLE_LIST(X)
#undef X
    };
    int shade = -1;
    if (cell->fg >= ROLE_N && cell->fg < PAINT_N)
        shade = cell->fg - ROLE_N;
    if (cell->bg >= ROLE_N && cell->bg < PAINT_N && cell->bg - ROLE_N > shade &&
        (cell->fg >= ROLE_N || cell->ch == ' '))
        shade = cell->bg - ROLE_N;
    if (shade >= 0)
        return (char)('0' + shade * 10 / HEAT_SHADES);
    if (cell->ch == ' ' && cell->bg == PAINT_OWN && cell->fg == ROLE_TEXT)
        return ' ';
    return cell->fg < ROLE_N ? letters[cell->fg] : '?';
}

const char *term_fake_text(struct term *t, bool with_roles)
{
    struct fake *f = fake_of(t);
    buf_reset(&f->text);
    for (int pass = 0; pass < (with_roles ? 2 : 1); pass++) {
        if (pass == 1)
            buf_text(&f->text, "--- roles\n");
        for (int y = 0; y < f->screen.rows; y++) {
            for (int x = 0; x < f->screen.cols; x++) {
                const struct cell *cell = canvas_cell(&f->screen, x, y);
                if (pass == 0)
                    put_utf8(&f->text, cell->ch);
                else
                    buf_byte(&f->text, role_letter(cell));
            }
            buf_byte(&f->text, '\n');
        }
    }
    return f->text.data;
}

uint64_t term_fake_cells_sent(const struct term *t)
{
    return ((const struct fake *)t)->sent;
}
