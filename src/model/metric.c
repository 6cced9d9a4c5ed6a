#include <alphaplus/model/metric.h>

#include <string.h>

int metric_find(const struct metric_registry *r, const char *id)
{
    for (int i = 0; i < r->n; i++) {
        if (strcmp(r->rows[i].id, id) == 0) {
            return i;
        }
    }
    return -1;
}

const char *metric_state_name(int state)
{
    switch (state) {
#define X(number, name)                                                                                      \
    case number: return #name;
        METRIC_STATE_LIST(X)
#undef X
    default: return "?";
    }
}

const char *metric_cadence_name(int cadence)
{
    switch (cadence) {
#define X(number, name, text)                                                                                \
    case number: return text;
        METRIC_CADENCE_LIST(X)
#undef X
    default: return "?";
    }
}
