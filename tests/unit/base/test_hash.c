#include "test.h"
#include <alphaplus/base/hash.h>
#include <string.h>

static uint64_t of_doubles(const double *v, size_t n)
{
    uint64_t h = HASH_SEED;
    for (size_t i = 0; i < n; i++) {
        h = hash_double(h, v[i]);
    }
    return hash_final(h);
}

static void test_crc32(void **state)
{
    static const char text[] = "123456789";
    (void)state;
    assert_int_equal(hash_crc32(0, text, 9), 0xcbf43926); /* the check value of CRC-32/ISO-HDLC */
    assert_int_equal(hash_crc32(hash_crc32(0, text, 4), text + 4, 5), 0xcbf43926);
    assert_int_equal(hash_crc32(0, "", 0), 0);
    assert_int_equal(hash_crc32(0, "The quick brown fox jumps over the lazy dog", 43),
                     0x414fa339); /* zlib's */
}

static void test_doubles(void **state)
{
    const double plus[] = {1.5, 2.5}, minus[] = {-1.5, -2.5}, swapped[] = {2.5, 1.5};
    const double zero[] = {0.0}, negative_zero[] = {-0.0};
    const double nan1[] = {(double)NAN}, nan2[] = {-(double)NAN};
    (void)state;
    assert_true(of_doubles(zero, 1) == of_doubles(negative_zero, 1));
    assert_true(of_doubles(nan1, 1) == of_doubles(nan2, 1));
    assert_true(of_doubles(plus, 2) != of_doubles(minus, 2)); /* two flipped signs do not cancel */
    assert_true(of_doubles(plus, 2) != of_doubles(swapped, 2));
}

static void test_bytes(void **state)
{
    static const char text[] = "0123456789abcdef0123";
    uint64_t seen[21];
    (void)state;
    for (size_t n = 0; n <= 20; n++) {
        seen[n] = hash_final(hash_bytes(HASH_SEED, text, n));
        for (size_t k = 0; k < n; k++) {
            assert_true(seen[k] != seen[n]);
        }
    }
    assert_true(hash_bytes(HASH_SEED, "a", 2) != hash_bytes(HASH_SEED, "a", 1)); /* a NUL counts */
    assert_true(seen[20] == hash_final(hash_bytes(HASH_SEED, text, 20)));
}

/* Any one bit of input flipped changes about half of the output bits. */
static void test_every_bit_counts(void **state)
{
    uint64_t base = hash_final(hash_u64(hash_u64(HASH_SEED, 1), 2));
    (void)state;
    for (int bit = 0; bit < 128; bit++) {
        uint64_t a = bit < 64 ? UINT64_C(1) << bit : 0, b = bit < 64 ? 0 : UINT64_C(1) << (bit - 64);
        uint64_t h = hash_final(hash_u64(hash_u64(HASH_SEED, 1 ^ a), 2 ^ b));
        int changed = __builtin_popcountll(h ^ base);
        assert_in_range(changed, 12, 52);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc32),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_every_bit_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
