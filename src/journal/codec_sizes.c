#include "codec.h"
#include "codec_columns.h"

/* The kinds that a column is of: one class, or what the section has in common. */
static int class_of_column(int column)
{
    static const struct {
        int first, last, class;
    } own[] = {
        {COL_COUNT, COL_SIZE_LAST, CLASS_DEPTH},
        {COL_QSIZE, COL_QSIZE_LAST, CLASS_QUOTE},
        {COL_DELTA, COL_DELTA, CLASS_DEPTH},
        {COL_DELTA_LAST, COL_DELTA_LAST, CLASS_QUOTE},
        {COL_FRESH, COL_FRESH, CLASS_DEPTH},
        {COL_FRESH_LAST, COL_FRESH_LAST, CLASS_QUOTE},
        {COL_QUOTE, COL_QUOTE_PX_LAST, CLASS_QUOTE},
        {COL_TRADE, COL_TRADE_QTY, CLASS_TRADE},
        {COL_BITS + SECTION_TRADE, COL_BITS + SECTION_TRADE, CLASS_TRADE},
        {COL_MARK, COL_RAW_LAST, CLASS_OTHER},
        {COL_BITS + SECTION_OTHER, COL_BITS + SECTION_OTHER, CLASS_OTHER},
    };
    static const int by_class[] = {COL_SHAPE, COL_EXCH, COL_LAST_ID, COL_FIRST_ID, COL_PREV_ID};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (column >= own[i].first && column <= own[i].last) {
            return own[i].class;
        }
    }
    for (size_t i = 0; i < sizeof(by_class) / sizeof(by_class[0]); i++) {
        if (column >= by_class[i] && column < by_class[i] + CLASS_N) {
            return column - by_class[i];
        }
    }
    return column >= COL_RECV && column <= COL_RECV_LAST ? (column - COL_RECV) % CLASS_N : CLASS_N;
}

/* Deals `shared` bytes out to the first n classes by what each has; all of it. */
static void deal(uint64_t *by_class, size_t n, uint64_t shared)
{
    uint64_t all = 0, left = shared;
    for (size_t i = 0; i < n; i++) {
        all += by_class[i];
    }
    for (size_t i = 0; i + 1 < n && all > 0; i++) {
        uint64_t part = (uint64_t)((double)shared * (double)by_class[i] / (double)all);
        part = part < left ? part : left;
        by_class[i] += part;
        left -= part;
    }
    by_class[n - 1] += left;
}

int codec_sizes(const void *bytes, size_t n, uint64_t whole, struct codec_sizes *ret_sizes)
{
    const uint8_t *p = bytes, *end = p + n;
    uint64_t stored[COL_N] = {0}, by_class[CLASS_N] = {0}, number = 0;
    enum { NUMBERS = 11 }; /* of the header, before the table of kinds */
    if (n == 0 || n > whole) {
        return AP_ECORRUPT;
    }
    if (*p++ != CODEC_FORMAT) {
        return AP_EVERSION;
    }
    for (int i = 0; i <= NUMBERS; i++) {
        if (!varint_get(&p, end, &number)) {
            return AP_ECORRUPT;
        }
    }
    for (uint64_t i = 0, table = number; i < table; i++) {
        if (!varint_get(&p, end, &number)) {
            return AP_ECORRUPT;
        }
    }
    int err = columns_stored(p, (size_t)(end - p), whole - n, stored);
    if (err != 0) {
        return err;
    }
    uint64_t shared = whole;
    for (int i = 0; i < COL_N; i++) {
        int class = class_of_column(i);
        if (class < CLASS_N) {
            by_class[class] += stored[i];
            shared -= stored[i];
        }
    }
    shared -= stored[COL_BITS + SECTION_BOOK];
    deal(by_class, 2, stored[COL_BITS + SECTION_BOOK]);
    deal(by_class, CLASS_N, shared);
    *ret_sizes = (struct codec_sizes){.depth = by_class[CLASS_DEPTH],
                                      .quotes = by_class[CLASS_QUOTE],
                                      .trades = by_class[CLASS_TRADE],
                                      .other = by_class[CLASS_OTHER]};
    return 0;
}
