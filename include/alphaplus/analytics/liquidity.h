/* Figures of a book as it stands. Prices and sizes come from the book's integers; results are in quote currency, base units, bps or
 * pure numbers as said. The touch must exist and not be crossed: callers look at that first. */
#ifndef ALPHAPLUS_ANALYTICS_LIQUIDITY_H
#define ALPHAPLUS_ANALYTICS_LIQUIDITY_H

#include <alphaplus/book/book.h>
#include <alphaplus/model/instrument.h>
#include <stdbool.h>
#include <stdint.h>

/* (bid + ask) / 2 in price units of the instrument's integers; false when a side is empty or the book is crossed. */
bool liquidity_mid(const struct book *b, double *ret_mid_units);

/* A sum of the book in quote currency; sizes of inverse contracts are worth their multiplier. */
double liquidity_value(const struct instrument *in, const struct book_sum *sum);
/* Value of all orders within n distances from the mid on one side, rising, in one pass. is_bound: as of liquidity_depth. */
struct liquidity_band {
    double value;
    bool is_bound;
};
void liquidity_bands(const struct book *b, const struct instrument *in, enum side side, const double *bps,
                     int n, struct liquidity_band *ret_bands);
/* Value of all orders within bps of the mid on one side, quote currency. *ret_is_bound: the band reaches past the known depth, so
 * the figure is a lower bound. */
double liquidity_depth(const struct book *b, const struct instrument *in, enum side side, double bps,
                       bool *ret_is_bound);

/* (sum w bid size - sum w ask size) / (sum w bid size + sum w ask size), in [-1, 1]. Cao, Hansch & Wang (2009). */
double liquidity_imbalance_l1(const struct book *b);
/* w_k = exp(-lambda (k - 1)) over the first `levels` populated levels. */
double liquidity_imbalance_rank(const struct book *b, double lambda, int levels);
/* Distance weights w = exp(-d / tau), d in bps from the mid; sums by value: pressure in quote currency, imbalance by size. */
struct liquidity_weighted {
    double imbalance; /* [-1, 1], of sizes */
    double bid, ask;  /* weighted value, quote currency */
};
void liquidity_distance(const struct book *b, const struct instrument *in, double tau_bps,
                        struct liquidity_weighted *ret_weighted);

/* ask * I + bid * (1 - I), I = bid size / (bid size + ask size); price units of the integers. */
double liquidity_weighted_mid(const struct level *bid, const struct level *ask);

#endif
