#include "sim/sendq.h"

#include "test.h"
#include <string.h>

static void test_messages_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct sendq q;
    uint64_t seed = 11, in = 0, out = 0;
    sendq_init(&q, 1u << 20);
    assert_null(sendq_front(&q, &(size_t){0}));
    for (int i = 0; i < 200000; i++) {
        if (test_below(&seed, 100) < 52) {
            size_t n = 1 + (in * 7919) % 900;
            unsigned char *at = sendq_push(&q, n);
            if (!at) { /* full: the ceiling holds */
                assert_true(sendq_bytes(&q) + n + 2048 > q.ceiling);
                continue;
            }
            memset(at - SENDQ_FRONT, 0xee, SENDQ_FRONT);
            memset(at, (int)(in & 0xff), n);
            in++;
        } else if (out < in) {
            size_t n;
            unsigned char *at = sendq_front(&q, &n);
            assert_non_null(at);
            assert_int_equal(n, 1 + (out * 7919) % 900);
            assert_int_equal(at[0], out & 0xff);
            assert_int_equal(at[n - 1], out & 0xff);
            memset(at - SENDQ_FRONT, 0x11, SENDQ_FRONT); /* the frame header's place */
            sendq_pop(&q);
            out++;
        }
        assert_true(sendq_bytes(&q) <= q.ceiling && q.cap <= 4 * q.ceiling);
    }
    assert_true(in > 50000);
    sendq_finish(&q);
}

static void test_ceiling(void **state)
{
    (void)state;
    struct sendq q;
    sendq_init(&q, 1000);
    assert_null(sendq_push(&q, 1001));
    assert_null(sendq_push(&q, SIZE_MAX));
    assert_non_null(sendq_push(&q, 900));
    assert_null(sendq_push(&q, 100));
    sendq_pop(&q);
    assert_non_null(sendq_push(&q, 900));
    sendq_finish(&q);
    sendq_finish(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_come_out_as_they_went_in),
        cmocka_unit_test(test_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
