/* Colours as the terminal has them: the one place where they are thinned out. */
#include "theme.h"

#include <stdlib.h>

static int square(int v)
{
    return v * v;
}

static int distance(int32_t a, int32_t b)
{
    return square(((a >> 16) & 0xff) - ((b >> 16) & 0xff)) + square(((a >> 8) & 0xff) - ((b >> 8) & 0xff)) +
           square((a & 0xff) - (b & 0xff));
}

static int nearest_cube_step(int v)
{
    return v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40;
}

/* xterm's palette: a 6x6x6 cube and 24 greys; its first 16 are the user's own and not to be counted on. */
static int32_t to_256(int32_t rgb)
{
    static const int steps[6] = {0, 95, 135, 175, 215, 255};
    int r = nearest_cube_step((rgb >> 16) & 0xff), g = nearest_cube_step((rgb >> 8) & 0xff),
        b = nearest_cube_step(rgb & 0xff);
    int32_t cube = steps[r] << 16 | steps[g] << 8 | steps[b];
    int level = (((rgb >> 16) & 0xff) + ((rgb >> 8) & 0xff) + (rgb & 0xff)) / 3;
    int grey = level < 8 ? 0 : level > 238 ? 23 : (level - 3) / 10;
    int32_t grey_rgb = (8 + 10 * grey) * 0x10101;
    return distance(grey_rgb, rgb) < distance(cube, rgb) ? 232 + grey : 16 + 36 * r + 6 * g + b;
}

static int32_t to_16(int32_t rgb)
{
    static const int32_t palette[16] = {0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa,
                                        0x00aaaa, 0xaaaaaa, 0x555555, 0xff5555, 0x55ff55, 0xffff55,
                                        0x5555ff, 0xff55ff, 0x55ffff, 0xffffff};
    int32_t best = 0;
    for (int32_t i = 1; i < 16; i++) {
        if (distance(palette[i], rgb) < distance(palette[best], rgb))
            best = i;
    }
    return best;
}

/* By hue alone: with eight colours a dim blue is still blue, and only what is nearly grey is black or white. */
static int32_t to_8(int32_t rgb)
{
    int r = (rgb >> 16) & 0xff, g = (rgb >> 8) & 0xff, b = rgb & 0xff;
    int max = r > g ? (r > b ? r : b) : (g > b ? g : b), min = r < g ? (r < b ? r : b) : (g < b ? g : b);
    if (max < 56)
        return 0;
    if (max - min < 48)
        return max < 72 ? 0 : 7;
    int cut = min + (max - min) * 45 / 100;
    return (r > cut ? 1 : 0) | (g > cut ? 2 : 0) | (b > cut ? 4 : 0);
}

int32_t color_downsample(int32_t rgb, int colors)
{
    if (rgb == COLOR_DEFAULT || colors < 8)
        return COLOR_DEFAULT;
    if (colors >= COLORS_DIRECT)
        return rgb < 8 ? 8 : rgb; /* direct terminals keep 0..7 for the palette */
    return colors >= 256 ? to_256(rgb) : colors >= 16 ? to_16(rgb) : to_8(rgb);
}

static int32_t shade_color(const struct theme *t, int shade, int colors)
{
    if (colors >= 256 && colors < COLORS_DIRECT && t->has_heat256)
        return t->heat256[shade];
    return color_downsample(t->heat[shade], colors);
}

struct look theme_look(const struct theme *t, const struct cell *cell, int colors)
{
    struct look look = {COLOR_DEFAULT, COLOR_DEFAULT, cell->attr};
    uint8_t bg = cell->bg == PAINT_OWN ? cell->fg : cell->bg;

    if (cell->fg < ROLE_N) {
        look.attr |= t->roles[cell->fg].attr;
        look.fg = color_downsample(t->roles[cell->fg].fg, colors);
    } else if (cell->fg < PAINT_N) {
        look.fg = shade_color(t, cell->fg - ROLE_N, colors);
    }
    if (bg < ROLE_N) {
        look.bg = color_downsample(t->roles[bg].bg, colors);
        if (cell->bg != PAINT_OWN)
            look.attr |= t->roles[bg].attr & ATTR_REVERSE;
    } else if (bg < PAINT_N && cell->bg != PAINT_OWN) {
        look.bg = shade_color(t, bg - ROLE_N, colors);
    } else {
        look.bg = color_downsample(t->roles[ROLE_TEXT].bg, colors);
    }
    /* With few colours, ink and paper may come out the same. */
    if (look.fg == look.bg && look.fg != COLOR_DEFAULT && cell->fg < ROLE_N && colors < 256)
        look.fg = look.bg == 0 ? 7 : 0;
    return look;
}
