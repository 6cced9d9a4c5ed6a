/* Reference quantiles of a few figures, shipped with the program: what was usual of an instrument in recorded days. */
#ifndef ALPHAPLUS_USUAL_H
#define ALPHAPLUS_USUAL_H

#include <alphaplus/model/instrument.h>
#include <stdbool.h>

enum usual_figure { USUAL_PACE, USUAL_SPREAD, USUAL_DEPTH, USUAL_FIGURES };

/* False: this instrument is not in the table. */
bool usual_reference(const struct instrument *in, enum usual_figure figure, double *ret_median);

#endif
