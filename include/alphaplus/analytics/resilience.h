/* How fast a book recovers. Large (2007), Foucault, Kadan & Kandel (2005). */
#ifndef ALPHAPLUS_ANALYTICS_RESILIENCE_H
#define ALPHAPLUS_ANALYTICS_RESILIENCE_H

#include <stdbool.h>
#include <stddef.h>

/* From depths[0], right after the blow, to the first time half of what is missing to `base` is back; between two samples on a straight line.
 * Times rise from times[0]; the result counts from there. False: not within the n samples, or nothing was missing. The widening of a spread
 * is the same with both negated. */
bool resilience_half_life(const double *times, const double *depths, size_t n, double base,
                          double *ret_half_life);
/* The same from a fit of base - a exp(-t / tau): ln(gap) on t, residuals weighted by the gap, gaps below a tenth of the first left out.
 * False: fewer than three such gaps, or they do not close. */
bool resilience_exponential(const double *times, const double *depths, size_t n, double base,
                            double *ret_half_life);

#endif
