#include <alphaplus/base/latency.h>

static unsigned bin_of(uint64_t ns)
{
    if (ns < 16)
        return (unsigned)ns;
    unsigned log2 = 63u - (unsigned)__builtin_clzll(ns);
    unsigned bin = (log2 - 3) * 16 + (unsigned)(ns >> (log2 - 4) & 15);
    return bin < LATENCY_BINS ? bin : LATENCY_BINS - 1;
}

static int64_t bin_edge(unsigned bin)
{
    if (bin < 16)
        return (int64_t)bin;
    unsigned log2 = bin / 16 + 3;
    return (int64_t)((UINT64_C(16) + bin % 16 + 1) << (log2 - 4)) - 1;
}

void latency_add(struct latency *l, int64_t ns)
{
    uint64_t value = ns > 0 ? (uint64_t)ns : 0;
    l->bins[bin_of(value)]++;
    l->count++;
    if (ns > l->max_ns)
        l->max_ns = ns;
}

int64_t latency_quantile(const struct latency *l, double p)
{
    uint64_t total = 0, seen = 0;
    for (unsigned i = 0; i < LATENCY_BINS; i++)
        total += l->bins[i];
    for (unsigned i = 0; i < LATENCY_BINS && total > 0; i++) {
        seen += l->bins[i];
        if ((double)seen >= p * (double)total)
            return bin_edge(i) < l->max_ns ? bin_edge(i) : l->max_ns;
    }
    return 0;
}

void latency_age(struct latency *l)
{
    for (unsigned i = 0; i < LATENCY_BINS; i++)
        l->bins[i] /= 2;
}
