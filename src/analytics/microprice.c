#include <alphaplus/analytics/microprice.h>
#include <math.h>
#include <string.h>

enum { N = MICROPRICE_STATES, COLUMNS = N + 1 };
#define ITERATIONS_MAX 10000
#define TINY           1e-12

int microprice_state(double imbalance, int64_t spread_ticks)
{
    if (spread_ticks < 1 || spread_ticks > MICROPRICE_SPREADS || !(imbalance >= 0.0 && imbalance <= 1.0))
        return -1;
    int bucket = 0;
    while (bucket < MICROPRICE_BUCKETS - 1 && imbalance >= (double)(bucket + 1) / MICROPRICE_BUCKETS)
        bucket++;
    return (int)(spread_ticks - 1) * MICROPRICE_BUCKETS + bucket;
}

static int mirror(int state)
{
    int bucket = state % MICROPRICE_BUCKETS;
    return state - bucket + (MICROPRICE_BUCKETS - 1 - bucket);
}

static void count_step(struct microprice_counts *c, int from, int to, int64_t moved_half_ticks)
{
    if (moved_half_ticks == 0) {
        c->stay[from][to] += 1.0;
        return;
    }
    c->move[from][to] += 1.0;
    c->jump[from][moved_half_ticks < 0 ? moved_half_ticks + 2 : moved_half_ticks + 1] += 1.0;
}

void microprice_add(struct microprice_counts *c, int from, int to, int64_t moved_half_ticks)
{
    if (from < 0 || to < 0 || moved_half_ticks < -2 || moved_half_ticks > 2)
        return;
    count_step(c, from, to, moved_half_ticks);
    count_step(c, mirror(from), mirror(to), -moved_half_ticks);
    c->steps += 1.0;
}

/* a x = b for N right-hand sides and one more, in place, with row exchanges. */
static int solve(double a[N][N], double b[N][COLUMNS])
{
    for (int k = 0; k < N; k++) {
        int pivot = k;
        for (int i = k + 1; i < N; i++) {
            if (fabs(a[i][k]) > fabs(a[pivot][k]))
                pivot = i;
        }
        if (fabs(a[pivot][k]) < TINY)
            return AP_EAGAIN;
        for (int j = 0; j < N && pivot != k; j++) {
            double t = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = t;
        }
        for (int j = 0; j < COLUMNS && pivot != k; j++) {
            double t = b[k][j];
            b[k][j] = b[pivot][j];
            b[pivot][j] = t;
        }
        for (int i = 0; i < N; i++) {
            if (i == k)
                continue;
            double f = a[i][k] / a[k][k];
            for (int j = k; j < N; j++)
                a[i][j] -= f * a[k][j];
            for (int j = 0; j < COLUMNS; j++)
                b[i][j] -= f * b[k][j];
        }
    }
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < COLUMNS; j++)
            b[i][j] /= a[i][i];
    }
    return 0;
}

/* I - Q on the left; T and R K on the right. A state that was never seen stands alone and changes nothing. */
static void fill(const struct microprice_counts *c, double a[N][N], double b[N][COLUMNS])
{
    static const double ticks[4] = {-1.0, -0.5, 0.5, 1.0};
    memset(b, 0, sizeof(double[N][COLUMNS]));
    for (int i = 0; i < N; i++) {
        double total = 0.0;
        for (int j = 0; j < N; j++)
            total += c->stay[i][j] + c->move[i][j];
        for (int j = 0; j < N; j++) {
            a[i][j] = (i == j ? 1.0 : 0.0) - (total > 0.0 ? c->stay[i][j] / total : 0.0);
            b[i][j] = total > 0.0 ? c->move[i][j] / total : 0.0;
        }
        for (int k = 0; k < 4 && total > 0.0; k++)
            b[i][N] += ticks[k] * c->jump[i][k] / total;
    }
}

int microprice_fit(const struct microprice_counts *c, double ret_g1[MICROPRICE_STATES],
                   double ret_g[MICROPRICE_STATES])
{
    double a[N][N], b[N][COLUMNS], term[N], next[N], sum[N];

    fill(c, a, b);
    int err = solve(a, b);
    if (err < 0)
        return err;
    for (int i = 0; i < N; i++)
        sum[i] = term[i] = b[i][N];
    double largest = 1.0;
    for (int round = 0; round < ITERATIONS_MAX && largest > TINY; round++) {
        largest = 0.0;
        for (int i = 0; i < N; i++) {
            next[i] = 0.0;
            for (int j = 0; j < N; j++)
                next[i] += b[i][j] * term[j];
            largest = fmax(largest, fabs(next[i]));
            sum[i] += next[i];
        }
        memcpy(term, next, sizeof term);
    }
    if (!(largest <= TINY))
        return AP_EAGAIN;
    for (int i = 0; i < N; i++) {
        ret_g1[i] = b[i][N];
        ret_g[i] = sum[i];
    }
    return 0;
}
