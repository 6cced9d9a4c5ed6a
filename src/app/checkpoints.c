#include "checkpoints.h"

#include "seal_key.h"
#include "version.h"

#include <alphaplus/base/clock.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define KEPT_MAX   4096
#define ZSTD_LEVEL 1
#define FAR_NS     (60 * NS_PER_S) /* a state here that much before the time asked for: look in the journal too */
#define KEEP_NS                                                                                              \
    (180 * NS_PER_S) /* between those that are kept in a journal: some 300,000 updates of a busy book */

struct kept {
    struct checkpoint at;
    void *packed; /* owned */
    size_t packed_n, n;
};

/* Invariant: items[0, n) in order of seq, no two of one; `bytes` is the sum of packed_n. */
struct checkpoints {
    struct mac_key key;
    struct journal_maker maker;
    size_t bytes_max;
    pthread_mutex_t lock; /* guards what follows */
    struct kept items[KEPT_MAX];
    size_t n, bytes;
};

int checkpoints_create(size_t bytes_max, struct checkpoints **ret_checkpoints)
{
    struct checkpoints *c = calloc(1, sizeof *c);
    if (!c)
        return AP_ENOMEM;
    c->bytes_max = bytes_max;
    seal_key(&c->key);
    c->maker = seal_maker(&c->key);
    pthread_mutex_init(&c->lock, NULL);
    *ret_checkpoints = c;
    return 0;
}

void checkpoints_destroy(struct checkpoints *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        free(c->items[i].packed);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

const struct mac_key *checkpoints_key(const struct checkpoints *c)
{
    return &c->key;
}

/* The first with seq >= this one. */
static size_t place(const struct checkpoints *c, uint64_t seq)
{
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (c->items[mid].at.seq < seq)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void drop(struct checkpoints *c, size_t i)
{
    c->bytes -= c->items[i].packed_n;
    free(c->items[i].packed);
    c->n--;
    memmove(&c->items[i], &c->items[i + 1], (c->n - i) * sizeof c->items[0]);
}

static void make_room(struct checkpoints *c, size_t more)
{
    while (c->n > 2 && (c->n == KEPT_MAX || c->bytes + more > c->bytes_max)) {
        size_t least = 1;
        uint64_t gap = UINT64_MAX;
        for (size_t i = 1; i + 1 < c->n; i++) {
            uint64_t without = c->items[i + 1].at.seq - c->items[i - 1].at.seq;
            if (without < gap) {
                gap = without;
                least = i;
            }
        }
        drop(c, least);
    }
}

static int pack(const struct buf *state, void **ret_packed, size_t *ret_n)
{
    size_t bound = ZSTD_compressBound(state->len);
    void *room = malloc(bound);
    size_t n = room ? ZSTD_compress(room, bound, state->data, state->len, ZSTD_LEVEL) : 0;
    void *packed = room && !ZSTD_isError(n) ? malloc(n) : NULL;
    if (packed)
        memcpy(packed, room, n);
    free(room);
    if (!packed)
        return AP_ENOMEM;
    *ret_packed = packed;
    *ret_n = n;
    return 0;
}

bool checkpoints_has(struct checkpoints *c, uint64_t after, uint64_t upto)
{
    pthread_mutex_lock(&c->lock);
    size_t i = place(c, after + 1);
    bool is_there = i < c->n && c->items[i].at.seq <= upto;
    pthread_mutex_unlock(&c->lock);
    return is_there;
}

int checkpoints_add(struct checkpoints *c, struct engine *e, struct buf *work)
{
    struct kept k = {.at = {.seq = engine_seq(e), .time_ns = engine_time(e)}};
    if (k.at.seq == 0 || checkpoints_has(c, k.at.seq - 1, k.at.seq))
        return 0;
    engine_digest(e, &k.at.digest_exact, &k.at.digest_all);
    buf_reset(work);
    int err = engine_save(e, work);
    if (err == 0)
        err = engine_save_seal(work, &c->key);
    k.n = work->len;
    if (err == 0)
        err = pack(work, &k.packed, &k.packed_n);
    if (err < 0)
        return err;
    pthread_mutex_lock(&c->lock);
    make_room(c, k.packed_n);
    size_t i = place(c, k.at.seq);
    bool is_new = c->n < KEPT_MAX && (i == c->n || c->items[i].at.seq != k.at.seq);
    if (is_new) {
        memmove(&c->items[i + 1], &c->items[i], (c->n - i) * sizeof c->items[0]);
        c->items[i] = k;
        c->n++;
        c->bytes += k.packed_n;
    }
    pthread_mutex_unlock(&c->lock);
    if (!is_new)
        free(k.packed);
    return 0;
}

static int unpack(const struct kept *k, struct buf *work)
{
    char *to;
    buf_reset(work);
    int err = buf_grow(work, k->n, &to);
    if (err < 0)
        return err;
    return ZSTD_decompress(to, k->n, k->packed, k->packed_n) == k->n ? 0 : AP_ECORRUPT;
}

static int before_here(struct checkpoints *c, int64_t time_ns, struct checkpoint *ret_checkpoint,
                       struct buf *work)
{
    int err = AP_ENOTFOUND;
    pthread_mutex_lock(&c->lock);
    size_t i = c->n;
    while (i > 0 && c->items[i - 1].at.time_ns > time_ns)
        i--;
    if (i > 0) {
        err = unpack(&c->items[i - 1], work);
        *ret_checkpoint = c->items[i - 1].at;
    }
    pthread_mutex_unlock(&c->lock);
    return err;
}

int checkpoints_before(struct checkpoints *c, struct journal *j, int64_t time_ns,
                       struct checkpoint *ret_checkpoint, struct buf *work)
{
    struct journal_checkpoint stored;
    struct checkpoint here = {0};
    int err = before_here(c, time_ns, &here, work);
    bool is_near = err == 0 && time_ns - here.time_ns < FAR_NS;
    if (!is_near && j && journal_checkpoint_before(j, &c->maker, INT64_MAX, time_ns, &stored) == 0 &&
        stored.seq > here.seq) {
        buf_reset(work);
        err = buf_append(work, stored.state, stored.n);
        here = (struct checkpoint){stored.seq, stored.time_ns, stored.digest_exact, stored.digest_all};
    }
    if (err == 0)
        *ret_checkpoint = here;
    return err;
}

uint64_t checkpoints_session(struct journal *j, int64_t time_ns)
{
    struct journal_session s;
    uint64_t seq = 0;
    for (uint32_t i = 0; j && journal_session(j, i, &s) == 0; i++) {
        if (s.start_ns <= time_ns && s.first_seq > 0)
            seq = s.first_seq - 1;
    }
    return seq;
}

int checkpoints_load(struct checkpoints *c, const struct checkpoint *cp, const struct buf *work,
                     struct engine *e)
{
    uint64_t exact, all;
    int err = engine_load(e, &c->key, work->data, work->len);
    if (err < 0)
        return err;
    engine_digest(e, &exact, &all);
    if (engine_seq(e) == cp->seq && exact == cp->digest_exact && all == cp->digest_all)
        return 0;
    err = engine_load(e, &c->key, NULL, 0); /* it said what it is not */
    return err == AP_ENOMEM ? err : AP_ECORRUPT;
}

/* The first behind `seq` that is far from `time_ns`; AP_ENOTFOUND. */
static int far_behind(struct checkpoints *c, uint64_t seq, int64_t time_ns, struct checkpoint *ret_at,
                      struct buf *work)
{
    pthread_mutex_lock(&c->lock);
    size_t i = place(c, seq + 1);
    while (i < c->n && c->items[i].at.time_ns - time_ns < KEEP_NS)
        i++;
    int err = i < c->n ? unpack(&c->items[i], work) : AP_ENOTFOUND;
    if (err == 0)
        *ret_at = c->items[i].at;
    pthread_mutex_unlock(&c->lock);
    return err;
}

static int keep_one(const struct checkpoints *c, const struct checkpoint *at, const struct buf *work,
                    struct journal_writer *w)
{
    struct journal_checkpoint stored = {.seq = at->seq,
                                        .time_ns = at->time_ns,
                                        .maker = c->maker,
                                        .digest_exact = at->digest_exact,
                                        .digest_all = at->digest_all,
                                        .state = work->data,
                                        .n = work->len};
    return journal_checkpoint_put(w, &stored);
}

void checkpoints_keep(struct checkpoints *c, const char *path)
{
    struct journal_writer_options o = {.path = path, .program = ALPHAPLUS_PROGRAM};
    struct journal_writer *w;
    struct buf work;
    char why[256];
    struct checkpoint at = {0};
    if (journal_writer_open(&o, &w, why, sizeof why) < 0)
        return; /* being written, or not ours */
    buf_init(&work, CHECKPOINT_STATE_MAX);
    int err = 0;
    while (err == 0 && far_behind(c, at.seq, at.time_ns, &at, &work) == 0) {
        err = keep_one(c, &at, &work, w);
        if (err == AP_EAGAIN) { /* many wait: let them go to the disk */
            err = journal_commit(w);
            err = err < 0 ? err : keep_one(c, &at, &work, w);
        }
    }
    buf_finish(&work);
    err = journal_writer_close(w);
    (void)err; /* a cache: the next replay makes it anew */
}
