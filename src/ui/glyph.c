/* Text to cells: UTF-8 taken apart, characters of other widths kept out, ASCII stand-ins. */
#include "canvas.h"

/* Drawn two columns wide by terminals. */
static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
           (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f000 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd) ||
           c == 0x2329 || c == 0x232a || c == 0x231a || c == 0x231b;
}

/* Drawn on the cell before, or not at all. */
static bool is_zero_width(uint32_t c)
{
    return (c >= 0x300 && c <= 0x36f) || (c >= 0x483 && c <= 0x489) || (c >= 0x591 && c <= 0x5bd) ||
           (c >= 0x610 && c <= 0x61a) || (c >= 0x64b && c <= 0x65f) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || (c >= 0x20d0 && c <= 0x20ff) ||
           (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xfe20 && c <= 0xfe2f) || c == 0xfeff || c == 0xad ||
           (c >= 0xe0000 && c <= 0xe0fff);
}

/* Length of the sequence that this byte begins; 0: none. */
static int sequence_length(unsigned char c)
{
    return c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
}

uint32_t text_next(const char **at)
{
    static const uint32_t lowest[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)*at;
    if (*s == '\0')
        return 0;
    int len = sequence_length(*s);
    uint32_t c = len == 1 ? *s : len > 0 ? *s & (0x7fu >> len) : 0;
    for (int i = 1; i < len; i++) {
        if (s[i] >> 6 != 2)
            len = 0;
        else
            c = c << 6 | (s[i] & 0x3f);
    }
    if (len == 0) {
        (*at)++;
        return '?';
    }
    *at += len;
    bool is_bad = c < lowest[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || c < 0x20 ||
                  (c >= 0x7f && c < 0xa0) || c >= 0xe000;
    return is_bad || is_wide(c) || is_zero_width(c) ? '?' : c;
}

int text_columns(const char *utf8)
{
    int n = 0;
    while (text_next(&utf8) != 0)
        n++;
    return n;
}

char glyph_ascii(uint32_t ch)
{
    static const struct {
        uint32_t ch;
        char ascii;
    } table[] = {
        {0x00b7, '.'}, {0x00b1, '~'}, {0x0394, 'd'}, {0x2014, '-'}, {0x2026, '.'}, {0x2190, '<'},
        {0x2191, '^'}, {0x2192, '>'}, {0x2193, 'v'}, {0x2265, '>'}, {0x2500, '-'}, {0x2501, '='},
        {0x2502, '|'}, {0x250c, '+'}, {0x2510, '+'}, {0x2514, '+'}, {0x2518, '+'}, {0x251c, '+'},
        {0x2524, '+'}, {0x252c, '+'}, {0x2534, '+'}, {0x253c, '+'}, {0x2571, '/'}, {0x2580, '#'},
        {0x2581, '_'}, {0x2582, '.'}, {0x2583, '-'}, {0x2584, '='}, {0x2585, '+'}, {0x2586, '*'},
        {0x2587, '%'}, {0x2588, '#'}, {0x2589, '#'}, {0x258a, '#'}, {0x258b, '#'}, {0x258c, '#'},
        {0x258d, '-'}, {0x258e, '-'}, {0x258f, ' '}, {0x2591, ':'}, {0x2592, '+'}, {0x2593, '%'},
        {0x25b2, '^'}, {0x25b6, '>'}, {0x25b8, '>'}, {0x25bc, 'v'}, {0x25c0, '<'}, {0x25c2, '<'},
        {0x25c4, '<'}, {0x25c6, '*'}, {0x25cb, 'o'}, {0x25cf, '*'}, {0x25d0, 'o'}, {0x2503, '|'},
        {0x23f8, '='}, {0x2578, '-'},
    };
    if (ch < 0x80)
        return (char)ch;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].ch == ch)
            return table[i].ascii;
    }
    return '?';
}
