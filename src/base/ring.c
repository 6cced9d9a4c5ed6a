/* Positions are byte counts since the start, so they only rise; their place in memory is position & (size - 1).
 *
 *   tail of consumer <= head <= tail + size     for every consumer that counts
 *
 * A record that would wrap is put at the start of the memory, and the rest of the end becomes a pad: a size with bit 0 set,
 * which no record has since sizes are multiples of 8.
 *
 * A consumer's position and state are one atomic word, so that detaching needs no second look: the low three bits (free, as
 * positions are multiples of 8) say
 *   READING   it holds the record at its tail: peeked, not yet advanced;
 *   DETACHED  the producer goes on without it. One that was READING still counts until it lets go of that one record, so
 *             what a consumer reads in place is never overwritten under it;
 *   REJOIN    it asks to be attached again; the producer does that at its next commit, for it alone knows what is free.
 * The consumer moves its tail; the producer only sets DETACHED, and rewrites the word of one that asks to rejoin.
 *
 * Sleeping: the consumer stores `sleeping`, then looks at head; the producer stores head, then looks at `sleeping`. All four are
 * sequentially consistent: in their one order either the producer sees the sleeper or the sleeper sees the record (with
 * release/acquire both could look too early, and the wake-up would be lost). */
#include <alphaplus/base/ring.h>

#include <alphaplus/base/clock.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define LINE           64
#define RING_BYTES_MIN 4096

enum { READING = 1, DETACHED = 2, REJOIN = 4, FLAGS = 7 };

struct consumer {
    _Alignas(LINE) _Atomic uint64_t word; /* tail | flags */
    _Alignas(LINE) _Atomic int sleeping;
    _Atomic int woken; /* by ring_wake */
    int fd;            /* eventfd, owned */
};

struct ring {
    uint8_t *data; /* owned mapping */
    uint64_t size;
    int consumers;
    _Alignas(LINE) _Atomic uint64_t head; /* committed */
    /* The producer's own. */
    _Alignas(LINE)
        uint64_t limit; /* no consumer that counts is passed below this; may be too low, never too high */
    uint64_t reserved;  /* position of the open reservation */
    bool refused;       /* the last ring_reserve was */
    struct consumer at[RING_CONSUMERS_MAX];
};

int ring_create(size_t bytes, int consumers, struct ring **ret_ring)
{
    if (bytes < RING_BYTES_MIN || bytes > RING_BYTES_MAX || (bytes & (bytes - 1)) != 0 || consumers < 1 ||
        consumers > RING_CONSUMERS_MAX) {
        return AP_EINVAL;
    }
    struct ring *r = aligned_alloc(LINE, sizeof(*r));
    if (r == NULL) {
        return AP_ENOMEM;
    }
    memset(r, 0, sizeof(*r));
    r->size = bytes;
    r->limit = bytes;
    r->consumers = consumers;
    for (int i = 0; i < RING_CONSUMERS_MAX; i++) {
        r->at[i].fd = -1;
    }
    r->data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (r->data == MAP_FAILED) {
        r->data = NULL;
        ring_destroy(r);
        return AP_ENOMEM;
    }
    for (int i = 0; i < consumers; i++) {
        r->at[i].fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (r->at[i].fd < 0) {
            ring_destroy(r);
            return AP_EIO;
        }
    }
    *ret_ring = r;
    return 0;
}

void ring_destroy(struct ring *r)
{
    if (r == NULL) {
        return;
    }
    for (int i = 0; i < RING_CONSUMERS_MAX; i++) {
        if (r->at[i].fd >= 0) {
            close(r->at[i].fd);
        }
    }
    if (r->data != NULL) {
        munmap(r->data, r->size);
    }
    free(r);
}

size_t ring_size(const struct ring *r)
{
    return r->size;
}

static uint8_t *place(const struct ring *r, uint64_t position)
{
    return r->data + (position & (r->size - 1));
}

static void post(struct consumer *c)
{
    /* Only fails when the count is at its top, and then it is readable anyway. */
    uint64_t one = 1;
    ssize_t n;
    do {
        n = write(c->fd, &one, sizeof(one));
    } while (n < 0 && errno == EINTR);
}

static void wake_sleeper(struct consumer *c)
{
    if (atomic_load(&c->sleeping) != 0 && atomic_exchange(&c->sleeping, 0) != 0) {
        post(c);
    }
}

/* Does this consumer hold the producer back? */
static bool counts(uint64_t word)
{
    return (word & DETACHED) == 0 || (word & READING) != 0;
}

static uint64_t find_limit(const struct ring *r, uint64_t head)
{
    uint64_t least = head;
    for (int i = 0; i < r->consumers; i++) {
        uint64_t word = atomic_load_explicit(&r->at[i].word, memory_order_acquire);
        uint64_t tail = word & ~(uint64_t)FLAGS;
        if (counts(word) && tail < least) {
            least = tail;
        }
    }
    return least + r->size;
}

void *ring_reserve(struct ring *r, size_t n)
{
    uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    r->refused = false;
    if (n == 0 || n % 8 != 0 || n > r->size / 2) {
        return NULL;
    }
    uint64_t offset = head & (r->size - 1);
    uint64_t start = offset + n > r->size ? head + (r->size - offset) : head;
    if (start + n > r->limit) {
        r->limit = find_limit(r, head);
        if (start + n > r->limit) {
            r->refused = true;
            return NULL;
        }
    }
    r->reserved = start;
    return place(r, start);
}

void ring_commit(struct ring *r, size_t used)
{
    uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    if (used == 0) {
        return;
    }
    if (r->reserved != head) {
        uint32_t pad = (uint32_t)(r->reserved - head) | 1;
        memcpy(place(r, head), &pad, sizeof(pad));
    }
    for (int i = 0; i < r->consumers; i++) {
        struct consumer *c = &r->at[i];
        if ((atomic_load_explicit(&c->word, memory_order_acquire) & REJOIN) != 0) {
            atomic_store(&c->word, head);
        }
    }
    atomic_store(&r->head, r->reserved + used);
    for (int i = 0; i < r->consumers; i++) {
        wake_sleeper(&r->at[i]);
    }
}

void ring_detach(struct ring *r, int consumer)
{
    struct consumer *c = &r->at[consumer];
    uint64_t word = atomic_load_explicit(&c->word, memory_order_relaxed);
    if ((word & DETACHED) != 0) {
        return;
    }
    atomic_fetch_or(&c->word, DETACHED);
    wake_sleeper(c);
}

int ring_slowest(const struct ring *r)
{
    uint64_t least = UINT64_MAX;
    int slowest = -1;
    for (int i = 0; r->refused && i < r->consumers; i++) {
        uint64_t word = atomic_load_explicit(&r->at[i].word, memory_order_acquire);
        uint64_t tail = word & ~(uint64_t)FLAGS;
        if (counts(word) && tail < least) {
            least = tail;
            slowest = i;
        }
    }
    return slowest;
}

const void *ring_peek(struct ring *r, int consumer)
{
    struct consumer *c = &r->at[consumer];
    uint64_t word = atomic_load_explicit(&c->word, memory_order_acquire);
    uint32_t size;
    if ((word & READING) == 0) {
        uint64_t head = atomic_load_explicit(&r->head, memory_order_acquire);
        if ((word & DETACHED) != 0 || word == head ||
            /* Fails when it was detached meanwhile: then nothing at the tail may be looked at. */
            !atomic_compare_exchange_strong(&c->word, &word, word | READING)) {
            return NULL;
        }
    }
    const uint8_t *record = place(r, word & ~(uint64_t)FLAGS);
    memcpy(&size, record, sizeof(size));
    if ((size & 1) != 0) { /* a pad; a record follows it for sure */
        word = atomic_fetch_add(&c->word, size & ~1U) + (size & ~1U);
        record = place(r, word & ~(uint64_t)FLAGS);
    }
    return record;
}

void ring_advance(struct ring *r, int consumer)
{
    struct consumer *c = &r->at[consumer];
    uint64_t word = atomic_load_explicit(&c->word, memory_order_relaxed);
    uint32_t size;
    if ((word & READING) == 0) {
        return;
    }
    memcpy(&size, place(r, word & ~(uint64_t)FLAGS), sizeof(size));
    /* One step moves the tail and lets go, whatever the producer does to DETACHED. */
    atomic_fetch_add(&c->word, size - (uint64_t)READING);
}

bool ring_rejoin(struct ring *r, int consumer)
{
    struct consumer *c = &r->at[consumer];
    uint64_t word = atomic_load_explicit(&c->word, memory_order_acquire);
    if ((word & DETACHED) == 0 || (word & REJOIN) != 0) {
        return false;
    }
    atomic_store(&c->word, DETACHED | REJOIN);
    return true;
}

size_t ring_used(const struct ring *r, int consumer)
{
    uint64_t word = atomic_load_explicit(&r->at[consumer].word, memory_order_acquire);
    uint64_t head = atomic_load_explicit(&r->head, memory_order_acquire);
    uint64_t used = head - (word & ~(uint64_t)FLAGS);
    if ((word & DETACHED) != 0) {
        return 0;
    }
    return used < r->size ? used : r->size; /* the two loads are not one */
}

/* Is there something to do for it: a record, or the news that it was detached? */
static bool is_ready(struct ring *r, struct consumer *c)
{
    uint64_t word = atomic_load(&c->word);
    if ((word & DETACHED) != 0) {
        return (word & REJOIN) == 0;
    }
    return (word & ~(uint64_t)FLAGS) != atomic_load(&r->head);
}

bool ring_arm(struct ring *r, int consumer)
{
    struct consumer *c = &r->at[consumer];
    atomic_store(&c->sleeping, 1);
    if (!is_ready(r, c)) {
        return true;
    }
    atomic_store(&c->sleeping, 0);
    return false;
}

void ring_disarm(struct ring *r, int consumer)
{
    struct consumer *c = &r->at[consumer];
    uint64_t count;
    atomic_store(&c->sleeping, 0);
    (void)!read(c->fd, &count, sizeof(count)); /* EAGAIN when nothing was posted */
}

int ring_fd(const struct ring *r, int consumer)
{
    return r->at[consumer].fd;
}

void ring_wake(struct ring *r, int consumer)
{
    struct consumer *c = &r->at[consumer];
    atomic_store(&c->woken, 1);
    post(c);
}

static int64_t now_ns(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

bool ring_wait(struct ring *r, int consumer, int64_t timeout_ns)
{
    struct consumer *c = &r->at[consumer];
    int64_t start = timeout_ns > 0 ? now_ns() : 0;
    while (ring_arm(r, consumer)) {
        int64_t left = timeout_ns > 0 ? timeout_ns - (now_ns() - start) : timeout_ns;
        if (atomic_exchange(&c->woken, 0) != 0 || (timeout_ns >= 0 && left <= 0)) {
            ring_disarm(r, consumer);
            return is_ready(r, c) && (atomic_load(&c->word) & DETACHED) == 0;
        }
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        struct timespec t = {.tv_sec = (time_t)(left / NS_PER_S), .tv_nsec = (long)(left % NS_PER_S)};
        (void)ppoll(&p, 1, timeout_ns < 0 ? NULL : &t, NULL);
        ring_disarm(r, consumer);
    }
    return (atomic_load(&c->word) & DETACHED) == 0;
}
