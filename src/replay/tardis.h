/* CSV files as Tardis.dev gives them out: the rows of one file, checked. Prices and sizes stay text until their decimals are known. */
#ifndef ALPHAPLUS_REPLAY_TARDIS_H
#define ALPHAPLUS_REPLAY_TARDIS_H

#include <alphaplus/base/err.h>
#include <alphaplus/capture/text.h>
#include <alphaplus/model/instrument.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TARDIS_FIELDS_MAX 32
#define TARDIS_NUMBER_MAX 48

enum tardis_kind { TARDIS_BOOK, TARDIS_TRADES, TARDIS_LIQUIDATIONS, TARDIS_TICKER, TARDIS_KINDS };

/* Columns that we read, of any kind of file. */
#define TARDIS_COLUMN_LIST(X)                                                                                \
    X(EXCHANGE, "exchange")                                                                                  \
    X(SYMBOL, "symbol")                                                                                      \
    X(TIMESTAMP, "timestamp")                                                                                \
    X(LOCAL, "local_timestamp")                                                                              \
    X(IS_SNAPSHOT, "is_snapshot")                                                                            \
    X(SIDE, "side")                                                                                          \
    X(PRICE, "price")                                                                                        \
    X(AMOUNT, "amount")                                                                                      \
    X(ID, "id")                                                                                              \
    X(FUNDING_TIME, "funding_timestamp")                                                                     \
    X(FUNDING, "funding_rate")                                                                               \
    X(OPEN_INTEREST, "open_interest")                                                                        \
    X(INDEX, "index_price")                                                                                  \
    X(MARK, "mark_price")
enum tardis_column {
#define X(name, text) TARDIS_##name,
    TARDIS_COLUMN_LIST(X)
#undef X
        TARDIS_COLUMNS
};

struct tardis_file {
    const char *path; /* borrowed */
    struct text_file *text;
    enum tardis_kind kind;
    int at[TARDIS_COLUMNS]; /* field of each column; -1: not there */
    size_t field_n;
    const char *fields[TARDIS_FIELDS_MAX]; /* of the row at hand; borrowed from text */
    size_t lengths[TARDIS_FIELDS_MAX];
    int64_t recv_ns, exch_ns;
    bool has_row;
};

/* Reads the header. AP_ESYNTAX: it is no such file. Errors with words, here and below: file and line. */
AP_MUST_CHECK int tardis_open(struct tardis_file *f, const char *path, char *why, size_t why_size);
void tardis_close(struct tardis_file *f);
/* 1: a row is at hand; 0: the end. Times never decrease within a file. */
AP_MUST_CHECK int tardis_next(struct tardis_file *f, char *why, size_t why_size);
/* AP_ESYNTAX, told as of this row and column. */
int tardis_bad(const struct tardis_file *f, enum tardis_column column, char *why, size_t why_size);
/* A field of the row; false: empty or not there. */
bool tardis_field(const struct tardis_file *f, enum tardis_column column, const char **ret_text,
                  size_t *ret_n);
bool tardis_is(const struct tardis_file *f, enum tardis_column column, const char *text);
/* A number in plain digits ("1.2e-5" too becomes "0.000012"); its length. AP_ESYNTAX, AP_ENOTFOUND: empty. */
AP_MUST_CHECK int tardis_plain(const struct tardis_file *f, enum tardis_column column,
                               char buf[TARDIS_NUMBER_MAX]);
/* Which venue and what kind of market the exchange of the row is; AP_EUNSUPPORTED, in words: its sizes are contracts whose value the
 * file does not tell. */
AP_MUST_CHECK int tardis_instrument(const struct tardis_file *f, struct instrument *ret_instrument, char *why,
                                    size_t why_size);

#endif
