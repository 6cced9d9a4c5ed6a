/* Error codes: one list gives code, name and text, so that the three cannot drift apart.
 *
 * Functions that can fail return int: 0 (or a count) on success, a negative AP_E* otherwise. A caller must look. */
#ifndef ALPHAPLUS_BASE_ERR_H
#define ALPHAPLUS_BASE_ERR_H

#define AP_ERR_LIST(X)                                                                                       \
    X(1, NOMEM, "out of memory")                                                                             \
    X(2, INVAL, "not usable as given")                                                                       \
    X(3, RANGE, "number out of range")                                                                       \
    X(4, SYNTAX, "not in the expected form")                                                                 \
    X(5, TYPE, "wrong type")                                                                                 \
    X(6, FULL, "no room left")                                                                               \
    X(7, AGAIN, "not now, try again")                                                                        \
    X(8, IO, "read or write failed")                                                                         \
    X(9, NOTFOUND, "not found")                                                                              \
    X(10, EXISTS, "already there")                                                                           \
    X(11, BUSY, "in use by another process")                                                                 \
    X(12, VERSION, "made by another version")                                                                \
    X(13, CORRUPT, "damaged")                                                                                \
    X(14, TOOBIG, "larger than the stated ceiling")                                                          \
    X(15, UNSUPPORTED, "not supported here")                                                                 \
    X(16, EOF, "end of data")                                                                                \
    X(17, ACCESS, "permission denied")                                                                       \
    X(18, NET, "network failure")                                                                            \
    X(19, AMBIGUOUS, "more than one reading is possible")                                                    \
    X(20, UNKNOWN, "of an unknown kind")

enum ap_err {
#define X(code, name, text) AP_E##name = -(code),
    AP_ERR_LIST(X)
#undef X
};

#define AP_MUST_CHECK __attribute__((warn_unused_result))

/* "AP_ERANGE"; "AP_E?" for a code that is not in the list. Static storage. */
const char *ap_err_name(int err);
/* "number out of range". Static storage. */
const char *ap_err_text(int err);

#endif
