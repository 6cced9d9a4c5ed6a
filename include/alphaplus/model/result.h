/* What the engine tells the journal, joined to the events by seq: breaks that it found, digests that replay must reproduce. */
#ifndef ALPHAPLUS_MODEL_RESULT_H
#define ALPHAPLUS_MODEL_RESULT_H

#include <stdint.h>

/* DIGEST: from_id and to_id are ENGINE_VERSION and engine_layout() of whose it is. BAR and what follows: records of model/rollup.h. */
#define RESULT_KIND_LIST(X)                                                                                  \
    X(1, GAP, "gap")       /* cause, text; from_id .. to_id: the ids that did not follow */                  \
    X(2, HEALED, "healed") /* the book is true again */                                                      \
    X(3, DIGEST, "digest") /* digest_exact, digest_all after event seq */                                    \
    X(4, BAR, "bar")                                                                                         \
    X(5, FIGURES, "figures")                                                                                 \
    X(6, LEVELS, "levels")
enum result_kind {
#define X(number, name, text) RESULT_##name = (number),
    RESULT_KIND_LIST(X)
#undef X
};

/* A record of base/ring.h. */
struct result {
    uint32_t size;       /* sizeof(struct result) */
    uint16_t kind;       /* enum result_kind */
    uint16_t cause;      /* enum gap_cause */
    uint32_t instrument; /* session id; 0: none */
    uint32_t
        is_final; /* DIGEST: as it stood when the session ended, right after event seq; else: at tick time_ns */
    uint64_t seq; /* of the last event that led to it */
    int64_t time_ns;
    uint64_t from_id, to_id;
    uint64_t digest_exact, digest_all;
    char text[64];
};

#endif
