#include "far.h"

#include <stdlib.h>
#include <string.h>

enum { SPARE_KEPT = 32 };

void far_init(struct far *f)
{
    memset(f, 0, sizeof(*f));
}

void far_finish(struct far *f)
{
    if (f == NULL) {
        return;
    }
    for (uint32_t i = 0; i < f->run_n; i++) {
        free(f->runs[i]);
    }
    while (f->spare != NULL) {
        struct far_run *run = f->spare;
        f->spare = run->next;
        free(run);
    }
    free(f->runs);
    far_init(f);
}

static void put_spare(struct far *f, struct far_run *run)
{
    run->n = 0;
    run->next = f->spare;
    f->spare = run;
    f->spare_n++;
}

static struct far_run *take_spare(struct far *f)
{
    struct far_run *run = f->spare;
    f->spare = run->next;
    f->spare_n--;
    return run;
}

void far_trim(struct far *f)
{
    while (f->spare_n > SPARE_KEPT) {
        free(take_spare(f));
    }
}

void far_clear(struct far *f)
{
    for (uint32_t i = 0; i < f->run_n; i++) {
        put_spare(f, f->runs[i]);
    }
    f->run_n = 0;
    f->count = 0;
}

int far_reserve(struct far *f, size_t inserts)
{
    /* Each run that is full now can split once at its first insert; after that a split needs half a run of inserts, and
     * a run begun at the end needs a whole one. */
    size_t needed = (inserts < f->run_n ? inserts : f->run_n) + 3 * (inserts / FAR_RUN) + 4;
    size_t cap = f->run_n + needed;
    if (cap > f->run_cap) {
        cap += cap / 2;
        struct far_run **runs = realloc(f->runs, cap * sizeof(struct far_run *));
        if (runs == NULL) {
            return AP_ENOMEM;
        }
        f->runs = runs;
        f->run_cap = (uint32_t)cap;
    }
    while (f->spare_n < needed) {
        struct far_run *run = malloc(sizeof(*run));
        if (run == NULL) {
            return AP_ENOMEM;
        }
        put_spare(f, run);
    }
    return 0;
}

/* The run that holds key, or that it would be added to: the last one that does not begin after it; 0 when all do. */
static uint32_t find_run(const struct far *f, int64_t key)
{
    uint32_t lo = 0, hi = f->run_n;
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (f->runs[mid]->levels[0].key <= key) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static uint32_t find_level(const struct far_run *run, int64_t key)
{
    uint32_t lo = 0, hi = run->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (run->levels[mid].key < key) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static struct far_run *add_run(struct far *f, uint32_t at)
{
    struct far_run *run = take_spare(f);
    memmove(&f->runs[at + 1], &f->runs[at], (f->run_n - at) * sizeof(f->runs[0]));
    f->runs[at] = run;
    f->run_n++;
    return run;
}

static void drop_run(struct far *f, uint32_t at)
{
    put_spare(f, f->runs[at]);
    f->run_n--;
    memmove(&f->runs[at], &f->runs[at + 1], (f->run_n - at) * sizeof(f->runs[0]));
}

static void insert(struct far *f, uint32_t r, uint32_t at, int64_t key, int64_t qty)
{
    struct far_run *run = f->runs[r];
    if (run->n == FAR_RUN) {
        /* At the very end a fresh run, so that levels that come in order fill theirs. */
        bool is_append = r + 1 == f->run_n && at == FAR_RUN;
        uint32_t kept = is_append ? FAR_RUN : FAR_RUN / 2;
        struct far_run *after = add_run(f, r + 1);
        after->n = FAR_RUN - kept;
        memcpy(after->levels, &run->levels[kept], after->n * sizeof(run->levels[0]));
        run->n = kept;
        if (is_append || at > kept) {
            run = after;
            at -= kept;
        }
    }
    memmove(&run->levels[at + 1], &run->levels[at], (run->n - at) * sizeof(run->levels[0]));
    run->levels[at] = (struct far_level){key, qty};
    run->n++;
    f->count++;
}

/* Joins run r and the one after it when they are sparse. */
static void merge(struct far *f, uint32_t r)
{
    if (r + 1 >= f->run_n || f->runs[r]->n + f->runs[r + 1]->n > FAR_RUN / 2) {
        return;
    }
    struct far_run *run = f->runs[r];
    const struct far_run *after = f->runs[r + 1];
    memcpy(&run->levels[run->n], after->levels, after->n * sizeof(run->levels[0]));
    run->n += after->n;
    drop_run(f, r + 1);
}

static void erase(struct far *f, uint32_t r, uint32_t at)
{
    struct far_run *run = f->runs[r];
    run->n--;
    memmove(&run->levels[at], &run->levels[at + 1], (run->n - at) * sizeof(run->levels[0]));
    f->count--;
    if (run->n == 0) {
        drop_run(f, r);
        return;
    }
    merge(f, r);
    if (r > 0) {
        merge(f, r - 1);
    }
}

int64_t far_set(struct far *f, int64_t key, int64_t qty)
{
    if (f->run_n == 0) {
        if (qty > 0) {
            add_run(f, 0)->n = 0;
            insert(f, 0, 0, key, qty);
        }
        return 0;
    }
    uint32_t r = find_run(f, key);
    struct far_run *run = f->runs[r];
    uint32_t at = find_level(run, key);
    if (at < run->n && run->levels[at].key == key) {
        int64_t before = run->levels[at].qty;
        if (qty > 0) {
            run->levels[at].qty = qty;
        } else {
            erase(f, r, at);
        }
        return before;
    }
    if (qty > 0) {
        insert(f, r, at, key, qty);
    }
    return 0;
}

int64_t far_get(const struct far *f, int64_t key)
{
    struct far_level level;
    return far_ceil(f, key, &level) && level.key == key ? level.qty : 0;
}

bool far_ceil(const struct far *f, int64_t key, struct far_level *ret_level)
{
    struct far_cursor c;
    far_seek(&c, f, key);
    return far_step(&c, ret_level);
}

void far_seek(struct far_cursor *c, const struct far *f, int64_t key)
{
    *c = (struct far_cursor){.far = f};
    if (f->count > 0) {
        c->run = find_run(f, key);
        c->at = find_level(f->runs[c->run], key);
    }
}

bool far_step(struct far_cursor *c, struct far_level *ret_level)
{
    if (c->run < c->far->run_n && c->at == c->far->runs[c->run]->n) {
        c->run++;
        c->at = 0;
    }
    if (c->run >= c->far->run_n) {
        return false;
    }
    *ret_level = c->far->runs[c->run]->levels[c->at++];
    return true;
}
