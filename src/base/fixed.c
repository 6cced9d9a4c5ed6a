#include <alphaplus/base/fixed.h>

#include <stdbool.h>
#include <string.h>

static const int64_t pow10_table[19] = {
    INT64_C(1),
    INT64_C(10),
    INT64_C(100),
    INT64_C(1000),
    INT64_C(10000),
    INT64_C(100000),
    INT64_C(1000000),
    INT64_C(10000000),
    INT64_C(100000000),
    INT64_C(1000000000),
    INT64_C(10000000000),
    INT64_C(100000000000),
    INT64_C(1000000000000),
    INT64_C(10000000000000),
    INT64_C(100000000000000),
    INT64_C(1000000000000000),
    INT64_C(10000000000000000),
    INT64_C(100000000000000000),
    INT64_C(1000000000000000000),
};

int64_t fixed_pow10(int decimals)
{
    return decimals < 0 || decimals > 18 ? 0 : pow10_table[decimals];
}

double fixed_to_double(int64_t value, int decimals)
{
    if (decimals < 0 || decimals > 18) {
        return 0;
    }
    /* Both are exact up to 2^53 and 10^22, so the quotient is the nearest double to the decimal number. */
    return (double)value / (double)pow10_table[decimals];
}

/* The parts of `-123.4500`. */
struct decimal {
    const char *whole, *fraction;
    size_t whole_n, fraction_n;
    bool negative;
};

static size_t digits_in(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && text[i] >= '0' && text[i] <= '9') {
        i++;
    }
    return i;
}

static bool split(const char *text, size_t n, struct decimal *d)
{
    *d = (struct decimal){.fraction = ""};
    if (n > 0 && text[0] == '-') {
        d->negative = true;
        text++;
        n--;
    }
    d->whole = text;
    d->whole_n = digits_in(text, n);
    if (d->whole_n == 0) {
        return false;
    }
    text += d->whole_n;
    n -= d->whole_n;
    if (n == 0) {
        return true;
    }
    if (text[0] != '.') {
        return false;
    }
    d->fraction = text + 1;
    d->fraction_n = n - 1;
    return d->fraction_n > 0 && digits_in(d->fraction, d->fraction_n) == d->fraction_n;
}

static size_t without_zeros(const char *digits, size_t n)
{
    while (n > 0 && digits[n - 1] == '0') {
        n--;
    }
    return n;
}

/* Puts digits behind magnitude; false when it no longer fits. */
static bool push_digits(uint64_t *magnitude, const char *digits, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (__builtin_mul_overflow(*magnitude, UINT64_C(10), magnitude) ||
            __builtin_add_overflow(*magnitude, (uint64_t)(digits[i] - '0'), magnitude)) {
            return false;
        }
    }
    return true;
}

int fixed_parse(const char *text, size_t n, int decimals, int64_t *ret_value)
{
    struct decimal d;
    uint64_t magnitude = 0;
    if (decimals < 0 || decimals > FIXED_DECIMALS_MAX) {
        return AP_EINVAL;
    }
    if (!split(text, n, &d)) {
        return AP_ESYNTAX;
    }
    size_t kept = without_zeros(d.fraction, d.fraction_n);
    if (kept > (size_t)decimals || !push_digits(&magnitude, d.whole, d.whole_n) ||
        !push_digits(&magnitude, d.fraction, kept) ||
        __builtin_mul_overflow(magnitude, (uint64_t)pow10_table[(size_t)decimals - kept], &magnitude)) {
        return AP_ERANGE;
    }
    if (magnitude > (uint64_t)INT64_MAX + (d.negative ? 1 : 0)) {
        return AP_ERANGE;
    }
    /* In unsigned arithmetic, where the lowest int64 has an opposite. */
    *ret_value = (int64_t)(d.negative ? 0 - magnitude : magnitude);
    return 0;
}

int fixed_count_decimals(const char *text, size_t n, int keep_zeros, int *ret_decimals)
{
    struct decimal d;
    if (!split(text, n, &d)) {
        return AP_ESYNTAX;
    }
    size_t kept = keep_zeros ? d.fraction_n : without_zeros(d.fraction, d.fraction_n);
    if (kept > FIXED_DECIMALS_MAX) {
        return AP_ERANGE;
    }
    *ret_decimals = (int)kept;
    return 0;
}

size_t fixed_format(char *buf, int64_t value, int decimals)
{
    char reversed[FIXED_TEXT_MAX];
    size_t n = 0, len = 0;
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    decimals = decimals < 0 ? 0 : decimals > 18 ? 18 : decimals;
    do {
        if (n == (size_t)decimals && n > 0) {
            reversed[n++] = '.';
        }
        reversed[n++] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude > 0 || n <= (size_t)decimals);
    if (value < 0) {
        buf[len++] = '-';
    }
    while (n > 0) {
        buf[len++] = reversed[--n];
    }
    buf[len] = '\0';
    return len;
}

int fixed_rescale(int64_t value, int from, int to, int64_t *ret_value)
{
    int64_t scaled;
    if (from < 0 || from > 18 || to < 0 || to > 18) {
        return AP_EINVAL;
    }
    if (to >= from) {
        if (__builtin_mul_overflow(value, pow10_table[to - from], &scaled)) {
            return AP_ERANGE;
        }
    } else {
        if (value % pow10_table[from - to] != 0) {
            return AP_ERANGE;
        }
        scaled = value / pow10_table[from - to];
    }
    *ret_value = scaled;
    return 0;
}
