#include <alphaplus/config/positions.h>

#include "config/tiers_embed.h"

#include <alphaplus/base/fixed.h>
#include <string.h>

#define DATE_MARK "# date: "

/* One number of a row, up to ',' or the end of the line. The table is ours: written in plain decimals. */
static bool take_number(const char **at, double *ret)
{
    size_t n = strcspn(*at, ",\n");
    int decimals;
    int64_t value;
    if (fixed_count_decimals(*at, n, 0, &decimals) < 0 || fixed_parse(*at, n, decimals, &value) < 0) {
        return false;
    }
    *ret = fixed_to_double(value, decimals);
    *at += n + ((*at)[n] == ',');
    return true;
}

static const char *table_date(const char *table)
{
    static const char date[] = "2024-10";
    /* The table's own line must say the same, so that a new table cannot keep the old date. */
    const char *mark = strstr(table, DATE_MARK);
    return mark != NULL && strncmp(mark + strlen(DATE_MARK), date, strlen(date)) == 0 ? date : "undated";
}

size_t tiers_builtin(const char *instrument, struct margin_tier *tiers, size_t max, const char **ret_date)
{
    static const char venue[] = "binance:";
    const char *table = tiers_files[0].data, *end = table + tiers_files[0].size;
    size_t count = 0;
    if (strncmp(instrument, venue, strlen(venue)) != 0 || tiers_file_n != 1) {
        return 0;
    }
    const char *symbol = instrument + strlen(venue);
    size_t symbol_n = strlen(symbol);
    for (const char *line = table, *next; line < end; line = next) {
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        next = feed != NULL ? feed + 1 : end;
        if (symbol_n == 0 || (size_t)(next - line) <= symbol_n || memcmp(line, symbol, symbol_n) != 0 ||
            line[symbol_n] != ',') {
            continue;
        }
        const char *at = line + symbol_n + 1;
        struct margin_tier t;
        /* A part of the tiers would make a liquidation price that is wrong: all or nothing. */
        if (count == max || !take_number(&at, &t.floor) || !take_number(&at, &t.cap) ||
            !take_number(&at, &t.mmr) || !take_number(&at, &t.max_leverage) || !take_number(&at, &t.cum)) {
            return 0;
        }
        tiers[count++] = t;
    }
    if (count > 0) {
        *ret_date = table_date(table);
    }
    return count;
}
