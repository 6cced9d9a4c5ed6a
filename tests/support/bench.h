/* A bench is a plain program: warm up, run N rounds, print one line a figure, `name unit median min..max`.
 * Options every bench takes: --rounds N, --quick (one short round, for the tests), --filter TEXT (names that hold it),
 * --json FILE (all figures once more, machine-readable). Others are the bench's own: read them with bench_option(). */
#ifndef AP_TEST_SUPPORT_BENCH_H
#define AP_TEST_SUPPORT_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCH_MAX_ROUNDS = 64, BENCH_MAX_LINES = 128 };

struct bench_line {
    char name[64];
    char unit[24];
    double median, min, max;
    int rounds;
};

struct bench {
    int argc;
    char **argv; /* borrowed */
    int rounds;
    bool quick;
    const char *filter;    /* borrowed, or NULL */
    const char *json_path; /* borrowed, or NULL */
    struct bench_line lines[BENCH_MAX_LINES];
    int nlines;
    bool failed;
};

/* One round of work: does it and returns how many things it did (frames, levels, bytes); negative is a failure. */
typedef double bench_round_fn(void *user);

void bench_init(struct bench *b, int argc, char **argv);
/* The word after `name` on the command line ("--frames" FILE), or `fallback`. */
const char *bench_option(const struct bench *b, const char *name, const char *fallback);
/* Things a second (`unit` "frames/s"), and nanoseconds a thing (`unit` "ns/level"), of the timed rounds. */
void bench_rate(struct bench *b, const char *name, const char *unit, bench_round_fn *round, void *user);
void bench_cost(struct bench *b, const char *name, const char *unit, bench_round_fn *round, void *user);
/* A figure the bench measured itself, one value a round or sample; sorts `values`. */
void bench_values(struct bench *b, const char *name, const char *unit, double *values, size_t n);
/* Writes the JSON file if asked; returns the exit status: non-zero when a round failed or nothing was measured. */
int bench_finish(struct bench *b);

/* Monotonic time. */
int64_t bench_now_ns(void);
/* Keeps the compiler from dropping a result nobody reads. */
void bench_use(const void *p);

#endif
