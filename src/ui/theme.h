/* How roles look. A theme file sets every role:
 *
 *   # comment
 *   [roles]
 *   bid = #5aa9ff on #0b0e14 bold      a colour, `on` a background, attributes: bold dim underline reverse
 *   dim = default                      a colour is #rrggbb or `default`; without `on`: the background of `text`
 *   [heat]
 *   ramp = #0b0e14 #1d4a6d #fff7d6     two or more, dark to bright, mixed evenly
 *   ramp256 = 233 17 24 30 229         optional: the same for 256 colours, as palette indices, not mixed
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#include "canvas.h"
#include "role.h"
#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>

#define COLOR_DEFAULT  (-1)
#define COLORS_DIRECT  (1 << 24)
#define THEME_TEXT_MAX (64u << 10)

struct paint {
    int32_t fg, bg; /* 0xrrggbb or COLOR_DEFAULT */
    uint8_t attr;   /* enum attr */
};
struct theme {
    struct paint roles[ROLE_N];
    int32_t heat[HEAT_SHADES]; /* 0xrrggbb */
    uint8_t heat256[HEAT_SHADES];
    bool has_heat256;
};

/* What a cell looks like on a terminal of `colors` colours: fg, bg are COLOR_DEFAULT, a palette index, or 0xrrggbb where there are
 * COLORS_DIRECT; attributes of role and cell together. */
struct look {
    int32_t fg, bg;
    uint8_t attr;
};
struct look theme_look(const struct theme *t, const struct cell *cell, int colors);

/* AP_ESYNTAX with the line and the fault in `why`; also when a role is missing or set twice. */
AP_MUST_CHECK int theme_parse(const char *text, size_t n, struct theme *ret_theme, char *why,
                              size_t why_size);
/* A built-in theme by name, else a file. AP_ENOTFOUND. */
AP_MUST_CHECK int theme_load(const char *name_or_path, struct theme *ret_theme, char *why, size_t why_size);

/* 0xrrggbb to the nearest of 256, 16 or 8 palette colours; unchanged for more; COLOR_DEFAULT stays, and is all there is for 0. */
int32_t color_downsample(int32_t rgb, int colors);

#endif
