#include "params.h"

#include <math.h>
#include <string.h>

static const struct param_row rows[] = {
#define P(name, id_, unit_, fallback_, min_, max_, meaning_, source_)                                        \
    {.id = (id_),                                                                                            \
     .unit = (unit_),                                                                                        \
     .fallback = (fallback_),                                                                                \
     .min = (min_),                                                                                          \
     .max = (max_),                                                                                          \
     .meaning = (meaning_),                                                                                  \
     .source = (source_)},
    PARAM_LIST(P)
#undef P
};
_Static_assert(PARAMS <= PARAM_MAX, "more parameters than PARAM_MAX");

const struct param_row *param_rows(int *ret_n)
{
    *ret_n = PARAMS;
    return rows;
}

int param_find(const char *id)
{
    for (int i = 0; i < PARAMS; i++) {
        if (strcmp(rows[i].id, id) == 0)
            return i;
    }
    return -1;
}

void params_init(struct params *p)
{
    *p = (struct params){0};
    for (int i = 0; i < PARAMS; i++)
        p->value[i] = rows[i].fallback;
}

int params_set(struct params *p, const char *id, double value)
{
    int i = param_find(id);
    if (i < 0)
        return AP_EUNKNOWN;
    if (!isfinite(value) || value < rows[i].min || value > rows[i].max)
        return AP_ERANGE;
    p->value[i] = value;
    return 0;
}
