/* Figures as text. Every function returns `buf`, always terminated; what is not known is "--". */
#ifndef UI_FORMAT_H
#define UI_FORMAT_H

#include <alphaplus/model/instrument.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORMAT_MAX  48
#define FORMAT_NONE "--"

char *format_px(char *buf, const struct instrument *in, int64_t px);
/* A label of an axis of rows of `group`: without the digits that are always zero. */
char *format_px_row(char *buf, const struct instrument *in, int64_t px, int64_t group);
/* A price with other decimals (mark, index) to those of the instrument, half away from zero. */
char *format_mark(char *buf, const struct instrument *in, int64_t mark);
char *format_price(char *buf, double price, int decimals);
/* Three significant figures with k, M, B. `plus`: a sign always. */
char *format_money(char *buf, double value, bool plus);
/* The same with fewer figures where it is wider than `width`. */
char *format_money_fit(char *buf, double value, bool plus, int width);
/* In full, with commas, without decimals. */
char *format_account(char *buf, double value, bool plus);
char *format_pct(char *buf, double pct, int decimals); /* "+8.2%" */
char *format_bp(char *buf, double bp, int decimals);   /* "+1.3bp" */
/* Funding per interval: "+0.0100%". */
char *format_rate(char *buf, int64_t rate, int rate_decimals);
char *format_qty(char *buf, double qty, int decimals);
/* The same in at most `width` columns: digits behind the point go first, then it becomes "1.39M". */
char *format_fit(char *buf, double value, int decimals, int width);
char *format_delta(char *buf, double qty, int decimals); /* "+7.7", "-58.3", "." for nothing */
/* Decimals so that a column of `width` holds `largest` and no digit is shown that the instrument does not have. */
int format_qty_decimals(double largest, int width, int qty_decimals);
char *format_countdown(char *buf, int64_t ns); /* "1:13:01", "-:--:--" when negative */
char *format_age(char *buf, int64_t ns);       /* "0.4s", "12s", "6m", "3h", "2d" */
char *format_span(char *buf, int64_t ns);      /* "5s", "1m", "90s", "7m": from 4 minutes on to the minute */
char *format_latency(char *buf, int64_t ns);   /* "850ns", "12us", "11ms", "1.2s"; keeps the sign */
char *format_bytes(char *buf, uint64_t bytes); /* "3.1 MB" */
char *format_count(char *buf, uint64_t n);     /* with commas */
/* "14:46:59" or with `digits` behind the second, `offset_s` east of UTC; Z only when the offset is 0 and `mark` says so. */
char *format_time(char *buf, int64_t unix_ns, int digits, int32_t offset_s, bool mark);
char *format_minute(char *buf, int64_t unix_ns, int32_t offset_s); /* "14:46" */
/* "BTCUSDT.bin" */
char *format_name(char *buf, size_t size, const char *symbol, const char *venue);

#endif
