#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t bench_now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

void bench_use(const void *p)
{
    __asm__ volatile("" : : "g"(p) : "memory");
}

const char *bench_option(const struct bench *b, const char *name, const char *fallback)
{
    for (int i = 1; i + 1 < b->argc; i++) {
        if (strcmp(b->argv[i], name) == 0) {
            return b->argv[i + 1];
        }
    }
    return fallback;
}

void bench_init(struct bench *b, int argc, char **argv)
{
    memset(b, 0, sizeof(*b));
    b->argc = argc;
    b->argv = argv;
    for (int i = 1; i < argc; i++) {
        b->quick |= strcmp(argv[i], "--quick") == 0;
    }
    const char *rounds = bench_option(b, "--rounds", NULL);
    b->rounds = rounds != NULL ? (int)strtol(rounds, NULL, 10) : 7;
    if (b->rounds < 1 || b->quick) {
        b->rounds = 1;
    }
    if (b->rounds > BENCH_MAX_ROUNDS) {
        b->rounds = BENCH_MAX_ROUNDS;
    }
    b->filter = bench_option(b, "--filter", NULL);
    b->json_path = bench_option(b, "--json", NULL);
}

static bool is_wanted(const struct bench *b, const char *name)
{
    return b->filter == NULL || strstr(name, b->filter) != NULL;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(struct bench *b, const char *name, const char *unit, double *values, size_t n)
{
    if (b->nlines == BENCH_MAX_LINES || n == 0) {
        fprintf(stderr, "bench: no room or no value for %s\n", name);
        b->failed = true;
        return;
    }
    qsort(values, n, sizeof(values[0]), compare_doubles);
    struct bench_line *line = &b->lines[b->nlines++];
    snprintf(line->name, sizeof(line->name), "%s", name);
    snprintf(line->unit, sizeof(line->unit), "%s", unit);
    line->median = n % 2 != 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
    line->min = values[0];
    line->max = values[n - 1];
    line->rounds = (int)n;
    printf("%s %s %.6g %.6g..%.6g\n", name, unit, line->median, line->min, line->max);
    fflush(stdout);
}

void bench_values(struct bench *b, const char *name, const char *unit, double *values, size_t n)
{
    if (is_wanted(b, name)) {
        report(b, name, unit, values, n);
    }
}

static void run_rounds(struct bench *b, const char *name, const char *unit, bench_round_fn *round, void *user,
                       bool as_rate)
{
    double values[BENCH_MAX_ROUNDS];
    if (!is_wanted(b, name)) {
        return;
    }
    /* Round -1 warms caches, branch predictors and the heap, and is thrown away. */
    for (int i = b->quick ? 0 : -1; i < b->rounds; i++) {
        int64_t start = bench_now_ns();
        double done = round(user);
        double ns = (double)(bench_now_ns() - start);
        if (done <= 0) {
            fprintf(stderr, "bench: %s: the round failed (%g)\n", name, done);
            b->failed = true;
            return;
        }
        if (ns < 1) {
            ns = 1;
        }
        if (i >= 0) {
            values[i] = as_rate ? done * 1e9 / ns : ns / done;
        }
    }
    report(b, name, unit, values, (size_t)b->rounds);
}

void bench_rate(struct bench *b, const char *name, const char *unit, bench_round_fn *round, void *user)
{
    run_rounds(b, name, unit, round, user, true);
}

void bench_cost(struct bench *b, const char *name, const char *unit, bench_round_fn *round, void *user)
{
    run_rounds(b, name, unit, round, user, false);
}

static int write_json(const struct bench *b)
{
    FILE *f = fopen(b->json_path, "w");
    if (f == NULL) {
        perror(b->json_path);
        return -1;
    }
    fputs("[", f);
    for (int i = 0; i < b->nlines; i++) {
        const struct bench_line *l = &b->lines[i];
        fprintf(f,
                "%s\n  {\"name\": \"%s\", \"unit\": \"%s\", \"median\": %.9g, \"min\": %.9g, \"max\": %.9g, "
                "\"rounds\": %d}",
                i > 0 ? "," : "", l->name, l->unit, l->median, l->min, l->max, l->rounds);
    }
    fputs("\n]\n", f);
    return fclose(f) == 0 ? 0 : -1;
}

int bench_finish(struct bench *b)
{
    if (b->json_path != NULL && write_json(b) < 0) {
        b->failed = true;
    }
    if (b->nlines == 0 && b->filter == NULL) {
        fprintf(stderr, "bench: nothing was measured\n");
        b->failed = true;
    }
    return b->failed ? 1 : 0;
}
