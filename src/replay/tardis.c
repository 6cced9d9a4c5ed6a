#include "tardis.h"

#include <alphaplus/base/text.h>
#include <alphaplus/model/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[TARDIS_COLUMNS] = {
#define X(name, text) text,
    TARDIS_COLUMN_LIST(X)
#undef X
};

/* What a kind of file must have besides exchange, symbol and times; the first that fits is it. */
static const struct {
    enum tardis_kind kind;
    int must[4];
    size_t n;
} kinds[] = {
    {TARDIS_BOOK, {TARDIS_IS_SNAPSHOT, TARDIS_SIDE, TARDIS_PRICE, TARDIS_AMOUNT}, 4},
    {TARDIS_TICKER, {TARDIS_FUNDING, TARDIS_OPEN_INTEREST, TARDIS_INDEX, TARDIS_MARK}, 4},
    {TARDIS_TRADES, {TARDIS_ID, TARDIS_SIDE, TARDIS_PRICE, TARDIS_AMOUNT}, 4},
};

/* Trades and liquidations have the same columns: the file's name tells them apart. */
static bool is_of_liquidations(const char *path)
{
    return strstr(path, "liquidations") != NULL;
}

static int say(const struct tardis_file *f, int err, char *why, size_t why_size, const char *what)
{
    (void)snprintf(why, why_size, "%s:%llu: %s", f->path, (unsigned long long)text_file_line(f->text), what);
    return err;
}

int tardis_bad(const struct tardis_file *f, enum tardis_column column, char *why, size_t why_size)
{
    char what[96], shown[40];
    const char *text = "";
    size_t n = 0;
    (void)tardis_field(f, column, &text, &n);
    text_sanitize(shown, sizeof(shown), text, n);
    (void)snprintf(what, sizeof(what), "%s \"%s\" cannot be used", names[column], shown);
    return say(f, AP_ESYNTAX, why, why_size, what);
}

static size_t split(struct tardis_file *f, const char *text, size_t n)
{
    size_t fields = 0, from = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && text[i] != ',') {
            continue;
        }
        if (fields < TARDIS_FIELDS_MAX) {
            f->fields[fields] = text + from;
            f->lengths[fields] = i - from;
        }
        fields++;
        from = i + 1;
    }
    return fields;
}

static bool has(const struct tardis_file *f, const int *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (f->at[columns[i]] < 0) {
            return false;
        }
    }
    return true;
}

static int read_header(struct tardis_file *f, const char *text, size_t n)
{
    static const int head[] = {TARDIS_EXCHANGE, TARDIS_SYMBOL, TARDIS_TIMESTAMP, TARDIS_LOCAL};
    f->field_n = split(f, text, n);
    if (f->field_n > TARDIS_FIELDS_MAX) {
        return AP_ESYNTAX;
    }
    for (int c = 0; c < TARDIS_COLUMNS; c++) {
        f->at[c] = -1;
        for (size_t i = 0; i < f->field_n; i++) {
            if (f->lengths[i] == strlen(names[c]) && memcmp(f->fields[i], names[c], f->lengths[i]) == 0) {
                f->at[c] = (int)i;
            }
        }
    }
    if (!has(f, head, sizeof(head) / sizeof(head[0]))) {
        return AP_ESYNTAX;
    }
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        if (has(f, kinds[k].must, kinds[k].n)) {
            f->kind = kinds[k].kind;
            if (f->kind == TARDIS_TRADES && is_of_liquidations(f->path)) {
                f->kind = TARDIS_LIQUIDATIONS;
            }
            return 0;
        }
    }
    return AP_ESYNTAX;
}

int tardis_open(struct tardis_file *f, const char *path, char *why, size_t why_size)
{
    const char *text;
    size_t n;
    *f = (struct tardis_file){.path = path};
    int err = text_file_open(path, &f->text);
    if (err < 0) {
        (void)snprintf(why, why_size, "%s: %s", path, ap_err_text(err));
        return err;
    }
    int got = text_file_next(f->text, &text, &n);
    err = got == 1 ? read_header(f, text, n) : got == 0 ? AP_ESYNTAX : got;
    if (err < 0) {
        (void)snprintf(
            why, why_size, "%s: %s", path,
            err == AP_ESYNTAX
                ? "its first line does not name the columns of a file by Tardis (incremental_book_L2, "
                  "trades, liquidations, derivative_ticker)"
                : ap_err_text(err));
        tardis_close(f);
    }
    return err;
}

void tardis_close(struct tardis_file *f)
{
    text_file_close(f->text);
    f->text = NULL;
}

bool tardis_field(const struct tardis_file *f, enum tardis_column column, const char **ret_text,
                  size_t *ret_n)
{
    int at = f->at[column];
    if (at < 0 || f->lengths[at] == 0) {
        return false;
    }
    *ret_text = f->fields[at];
    *ret_n = f->lengths[at];
    return true;
}

bool tardis_is(const struct tardis_file *f, enum tardis_column column, const char *text)
{
    const char *is;
    size_t n;
    return tardis_field(f, column, &is, &n) && n == strlen(text) && memcmp(is, text, n) == 0;
}

/* Microseconds, 16 digits. */
static int read_time(const struct tardis_file *f, enum tardis_column column, int64_t *ret_ns)
{
    const char *text;
    size_t n;
    int64_t us = 0;
    if (!tardis_field(f, column, &text, &n) || n != 16) {
        return AP_ESYNTAX;
    }
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return AP_ESYNTAX;
        }
        us = 10 * us + (text[i] - '0');
    }
    *ret_ns = us * 1000;
    return us > INT64_MAX / 1000 ? AP_ESYNTAX : 0;
}

int tardis_next(struct tardis_file *f, char *why, size_t why_size)
{
    const char *text;
    size_t n;
    int64_t before = f->recv_ns;
    int got = text_file_next(f->text, &text, &n);
    f->has_row = false;
    if (got <= 0) {
        return got == 0 ? 0 : say(f, got, why, why_size, ap_err_text(got));
    }
    if (split(f, text, n) != f->field_n) {
        return say(f, AP_ESYNTAX, why, why_size, "another number of columns than its first line");
    }
    if (read_time(f, TARDIS_LOCAL, &f->recv_ns) != 0) {
        return tardis_bad(f, TARDIS_LOCAL, why, why_size);
    }
    if (read_time(f, TARDIS_TIMESTAMP, &f->exch_ns) != 0) {
        return tardis_bad(f, TARDIS_TIMESTAMP, why, why_size);
    }
    if (f->recv_ns < before) {
        return say(f, AP_ESYNTAX, why, why_size, "local_timestamp goes backwards");
    }
    f->has_row = true;
    return 1;
}

/* digits[0..n) with the point behind `point` of them, which may lie outside. */
static int write_plain(char *buf, bool is_negative, const char *digits, int n, int point)
{
    int k = 0, zeros = point < 0 ? -point : 0;
    if (n + zeros + (point > n ? point - n : 0) > TARDIS_NUMBER_MAX - 5) {
        return AP_ESYNTAX;
    }
    if (is_negative) {
        buf[k++] = '-';
    }
    if (point <= 0) {
        buf[k++] = '0';
    }
    for (int i = 0; i < point; i++) {
        buf[k++] = i < n ? digits[i] : '0';
    }
    if (point < n) {
        buf[k++] = '.';
        memset(buf + k, '0', (size_t)zeros);
        k += zeros;
        for (int i = point > 0 ? point : 0; i < n; i++) {
            buf[k++] = digits[i];
        }
    }
    buf[k] = '\0';
    return k;
}

int tardis_plain(const struct tardis_file *f, enum tardis_column column, char buf[TARDIS_NUMBER_MAX])
{
    const char *text;
    size_t n, i = 0;
    char digits[TARDIS_NUMBER_MAX];
    int digit_n = 0, point = -1, exponent = 0, sign = 1, exponent_digits = 0;
    if (!tardis_field(f, column, &text, &n)) {
        return AP_ENOTFOUND;
    }
    bool is_negative = text[0] == '-';
    for (i = is_negative; i < n && ((text[i] >= '0' && text[i] <= '9') || (text[i] == '.' && point < 0));
         i++) {
        if (text[i] == '.') {
            point = digit_n;
        } else if (digit_n == TARDIS_NUMBER_MAX) {
            return AP_ESYNTAX;
        } else {
            digits[digit_n++] = text[i];
        }
    }
    point = point < 0 ? digit_n : point;
    if (i + 1 < n && (text[i] == 'e' || text[i] == 'E')) {
        sign = text[i + 1] == '-' ? -1 : 1;
        for (i += 1 + (text[i + 1] == '-' || text[i + 1] == '+'); i < n && text[i] >= '0' && text[i] <= '9';
             i++) {
            exponent = 10 * exponent + (text[i] - '0');
            if (++exponent_digits > 2) {
                return AP_ESYNTAX;
            }
        }
    }
    return i == n && digit_n > 0 ? write_plain(buf, is_negative, digits, digit_n, point + sign * exponent)
                                 : AP_ESYNTAX;
}

/* --- instruments ------------------------------------------------------------------------------------------------- */

/* Exchanges whose sizes are in the base asset. */
static const struct {
    const char *exchange, *venue;
    uint8_t kind;
    uint8_t completeness;
} exchanges[] = {
    {"binance-futures", "binance", INSTRUMENT_PERPETUAL, COMPLETENESS_SAMPLED},
    {"binance", "binance-spot", INSTRUMENT_SPOT, COMPLETENESS_UNKNOWN},
    {"bybit", "bybit", INSTRUMENT_PERPETUAL, COMPLETENESS_UNKNOWN},
    {"bybit-spot", "bybit-spot", INSTRUMENT_SPOT, COMPLETENESS_UNKNOWN},
    {"hyperliquid", "hyperliquid", INSTRUMENT_PERPETUAL, COMPLETENESS_UNKNOWN},
    {"coinbase", "coinbase", INSTRUMENT_SPOT, COMPLETENESS_UNKNOWN},
    {"kraken", "kraken", INSTRUMENT_SPOT, COMPLETENESS_UNKNOWN},
    {"okex", "okx-spot", INSTRUMENT_SPOT, COMPLETENESS_UNKNOWN},
};

static void read_assets(struct instrument *in)
{
    static const char *const quotes[] = {"USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USD", "BTC", "ETH", "EUR"};
    size_t n = strlen(in->symbol);
    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
        size_t q = strlen(quotes[i]);
        if (n > q && strcmp(in->symbol + n - q, quotes[i]) == 0) {
            size_t b = n - q - (strchr("-_/", in->symbol[n - q - 1]) != NULL && n > q + 1);
            if (b < sizeof(in->base)) {
                memcpy(in->base, in->symbol, b);
                in->base[b] = '\0';
                (void)text_copy(in->quote, sizeof(in->quote), quotes[i]);
            }
            return;
        }
    }
}

int tardis_instrument(const struct tardis_file *f, struct instrument *ret_instrument, char *why,
                      size_t why_size)
{
    const char *text = "";
    size_t n = 0, k = 0;
    struct instrument in = {.version = 1,
                            .book_rule = BOOK_RULE_SEQUENCE,
                            .inferred = 1,
                            .mark_decimals = 8,
                            .rate_decimals = 10,
                            .tick = 1,
                            .lot = 1,
                            .multiplier = 100000000,
                            .trading = 1};
    while (k < sizeof(exchanges) / sizeof(exchanges[0]) &&
           !tardis_is(f, TARDIS_EXCHANGE, exchanges[k].exchange)) {
        k++;
    }
    if (k == sizeof(exchanges) / sizeof(exchanges[0])) {
        char what[160], shown[40];
        (void)tardis_field(f, TARDIS_EXCHANGE, &text, &n);
        text_sanitize(shown, sizeof(shown), text, n);
        (void)snprintf(what, sizeof(what),
                       "exchange \"%s\": its sizes are contracts whose value the file does not tell", shown);
        return say(f, AP_EUNSUPPORTED, why, why_size, what);
    }
    if (!tardis_field(f, TARDIS_SYMBOL, &text, &n) || n >= sizeof(in.symbol)) {
        return tardis_bad(f, TARDIS_SYMBOL, why, why_size);
    }
    memcpy(in.symbol, text, n);
    (void)text_copy(in.venue, sizeof(in.venue), exchanges[k].venue);
    in.kind = exchanges[k].kind;
    in.liq_completeness = exchanges[k].completeness;
    in.funding_interval_s = in.kind == INSTRUMENT_PERPETUAL ? 28800 : 0;
    read_assets(&in);
    if (strcmp(in.venue, "bybit") == 0 && strcmp(in.quote, "USD") == 0) {
        return say(f, AP_EUNSUPPORTED, why, why_size,
                   "an inverse contract: its sizes are not in the base asset");
    }
    *ret_instrument = in;
    return 0;
}
