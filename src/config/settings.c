#include <alphaplus/config/settings.h>

#include "choice.h"
#include "ini_text.h"

#include <alphaplus/base/text.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_STRING, KIND_INT, KIND_BOOL, KIND_REAL };

struct row {
    const char *section, *name, *standard, *meaning;
    enum kind kind;
    size_t offset;
    double lowest, highest;
};

#define X(section_, name_, kind_, standard_, lowest_, highest_, meaning_)                                    \
    {.section = #section_,                                                                                   \
     .name = #name_,                                                                                         \
     .standard = (standard_),                                                                                \
     .meaning = (meaning_),                                                                                  \
     .kind = KIND_##kind_,                                                                                   \
     .offset = offsetof(struct settings, section_.name_),                                                    \
     .lowest = (lowest_),                                                                                    \
     .highest = (highest_)},
static const struct row rows[] = {SETTING_LIST(X)};
#undef X

enum { ROWS = SETTINGS };

static const char params_section[] = "params";

/* Is the meaning a list of words, "auto|ascii|utf8"? */
static bool has_choices(const struct row *row)
{
    return row->kind == KIND_STRING && strchr(row->meaning, '|') != NULL && strchr(row->meaning, ' ') == NULL;
}

static bool parse_bool(const char *value, bool *ret)
{
    static const char *const words[][2] = {{"no", "yes"}, {"false", "true"}, {"off", "on"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (int k = 0; k < 2; k++) {
            if (text_equal_nocase(value, words[i][k])) {
                *ret = k == 1;
                return true;
            }
        }
    }
    return false;
}

/* Digits and at most one point: no exponent, hexadecimal, infinity or NaN, which strtod would take. */
static bool parse_number(const char *value, double *ret)
{
    const char *digits = value[0] == '-' ? value + 1 : value;
    char *end;
    if (digits[0] < '0' || digits[0] > '9' || strspn(digits, "0123456789.") != strlen(digits)) {
        return false;
    }
    double number = strtod(value, &end);
    if (*end != '\0' || !isfinite(number)) {
        return false;
    }
    *ret = number;
    return true;
}

/* The value into its place; what is wrong with it in `why`, "" when nothing. */
static void take(const struct row *row, struct settings *s, const char *value, char *why, size_t why_size)
{
    void *at = (char *)s + row->offset;
    double number = 0;
    why[0] = '\0';
    switch (row->kind) {
    case KIND_STRING:
        if (has_choices(row) && !is_choice(row->meaning, value)) {
            (void)snprintf(why, why_size, "is not one of %s", row->meaning);
        } else if (strlen(value) >= SETTING_TEXT_MAX) {
            (void)snprintf(why, why_size, "is too long");
        } else {
            (void)text_copy(at, SETTING_TEXT_MAX, value);
        }
        return;
    case KIND_BOOL:
        if (!parse_bool(value, at)) {
            (void)snprintf(why, why_size, "is neither yes nor no");
        }
        return;
    case KIND_INT:
    case KIND_REAL:
        if (!parse_number(value, &number) || (row->kind == KIND_INT && number != floor(number))) {
            (void)snprintf(why, why_size, "is not a %s", row->kind == KIND_INT ? "whole number" : "number");
        } else if (number < row->lowest || number > row->highest) {
            (void)snprintf(why, why_size, "is not between %.0f and %.0f", row->lowest, row->highest);
        } else if (row->kind == KIND_INT) {
            *(int *)at = (int)number;
        } else {
            *(double *)at = number;
        }
        return;
    }
}

static const struct row *find(const char *section, const char *name)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

static bool is_section(const char *section)
{
    if (strcmp(section, params_section) == 0) {
        return true;
    }
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].section, section) == 0) {
            return true;
        }
    }
    return false;
}

static void on_section(struct ini_text *t, void *user, const char *section)
{
    (void)user;
    if (!is_section(section)) {
        ini_fault(t, t->line, "no section [%s]: there are [screen] [journal] [feeds] [risk] [params]",
                  section);
    }
}

static void unknown(struct ini_text *t, const char *section, const char *name)
{
    const struct row *near = NULL;
    int best = 4;
    if (section[0] == '\0') {
        ini_fault(t, t->line, "%s: stands before any [section]", name);
        return;
    }
    if (!is_section(section)) {
        return; /* told at the section */
    }
    for (size_t i = 0; i < ROWS; i++) {
        int distance = text_distance(rows[i].name, name, best);
        if (distance < best) {
            best = distance;
            near = &rows[i];
        }
    }
    if (near != NULL) {
        ini_fault(t, t->line, "no setting %s.%s: is it %s.%s?", section, name, near->section, near->name);
    } else {
        ini_fault(t, t->line, "no setting %s.%s", section, name);
    }
}

/* Which ids there are is checked by who knows them; here each stands once, with a number. */
static void take_param(struct ini_text *t, struct settings *s, const char *id, const char *value)
{
    for (size_t i = 0; i < s->params.n; i++) {
        if (strcmp(s->params.pairs[i].id, id) == 0) {
            ini_fault(t, t->line, "params.%s stands in line %d already", id, s->params.pairs[i].line);
            return;
        }
    }
    struct setting_pair pair = {.line = t->line};
    if (!text_copy(pair.id, sizeof(pair.id), id)) {
        ini_fault(t, t->line, "params.%s: no name of a parameter is that long", id);
    } else if (!parse_number(value, &pair.value)) {
        ini_fault(t, t->line, "params.%s: \"%s\" is not a number", id, value);
    } else if (s->params.n == SETTING_PAIRS_MAX) {
        ini_fault(t, t->line, "params.%s: at most %d parameters can be set", id, SETTING_PAIRS_MAX);
    } else {
        s->params.pairs[s->params.n++] = pair;
    }
}

static void on_pair(struct ini_text *t, void *user, const char *section, const char *name, const char *value)
{
    struct settings *s = user;
    char why[256];
    if (strcmp(section, params_section) == 0) {
        take_param(t, s, name, value);
        return;
    }
    const struct row *row = find(section, name);
    if (row == NULL) {
        unknown(t, section, name);
        return;
    }
    int *seen = &s->lines[row - rows];
    if (*seen != 0) {
        ini_fault(t, t->line, "%s.%s stands in line %d already", section, name, *seen);
        return;
    }
    *seen = t->line;
    take(row, s, value, why, sizeof(why));
    if (why[0] != '\0') {
        ini_fault(t, t->line, "%s.%s: \"%s\" %s", section, name, value, why);
    }
}

void settings_default(struct settings *s)
{
    char why[256];
    memset(s, 0, sizeof(*s));
    for (size_t i = 0; i < ROWS; i++) {
        take(&rows[i], s, rows[i].standard, why, sizeof(why));
    }
}

int settings_parse(struct settings *s, const char *text, size_t n, const char *name, struct buf *why)
{
    static const struct ini_handler handler = {.section = on_section, .pair = on_pair};
    struct settings fresh = *s;
    size_t len = strlen(name);
    memset(fresh.lines, 0, sizeof(fresh.lines));
    fresh.params.n = 0;
    (void)text_copy(fresh.file, SETTING_TEXT_MAX,
                    len < SETTING_TEXT_MAX ? name : name + len - SETTING_TEXT_MAX + 1);
    int err = ini_text_read(text, n, name, &handler, &fresh, why);
    if (err == 0) {
        *s = fresh;
    }
    return err;
}

int settings_load(struct settings *s, const char *path, struct buf *why)
{
    struct buf text;
    buf_init(&text, INI_TEXT_MAX);
    int err = ini_file_load(path, &text, why);
    if (err == 0) {
        err = settings_parse(s, text.data, text.len, path, why);
    }
    buf_finish(&text);
    return err;
}

static void print_value(const struct row *row, const struct settings *s, struct buf *ret_text)
{
    const void *at = (const char *)s + row->offset;
    switch (row->kind) {
    case KIND_STRING: (void)buf_text(ret_text, at); return;
    case KIND_BOOL: (void)buf_text(ret_text, *(const bool *)at ? "yes" : "no"); return;
    case KIND_INT: (void)buf_printf(ret_text, "%d", *(const int *)at); return;
    case KIND_REAL: (void)buf_printf(ret_text, "%.15g", *(const double *)at); return;
    }
}

int settings_print(const struct settings *s, struct buf *ret_text)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        (void)buf_printf(ret_text, "%s.%s = ", row->section, row->name);
        print_value(row, s, ret_text);
        (void)buf_printf(ret_text, " (default %s, %s; from ",
                         row->standard[0] != '\0' ? row->standard : "empty", row->meaning);
        if (s->lines[i] == 0) {
            (void)buf_text(ret_text, "default)\n");
        } else {
            (void)buf_printf(ret_text, "%s:%d)\n", s->file, s->lines[i]);
        }
    }
    return ret_text->failed;
}
