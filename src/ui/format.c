#include "format.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static char *none(char *buf)
{
    memcpy(buf, FORMAT_NONE, sizeof FORMAT_NONE);
    return buf;
}

char *format_px(char *buf, const struct instrument *in, int64_t px)
{
    fixed_format(buf, px, in->price_decimals);
    return buf;
}

char *format_px_row(char *buf, const struct instrument *in, int64_t px, int64_t group)
{
    int decimals = in->price_decimals;
    while (decimals > 0 && group % 10 == 0 && px % 10 == 0) {
        group /= 10;
        px /= 10;
        decimals--;
    }
    fixed_format(buf, px, decimals);
    return buf;
}

char *format_mark(char *buf, const struct instrument *in, int64_t mark)
{
    int from = in->mark_decimals, to = in->price_decimals;
    if (from > to) {
        int64_t step = fixed_pow10(from - to);
        int64_t rest = mark % step;
        mark /= step;
        if (rest >= step - rest)
            mark++;
        from = to;
    }
    fixed_format(buf, mark, from);
    return buf;
}

char *format_price(char *buf, double price, int decimals)
{
    if (!isfinite(price) || fabs(price) >= 1e15)
        return none(buf);
    snprintf(buf, FORMAT_MAX, "%.*f", decimals, price);
    return buf;
}

char *format_money(char *buf, double value, bool plus)
{
    size_t at = 0;
    if (!isfinite(value))
        return none(buf);
    if (plus && value >= 0.0)
        buf[at++] = '+';
    text_money(buf + at, FORMAT_MAX - at, value);
    return buf;
}

char *format_money_fit(char *buf, double value, bool plus, int width)
{
    static const char unit[] = {'\0', 'k', 'M', 'B', 'T'};
    double shown = fabs(value);
    size_t u = 0;
    if ((int)strlen(format_money(buf, value, plus)) <= width || !isfinite(value))
        return buf;
    for (; u + 1 < sizeof unit && shown >= 999.5; u++)
        shown /= 1000.0;
    for (int decimals = 1; decimals >= 0; decimals--) {
        snprintf(buf, FORMAT_MAX, "%s%.*f%c", value < 0.0 ? "-" : plus ? "+" : "", decimals, shown, unit[u]);
        if ((int)strlen(buf) <= width)
            break;
    }
    return buf;
}

/* Puts commas into the digits of `plain` (an optional sign, digits). */
static char *group_digits(char *buf, const char *plain)
{
    size_t out = 0;
    if (*plain == '-' || *plain == '+')
        buf[out++] = *plain++;
    size_t n = strlen(plain);
    for (size_t i = 0; i < n && out + 2 < FORMAT_MAX; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            buf[out++] = ',';
        buf[out++] = plain[i];
    }
    buf[out] = '\0';
    return buf;
}

char *format_account(char *buf, double value, bool plus)
{
    char plain[FORMAT_MAX];
    if (!isfinite(value) || fabs(value) >= 1e15)
        return none(buf);
    snprintf(plain, sizeof plain, plus ? "%+" PRId64 : "%" PRId64, (int64_t)llround(value));
    return group_digits(buf, plain);
}

char *format_count(char *buf, uint64_t n)
{
    char plain[FORMAT_MAX];
    snprintf(plain, sizeof plain, "%" PRIu64, n);
    return group_digits(buf, plain);
}

char *format_pct(char *buf, double pct, int decimals)
{
    if (!isfinite(pct) || fabs(pct) >= 1e9)
        return none(buf);
    /* What rounds to nothing has no direction. */
    double least = 0.5 * pow(10.0, -decimals);
    snprintf(buf, FORMAT_MAX, "%+.*f%%", decimals, fabs(pct) < least ? 0.0 : pct);
    return buf;
}

char *format_bp(char *buf, double bp, int decimals)
{
    if (!isfinite(bp) || fabs(bp) >= 1e9)
        return none(buf);
    snprintf(buf, FORMAT_MAX, "%+.*fbp", decimals, bp);
    return buf;
}

char *format_rate(char *buf, int64_t rate, int rate_decimals)
{
    snprintf(buf, FORMAT_MAX, "%+.4f%%", fixed_to_double(rate, rate_decimals) * 100.0);
    return buf;
}

char *format_qty(char *buf, double qty, int decimals)
{
    if (!isfinite(qty) || fabs(qty) >= 1e15)
        return none(buf);
    snprintf(buf, FORMAT_MAX, "%.*f", decimals, qty);
    return buf;
}

char *format_fit(char *buf, double value, int decimals, int width)
{
    for (; decimals >= 0; decimals--) {
        if ((int)strlen(format_qty(buf, value, decimals)) <= width)
            return buf;
    }
    return format_money(buf, value, false);
}

char *format_delta(char *buf, double qty, int decimals)
{
    if (!isfinite(qty) || fabs(qty) >= 1e15)
        return none(buf);
    if (fabs(qty) < 0.5 * pow(10.0, -decimals))
        memcpy(buf, ".", 2);
    else
        snprintf(buf, FORMAT_MAX, "%+.*f", decimals, qty);
    return buf;
}

int format_qty_decimals(double largest, int width, int qty_decimals)
{
    int whole = 1;
    for (double v = largest; v >= 10.0 && whole < 16; v /= 10.0)
        whole++;
    int room = width - whole - 1;
    int decimals = room < 0 ? 0 : room > 3 ? 3 : room;
    return decimals < qty_decimals ? decimals : qty_decimals;
}

char *format_countdown(char *buf, int64_t ns)
{
    int64_t s = ns / NS_PER_S;
    if (ns < 0 || s >= 100 * 3600)
        snprintf(buf, FORMAT_MAX, "-:--:--");
    else
        snprintf(buf, FORMAT_MAX, "%d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    return buf;
}

char *format_age(char *buf, int64_t ns)
{
    int64_t s = ns / NS_PER_S;
    if (ns < 0)
        snprintf(buf, FORMAT_MAX, "0.0s");
    else if (s < 10)
        snprintf(buf, FORMAT_MAX, "%d.%ds", (int)s, (int)(ns / (NS_PER_S / 10) % 10));
    else if (s < 120)
        snprintf(buf, FORMAT_MAX, "%ds", (int)s);
    else if (s < 7200)
        snprintf(buf, FORMAT_MAX, "%dm", (int)(s / 60));
    else if (s < 2 * 86400)
        snprintf(buf, FORMAT_MAX, "%dh", (int)(s / 3600));
    else
        snprintf(buf, FORMAT_MAX, "%" PRId64 "d", s / 86400);
    return buf;
}

char *format_span(char *buf, int64_t ns)
{
    int64_t s = ns / NS_PER_S;
    if (s >= 3600 && s % 3600 == 0)
        snprintf(buf, FORMAT_MAX, "%" PRId64 "h", s / 3600);
    else if (s >= 240 || (s >= 60 && s % 60 == 0))
        snprintf(buf, FORMAT_MAX, "%" PRId64 "m", (s + 30) / 60);
    else
        snprintf(buf, FORMAT_MAX, "%" PRId64 "s", s);
    return buf;
}

char *format_latency(char *buf, int64_t ns)
{
    double v = fabs((double)ns);
    const char *sign = ns < 0 ? "-" : "";
    if (v < 1e3)
        snprintf(buf, FORMAT_MAX, "%s%.0fns", sign, v);
    else if (v < 999.5e3)
        snprintf(buf, FORMAT_MAX, v < 9.95e3 ? "%s%.1fus" : "%s%.0fus", sign, v / 1e3);
    else if (v < 999.5e6)
        snprintf(buf, FORMAT_MAX, v < 9.95e6 ? "%s%.1fms" : "%s%.0fms", sign, v / 1e6);
    else
        snprintf(buf, FORMAT_MAX, v < 99.95e9 ? "%s%.1fs" : "%s%.0fs", sign, v / 1e9);
    return buf;
}

char *format_bytes(char *buf, uint64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double v = (double)bytes;
    size_t unit = 0;
    while (v >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        v /= 1000.0;
        unit++;
    }
    snprintf(buf, FORMAT_MAX, unit == 0 || v >= 99.95 ? "%.0f %s" : "%.1f %s", v, units[unit]);
    return buf;
}

char *format_time(char *buf, int64_t unix_ns, int digits, int32_t offset_s, bool mark)
{
    size_t n = text_time(buf, FORMAT_MAX - 1, unix_ns + offset_s * NS_PER_S, digits, false);
    if (mark && offset_s == 0) {
        buf[n] = 'Z';
        buf[n + 1] = '\0';
    }
    return buf;
}

char *format_minute(char *buf, int64_t unix_ns, int32_t offset_s)
{
    text_time(buf, FORMAT_MAX, unix_ns + offset_s * NS_PER_S, 0, false);
    buf[5] = '\0';
    return buf;
}

char *format_name(char *buf, size_t size, const char *symbol, const char *venue)
{
    snprintf(buf, size, "%s.%.3s", symbol, venue);
    return buf;
}
