/* The parameters of the measures as the settings give them, held to the measures' own table (analytics/params.h). */
#ifndef ALPHAPLUS_APP_PARAMETERS_H
#define ALPHAPLUS_APP_PARAMETERS_H

#include <alphaplus/analytics/params.h>
#include <alphaplus/base/buf.h>
#include <alphaplus/config/settings.h>
#include <alphaplus/model/event.h>

/* What a session is begun with: one PARAM event a row. */
struct parameters {
    struct param_value_row rows[PARAM_MAX];
    size_t n;
};

/* The settings' [params]. AP_EINVAL: faults, told in `why` with file and line, one a line. */
AP_MUST_CHECK int parameters_from(const struct settings *s, struct parameters *ret_parameters,
                                  struct buf *why);
/* `params.ID = value unit (default ..., lowest to highest, meaning; where from)` a line. */
AP_MUST_CHECK int parameters_print(const struct settings *s, struct buf *ret_text);

#endif
