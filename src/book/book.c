#include <alphaplus/book/book.h>

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/hash.h>

#include "ladder.h"

#include <stdlib.h>

_Static_assert(LADDER_KEY_MAX >= FIXED_VALUE_MAX, "every price has a key");

struct book {
    int64_t quantum;
    /* quantum = odd << shift; a price is a multiple of it exactly when index_of() is at most index_max. */
    uint64_t inverse; /* of odd, modulo 2^64 */
    uint64_t index_max;
    unsigned shift;
    bool has_known;
    int64_t known_lo, known_hi;
    struct ladder *sides[2]; /* owned; by enum side */
};

/* --- prices and keys ------------------------------------------------------------------------------------------- */

/* px / quantum without a division when there is no remainder, else a number above index_max: a multiplication by the inverse
 * modulo 2^64 is exact division, and maps everything else above the largest quotient (Granlund and Montgomery 1994). */
static inline uint64_t index_of(const struct book *b, int64_t px)
{
    uint64_t product = (uint64_t)px * b->inverse;
    return product >> b->shift | product << (-b->shift & 63);
}

static inline int64_t key_of(int side, int64_t index)
{
    return side == SIDE_ASK ? index : -index;
}

static inline int64_t px_of(const struct book *b, int side, int64_t key)
{
    return key_of(side, key) * b->quantum;
}

static void set_quantum(struct book *b, int64_t quantum)
{
    b->quantum = quantum;
    b->shift = (unsigned)__builtin_ctzll((uint64_t)quantum);
    uint64_t odd = (uint64_t)quantum >> b->shift;
    uint64_t inverse = odd; /* right in the lowest 3 bits; each step doubles that */
    for (int i = 0; i < 5; i++) {
        inverse *= 2 - odd * inverse;
    }
    b->inverse = inverse;
    b->index_max = UINT64_MAX / (uint64_t)quantum;
}

/* The first key at or beyond px, seen from the best price. */
static int64_t key_from(const struct book *b, int side, int64_t px)
{
    px = px < 0 ? 0 : px > FIXED_VALUE_MAX ? FIXED_VALUE_MAX + 1 : px;
    return side == SIDE_ASK ? (px + b->quantum - 1) / b->quantum : -(px / b->quantum);
}

/* The last key not beyond px. */
static int64_t key_upto(const struct book *b, int side, int64_t px)
{
    px = px < 0 ? 0 : px > FIXED_VALUE_MAX ? FIXED_VALUE_MAX + 1 : px;
    return side == SIDE_ASK ? px / b->quantum : -((px + b->quantum - 1) / b->quantum);
}

/* --- life ------------------------------------------------------------------------------------------------------ */

int book_create(int64_t quantum, struct book **ret_book)
{
    if (quantum < 1 || quantum > FIXED_VALUE_MAX) {
        return AP_EINVAL;
    }
    struct book *b = calloc(1, sizeof(*b));
    if (b == NULL) {
        return AP_ENOMEM;
    }
    set_quantum(b, quantum);
    int err = ladder_create(&b->sides[SIDE_BID]);
    if (err == 0) {
        err = ladder_create(&b->sides[SIDE_ASK]);
    }
    if (err < 0) {
        book_destroy(b);
        return err;
    }
    *ret_book = b;
    return 0;
}

void book_destroy(struct book *b)
{
    if (b == NULL) {
        return;
    }
    ladder_destroy(b->sides[SIDE_BID]);
    ladder_destroy(b->sides[SIDE_ASK]);
    free(b);
}

int64_t book_quantum(const struct book *b)
{
    return b->quantum;
}

void book_clear(struct book *b)
{
    ladder_clear(b->sides[SIDE_BID]);
    ladder_clear(b->sides[SIDE_ASK]);
    book_set_known(b, 0, 0);
}

void book_swap(struct book *a, struct book *b)
{
    struct book was = *a;
    *a = *b;
    *b = was;
}

/* --- a finer grid ---------------------------------------------------------------------------------------------- */

static int64_t gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int copy_side(const struct ladder *from, int64_t factor, struct ladder *to)
{
    int64_t key, last = INT64_MIN;
    size_t pages = 0;
    for (key = from->best; key != LADDER_NONE; key = ladder_next(from, key + 1)) {
        pages += (key * factor) >> LADDER_PAGE_SHIFT != last;
        last = (key * factor) >> LADDER_PAGE_SHIFT;
    }
    int err = ladder_reserve(to, pages, from->count, false);
    if (err < 0) {
        return err;
    }
    for (key = from->best; key != LADDER_NONE; key = ladder_next(from, key + 1)) {
        ladder_set(to, key * factor, ladder_get(from, key));
    }
    far_trim(&to->far);
    return 0;
}

/* The same levels on a grid that is finer by a whole factor. */
static int refine(struct book *b, int64_t quantum)
{
    struct ladder *finer[2] = {NULL, NULL};
    int err = 0;
    for (int side = 0; side < 2 && err == 0; side++) {
        err = ladder_create(&finer[side]);
        if (err == 0) {
            err = copy_side(b->sides[side], b->quantum / quantum, finer[side]);
        }
    }
    for (int side = 0; side < 2; side++) {
        struct ladder *unused = finer[side];
        if (err == 0) {
            unused = b->sides[side];
            b->sides[side] = finer[side];
        }
        ladder_destroy(unused);
    }
    if (err == 0) {
        set_quantum(b, quantum);
    }
    return err;
}

/* --- checking before anything changes -------------------------------------------------------------------------- */

static inline uint64_t out_of_range(const struct level *level)
{
    uint64_t px = (uint64_t)level->px, qty = (uint64_t)level->qty;
    const uint64_t max = FIXED_VALUE_MAX;
    return ((px - 1) | (max - px) | qty | (max - qty)) >> 63;
}

/* Sizes and prices in range; makes the grid fine enough for them. */
static int check_rows(struct book *b, const struct level *levels, size_t n)
{
    uint64_t bad = 0, off = 0;
    for (size_t i = 0; i < n; i++) {
        bad |= out_of_range(&levels[i]);
        off |= index_of(b, levels[i].px) > b->index_max;
    }
    if (bad != 0) {
        return AP_ERANGE;
    }
    if (off == 0) {
        return 0;
    }
    int64_t quantum = b->quantum;
    for (size_t i = 0; i < n; i++) {
        quantum = gcd(levels[i].px, quantum);
    }
    return refine(b, quantum);
}

static size_t count_new(const struct ladder *l, const struct book *b, int side, const struct level *levels,
                        size_t n)
{
    size_t new_n = 0;
    for (size_t i = 0; i < n; i++) {
        new_n += levels[i].qty > 0 && ladder_get(l, key_of(side, (int64_t)index_of(b, levels[i].px))) == 0;
    }
    return new_n;
}

static bool has_room(const struct book *b, const struct depth_rows *rows)
{
    size_t count = (size_t)b->sides[SIDE_BID]->count + b->sides[SIDE_ASK]->count;
    if (count + rows->bid_n + rows->ask_n <= BOOK_LEVELS_MAX) {
        return true;
    }
    count += count_new(b->sides[SIDE_BID], b, SIDE_BID, rows->levels, rows->bid_n);
    count += count_new(b->sides[SIDE_ASK], b, SIDE_ASK, rows->levels + rows->bid_n, rows->ask_n);
    return count <= BOOK_LEVELS_MAX;
}

/* How often the page changes from row to row: as many as there are when the rows are in order, else no fewer. */
static size_t count_pages(const struct book *b, int side, const struct level *levels, size_t n)
{
    size_t pages = 0;
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        int64_t page = key_of(side, (int64_t)index_of(b, levels[i].px)) >> LADDER_PAGE_SHIFT;
        pages += page != last;
        last = page;
    }
    return pages;
}

static int reserve(struct book *b, int side, const struct level *levels, size_t n, bool is_anew)
{
    struct ladder *l = b->sides[side];
    size_t pages = n;
    if (n > l->free_n) {
        pages = count_pages(b, side, levels, n);
    }
    return ladder_reserve(l, pages, n, is_anew);
}

/* --- changing -------------------------------------------------------------------------------------------------- */

static inline void set_rows(const struct book *b, int side, const struct level *levels, size_t n)
{
    struct ladder *l = b->sides[side];
    for (size_t i = 0; i < n; i++) {
        ladder_set(l, key_of(side, (int64_t)index_of(b, levels[i].px)), levels[i].qty);
    }
    ladder_settle(l, n);
}

static int prepare(struct book *b, const struct depth_rows *rows, bool is_anew)
{
    size_t n = (size_t)rows->bid_n + rows->ask_n;
    int err = check_rows(b, rows->levels, n);
    if (err == 0 && (is_anew ? n > BOOK_LEVELS_MAX : !has_room(b, rows))) {
        err = AP_ETOOBIG;
    }
    if (err == 0) {
        err = reserve(b, SIDE_BID, rows->levels, rows->bid_n, is_anew);
    }
    if (err == 0) {
        err = reserve(b, SIDE_ASK, rows->levels + rows->bid_n, rows->ask_n, is_anew);
    }
    return err;
}

static void trim(struct book *b)
{
    far_trim(&b->sides[SIDE_BID]->far);
    far_trim(&b->sides[SIDE_ASK]->far);
}

int book_set(struct book *b, enum side side, int64_t px, int64_t qty)
{
    struct level level = {px, qty};
    int err = check_rows(b, &level, 1);
    if (err < 0) {
        return err;
    }
    struct ladder *l = b->sides[side];
    size_t count = (size_t)b->sides[SIDE_BID]->count + b->sides[SIDE_ASK]->count;
    if (count >= BOOK_LEVELS_MAX && count_new(l, b, side, &level, 1) > 0) {
        return AP_ETOOBIG;
    }
    err = ladder_reserve(l, 1, 1, false);
    if (err == 0) {
        set_rows(b, side, &level, 1);
    }
    return err;
}

int book_apply(struct book *b, const struct depth_rows *rows)
{
    int err = prepare(b, rows, false);
    if (err < 0) {
        return err;
    }
    set_rows(b, SIDE_BID, rows->levels, rows->bid_n);
    set_rows(b, SIDE_ASK, rows->levels + rows->bid_n, rows->ask_n);
    trim(b);
    return 0;
}

/* The window of an empty side stands around its first level, so that one must be the best. */
static void set_best_first(struct book *b, int side, const struct level *levels, size_t n)
{
    const struct level *best = NULL;
    for (size_t i = 0; i < n; i++) {
        bool is_better = best == NULL ||
                         (side == SIDE_ASK ? levels[i].px < best->px : levels[i].px > best->px);
        best = levels[i].qty > 0 && is_better ? &levels[i] : best;
    }
    if (best != NULL) {
        ladder_set(b->sides[side], key_of(side, (int64_t)index_of(b, best->px)), best->qty);
    }
}

static void know_loaded(struct book *b)
{
    struct level bid, ask;
    bool has_bid = book_best(b, SIDE_BID, &bid), has_ask = book_best(b, SIDE_ASK, &ask);
    int64_t lo = has_bid ? bid.px : ask.px, hi = has_ask ? ask.px : bid.px;
    struct level level;
    struct book_iter it;
    if (!has_bid && !has_ask) {
        return;
    }
    for (book_iter_init(&it, b, SIDE_BID); book_iter_next(&it, &level);) {
        lo = level.px;
    }
    for (book_iter_init(&it, b, SIDE_ASK); book_iter_next(&it, &level);) {
        hi = level.px;
    }
    book_set_known(b, lo, hi);
}

int book_load(struct book *b, const struct depth_rows *rows)
{
    int err = prepare(b, rows, true);
    if (err < 0) {
        return err;
    }
    book_clear(b);
    set_best_first(b, SIDE_BID, rows->levels, rows->bid_n);
    set_best_first(b, SIDE_ASK, rows->levels + rows->bid_n, rows->ask_n);
    set_rows(b, SIDE_BID, rows->levels, rows->bid_n);
    set_rows(b, SIDE_ASK, rows->levels + rows->bid_n, rows->ask_n);
    trim(b);
    know_loaded(b);
    return 0;
}

/* --- reading --------------------------------------------------------------------------------------------------- */

bool book_best(const struct book *b, enum side side, struct level *ret_level)
{
    const struct ladder *l = b->sides[side];
    if (l->count == 0) {
        return false;
    }
    *ret_level = (struct level){px_of(b, side, l->best), ladder_get(l, l->best)};
    return true;
}

bool book_is_crossed(const struct book *b)
{
    const struct ladder *bids = b->sides[SIDE_BID], *asks = b->sides[SIDE_ASK];
    return bids->count > 0 && asks->count > 0 && -bids->best >= asks->best;
}

int64_t book_qty(const struct book *b, enum side side, int64_t px)
{
    uint64_t index = index_of(b, px);
    if (px < 1 || px > FIXED_VALUE_MAX || index > b->index_max) {
        return 0;
    }
    return ladder_get(b->sides[side], key_of(side, (int64_t)index));
}

uint32_t book_count(const struct book *b, enum side side)
{
    return b->sides[side]->count;
}

bool book_known(const struct book *b, int64_t *ret_lo, int64_t *ret_hi)
{
    if (b->has_known) {
        *ret_lo = b->known_lo;
        *ret_hi = b->known_hi;
    }
    return b->has_known;
}

void book_set_known(struct book *b, int64_t lo, int64_t hi)
{
    b->has_known = lo > 0 && lo <= hi;
    b->known_lo = b->has_known ? lo : 0;
    b->known_hi = b->has_known ? hi : 0;
}

/* The sides are walked through only when one of the levels at the border went. */
void book_know_window(struct book *b, const struct depth_rows *rows)
{
    bool is_moved = !b->has_known;
    int64_t lo = b->known_lo, hi = b->known_hi;
    for (uint32_t i = 0; i < rows->bid_n + rows->ask_n; i++) {
        const struct level *level = &rows->levels[i];
        if (level->qty == 0) {
            is_moved |= level->px == lo || level->px == hi;
        } else if (i < rows->bid_n) {
            lo = level->px < lo ? level->px : lo;
        } else {
            hi = level->px > hi ? level->px : hi;
        }
    }
    book_set_known(b, lo, hi);
    if (is_moved) {
        book_set_known(b, 0, 0);
        know_loaded(b);
    }
}

uint32_t book_read(const struct book *b, enum side side, int64_t lo, int64_t hi, struct level *levels,
                   uint32_t max)
{
    if (lo > hi)
        return 0;
    int64_t near = side == SIDE_ASK ? lo : hi, far = side == SIDE_ASK ? hi : lo;
    return ladder_read(b->sides[side], key_from(b, side, near), key_upto(b, side, far),
                       side == SIDE_ASK ? b->quantum : -b->quantum, levels, max);
}

void book_sum(const struct book *b, enum side side, int64_t lo, int64_t hi, struct book_sum *ret_sum)
{
    struct ladder_sum s = {0};
    if (lo <= hi) {
        int64_t near = side == SIDE_ASK ? lo : hi, far = side == SIDE_ASK ? hi : lo;
        ladder_sum(b->sides[side], key_from(b, side, near), key_upto(b, side, far), &s);
    }
    wide px_qty = (side == SIDE_ASK ? s.key_qty : -s.key_qty) * b->quantum;
    ret_sum->qty = s.qty > INT64_MAX ? INT64_MAX : (int64_t)s.qty;
    ret_sum->px_qty = (double)px_qty;
    ret_sum->levels = s.levels;
}

void book_iter_init(struct book_iter *it, const struct book *b, enum side side)
{
    book_iter_from(it, b, side, side == SIDE_ASK ? 0 : FIXED_VALUE_MAX);
}

void book_iter_from(struct book_iter *it, const struct book *b, enum side side, int64_t px)
{
    *it = (struct book_iter){.book = b, .side = (int8_t)side};
    it->px = px_of(b, side, key_from(b, side, px));
}

bool book_iter_next(struct book_iter *it, struct level *ret_level)
{
    const struct book *b = it->book;
    const struct ladder *l = b->sides[it->side];
    int64_t key = ladder_next(l, key_of(it->side, (int64_t)index_of(b, it->px)) + it->is_started);
    if (key == LADDER_NONE) {
        return false;
    }
    it->px = px_of(b, it->side, key);
    it->is_started = 1;
    *ret_level = (struct level){it->px, ladder_get(l, key)};
    return true;
}

uint64_t book_hash(const struct book *b, uint64_t h)
{
    struct book_iter it;
    struct level level;
    for (int side = 0; side < 2; side++) {
        h = hash_u64(h, book_count(b, (enum side)side));
        for (book_iter_init(&it, b, (enum side)side); book_iter_next(&it, &level);) {
            h = hash_u64(h, (uint64_t)level.px);
            h = hash_u64(h, (uint64_t)level.qty);
        }
    }
    h = hash_u64(h, (uint64_t)b->known_lo);
    return hash_u64(h, (uint64_t)b->known_hi);
}
