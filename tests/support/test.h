/* What cmocka wants included, and the few checks it lacks. */
#ifndef AP_TEST_SUPPORT_TEST_H
#define AP_TEST_SUPPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <alphaplus/base/err.h>
#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* A call that must succeed: prints the error's name. */
#define assert_ok(call)                                                                                      \
    do {                                                                                                     \
        int assert_ok_err = (call);                                                                          \
        if (assert_ok_err < 0) {                                                                             \
            print_error("%s: %s (%s)\n", #call, ap_err_name(assert_ok_err), ap_err_text(assert_ok_err));     \
            fail();                                                                                          \
        }                                                                                                    \
    } while (0)

/* A call that must fail in just this way. */
#define assert_err(call, expected) assert_string_equal(ap_err_name(call), ap_err_name(expected))

/* Doubles: |a - b| <= tolerance, and neither is NaN. */
#define assert_near(a, b, tolerance)                                                                         \
    do {                                                                                                     \
        double near_a = (a), near_b = (b);                                                                   \
        if (!(fabs(near_a - near_b) <= (tolerance))) {                                                       \
            print_error("%s is %.17g, not %.17g\n", #a, near_a, near_b);                                     \
            fail();                                                                                          \
        }                                                                                                    \
    } while (0)

/* xorshift64*: the same numbers on every run. Start it with any number but 0. */
static inline uint64_t test_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static inline uint64_t test_below(uint64_t *state, uint64_t n)
{
    return test_random(state) % n;
}

#endif
