#include "test.h"

#include <alphaplus/base/mac.h>
#include <alphaplus/base/save.h>
#include <string.h>

/* Appendix A of the paper, and the first of the authors' own vectors. */
static void test_mac(void **state)
{
    const struct mac_key key = {{UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
    uint8_t bytes[15];
    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)i;
    }
    assert_true(mac_of(&key, bytes, sizeof(bytes)) == UINT64_C(0xa129ca6149be45e5));
    assert_true(mac_of(&key, bytes, 0) == UINT64_C(0x726fdb47dd0e0e31));
}

static void test_numbers(void **state)
{
    static const uint64_t words[] = {0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX - 1, UINT64_MAX};
    static const int64_t numbers[] = {0, -1, 1, -64, 64, INT64_MAX, INT64_MIN};
    struct buf out;
    struct load l;
    (void)state;
    buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        save_u64(&out, words[i]);
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        save_i64(&out, numbers[i]);
    }
    load_init(&l, out.data, out.len);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_true(load_u64(&l) == words[i]);
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        assert_true(load_i64(&l) == numbers[i]);
    }
    assert_ok(load_end(&l));
    assert_int_equal(load_u64(&l), 0);
    assert_err(load_end(&l), AP_ECORRUPT);
    buf_finish(&out);
}

static void test_words(void **state)
{
    static uint8_t from[1021], to[1021];
    uint64_t rng = 3;
    (void)state;
    for (int density = 0; density <= 100; density += 5) {
        for (size_t n = 0; n <= sizeof(from); n += 1 + n / 7) {
            struct buf out;
            struct load l;
            memset(from, 0, sizeof(from));
            for (size_t i = 0; i < n; i++) {
                from[i] = test_below(&rng, 100) < (uint64_t)density ? (uint8_t)test_random(&rng) : 0;
            }
            buf_init(&out, 1 << 16);
            save_words(&out, from, n);
            assert_true(out.len <= n + 32);
            assert_true(density > 0 || out.len <= 16);
            for (size_t cut = 0; cut <= out.len; cut += 1 + out.len / 9) {
                load_init(&l, out.data, cut);
                load_words(&l, to, n);
                assert_true(load_end(&l) < 0 || cut == out.len);
            }
            load_init(&l, out.data, out.len);
            load_words(&l, to, n);
            assert_ok(load_end(&l));
            assert_memory_equal(from, to, n);
            buf_finish(&out);
        }
    }
}

static void test_sections(void **state)
{
    struct buf out;
    struct load l, part;
    (void)state;
    buf_init(&out, 4096);
    size_t at = save_begin(&out, SAVE_TAG('A', 'B', 'C', 'D'));
    save_u64(&out, 7);
    save_end(&out, at);
    save_u64(&out, 9);
    load_init(&l, out.data, out.len);
    load_section(&l, SAVE_TAG('A', 'B', 'C', 'D'), &part);
    assert_int_equal(load_u64(&part), 7);
    assert_ok(load_end(&part));
    assert_int_equal(load_u64(&part), 0); /* nothing of what follows it */
    assert_err(load_end(&part), AP_ECORRUPT);
    assert_int_equal(load_count(&l, 9), 9);
    assert_ok(load_end(&l));
    load_init(&l, out.data, out.len);
    load_section(&l, SAVE_TAG('A', 'B', 'C', 'X'), &part);
    assert_err(load_end(&l), AP_ECORRUPT);
    load_init(&l, out.data, out.len);
    out.data[4] = 100; /* longer than there is */
    load_section(&l, SAVE_TAG('A', 'B', 'C', 'D'), &part);
    assert_err(load_end(&l), AP_ECORRUPT);
    assert_err(load_end(&part), AP_ECORRUPT);
    buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mac),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_sections),
    };
    return cmocka_run_group_tests_name("save", tests, NULL, NULL);
}
