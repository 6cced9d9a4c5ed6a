/* A fuzz target without a fuzzer: feeds every file of the corpus folders given, then a fixed number of mutations of each
 * from a fixed seed, so that every run is the same. TAP on stdout, one subtest a file. Each input lies in a block of
 * exactly its own size, so that the address sanitizer sees a read one byte too far.
 *
 * usage: fuzz_x [--runs N] [--save FILE] FILE-OR-FOLDER...
 * On a crash the input is left in FILE (default: crash-input), to be fed again by name with --runs 0. */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUT_MAX_SIZE = 1 << 20, MAX_FILES = 4096, MAX_TOTAL_RUNS = 40000 };

struct input {
    char name[256];
    uint8_t *data; /* owned */
    size_t size;
};

struct corpus {
    struct input *files; /* owned */
    int n;
};

/* The input being fed, for the crash handler. */
static const uint8_t *current_data;
static size_t current_size;
static const char *save_path = "crash-input";

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void save_current(void)
{
    static const char said[] = "fuzz: the input that did it is saved\n";
    int fd = open(save_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        return;
    }
    if (write(fd, current_data, current_size) == (ssize_t)current_size) {
        (void)!write(STDERR_FILENO, said, sizeof(said) - 1);
    }
    close(fd);
}

static void on_fatal_signal(int sig)
{
    save_current();
    signal(sig, SIG_DFL);
    raise(sig);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t below(uint64_t *state, size_t n)
{
    return n == 0 ? 0 : (size_t)(next_random(state) % n);
}

static void feed(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (exact == NULL) {
        abort();
    }
    if (size > 0) {
        memcpy(exact, data, size);
    }
    current_data = exact;
    current_size = size;
    LLVMFuzzerTestOneInput(exact, size);
    current_size = 0;
    free(exact);
}

/* Bytes that have broken parsers before. */
static uint8_t odd_byte(uint64_t *rng)
{
    static const uint8_t odd[] = "\0\"\\{}[],:.-+eE019 \t\n\x7f\x80\xc0\xf5\xff";
    return odd[below(rng, sizeof(odd) - 1)];
}

static void shift(uint8_t *data, size_t to, size_t from, size_t n)
{
    memmove(data + to, data + from, n);
}

/* One change to `data` of `size` bytes in a block of INPUT_MAX_SIZE; returns the new size. */
static size_t mutate_once(uint8_t *data, size_t size, const struct input *other, uint64_t *rng)
{
    size_t at = below(rng, size), n = 1 + below(rng, 16);
    switch (size == 0 ? 4 : below(rng, 8)) {
    case 0: data[at] ^= (uint8_t)(1U << below(rng, 8)); return size;
    case 1: data[at] = odd_byte(rng); return size;
    case 2: return at;
    case 3: /* drop a run */
        n = n > size - at ? size - at : n;
        shift(data, at, at + n, size - at - n);
        return size - n;
    case 4: /* insert one */
        if (size == INPUT_MAX_SIZE) {
            return size;
        }
        shift(data, at + 1, at, size - at);
        data[at] = odd_byte(rng);
        return size + 1;
    case 5: /* say a run twice */
        n = n > size - at ? size - at : n;
        if (size + n > INPUT_MAX_SIZE) {
            return size;
        }
        shift(data, at + n, at, size - at);
        return size + n;
    case 6: /* another digit where there is one */
        for (size_t i = at; i < size; i++) {
            if (data[i] >= '0' && data[i] <= '9') {
                data[i] = (uint8_t)('0' + below(rng, 10));
                break;
            }
        }
        return size;
    default: /* go on as another file does */
        n = at < other->size ? other->size - at : 0;
        n = n > INPUT_MAX_SIZE - at ? INPUT_MAX_SIZE - at : n;
        if (n > 0) {
            memcpy(data + at, other->data + at, n);
        }
        return at + n;
    }
}

static void run_mutations(const struct corpus *c, int index, int runs, uint8_t *scratch)
{
    const struct input *in = &c->files[index];
    uint64_t rng = UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)index;
    for (int i = 0; i < runs; i++) {
        size_t size = in->size;
        if (size > 0) {
            memcpy(scratch, in->data, size);
        }
        for (size_t k = 1 + below(&rng, 4); k > 0; k--) {
            size = mutate_once(scratch, size, &c->files[below(&rng, (size_t)c->n)], &rng);
        }
        feed(scratch, size);
    }
}

static void add_file(struct corpus *c, const char *path)
{
    struct input *in = &c->files[c->n];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (c->n == MAX_FILES || fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
        st.st_size > INPUT_MAX_SIZE) {
        fprintf(stderr, "fuzz: cannot take %s\n", path);
        exit(2);
    }
    const char *slash = strrchr(path, '/');
    snprintf(in->name, sizeof(in->name), "%s", slash != NULL ? slash + 1 : path);
    in->data = malloc((size_t)st.st_size + 1);
    if (in->data == NULL || read(fd, in->data, (size_t)st.st_size) != (ssize_t)st.st_size) {
        fprintf(stderr, "fuzz: cannot read %s\n", path);
        exit(2);
    }
    in->size = (size_t)st.st_size;
    c->n++;
    close(fd);
}

static int is_plain(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static void add_path(struct corpus *c, const char *path)
{
    struct dirent **list;
    struct stat st;
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
        add_file(c, path);
        return;
    }
    int n = scandir(path, &list, is_plain, alphasort);
    for (int i = 0; i < n; i++) {
        char full[4096];
        snprintf(full, sizeof(full), "%s/%s", path, list[i]->d_name);
        add_file(c, full);
        free(list[i]);
    }
    if (n >= 0) {
        free(list);
    }
}

static void watch_for_crashes(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(save_current);
    }
    for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
        /* The sanitizers report the first four themselves and then call back. */
        if (__sanitizer_set_death_callback == NULL || i >= 4) {
            signal(fatal[i], on_fatal_signal);
        }
    }
}

int main(int argc, char **argv)
{
    struct corpus c = {.files = calloc(MAX_FILES, sizeof(struct input))};
    uint8_t *scratch = malloc(INPUT_MAX_SIZE);
    int runs = 400;
    if (c.files == NULL || scratch == NULL) {
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc) {
            runs = (int)strtol(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--save") == 0 && i + 1 < argc) {
            save_path = argv[++i];
        } else {
            add_path(&c, argv[i]);
        }
    }
    snprintf(c.files[c.n].name, sizeof(c.files[0].name), "(no bytes)");
    c.n++;
    if (runs > MAX_TOTAL_RUNS / c.n) {
        runs = MAX_TOTAL_RUNS / c.n;
    }
    watch_for_crashes();
    printf("1..%d\n", c.n);
    for (int i = 0; i < c.n; i++) {
        alarm(60);
        feed(c.files[i].data, c.files[i].size);
        run_mutations(&c, i, runs, scratch);
        printf("ok %d - %s and %d mutations\n", i + 1, c.files[i].name, runs);
        fflush(stdout);
    }
    for (int i = 0; i < c.n; i++) {
        free(c.files[i].data);
    }
    free(c.files);
    free(scratch);
    return 0;
}
