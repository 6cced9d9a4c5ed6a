#include <alphaplus/base/text.h>

#include <alphaplus/base/clock.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Length of the valid UTF-8 character at the start of n bytes, and what it is; 0 when there is none. */
static size_t decode(const unsigned char *at, size_t n, uint32_t *ret_point)
{
    static const uint32_t lowest[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = at[0] < 0x80 ? 1 : at[0] >> 5 == 6 ? 2 : at[0] >> 4 == 14 ? 3 : at[0] >> 3 == 30 ? 4 : 0;
    if (len == 0 || len > n) {
        return 0;
    }
    uint32_t point = len == 1 ? at[0] : at[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if (at[i] >> 6 != 2) {
            return 0;
        }
        point = point << 6 | (at[i] & 0x3f);
    }
    if (point < lowest[len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
        return 0;
    }
    *ret_point = point;
    return len;
}

/* Would it move the cursor, change the terminal or turn the line's direction? */
static bool is_unsafe(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x200e || point == 0x200f ||
           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

void text_sanitize(char *buf, size_t size, const char *text, size_t n)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t used = 0;
    if (size == 0) {
        return;
    }
    while (n > 0) {
        uint32_t point = 0;
        size_t len = decode(at, n, &point);
        bool keep = len > 0 && !is_unsafe(point);
        size_t out = keep ? len : 1;
        if (used + out >= size) {
            break;
        }
        if (keep) {
            memcpy(buf + used, at, len);
        } else {
            buf[used] = '?';
        }
        used += out;
        len = len > 0 ? len : 1;
        at += len;
        n -= len;
    }
    buf[used] = '\0';
}

bool text_copy(char *buf, size_t size, const char *text)
{
    size_t n = strlen(text);
    if (size == 0) {
        return false;
    }
    size_t kept = n < size ? n : size - 1;
    memmove(buf, text, kept);
    buf[kept] = '\0';
    return kept == n;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_equal_nocase(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

int text_distance(const char *a, const char *b, int cap)
{
    enum { LONGEST = 63 };
    /* Optimal string alignment: two swapped neighbours are one slip. Three rows of the matrix. */
    int rows[3][LONGEST + 1];
    size_t na = strlen(a), nb = strlen(b);
    if (na > LONGEST || nb > LONGEST) {
        return strcmp(a, b) == 0 ? 0 : cap;
    }
    for (size_t j = 0; j <= nb; j++) {
        rows[0][j] = (int)j;
    }
    for (size_t i = 1; i <= na; i++) {
        int *row = rows[i % 3];
        const int *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= nb; j++) {
            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], above2[j - 2] + 1);
            }
        }
    }
    return least(rows[na % 3][nb], cap);
}

static size_t finish(char *buf, size_t size, const char *text)
{
    (void)text_copy(buf, size, text);
    return size > 0 ? strlen(buf) : 0;
}

size_t text_money(char *buf, size_t size, double value)
{
    static const char unit[] = {0, 'k', 'M', 'B', 'T'};
    char text[32];
    double size_of = fabs(value), scale = 1;
    size_t u = 0;
    if (!isfinite(value)) {
        return finish(buf, size, "?");
    }
    /* 999.5 and more would be rounded to four figures. */
    while (u + 1 < sizeof(unit) && size_of / scale >= 999.5) {
        u++;
        scale *= 1000;
    }
    double shown = size_of / scale;
    if (shown >= 999.5) {
        return finish(buf, size, value < 0 ? "<-999T" : ">999T");
    }
    int decimals = size_of == 0 || shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2;
    bool is_zero = u == 0 && shown < 0.005;
    (void)snprintf(text, sizeof(text), "%s%.*f", value < 0 && !is_zero ? "-" : "", decimals, shown);
    size_t n = strlen(text);
    if (unit[u] != 0) {
        text[n] = unit[u];
        text[n + 1] = '\0';
    }
    return finish(buf, size, text);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

size_t text_time(char *buf, size_t size, int64_t unix_ns, int digits, bool with_date)
{
    char text[64];
    time_t seconds = (time_t)floor_div(unix_ns, NS_PER_S);
    int fraction = (int)(unix_ns - seconds * NS_PER_S);
    struct tm tm;
    if (gmtime_r(&seconds, &tm) == NULL) {
        return finish(buf, size, "?");
    }
    size_t n = strftime(text, sizeof(text), with_date ? "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S", &tm);
    digits = digits < 0 ? 0 : digits > 9 ? 9 : digits;
    if (digits > 0) {
        char all[16];
        (void)snprintf(all, sizeof(all), ".%09d", fraction);
        memcpy(text + n, all, (size_t)digits + 1);
        n += (size_t)digits + 1;
    }
    if (with_date) {
        text[n++] = 'Z';
    }
    text[n] = '\0';
    return finish(buf, size, text);
}

/* Reads digits from *at, at least one and at most `most`; false when there are none, too many, or they overflow. */
static bool take_number(const char **at, size_t most, int64_t *ret_value)
{
    int64_t value = 0;
    size_t n = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++, n++) {
        if (n == most || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, **at - '0', &value)) {
            return false;
        }
    }
    *ret_value = value;
    return n > 0;
}

/* ".123" -> 123,000,000 of 10^-9; nothing there is 0. */
static bool take_fraction(const char **at, int64_t *ret_ns)
{
    const char *start = *at + 1;
    int64_t value;
    *ret_ns = 0;
    if (**at != '.') {
        return true;
    }
    *at = start;
    if (!take_number(at, 9, &value)) {
        return false;
    }
    for (size_t n = (size_t)(*at - start); n < 9; n++) {
        value *= 10;
    }
    *ret_ns = value;
    return true;
}

int text_parse_duration(const char *text, int64_t *ret_ns)
{
    static const struct {
        char name[3];
        int64_t ns;
    } units[] = {{"ns", 1},
                 {"us", NS_PER_US},
                 {"ms", NS_PER_MS},
                 {"s", NS_PER_S},
                 {"m", 60 * NS_PER_S},
                 {"h", 3600 * NS_PER_S},
                 {"d", 86400 * NS_PER_S}};
    const char *at = text;
    int64_t value = 0, ns;
    size_t digits = strspn(at, "0123456789");
    const char *unit = at + digits;
    if (digits == 0) {
        return AP_ESYNTAX;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(unit, units[i].name) == 0) {
            if (!take_number(&at, 19, &value) || __builtin_mul_overflow(value, units[i].ns, &ns)) {
                return AP_ERANGE;
            }
            *ret_ns = ns;
            return 0;
        }
    }
    return AP_ESYNTAX;
}

static int parse_unix(const char *text, size_t digits, int64_t *ret_ns)
{
    int64_t value, ns;
    int64_t scale = digits <= 11 ? NS_PER_S : digits <= 14 ? NS_PER_MS : digits <= 17 ? NS_PER_US : 1;
    if (!take_number(&text, 19, &value) || __builtin_mul_overflow(value, scale, &ns)) {
        return AP_ERANGE;
    }
    *ret_ns = ns;
    return 0;
}

/* Days since 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms"). */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = floor_div(y, 400), yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t days_in_month(int64_t y, int64_t m)
{
    static const int8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    return days[m - 1] + (m == 2 && leap ? 1 : 0);
}

static bool take_char(const char **at, char c)
{
    if (**at != c) {
        return false;
    }
    (*at)++;
    return true;
}

/* Exactly n digits. */
static bool take_digits(const char **at, size_t n, int64_t *ret_value)
{
    const char *start = *at;
    return take_number(at, n, ret_value) && (size_t)(*at - start) == n;
}

static int parse_time_of_day(const char *at, bool zone_allowed, int64_t day_start_ns, int64_t *ret_ns)
{
    int64_t h, m, s = 0, fraction = 0, ns;
    if (!take_digits(&at, 2, &h) || !take_char(&at, ':') || !take_digits(&at, 2, &m)) {
        return AP_ESYNTAX;
    }
    if (take_char(&at, ':') && (!take_digits(&at, 2, &s) || !take_fraction(&at, &fraction))) {
        return AP_ESYNTAX;
    }
    if (zone_allowed) {
        (void)take_char(&at, 'Z');
    }
    if (*at != '\0') {
        return AP_ESYNTAX;
    }
    if (h > 23 || m > 59 || s > 59 ||
        __builtin_add_overflow(day_start_ns, ((h * 60 + m) * 60 + s) * NS_PER_S + fraction, &ns)) {
        return AP_ERANGE;
    }
    *ret_ns = ns;
    return 0;
}

int text_parse_time(const char *text, int64_t day_ns, int64_t *ret_ns)
{
    size_t digits = strspn(text, "0123456789");
    const char *at = text;
    int64_t y, m, d, day;
    if (digits > 0 && text[digits] == '\0') {
        return parse_unix(text, digits, ret_ns);
    }
    if (text[digits] == ':') {
        return parse_time_of_day(text, false, floor_div(day_ns, 86400 * NS_PER_S) * (86400 * NS_PER_S),
                                 ret_ns);
    }
    if (!take_digits(&at, 4, &y) || !take_char(&at, '-') || !take_digits(&at, 2, &m) ||
        !take_char(&at, '-') || !take_digits(&at, 2, &d)) {
        return AP_ESYNTAX;
    }
    if (m < 1 || m > 12 || d < 1 || d > days_in_month(y, m) ||
        __builtin_mul_overflow(days_from_civil(y, m, d), 86400 * NS_PER_S, &day)) {
        return AP_ERANGE;
    }
    if (*at == '\0') {
        *ret_ns = day;
        return 0;
    }
    if (*at != 'T' && *at != ' ') {
        return AP_ESYNTAX;
    }
    return parse_time_of_day(at + 1, true, day, ret_ns);
}

int text_parse_time_within(const char *text, int64_t first_ns, int64_t last_ns, int64_t *ret_ns)
{
    const int64_t day_ns = INT64_C(86400) * 1000000000;
    int64_t first_try;
    int err = text_parse_time(text, first_ns, &first_try);
    if (err < 0)
        return err;
    *ret_ns = first_try;
    for (int64_t day = first_ns; day - first_ns <= 366 * day_ns && day / day_ns <= last_ns / day_ns;
         day += day_ns) {
        int64_t at;
        err = text_parse_time(text, day, &at);
        if (err == 0 && at >= first_ns && at <= last_ns) {
            *ret_ns = at;
            return 0;
        }
    }
    return 0;
}
