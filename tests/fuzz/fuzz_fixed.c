/* First byte: the decimals; the rest: text of a number. What is read must print as the same number. */
#include "fuzz.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[FIXED_TEXT_MAX];
    int64_t value = 0, again = 0, ns = 0;
    int decimals, counted = 0;
    if (size == 0) {
        return 0;
    }
    decimals = data[0] % (FIXED_DECIMALS_MAX + 1);
    const char *number = (const char *)data + 1;
    if (fixed_parse(number, size - 1, decimals, &value) == 0) {
        size_t n = fixed_format(text, value, decimals);
        FUZZ_CHECK(n < sizeof(text) && strlen(text) == n);
        FUZZ_CHECK(fixed_parse(text, n, decimals, &again) == 0 && again == value);
        FUZZ_CHECK(fixed_count_decimals(number, size - 1, 0, &counted) == 0 && counted <= decimals);
        FUZZ_CHECK(value == 0 || (value < 0) == (number[0] == '-'));
    } else if (fixed_count_decimals(number, size - 1, 0, &counted) == 0) {
        FUZZ_CHECK(counted <= FIXED_DECIMALS_MAX);
    }
    if (size < sizeof(text)) {
        memcpy(text, number, size - 1);
        text[size - 1] = '\0';
        (void)!text_parse_duration(text, &ns);
        (void)!text_parse_time(text, 0, &ns);
    }
    char clean[64];
    text_sanitize(clean, sizeof(clean), number, size - 1);
    for (const char *c = clean; *c != '\0'; c++) {
        FUZZ_CHECK((unsigned char)*c >= 0x20 && *c != 0x7f);
    }
    return 0;
}
