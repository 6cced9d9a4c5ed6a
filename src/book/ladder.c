#include "ladder.h"

#include <stdlib.h>
#include <string.h>

/* Where the window likes to have the page of the best level, and where it may be without being moved. */
enum { HOME = LADDER_PAGES / 4, NEAR = LADDER_PAGES / 16, FAR = LADDER_PAGES / 2 };

static int64_t page_of(int64_t key)
{
    return key >> LADDER_PAGE_SHIFT;
}

static int64_t first_key(const struct ladder *l, uint64_t at)
{
    return (l->base + (int64_t)at) * LADDER_PAGE_KEYS;
}

int ladder_create(struct ladder **ret_ladder)
{
    struct ladder *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        return AP_ENOMEM;
    }
    l->best = LADDER_NONE;
    far_init(&l->far);
    *ret_ladder = l;
    return 0;
}

void ladder_destroy(struct ladder *l)
{
    if (l == NULL) {
        return;
    }
    for (uint32_t i = 0; i < l->chunk_n; i++) {
        free(l->chunks[i]);
    }
    far_finish(&l->far);
    free(l);
}

/* --- pages ----------------------------------------------------------------------------------------------------- */

/* What is left of the last chunk becomes ordinary free pages. */
static void free_fresh(struct ladder *l)
{
    for (; l->fresh_n > 0; l->fresh_n--) {
        struct page *page = &l->chunks[l->chunk_n - 1][LADDER_CHUNK_PAGES - l->fresh_n];
        memset(page, 0, sizeof(*page));
        page->next = l->free;
        l->free = page;
    }
}

static int reserve_pages(struct ladder *l, size_t n)
{
    while (l->free_n < n) {
        if (l->chunk_n == LADDER_CHUNKS_MAX) {
            return AP_ETOOBIG;
        }
        struct page *chunk = aligned_alloc(_Alignof(struct page), LADDER_CHUNK_PAGES * sizeof(struct page));
        if (chunk == NULL) {
            return AP_ENOMEM;
        }
        free_fresh(l);
        l->chunks[l->chunk_n++] = chunk;
        l->fresh_n = LADDER_CHUNK_PAGES;
        l->free_n += LADDER_CHUNK_PAGES;
    }
    return 0;
}

static struct page *take_page(struct ladder *l, uint64_t at)
{
    struct page *page = l->free;
    if (page != NULL) {
        l->free = page->next;
        page->next = NULL;
    } else {
        page = &l->chunks[l->chunk_n - 1][LADDER_CHUNK_PAGES - l->fresh_n--];
        memset(page, 0, sizeof(*page));
    }
    l->free_n--;
    l->used_n++;
    l->table[at] = page;
    l->words[at / 64] |= UINT64_C(1) << (at % 64);
    l->top[at / 64 / 64] |= UINT64_C(1) << (at / 64 % 64);
    return page;
}

/* `page` is all zero again. */
static void put_page(struct ladder *l, struct page *page)
{
    page->next = l->free;
    l->free = page;
    l->free_n++;
    l->used_n--;
}

void ladder_drop_page(struct ladder *l, uint64_t at)
{
    put_page(l, l->table[at]);
    l->table[at] = NULL;
    l->words[at / 64] &= ~(UINT64_C(1) << (at % 64));
    if (l->words[at / 64] == 0) {
        l->top[at / 64 / 64] &= ~(UINT64_C(1) << (at / 64 % 64));
    }
}

/* The first page in the table at or after `at`; LADDER_PAGES when there is none. */
static uint64_t next_page(const struct ladder *l, uint64_t at)
{
    uint64_t word = at / 64;
    if (at >= LADDER_PAGES) {
        return LADDER_PAGES;
    }
    uint64_t bits = l->words[word] & (~UINT64_C(0) << (at % 64));
    if (bits != 0) {
        return word * 64 + (uint64_t)__builtin_ctzll(bits);
    }
    word++;
    for (uint64_t t = word / 64; t < LADDER_PAGES / 64 / 64; t++) {
        bits = l->top[t];
        if (t == word / 64) {
            bits &= ~UINT64_C(0) << (word % 64);
        }
        if (bits != 0) {
            word = t * 64 + (uint64_t)__builtin_ctzll(bits);
            return word * 64 + (uint64_t)__builtin_ctzll(l->words[word]);
        }
    }
    return LADDER_PAGES;
}

void ladder_clear(struct ladder *l)
{
    for (uint64_t at = next_page(l, 0); at < LADDER_PAGES; at = next_page(l, at + 1)) {
        struct page *page = l->table[at];
        memset(page, 0, sizeof(*page));
        l->table[at] = NULL;
        put_page(l, page);
    }
    memset(l->words, 0, sizeof(l->words));
    memset(l->top, 0, sizeof(l->top));
    far_clear(&l->far);
    l->best = LADDER_NONE;
    l->count = 0;
}

int ladder_reserve(struct ladder *l, size_t pages, size_t inserts, bool is_anew)
{
    size_t free_n = is_anew && l->used_n < pages ? pages - l->used_n : is_anew ? 0 : pages;
    int err = reserve_pages(l, free_n < LADDER_PAGES ? free_n : LADDER_PAGES);
    return err < 0 ? err : far_reserve(&l->far, inserts);
}

/* --- levels ---------------------------------------------------------------------------------------------------- */

static void set_far(struct ladder *l, int64_t key, int64_t qty)
{
    int64_t before = far_set(&l->far, key, qty);
    if (qty > 0) {
        l->count += before == 0;
        l->best = key < l->best ? key : l->best;
    } else if (before > 0) {
        l->count--;
        if (key == l->best) {
            l->best = ladder_next(l, key + 1);
        }
    }
}

void ladder_set_absent(struct ladder *l, int64_t key, int64_t qty)
{
    if (l->count == 0) {
        if (qty == 0) {
            return;
        }
        l->base = page_of(key) - HOME; /* nothing in the window: it can stand anywhere */
        l->moves = 0;
    }
    uint64_t at = (uint64_t)(page_of(key) - l->base);
    if (at >= LADDER_PAGES) {
        set_far(l, key, qty);
    } else if (qty > 0) {
        take_page(l, at);
        ladder_set(l, key, qty);
    }
}

int64_t ladder_get(const struct ladder *l, int64_t key)
{
    uint64_t at = (uint64_t)(page_of(key) - l->base);
    if (at >= LADDER_PAGES) {
        return far_get(&l->far, key);
    }
    return l->table[at] != NULL ? l->table[at]->qty[key & (LADDER_PAGE_KEYS - 1)] : 0;
}

static int64_t next_far(const struct ladder *l, int64_t key)
{
    struct far_level level;
    return far_ceil(&l->far, key, &level) ? level.key : LADDER_NONE;
}

int64_t ladder_next(const struct ladder *l, int64_t key)
{
    int64_t window = first_key(l, 0);
    if (key < window) {
        int64_t far = next_far(l, key);
        if (far < window) {
            return far;
        }
        key = window;
    }
    uint64_t at = (uint64_t)(page_of(key) - l->base);
    if (at < LADDER_PAGES && l->table[at] != NULL) {
        uint64_t bits = l->table[at]->bits & (~UINT64_C(0) << (key & (LADDER_PAGE_KEYS - 1)));
        if (bits != 0) {
            return first_key(l, at) + __builtin_ctzll(bits);
        }
    }
    at = next_page(l, at + 1);
    if (at < LADDER_PAGES) {
        return first_key(l, at) + __builtin_ctzll(l->table[at]->bits);
    }
    int64_t after = first_key(l, LADDER_PAGES);
    return next_far(l, key < after ? after : key);
}

/* --- many levels ------------------------------------------------------------------------------------------------ */

static uint32_t read_page(const struct page *page, uint64_t bits, int64_t first, int64_t step,
                          struct level *levels, uint32_t max)
{
    const struct level *begin = levels;
    int64_t px = first * step;
    uint32_t n = (uint32_t)__builtin_popcountll(bits);
    for (; n > max; n--) /* the farthest do not fit */
        bits &= ~(UINT64_C(1) << (63 - __builtin_clzll(bits)));
    for (; bits != 0; bits &= bits - 1) {
        int slot = __builtin_ctzll(bits);
        *levels++ = (struct level){px + slot * step, page->qty[slot]};
    }
    return (uint32_t)(levels - begin);
}

static uint32_t read_far(const struct ladder *l, int64_t from, int64_t last, int64_t step,
                         struct level *levels, uint32_t max)
{
    struct far_cursor c;
    struct far_level level;
    uint32_t n = 0;
    if (l->far.count == 0 || max == 0)
        return 0;
    far_seek(&c, &l->far, from);
    while (n < max && far_step(&c, &level) && level.key <= last)
        levels[n++] = (struct level){level.key * step, level.qty};
    return n;
}

uint32_t ladder_read(const struct ladder *l, int64_t first, int64_t last, int64_t step, struct level *levels,
                     uint32_t max)
{
    int64_t window = first_key(l, 0), after = first_key(l, LADDER_PAGES);
    if (l->count == 0)
        return 0;
    first = first > l->best ? first : l->best;
    uint32_t n = 0;
    if (first < window)
        n = read_far(l, first, last < window ? last : window - 1, step, levels, max);
    int64_t from = first > window ? first : window;
    uint64_t at = next_page(l, (uint64_t)(page_of(from) - l->base));
    for (; at < LADDER_PAGES && n < max; at = next_page(l, at + 1)) {
        int64_t start = first_key(l, at);
        if (start > last)
            return n;
        uint64_t bits = l->table[at]->bits;
        if (start < from)
            bits &= ~UINT64_C(0) << (from - start);
        if (start + LADDER_PAGE_KEYS - 1 > last)
            bits &= ~UINT64_C(0) >> (LADDER_PAGE_KEYS - 1 - (last - start));
        n += read_page(l->table[at], bits, start, step, levels + n, max - n);
    }
    return n + read_far(l, first > after ? first : after, last, step, levels + n, max - n);
}

/* --- sums ------------------------------------------------------------------------------------------------------ */

static void add_level(struct ladder_sum *s, int64_t key, int64_t qty)
{
    s->qty += qty;
    s->key_qty += (wide)key * qty;
    s->levels++;
}

static void add_part(struct ladder_sum *s, const struct page *page, int64_t first, int64_t from, int64_t to)
{
    uint64_t bits = page->bits;
    if (from > first) {
        bits &= ~UINT64_C(0) << (from - first);
    }
    if (to < first + LADDER_PAGE_KEYS - 1) {
        bits &= ~UINT64_C(0) >> (LADDER_PAGE_KEYS - 1 - (to - first));
    }
    for (; bits != 0; bits &= bits - 1) {
        int slot = __builtin_ctzll(bits);
        add_level(s, first + slot, page->qty[slot]);
    }
}

static void add_page(struct ladder_sum *s, const struct page *page, int64_t first)
{
    s->qty += page->sum;
    s->key_qty += (wide)first * page->sum + page->offset_sum;
    s->levels += (uint32_t)__builtin_popcountll(page->bits);
}

void ladder_sum(const struct ladder *l, int64_t first, int64_t last, struct ladder_sum *ret_sum)
{
    struct ladder_sum s = {0};
    int64_t window = first_key(l, 0);
    int64_t from = first > window ? first : window;
    uint64_t at = next_page(l, (uint64_t)(page_of(from) - l->base));
    for (; at < LADDER_PAGES && first_key(l, at) <= last; at = next_page(l, at + 1)) {
        int64_t start = first_key(l, at);
        if (start < from || start + LADDER_PAGE_KEYS - 1 > last) {
            add_part(&s, l->table[at], start, from, last);
        } else {
            add_page(&s, l->table[at], start);
        }
    }
    struct far_cursor c;
    struct far_level level;
    far_seek(&c, &l->far, first);
    while (far_step(&c, &level) && level.key <= last) {
        add_level(&s, level.key, level.qty);
    }
    *ret_sum = s;
}

/* --- the window ------------------------------------------------------------------------------------------------ */

static uint32_t levels_outside(const struct ladder *l, int64_t base)
{
    uint32_t n = 0;
    for (uint64_t at = next_page(l, 0); at < LADDER_PAGES; at = next_page(l, at + 1)) {
        if ((uint64_t)(l->base + (int64_t)at - base) >= LADDER_PAGES) {
            n += (uint32_t)__builtin_popcountll(l->table[at]->bits);
        }
    }
    return n;
}

static void page_to_far(struct ladder *l, uint64_t at)
{
    struct page *page = l->table[at];
    for (uint64_t bits = page->bits; bits != 0; bits &= bits - 1) {
        int slot = __builtin_ctzll(bits);
        (void)far_set(&l->far, first_key(l, at) + slot, page->qty[slot]);
    }
    memset(page, 0, sizeof(*page));
    ladder_drop_page(l, at);
}

static void shift_table(struct ladder *l, int64_t base)
{
    int64_t by = l->base - base; /* table[at] goes to table[at + by] */
    size_t kept = by <= -LADDER_PAGES || by >= LADDER_PAGES ? 0
                                                            : (size_t)(LADDER_PAGES - (by < 0 ? -by : by));
    struct page **from = by < 0 && kept > 0 ? l->table - by : l->table;
    struct page **to = by > 0 && kept > 0 ? l->table + by : l->table;
    memmove(to, from, kept * sizeof(l->table[0]));
    struct page **hole = to == l->table ? l->table + kept : l->table;
    memset(hole, 0, (LADDER_PAGES - kept) * sizeof(l->table[0]));
    memset(l->words, 0, sizeof(l->words));
    memset(l->top, 0, sizeof(l->top));
    for (uint64_t at = 0; at < LADDER_PAGES; at++) {
        if (l->table[at] != NULL) {
            l->words[at / 64] |= UINT64_C(1) << (at % 64);
            l->top[at / 64 / 64] |= UINT64_C(1) << (at / 64 % 64);
        }
    }
    l->base = base;
}

/* Moves the window; without memory it stays where it is, which costs time, never truth. */
static void move_window(struct ladder *l, int64_t base)
{
    int64_t first = base * LADDER_PAGE_KEYS, end = (base + LADDER_PAGES) * LADDER_PAGE_KEYS;
    struct far_cursor c;
    struct far_level level;
    size_t pages = 0;
    int64_t last = INT64_MIN;
    far_seek(&c, &l->far, first);
    while (far_step(&c, &level) && level.key < end) {
        pages += page_of(level.key) != last;
        last = page_of(level.key);
    }
    if (reserve_pages(l, pages) < 0 || far_reserve(&l->far, levels_outside(l, base)) < 0) {
        return;
    }
    for (uint64_t at = next_page(l, 0); at < LADDER_PAGES; at = next_page(l, at + 1)) {
        if ((uint64_t)(l->base + (int64_t)at - base) >= LADDER_PAGES) {
            page_to_far(l, at);
        }
    }
    shift_table(l, base);
    while (far_ceil(&l->far, first, &level) && level.key < end) {
        (void)far_set(&l->far, level.key, 0);
        l->count--;
        ladder_set(l, level.key, level.qty);
    }
    far_trim(&l->far);
}

void ladder_settle(struct ladder *l, size_t n)
{
    l->moves += (uint32_t)n < UINT32_MAX - l->moves ? (uint32_t)n : 0;
    uint64_t at = (uint64_t)(page_of(l->best) - l->base);
    if ((at >= NEAR && at < FAR) || l->count == 0 || l->moves < l->count / 4 + 256) {
        return;
    }
    l->moves = 0;
    move_window(l, page_of(l->best) - HOME);
}
