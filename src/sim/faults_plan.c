#include "sim/faults.h"

#include <alphaplus/base/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEM_MAX  64
#define COUNT_MAX 1000000

enum form { CHANCE, CHANCE_FOR, CHANCE_MAYBE_FOR, EVERY, EVERY_FOR, EVERY_COUNT };
static const char *const form_text[] = {
    "a chance from 0 to 1, such as 0.001",
    "a chance and how long, such as 0.01:200ms",
    "a chance, and if it shall say so how long to wait, such as 0.5 or 0.5:2s",
    "how often, such as 60s",
    "how often and how long, such as 60s:5s",
    "how often and how many, such as 60s:10000",
};
static const struct {
    const char *name;
    enum form form;
} kinds[FAULT_KINDS] = {
    [FAULT_DROP] = {"drop", CHANCE},
    [FAULT_DUP] = {"dup", CHANCE},
    [FAULT_REORDER] = {"reorder", CHANCE},
    [FAULT_DELAY] = {"delay", CHANCE_FOR},
    [FAULT_TRUNCATE] = {"truncate", CHANCE},
    [FAULT_CORRUPT] = {"corrupt", CHANCE},
    [FAULT_CROSSED] = {"crossed", CHANCE},
    [FAULT_NEGATIVE] = {"negative", CHANCE},
    [FAULT_CHECKSUM] = {"checksum", CHANCE},
    [FAULT_NO_CHECKSUM] = {"nochecksum", CHANCE},
    [FAULT_WRONG_ROUTE] = {"wrong-route", CHANCE},
    [FAULT_CLOSE] = {"close", EVERY},
    [FAULT_RESET] = {"reset", EVERY},
    [FAULT_LIFE] = {"life", EVERY},
    [FAULT_STALL] = {"stall", EVERY_FOR},
    [FAULT_CLOCK] = {"clock", EVERY_FOR},
    [FAULT_SILENCE] = {"silence", EVERY_FOR},
    [FAULT_BURST] = {"burst", EVERY_COUNT},
    [FAULT_REST_429] = {"rest429", CHANCE_MAYBE_FOR},
    [FAULT_REST_418] = {"rest418", CHANCE_MAYBE_FOR},
    [FAULT_REST_451] = {"rest451", CHANCE_MAYBE_FOR},
    [FAULT_REST_500] = {"rest500", CHANCE_MAYBE_FOR},
    [FAULT_REST_TIMEOUT] = {"resttimeout", CHANCE},
    [FAULT_REST_STALE] = {"reststale", CHANCE},
    [FAULT_REST_EMPTY] = {"restempty", CHANCE},
};

static bool read_chance(const char *text, double *ret)
{
    char *end;
    double p = strtod(text, &end);
    if (end == text || *end != '\0' || !(p >= 0.0 && p <= 1.0)) {
        return false;
    }
    *ret = p;
    return true;
}

static bool read_count(const char *text, int64_t *ret)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (end == text || *end != '\0' || n < 1 || n > COUNT_MAX) {
        return false;
    }
    *ret = n;
    return true;
}

static bool read_span(const char *text, int64_t *ret)
{
    return text_parse_duration(text, ret) == 0 && *ret > 0;
}

/* `value` is cut in two at its colon. */
static bool read_rule(enum form form, char *value, struct fault_rule *r)
{
    char *second = strchr(value, ':');
    bool needs_second = form == CHANCE_FOR || form == EVERY_FOR || form == EVERY_COUNT;
    if (second ? !needs_second && form != CHANCE_MAYBE_FOR : needs_second) {
        return false;
    }
    if (second) {
        *second++ = '\0';
    }
    bool is_chance = form == CHANCE || form == CHANCE_FOR || form == CHANCE_MAYBE_FOR;
    if (!(is_chance ? read_chance(value, &r->chance) : read_span(value, &r->every_ns))) {
        return false;
    }
    if (form == EVERY_COUNT) {
        return read_count(second, &r->count);
    }
    return !second || read_span(second, &r->for_ns);
}

static int read_item(const char *item, struct fault_plan *p, char *why, size_t why_size)
{
    char name[ITEM_MAX];
    if (!text_copy(name, sizeof name, item)) {
        snprintf(why, why_size, "--faults: '%.40s' is too long", item);
        return AP_EINVAL;
    }
    char *value = strchr(name, '=');
    if (!value) {
        snprintf(why, why_size, "--faults: '%s' needs '=' and a value", name);
        return AP_EINVAL;
    }
    *value++ = '\0';
    if (strcmp(name, "symbol") == 0) {
        if (!value[0] || !text_copy(p->symbol, sizeof p->symbol, value)) {
            snprintf(why, why_size, "--faults: 'symbol' is an instrument's name, such as BTCUSDT");
            return AP_EINVAL;
        }
        return 0;
    }
    for (int i = 0; i < FAULT_KINDS; i++) {
        if (strcmp(kinds[i].name, name) != 0) {
            continue;
        }
        p->rules[i].is_on = true;
        if (!read_rule(kinds[i].form, value, &p->rules[i])) {
            snprintf(why, why_size, "--faults: '%s' is %s", name, form_text[kinds[i].form]);
            return AP_EINVAL;
        }
        return 0;
    }
    int n = snprintf(why, why_size, "--faults: there is no '%s'; there are symbol", name);
    for (int i = 0; i < FAULT_KINDS && n > 0 && (size_t)n < why_size; i++) {
        n += snprintf(why + n, why_size - (size_t)n, " %s", kinds[i].name);
    }
    return AP_EINVAL;
}

int fault_plan_parse(const char *spec, struct fault_plan *ret_plan, char *why, size_t why_size)
{
    struct fault_plan p = {0};
    while (*spec) {
        size_t n = strcspn(spec, ",");
        char item[ITEM_MAX + 1];
        snprintf(item, sizeof item, "%.*s", n < ITEM_MAX ? (int)n : ITEM_MAX, spec);
        int err = read_item(item, &p, why, why_size);
        if (err < 0) {
            return err;
        }
        spec += n + (spec[n] == ',');
    }
    *ret_plan = p;
    return 0;
}

void faults_tell(const struct faults *x, struct buf *out)
{
    for (int i = 0; i < FAULT_KINDS; i++) {
        buf_printf(out, "%c\"%s\":%llu", i ? ',' : '{', kinds[i].name,
                   (unsigned long long)atomic_load(&x->counts[i]));
    }
    buf_byte(out, '}');
}
