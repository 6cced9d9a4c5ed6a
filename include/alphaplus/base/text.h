/* Text from outside made safe, and numbers made readable. */
#ifndef ALPHAPLUS_BASE_TEXT_H
#define ALPHAPLUS_BASE_TEXT_H

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies at most size-1 bytes of text, control bytes and invalid UTF-8 replaced by '?'; never cuts a character. */
void text_sanitize(char *buf, size_t size, const char *text, size_t n);
/* snprintf-like copy that always terminates; false when cut. */
bool text_copy(char *buf, size_t size, const char *text);
bool text_equal_nocase(const char *a, const char *b);
/* Edit distance with a cap, for "did you mean". */
int text_distance(const char *a, const char *b, int cap);

/* Money: three significant figures with k, M, B, T ("412k", "1.02M"), cents below one ("0.25"); ASCII '-'; "?" when not
 * finite. */
size_t text_money(char *buf, size_t size, double value);
/* UTC, "14:46:59" / "14:46:59.412" / "2026-11-21T14:46:59.412Z" by `digits` after the second and `with_date`. */
size_t text_time(char *buf, size_t size, int64_t unix_ns, int digits, bool with_date);
/* "250ms" "1s" "5m" "2h" "30d" -> ns. */
AP_MUST_CHECK int text_parse_duration(const char *text, int64_t *ret_ns);
/* Unix ns or us or ms or s by the number of digits, or "2024-07-19[T00:03[:22[.123]][Z]]", or "14:03[:22[.123]]" on the UTC day
 * of `day_ns`. */
AP_MUST_CHECK int text_parse_time(const char *text, int64_t day_ns, int64_t *ret_ns);

/* The same for a recording of first_ns .. last_ns: a time of day is the one inside it, if there is one, even when it began on the
 * day before; else that of the day it began on. */
AP_MUST_CHECK int text_parse_time_within(const char *text, int64_t first_ns, int64_t last_ns,
                                         int64_t *ret_ns);

#endif
