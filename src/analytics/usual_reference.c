#include "usual.h"

#include "analytics/usual_embed.h"

#include <alphaplus/base/fixed.h>
#include <string.h>

/* NAME,FIGURE,p05,p25,p50,p75,p95,seconds: made by tools/usual.py, plain decimals. */
#define MEDIAN_COLUMN 2 /* of the numbers */

static const char *const names[USUAL_FIGURES] = {
    [USUAL_PACE] = "pace", [USUAL_SPREAD] = "spread", [USUAL_DEPTH] = "depth"};

static bool take_word(const char **at, const char *end, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(end - *at) <= n || memcmp(*at, word, n) != 0 || (*at)[n] != ',')
        return false;
    *at += n + 1;
    return true;
}

static bool take_median(const char *at, const char *end, double *ret_median)
{
    for (int column = 0; column < MEDIAN_COLUMN; column++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        if (!comma)
            return false;
        at = comma + 1;
    }
    const char *comma = memchr(at, ',', (size_t)(end - at));
    int decimals;
    int64_t value;
    size_t n = comma ? (size_t)(comma - at) : 0;
    if (n == 0 || fixed_count_decimals(at, n, 0, &decimals) < 0 || fixed_parse(at, n, decimals, &value) < 0)
        return false;
    *ret_median = fixed_to_double(value, decimals);
    return *ret_median > 0.0;
}

bool usual_reference(const struct instrument *in, enum usual_figure figure, double *ret_median)
{
    const char *line = usual_files[0].data, *end = line + usual_files[0].size;
    char name[INSTRUMENT_NAME_MAX];
    _Static_assert(sizeof usual_files / sizeof usual_files[0] == 1, "one table");

    instrument_name(in, name);
    for (const char *next; line < end; line = next) {
        const char *feed = memchr(line, '\n', (size_t)(end - line)), *at = line;
        next = feed ? feed + 1 : end;
        if (take_word(&at, next, name) && take_word(&at, next, names[figure]))
            return take_median(at, next, ret_median);
    }
    return false;
}
