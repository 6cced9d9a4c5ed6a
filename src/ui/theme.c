#include "theme.h"

#include "ui/themes_embed.h"
#include <alphaplus/base/text.h>
#include <alphaplus/ui/ui.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64
#define RAMP_MAX 32

static const char *const role_names[ROLE_N] = {
#define X(name, text, letter, meaning) [ROLE_##name] = #text,
    ROLE_LIST(X)
#undef X
};

struct parser {
    struct theme *theme;
    int line;
    char section[WORD_MAX];
    uint8_t is_set[ROLE_N];
    uint8_t has_bg[ROLE_N];
    bool has_ramp;
    char *why; /* borrowed */
    size_t why_size;
};

__attribute__((format(printf, 2, 3))) static int fault(struct parser *ps, const char *format, ...)
{
    int used = ps->line > 0 ? snprintf(ps->why, ps->why_size, "line %d: ", ps->line) : 0;
    if (used < 0 || (size_t)used >= ps->why_size)
        return AP_ESYNTAX;
    va_list args;
    va_start(args, format);
    vsnprintf(ps->why + used, ps->why_size - (size_t)used, format, args);
    va_end(args);
    return AP_ESYNTAX;
}

/* The next word of a line; false at its end. */
static bool next_word(const char **at, const char *end, char *word)
{
    while (*at < end && (**at == ' ' || **at == '\t'))
        (*at)++;
    const char *from = *at;
    while (*at < end && **at != ' ' && **at != '\t')
        (*at)++;
    size_t n = (size_t)(*at - from);
    if (n == 0)
        return false;
    if (n >= WORD_MAX)
        n = WORD_MAX - 1;
    memcpy(word, from, n);
    word[n] = '\0';
    return true;
}

static bool parse_color(const char *word, int32_t *ret_color)
{
    if (strcmp(word, "default") == 0) {
        *ret_color = COLOR_DEFAULT;
        return true;
    }
    if (word[0] != '#' || strlen(word) != 7 || strspn(word + 1, "0123456789abcdefABCDEF") != 6)
        return false;
    *ret_color = (int32_t)strtol(word + 1, NULL, 16);
    return true;
}

static int parse_paint(struct parser *ps, int role, const char *at, const char *end)
{
    static const struct {
        const char *name;
        uint8_t attr;
    } attrs[] = {
        {"bold", ATTR_BOLD}, {"dim", ATTR_DIM}, {"underline", ATTR_UNDERLINE}, {"reverse", ATTR_REVERSE}};
    struct paint *p = &ps->theme->roles[role];
    char word[WORD_MAX];

    if (!next_word(&at, end, word) || !parse_color(word, &p->fg))
        return fault(ps, "%s begins with no colour (#rrggbb or default)", role_names[role]);
    while (next_word(&at, end, word)) {
        uint8_t attr = 0;
        for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++) {
            if (strcmp(word, attrs[i].name) == 0)
                attr = attrs[i].attr;
        }
        if (attr != 0) {
            p->attr |= attr;
        } else if (strcmp(word, "on") == 0 && next_word(&at, end, word) && parse_color(word, &p->bg)) {
            ps->has_bg[role] = 1;
        } else {
            return fault(ps, "\"%s\" is neither `on` with a colour nor bold, dim, underline, reverse", word);
        }
    }
    return 0;
}

static int32_t mix(int32_t a, int32_t b, double f)
{
    int32_t out = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        double ca = (a >> shift) & 0xff, cb = (b >> shift) & 0xff;
        out |= (int32_t)(ca + (cb - ca) * f + 0.5) << shift;
    }
    return out;
}

static int parse_ramp(struct parser *ps, const char *at, const char *end)
{
    int32_t stops[RAMP_MAX];
    int n = 0;
    char word[WORD_MAX];

    while (next_word(&at, end, word)) {
        if (n == RAMP_MAX)
            return fault(ps, "%s has more than 32 colours", "ramp");
        if (!parse_color(word, &stops[n]) || stops[n] == COLOR_DEFAULT)
            return fault(ps, "\"%s\" is not #rrggbb", word);
        n++;
    }
    if (n < 2)
        return fault(ps, "%s needs two colours or more", "ramp");
    for (int i = 0; i < HEAT_SHADES; i++) {
        double at_stop = (double)i * (n - 1) / (HEAT_SHADES - 1);
        int low = (int)at_stop < n - 2 ? (int)at_stop : n - 2;
        ps->theme->heat[i] = mix(stops[low], stops[low + 1], at_stop - low);
    }
    ps->has_ramp = true;
    return 0;
}

static int parse_ramp256(struct parser *ps, const char *at, const char *end)
{
    int stops[RAMP_MAX];
    int n = 0;
    char word[WORD_MAX];

    while (next_word(&at, end, word)) {
        char *rest;
        long v = strtol(word, &rest, 10);
        if (n == RAMP_MAX || *rest != '\0' || rest == word || v < 0 || v > 255)
            return fault(ps, "\"%s\": not a palette index 0..255, or more than 32", word);
        stops[n++] = (int)v;
    }
    if (n < 2)
        return fault(ps, "%s needs two colours or more", "ramp256");
    for (int i = 0; i < HEAT_SHADES; i++)
        ps->theme->heat256[i] = (uint8_t)stops[i * n / HEAT_SHADES];
    ps->theme->has_heat256 = true;
    return 0;
}

static int parse_entry(struct parser *ps, const char *key, const char *at, const char *end)
{
    if (strcmp(ps->section, "heat") == 0) {
        if (strcmp(key, "ramp") == 0)
            return parse_ramp(ps, at, end);
        if (strcmp(key, "ramp256") == 0)
            return parse_ramp256(ps, at, end);
    } else if (strcmp(ps->section, "roles") == 0) {
        for (int role = 0; role < ROLE_N; role++) {
            if (strcmp(key, role_names[role]) != 0)
                continue;
            if (ps->is_set[role])
                return fault(ps, "%s is set twice", key);
            ps->is_set[role] = 1;
            return parse_paint(ps, role, at, end);
        }
    }
    return fault(ps, "\"%s\" is no key of this section", key);
}

static int parse_line(struct parser *ps, const char *at, const char *end)
{
    char word[WORD_MAX];
    while (end > at && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    const char *start = at;
    if (!next_word(&at, end, word) || word[0] == '#' || word[0] == ';')
        return 0;
    if (word[0] == '[') {
        size_t n = (size_t)(end - start);
        const char *open = memchr(start, '[', n), *close = memchr(start, ']', n);
        if (close == NULL || close - open - 1 >= WORD_MAX)
            return fault(ps, "%s is no section", word);
        memcpy(ps->section, open + 1, (size_t)(close - open - 1));
        ps->section[close - open - 1] = '\0';
        return 0;
    }
    char sign[WORD_MAX];
    if (!next_word(&at, end, sign) || strcmp(sign, "=") != 0)
        return fault(ps, "expected `%s = ...`", word);
    return parse_entry(ps, word, at, end);
}

int theme_parse(const char *text, size_t n, struct theme *ret_theme, char *why, size_t why_size)
{
    struct theme theme = {.has_heat256 = false};
    struct parser ps = {.theme = &theme, .why = why, .why_size = why_size};
    const char *end = text + n;

    for (const char *at = text; at < end;) {
        const char *eol = memchr(at, '\n', (size_t)(end - at));
        eol = eol != NULL ? eol : end;
        ps.line++;
        int err = parse_line(&ps, at, eol);
        if (err != 0)
            return err;
        at = eol + 1;
    }
    ps.line = 0;
    if (!ps.has_ramp)
        return fault(&ps, "%s is not set", "[heat] ramp");
    for (int role = 0; role < ROLE_N; role++) {
        if (!ps.is_set[role])
            return fault(&ps, "role %s is not set", role_names[role]);
        if (!ps.has_bg[role])
            theme.roles[role].bg = ps.has_bg[ROLE_TEXT] ? theme.roles[ROLE_TEXT].bg : COLOR_DEFAULT;
    }
    *ret_theme = theme;
    return 0;
}

static int load_file(const char *path, struct theme *ret_theme, char *why, size_t why_size)
{
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        snprintf(why, why_size,
                 "no theme of that name, and no such file (%s); built in are: default, classic, light, mono",
                 strerror(errno));
        return AP_ENOTFOUND;
    }
    char *text = malloc(THEME_TEXT_MAX);
    int err = AP_ENOMEM;
    if (text != NULL) {
        size_t n = fread(text, 1, THEME_TEXT_MAX, f);
        if (ferror(f)) {
            snprintf(why, why_size, "cannot be read: %s", strerror(errno));
            err = AP_EIO;
        } else if (n == THEME_TEXT_MAX) {
            snprintf(why, why_size, "is no theme: too long");
            err = AP_ETOOBIG;
        } else {
            err = theme_parse(text, n, ret_theme, why, why_size);
        }
    }
    free(text);
    fclose(f);
    return err;
}

int theme_load(const char *name_or_path, struct theme *ret_theme, char *why, size_t why_size)
{
    for (size_t i = 0; i < themes_file_n; i++) {
        if (strcmp(themes_files[i].name, name_or_path) == 0)
            return theme_parse(themes_files[i].data, themes_files[i].size, ret_theme, why, why_size);
    }
    return load_file(name_or_path, ret_theme, why, why_size);
}

const char *ui_theme_name(size_t index)
{
    return index < themes_file_n ? themes_files[index].name : NULL;
}

int ui_theme_check(const char *name_or_path, char *why, size_t why_size)
{
    struct theme theme;
    return theme_load(name_or_path, &theme, why, why_size);
}
