#include "parameters.h"

#include <alphaplus/base/text.h>
#include <string.h>

_Static_assert(SETTING_PAIRS_MAX <= PARAM_MAX, "each line of [params] has a row");
_Static_assert(SETTING_ID_MAX == sizeof(((struct param_value_row *)0)->id), "an id fits its event");

static const char *near_id(const char *id)
{
    int n, best = 6;
    const struct param_row *rows = param_rows(&n);
    const char *near = NULL;
    for (int i = 0; i < n; i++) {
        int distance = text_distance(rows[i].id, id, best);
        if (distance < best) {
            best = distance;
            near = rows[i].id;
        }
    }
    return near;
}

/* What is wrong with it, in words; false when nothing. */
static bool find_fault(const struct setting_pair *pair, struct buf *why)
{
    int n, i = param_find(pair->id);
    const struct param_row *rows = param_rows(&n);
    if (i < 0) {
        const char *near = near_id(pair->id);
        buf_printf(why, "no parameter params.%s%s%s%s", pair->id, near ? ": is it params." : "",
                   near ? near : "", near ? "?" : "; alphaplus doctor --params lists them");
        return true;
    }
    if (pair->value >= rows[i].min && pair->value <= rows[i].max)
        return false;
    buf_printf(why, "params.%s: %.15g is not between %.15g and %.15g (%s)", pair->id, pair->value,
               rows[i].min, rows[i].max, rows[i].unit);
    return true;
}

int parameters_from(const struct settings *s, struct parameters *ret_parameters, struct buf *why)
{
    struct parameters p = {.n = 0};
    struct buf fault;
    int faults = 0;

    for (size_t i = 0; i < s->params.n; i++) {
        const struct setting_pair *pair = &s->params.pairs[i];
        buf_init(&fault, 1024);
        if (find_fault(pair, &fault)) {
            buf_printf(why, "%s:%d: %s\n", s->file, pair->line, fault.data);
            faults++;
        } else {
            text_copy(p.rows[p.n].id, sizeof p.rows[p.n].id, pair->id);
            p.rows[p.n++].value = pair->value;
        }
        buf_finish(&fault);
    }
    if (faults > 0)
        return AP_EINVAL;
    *ret_parameters = p;
    return 0;
}

static const struct setting_pair *set_by(const struct settings *s, const char *id)
{
    for (size_t i = 0; i < s->params.n; i++) {
        if (strcmp(s->params.pairs[i].id, id) == 0)
            return &s->params.pairs[i];
    }
    return NULL;
}

int parameters_print(const struct settings *s, struct buf *ret_text)
{
    int n;
    const struct param_row *rows = param_rows(&n);
    for (int i = 0; i < n; i++) {
        const struct param_row *row = &rows[i];
        const struct setting_pair *pair = set_by(s, row->id);
        bool is_plain = strcmp(row->unit, "1") == 0;
        buf_printf(ret_text, "params.%s = %.15g%s%s (default %.15g, %.15g to %.15g, %s; from ", row->id,
                   pair ? pair->value : row->fallback, is_plain ? "" : " ", is_plain ? "" : row->unit,
                   row->fallback, row->min, row->max, row->meaning);
        if (pair)
            buf_printf(ret_text, "%s:%d)\n", s->file, pair->line);
        else
            buf_text(ret_text, "default)\n");
    }
    return ret_text->failed;
}
