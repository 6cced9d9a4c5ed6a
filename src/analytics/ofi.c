#include <alphaplus/analytics/linalg.h>
#include <alphaplus/analytics/ofi.h>
#include <math.h>
#include <string.h>

int64_t ofi_step(const struct touch *before, const struct touch *now)
{
    int64_t e = 0;
    if (now->bid.px >= before->bid.px)
        e += now->bid.qty;
    if (now->bid.px <= before->bid.px)
        e -= before->bid.qty;
    if (now->ask.px <= before->ask.px)
        e -= now->ask.qty;
    if (now->ask.px >= before->ask.px)
        e += before->ask.qty;
    return e;
}

void ofi_levels_step(const struct level *bid_before, const struct level *ask_before, const struct level *bid,
                     const struct level *ask, int levels, int64_t *ret_ofi)
{
    for (int m = 0; m < levels; m++) {
        struct touch before = {bid_before[m], ask_before[m]}, now = {bid[m], ask[m]};
        ret_ofi[m] = ofi_step(&before, &now);
    }
}

bool ofi_component(const double *covariance, int k, double *ret_weights, double *ret_share)
{
    double a[OFI_LEVELS * OFI_LEVELS], values[OFI_LEVELS], vectors[OFI_LEVELS * OFI_LEVELS];
    double trace = 0.0, sum = 0.0, length = 0.0;
    memcpy(a, covariance, sizeof(double) * (size_t)(k * k));
    for (int i = 0; i < k; i++)
        trace += a[i * k + i];
    if (!(trace > 1e-30))
        return false;
    linalg_eigen(a, k, values, vectors);
    for (int i = 0; i < k; i++) {
        sum += vectors[i * k];
        length += fabs(vectors[i * k]);
    }
    for (int i = 0; i < k; i++)
        ret_weights[i] = (sum < 0.0 ? -1.0 : 1.0) * vectors[i * k] / length;
    *ret_share = fmin(1.0, values[0] / trace);
    return true;
}
