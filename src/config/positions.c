#include <alphaplus/config/positions.h>

#include "ini_text.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <alphaplus/model/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Doubles hold whole numbers exactly up to here. */
#define EXACT_MAX (INT64_C(1) << 53)

enum section_kind { SECTION_NONE, SECTION_ACCOUNT, SECTION_POSITION, SECTION_UNKNOWN };

/* What a section may say. The bit of a field that was said is 1 << its index in fields[]. */
enum field_kind { FIELD_WORD, FIELD_NUMBER, FIELD_SIDE, FIELD_MARGIN, FIELD_INSTRUMENT };
struct field {
    enum section_kind section;
    const char *name;
    enum field_kind kind;
    size_t offset, size;
    bool needed, may_be_zero;
};

#define IN(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)
static const struct field fields[] = {
    {SECTION_ACCOUNT, "name", FIELD_WORD, IN(account, name), true, false},
    {SECTION_ACCOUNT, "venue", FIELD_WORD, IN(account, venue), true, false},
    {SECTION_ACCOUNT, "currency", FIELD_WORD, IN(account, currency), true, false},
    {SECTION_ACCOUNT, "wallet", FIELD_NUMBER, IN(account, wallet), true, true},
    {SECTION_POSITION, "account", FIELD_WORD, IN(position, account), true, false},
    {SECTION_POSITION, "instrument", FIELD_INSTRUMENT, IN(position, instrument), true, false},
    {SECTION_POSITION, "side", FIELD_SIDE, IN(position, side), true, false},
    {SECTION_POSITION, "size", FIELD_NUMBER, IN(position, qty), true, false},
    {SECTION_POSITION, "entry", FIELD_NUMBER, IN(position, entry), true, false},
    {SECTION_POSITION, "margin", FIELD_MARGIN, IN(position, margin_mode), false, false},
    {SECTION_POSITION, "stop", FIELD_NUMBER, IN(position, stop), false, false},
};
#undef IN
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

struct reading {
    struct positions all;
    enum section_kind section;
    int section_line;
    unsigned said; /* bits of fields[] */
    int account_lines[ACCOUNT_MAX], position_lines[POSITION_MAX];
};

/* Exact decimal text, as a double that stands for just that number. */
static bool parse_number(const char *text, double *ret)
{
    size_t n = strlen(text);
    int decimals;
    int64_t value;
    if (fixed_count_decimals(text, n, 0, &decimals) < 0 || fixed_parse(text, n, decimals, &value) < 0 ||
        value < 0 || value > EXACT_MAX) {
        return false;
    }
    *ret = fixed_to_double(value, decimals);
    return true;
}

static bool is_word(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

static bool parse_margin(const char *text, struct position *p)
{
    static const char isolated[] = "isolated";
    if (strcmp(text, "cross") == 0) {
        p->margin_mode = MARGIN_CROSS;
        return true;
    }
    if (strncmp(text, isolated, strlen(isolated)) != 0) {
        return false;
    }
    const char *amount = text + strlen(isolated);
    size_t blanks = strspn(amount, " \t");
    p->margin_mode = MARGIN_ISOLATED;
    return blanks > 0 && parse_number(amount + blanks, &p->isolated_margin) && p->isolated_margin > 0;
}

/* The value into its place; what would be right, or NULL when it is. */
static const char *take(const struct field *f, void *object, const char *value)
{
    char venue[VENUE_NAME_MAX], symbol[SYMBOL_MAX];
    char *at = (char *)object + f->offset;
    switch (f->kind) {
    case FIELD_WORD:
        if (!is_word(value)) {
            return "must be letters, digits and -_.";
        }
        return text_copy(at, f->size, value) ? NULL : "is too long";
    case FIELD_INSTRUMENT:
        if (instrument_name_split(value, venue, sizeof(venue), symbol, sizeof(symbol)) < 0) {
            return "must be like binance:BTCUSDT";
        }
        return text_copy(at, f->size, value) ? NULL : "is too long";
    case FIELD_NUMBER: {
        double number;
        if (!parse_number(value, &number)) {
            return "must be a plain number like 64850.5, not negative";
        }
        if (number <= 0 && !f->may_be_zero) {
            return "must be more than zero";
        }
        memcpy(at, &number, sizeof(number));
        return NULL;
    }
    case FIELD_SIDE:
        if (strcmp(value, "long") != 0 && strcmp(value, "short") != 0) {
            return "must be long or short";
        }
        *(uint8_t *)at = value[0] == 'l' ? POSITION_LONG : POSITION_SHORT;
        return NULL;
    case FIELD_MARGIN: return parse_margin(value, object) ? NULL : "must be: cross, or: isolated AMOUNT";
    }
    return "cannot be taken";
}

static void *current(struct reading *r)
{
    return r->section == SECTION_ACCOUNT ? (void *)&r->all.accounts[r->all.account_n - 1]
                                         : (void *)&r->all.positions[r->all.position_n - 1];
}

/* At the next section, or at the end: has it all it needs? */
static void end_section(struct ini_text *t, struct reading *r)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (fields[i].section == r->section && fields[i].needed && (r->said & (1U << i)) == 0) {
            ini_fault(t, r->section_line, "this [%s] lacks: %s",
                      r->section == SECTION_ACCOUNT ? "account" : "position", fields[i].name);
        }
    }
    r->section = SECTION_NONE;
}

static void on_section(struct ini_text *t, void *user, const char *section)
{
    struct reading *r = user;
    end_section(t, r);
    r->section = SECTION_UNKNOWN;
    r->section_line = t->line;
    r->said = 0;
    if (strcmp(section, "account") == 0) {
        if (r->all.account_n == ACCOUNT_MAX) {
            ini_fault(t, t->line, "more than %d accounts", ACCOUNT_MAX);
            return;
        }
        r->section = SECTION_ACCOUNT;
        r->account_lines[r->all.account_n++] = t->line;
    } else if (strcmp(section, "position") == 0) {
        if (r->all.position_n == POSITION_MAX) {
            ini_fault(t, t->line, "more than %d positions", POSITION_MAX);
            return;
        }
        r->section = SECTION_POSITION;
        r->position_lines[r->all.position_n++] = t->line;
    } else {
        ini_fault(t, t->line, "no section [%s]: there are [account] and [position]", section);
    }
}

static void on_pair(struct ini_text *t, void *user, const char *section, const char *name, const char *value)
{
    struct reading *r = user;
    if (r->section == SECTION_NONE) {
        ini_fault(t, t->line, "%s: stands before any [section]", name);
    }
    if (r->section == SECTION_NONE || r->section == SECTION_UNKNOWN) {
        return;
    }
    for (size_t i = 0; i < FIELDS; i++) {
        if (fields[i].section != r->section || strcmp(fields[i].name, name) != 0) {
            continue;
        }
        if ((r->said & (1U << i)) != 0) {
            ini_fault(t, t->line, "%s is said twice", name);
            return;
        }
        r->said |= 1U << i;
        const char *fault = take(&fields[i], current(r), value);
        if (fault != NULL) {
            ini_fault(t, t->line, "%s: \"%s\" %s", name, value, fault);
        }
        return;
    }
    ini_fault(t, t->line, "[%s] has no %s", section, name);
}

static const struct account *find_account(const struct positions *all, const char *name)
{
    for (size_t i = 0; i < all->account_n; i++) {
        if (strcmp(all->accounts[i].name, name) == 0) {
            return &all->accounts[i];
        }
    }
    return NULL;
}

static void check_position(struct ini_text *t, const struct reading *r, size_t index)
{
    const struct position *p = &r->all.positions[index];
    const struct account *a = find_account(&r->all, p->account);
    int line = r->position_lines[index];
    if (a == NULL) {
        ini_fault(t, line, "no [account] has the name %s", p->account);
        return;
    }
    size_t venue_n = strlen(a->venue);
    if (strncmp(p->instrument, a->venue, venue_n) != 0 || p->instrument[venue_n] != ':') {
        ini_fault(t, line, "%s is not at %s, where account %s is", p->instrument, a->venue, a->name);
    }
    for (size_t i = 0; i < index; i++) {
        const struct position *q = &r->all.positions[i];
        if (strcmp(p->account, q->account) == 0 && strcmp(p->instrument, q->instrument) == 0 &&
            p->side == q->side) {
            ini_fault(t, line, "the same account, instrument and side as in line %d", r->position_lines[i]);
        }
    }
}

/* What can be seen only when all is read. */
static void check_all(struct ini_text *t, const struct reading *r)
{
    for (size_t i = 0; i < r->all.account_n; i++) {
        const struct account *first = find_account(&r->all, r->all.accounts[i].name);
        if (first != &r->all.accounts[i]) {
            ini_fault(t, r->account_lines[i], "account %s stands in line %d already", first->name,
                      r->account_lines[first - r->all.accounts]);
        }
    }
    for (size_t i = 0; i < r->all.position_n; i++) {
        check_position(t, r, i);
    }
}

static int parse(const char *text, size_t n, const char *name, struct positions *ret_positions,
                 struct buf *why)
{
    static const struct ini_handler handler = {.section = on_section, .pair = on_pair};
    struct reading r = {.section = SECTION_NONE};
    int err = ini_text_read(text, n, name, &handler, &r, why);
    if (err < 0 && err != AP_ESYNTAX) {
        return err;
    }
    struct ini_text rest = {.name = name, .why = why};
    end_section(&rest, &r);
    if (err == 0 && rest.faults == 0) {
        check_all(&rest, &r);
    }
    if (err < 0 || rest.faults > 0) {
        return AP_ESYNTAX;
    }
    *ret_positions = r.all;
    return 0;
}

int positions_parse(const char *text, const char *name, struct positions *ret_positions, struct buf *why)
{
    return parse(text, strlen(text), name, ret_positions, why);
}

int positions_load(const char *path, struct positions *ret_positions, struct buf *why)
{
    struct buf text;
    buf_init(&text, INI_TEXT_MAX);
    int err = ini_file_load(path, &text, why);
    if (err == 0) {
        err = parse(text.data, text.len, path, ret_positions, why);
    }
    buf_finish(&text);
    return err;
}
