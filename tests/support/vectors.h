/* Reference vectors: JSON and CSV files under tests/data/vectors. */
#ifndef TESTS_SUPPORT_VECTORS_H
#define TESTS_SUPPORT_VECTORS_H

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static inline FILE *vector_open(const char *name)
{
    char path[4096];
    const char *data = getenv("AP_TEST_DATA");
    snprintf(path, sizeof path, "%s/vectors/%s", data ? data : "tests/data", name);
    FILE *f = fopen(path, "r");
    if (!f)
        fprintf(stderr, "%s: cannot be opened\n", path);
    return f;
}

static inline json_t *vector_json(const char *name)
{
    FILE *f = vector_open(name);
    json_t *root = f ? json_loadf(f, 0, NULL) : NULL;
    if (f)
        fclose(f);
    return root;
}

/* |a - b| within relative tolerance of the larger (absolute below 1). */
static inline int is_close(double a, double b, double tolerance)
{
    double scale = fmax(1.0, fmax(fabs(a), fabs(b)));
    if (fabs(a - b) <= tolerance * scale)
        return 1;
    fprintf(stderr, "%.17g is not %.17g\n", a, b);
    return 0;
}

#endif
