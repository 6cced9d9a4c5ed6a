#include "list.h"

#include <alphaplus/base/fixed.h>
#include <string.h>

enum { NS_PER_MS = 1000000 };

const char *list_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

bool list_copy(char *buf, size_t size, const char *text, size_t n)
{
    if (n >= size) {
        return false;
    }
    memcpy(buf, text, n);
    buf[n] = '\0';
    return true;
}

bool list_step(const char *step, uint8_t *ret_decimals, int64_t *ret_step)
{
    int decimals;
    if (fixed_count_decimals(step, strlen(step), 0, &decimals) < 0 ||
        fixed_parse(step, strlen(step), decimals, ret_step) < 0) {
        return false;
    }
    *ret_decimals = (uint8_t)decimals;
    return *ret_step >= 1;
}

bool list_time(const json_t *value, int64_t *ret_ns)
{
    int64_t ms = json_integer_value(value);
    if (!json_is_integer(value) &&
        (!json_is_string(value) ||
         fixed_parse(json_string_value(value), json_string_length(value), 0, &ms) < 0)) {
        return false;
    }
    if (ms <= 0 || ms > INT64_MAX / NS_PER_MS) {
        return false;
    }
    *ret_ns = ms * NS_PER_MS;
    return true;
}

void list_split(const char *symbol, size_t n, const char (*quotes)[8], size_t quote_count,
                struct instrument *in)
{
    for (size_t i = 0; i < quote_count; i++) {
        size_t quote_n = strlen(quotes[i]);
        if (n > quote_n && n - quote_n < sizeof(in->base) &&
            memcmp(symbol + n - quote_n, quotes[i], quote_n) == 0) {
            memcpy(in->base, symbol, n - quote_n);
            memcpy(in->quote, quotes[i], quote_n);
            return;
        }
    }
}
