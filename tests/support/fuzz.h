/* What a fuzz target defines: fuzz_<name>.c is this one function (and, if it wants, the initialiser). It must accept any
 * bytes, keep nothing between calls and return 0; a broken promise is an abort(). libFuzzer drives it when the tree is
 * built with -Dfuzz=true, fuzz_main.c otherwise. */
#ifndef AP_TEST_SUPPORT_FUZZ_H
#define AP_TEST_SUPPORT_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Like assert(), in every build. */
#define FUZZ_CHECK(cond)                                                                                     \
    do {                                                                                                     \
        if (!(cond)) {                                                                                       \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #cond);                       \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

#endif
