/* JSON objects as rows of known keys, for venues whose messages nest: each object is read against the list of keys that it may
 * have, values are noted where they lie, and meaning comes afterwards. Whatever lies outside the known keys is only checked. */
#ifndef AP_VENUE_FIELDS_H
#define AP_VENUE_FIELDS_H

#include "scan.h"
#include <alphaplus/model/event.h>
#include <alphaplus/model/instrument.h>
#include <alphaplus/venue/venue.h>

enum { FIELDS_MAX = 20, FIELD_TEXT_MAX = 64, FIELD_DECIMAL_MAX = 40 };

/* The keys of one kind of object; their index names them. */
struct field_names {
    const char *names[FIELDS_MAX]; /* NULL beyond the last */
};
struct fields {
    uint32_t has; /* bit per key */
    struct scan_value values[FIELDS_MAX];
};

/* The object at s, checked to its end. depth: of the containers around it. A key twice: AP_ESYNTAX. */
AP_MUST_CHECK int fields_read(struct scan *s, int depth, const struct field_names *names,
                              struct fields *ret_fields);
/* The object that a value spans; AP_ETYPE when it is none. */
AP_MUST_CHECK int fields_of(const struct scan_value *v, const struct field_names *names,
                            struct fields *ret_fields);
/* The elements of an array value, all of them objects: begin, then next until it returns 0 (1: one was read). */
AP_MUST_CHECK int fields_array(const struct scan_value *v, struct scan *ret_scan);
AP_MUST_CHECK int fields_next(struct scan *s, const struct field_names *names, struct fields *ret_fields);

static inline bool fields_has(const struct fields *f, int key)
{
    return (f->has >> key & 1) != 0;
}

/* All: AP_ESYNTAX when the key is absent, AP_ETYPE when its value is of another type. */
AP_MUST_CHECK int fields_text(const struct fields *f, int key, char buf[FIELD_TEXT_MAX],
                              const char **ret_text, size_t *ret_n);
/* Is there a string of this text? */
bool fields_is(const struct fields *f, int key, const char *text);
/* A decimal in a string, 0..FIXED_VALUE_MAX at `decimals`; else AP_ERANGE. Exact. */
AP_MUST_CHECK int fields_amount(const struct fields *f, int key, int decimals, int64_t *ret_value);
/* The unit nearest to a decimal in a string, of any sign and with any number of digits: for what is no order's price or size.
 * Below -FIXED_VALUE_MAX or above `most`: AP_ERANGE. */
AP_MUST_CHECK int fields_near(const struct fields *f, int key, int decimals, int64_t most,
                              int64_t *ret_value);
/* A number >= 0, bare or as digits in a string. */
AP_MUST_CHECK int fields_whole(const struct fields *f, int key, int64_t *ret_value);
/* The same of ms, in ns; 0 when absent or "". */
AP_MUST_CHECK int fields_time(const struct fields *f, int key, int64_t *ret_ns);
/* Absent or an empty string: what venues say of a figure that there is not. */
bool fields_is_empty(const struct fields *f, int key);

/* An array of [price, size] or, with columns_max above 2, of such rows with more behind. Every value becomes a level. */
AP_MUST_CHECK int fields_levels(const struct scan_value *v, const struct instrument *in, int columns_max,
                                struct level *levels, size_t room, uint32_t *ret_n);
size_t fields_levels_room(const struct scan_value *v);
/* A whole DEPTH or DEPTH_SNAPSHOT event of two such arrays; not yet pushed. */
AP_MUST_CHECK int fields_depth(const struct scan_value *bids, const struct scan_value *asks,
                               const struct instrument *in, int columns_max, int kind, struct event_buf *out,
                               struct event **ret_ev);

/* Puts one event of these rows; returns 1, or AP_EFULL. */
AP_MUST_CHECK int fields_put(struct event_buf *out, int kind, const struct instrument *in, int64_t exch_ns,
                             uint64_t last_id, const void *rows, size_t rows_bytes);

/* The name of an instrument: AP_ESYNTAX when it cannot be one. */
AP_MUST_CHECK int fields_copy_name(const char *text, size_t n, char name[SYMBOL_MAX]);
AP_MUST_CHECK int fields_name(const struct fields *f, int key, char name[SYMBOL_MAX]);

/* What captures tell of an instrument's decimals (venue.probe): each widens `seen` by one value. Absent or "" is nothing. */
AP_MUST_CHECK int fields_widen(uint8_t *decimals, const struct scan_value *v);
AP_MUST_CHECK int fields_probe_price(struct venue_probe_symbol *seen, const struct fields *f, int key);
AP_MUST_CHECK int fields_probe_decimals(uint8_t *decimals, const struct fields *f, int key);
AP_MUST_CHECK int fields_probe_levels(struct venue_probe_symbol *seen, const struct fields *f, int key);
/* Adds it to the probe; AP_EFULL beyond INSTRUMENT_MAX, AP_ESYNTAX for a name that no instrument can have. */
AP_MUST_CHECK int fields_probe_add(struct venue_probe *p, const struct venue_probe_symbol *seen,
                                   void (*infer)(const struct venue_probe_symbol *seen,
                                                 struct instrument *ret_in));

void decoder_count_unknown(struct decoder *d, const char *kind, size_t n);

#endif
