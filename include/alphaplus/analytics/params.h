/* Every parameter of the measures: one table of id, default, range and meaning (src/analytics/params.h). Their values are the
 * engine's, change by PARAM events alone, and so are in the journal: a replay computes with what was in force. */
#ifndef ALPHAPLUS_ANALYTICS_PARAMS_H
#define ALPHAPLUS_ANALYTICS_PARAMS_H

#include <alphaplus/base/err.h>

#define PARAM_MAX 256

struct param_row {
    const char *id;   /* "wall.z_min" */
    const char *unit; /* as in the registry of metrics */
    double fallback;  /* the default */
    double min, max;
    const char *meaning; /* one line */
    const char *source;  /* paper, or "definition" */
};
struct params {
    double value[PARAM_MAX];
};

const struct param_row *param_rows(int *ret_n);
int param_find(const char *id); /* index, or -1 */
void params_init(struct params *p);
/* AP_EUNKNOWN: no such id; AP_ERANGE: outside its range, or not a number. */
AP_MUST_CHECK int params_set(struct params *p, const char *id, double value);

#endif
