#include "capture_groups.h"

#include <alphaplus/base/buf.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(int err, char *why, size_t why_size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static int fail(int err, char *why, size_t why_size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (why_size > 0) {
        (void)vsnprintf(why, why_size, format, args);
    }
    va_end(args);
    return err;
}

static int fail_file(int err, char *why, size_t why_size, const char *path)
{
    static const struct {
        int err;
        const char *text;
    } words[] = {
        {AP_EINVAL, "not a file"},
        {AP_EEOF, "empty"},
        {AP_ESYNTAX, "not a capture (lines of a receive time and a frame)"},
        {AP_ECORRUPT, "damaged or cut at its very beginning"},
        {AP_ENOTFOUND, "no such file"},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (words[i].err == err) {
            return fail(err, why, why_size, "%s: %s", path, words[i].text);
        }
    }
    return fail(err, why, why_size, "%s: %s", path, ap_err_text(err));
}

/* --- reading the files --------------------------------------------------------------------------------------------- */

static int by_symbol(const void *a, const void *b)
{
    const struct venue_probe_symbol *x = a, *y = b;
    return strcmp(x->symbol, y->symbol);
}

/* Lines and frames that cannot be read are left to the second reading, which counts them. */
static int probe_file(struct capture_file *f, const struct venue *venue, char *why, size_t why_size)
{
    struct capture *c;
    struct capture_line line;
    int got = capture_open(&f->path, 1, &c, NULL);
    if (got < 0) {
        return fail_file(got, why, why_size, f->path);
    }
    do {
        got = capture_next(c, &line);
        if (got != 1) {
            continue;
        }
        if (f->first_ns == 0 || line.recv_ns < f->first_ns) {
            f->first_ns = line.recv_ns;
        }
        f->last_ns = line.recv_ns > f->last_ns ? line.recv_ns : f->last_ns;
        if (venue->probe(f->probe, line.frame, line.n) == AP_EFULL) {
            capture_close(c);
            return fail(AP_EFULL, why, why_size, "%s: more than %d instruments", f->path, INSTRUMENT_MAX);
        }
    } while (got == 1 || got == AP_ESYNTAX || got == AP_ETOOBIG);
    capture_close(c);
    qsort(f->probe->symbols, f->probe->n, sizeof(f->probe->symbols[0]), by_symbol);
    return 0;
}

static int probe_files(struct capture_groups *g, const struct source_capture_options *o,
                       const struct venue *venue, char *why, size_t why_size)
{
    bool has_any = false;
    for (size_t i = 0; i < o->path_n; i++) {
        struct capture_file *f = &g->files[g->file_n++];
        f->path = o->paths[i];
        f->probe = calloc(1, sizeof(*f->probe));
        int err = f->probe != NULL ? probe_file(f, venue, why, why_size) : AP_ENOMEM;
        if (err < 0) {
            return err;
        }
        has_any |= f->probe->n > 0;
        if (f->first_ns != 0 && (g->first_ns == 0 || f->first_ns < g->first_ns)) {
            g->first_ns = f->first_ns;
        }
        g->last_ns = f->last_ns > g->last_ns ? f->last_ns : g->last_ns;
    }
    if (!has_any) {
        return fail(AP_ESYNTAX, why, why_size, "%s: no line holds a frame of %s", o->paths[0], venue->title);
    }
    return 0;
}

/* --- grouping ------------------------------------------------------------------------------------------------------ */

static bool is_same_set(const struct venue_probe *a, const struct venue_probe *b)
{
    for (uint32_t i = 0; i < a->n && i < b->n; i++) {
        if (strcmp(a->symbols[i].symbol, b->symbols[i].symbol) != 0) {
            return false;
        }
    }
    return a->n == b->n;
}

/* Groups by the order of their first files; in a group the older file first. */
static int by_group_and_time(const void *a, const void *b)
{
    const struct capture_file *x = a, *y = b;
    if (x->group != y->group) {
        return (x->group > y->group) - (x->group < y->group);
    }
    return (x->first_ns > y->first_ns) - (x->first_ns < y->first_ns);
}

static void group_files(struct capture_groups *g)
{
    for (uint32_t i = 0; i < g->file_n; i++) {
        uint32_t first = 0;
        while (first < i && !is_same_set(g->files[first].probe, g->files[i].probe)) {
            first++;
        }
        g->files[i].group = first < i ? g->files[first].group : g->group_n++;
    }
    qsort(g->files, g->file_n, sizeof(g->files[0]), by_group_and_time);
    for (uint32_t i = g->file_n; i-- > 0;) {
        struct capture_group *group = &g->groups[g->files[i].group];
        group->first = i;
        group->n++;
    }
}

/* --- instruments --------------------------------------------------------------------------------------------------- */

/* Adds what `from` saw of all its symbols. */
static int widen_all(struct venue_probe *all, const struct venue_probe *from)
{
    for (uint32_t k = 0; k < from->n; k++) {
        uint32_t i = 0;
        while (i < all->n && strcmp(all->symbols[i].symbol, from->symbols[k].symbol) != 0) {
            i++;
        }
        if (i == INSTRUMENT_MAX) {
            return AP_EFULL;
        }
        if (i == all->n) {
            all->symbols[all->n++] = from->symbols[k];
            continue;
        }
        int err = venue_probe_widen(&all->symbols[i], &from->symbols[k]);
        if (err < 0) {
            return err;
        }
    }
    return 0;
}

/* The only symbol with depth, or the only one; NULL: none or several, and `ret_names` says which. */
static struct venue_probe_symbol *only_depth(struct venue_probe *p, char *ret_names, size_t size)
{
    struct venue_probe_symbol *found = NULL;
    uint32_t n = 0;
    size_t used = 0;
    ret_names[0] = '\0';
    for (uint32_t i = 0; i < p->n; i++) {
        if (!p->symbols[i].has_depth) {
            continue;
        }
        found = &p->symbols[i];
        n++;
        int more = used < size
                       ? snprintf(ret_names + used, size - used, "%s%s", n > 1 ? ", " : "", found->symbol)
                       : 0;
        used += more > 0 ? (size_t)more : 0;
    }
    return n == 1 ? found : n == 0 && p->n == 1 ? &p->symbols[0] : NULL;
}

/* What the files of a group saw, and one of them with a bare snapshot (NULL: there is none). */
static int sum_group(const struct capture_groups *g, const struct capture_group *group,
                     struct venue_probe *sum, const char **ret_path)
{
    const char *path = NULL;
    for (uint32_t i = group->first; i < group->first + group->n; i++) {
        const struct venue_probe *p = g->files[i].probe;
        int err = widen_all(sum, p);
        if (err == 0 && p->bare_snapshots > 0) {
            path = g->files[i].path;
            err = venue_probe_widen(&sum->bare, &p->bare);
        }
        if (err < 0) {
            return err;
        }
    }
    *ret_path = path;
    return 0;
}

/* Gives the bare snapshots of a group to an instrument of it; a group of nothing else looks among all. */
static int settle_bare(struct capture_groups *g, struct capture_group *group, struct venue_probe *all,
                       struct venue_probe *sum, char *why, size_t why_size)
{
    char names[256];
    const char *path;
    int err = sum_group(g, group, sum, &path);
    if (err < 0 || path == NULL) {
        return err;
    }
    const struct venue_probe_symbol *owner = only_depth(sum->n > 0 ? sum : all, names, sizeof(names));
    if (owner == NULL) {
        return fail(
            AP_EAMBIGUOUS, why, why_size,
            "%s: its book snapshot names no instrument, and it could be of any of: %s. Give the frames of each "
            "instrument in a file of their own.",
            path, names[0] != '\0' ? names : "those with no book updates");
    }
    for (uint32_t i = 0; i < all->n; i++) {
        if (strcmp(all->symbols[i].symbol, owner->symbol) == 0) {
            group->bare_inst = i + 1;
            return venue_probe_widen(&all->symbols[i], &sum->bare);
        }
    }
    return AP_ENOTFOUND;
}

static void on_listed(void *user, const struct instrument *in)
{
    struct capture_groups *g = user;
    for (uint32_t i = 0; i < g->inst_n; i++) {
        if (strcmp(g->insts[i].symbol, in->symbol) == 0) {
            /* How updates follow each other shows in the frames; a venue may do it otherwise today. */
            uint8_t rule = g->insts[i].book_rule;
            g->insts[i] = *in;
            g->insts[i].book_rule = rule;
        }
    }
}

/* A pipe would be waited for without end, and a folder has no bytes. */
static int read_file(int fd, struct buf *out)
{
    char piece[16384];
    struct stat about;
    ssize_t got;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        return AP_EINVAL;
    }
    while ((got = read(fd, piece, sizeof(piece))) > 0) {
        if (buf_append(out, piece, (size_t)got) < 0) {
            return out->len + (size_t)got > out->ceiling ? AP_ETOOBIG : AP_ENOMEM;
        }
    }
    return got < 0 ? AP_EIO : 0;
}

static int read_whole(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return AP_ENOTFOUND;
    }
    int err = read_file(fd, out);
    (void)close(fd);
    return err;
}

/* An instrument that the list does not have (delisted since) stays as inferred. */
static int read_list(struct capture_groups *g, const char *path, const struct venue *venue, char *why,
                     size_t why_size)
{
    struct buf bytes;
    buf_init(&bytes, VENUE_LIST_MAX);
    int err = read_whole(path, &bytes);
    int found = err == 0 ? venue->read_instruments(bytes.data, bytes.len, on_listed, g) : 0;
    buf_finish(&bytes);
    if (err < 0) {
        return fail(err, why, why_size, "%s: %s", path, err == AP_EINVAL ? "is no file" : ap_err_text(err));
    }
    if (found <= 0) {
        return fail(found < 0 ? found : AP_ESYNTAX, why, why_size, "%s: no list of instruments of %s", path,
                    venue->title);
    }
    return 0;
}

static int make_instruments(struct capture_groups *g, const struct source_capture_options *o,
                            const struct venue *venue, struct venue_probe *all, char *why, size_t why_size)
{
    int err = 0;
    for (uint32_t i = 0; i < g->file_n; i++) {
        if ((err = widen_all(all, g->files[i].probe)) < 0) {
            return err == AP_EFULL ? fail(err, why, why_size, "more than %d instruments", INSTRUMENT_MAX)
                                   : err;
        }
    }
    for (uint32_t i = 0; i < g->group_n; i++) {
        struct venue_probe *sum = calloc(1, sizeof(*sum));
        err = sum != NULL ? settle_bare(g, &g->groups[i], all, sum, why, why_size) : AP_ENOMEM;
        free(sum);
        if (err < 0) {
            return err;
        }
    }
    for (uint32_t i = 0; i < all->n; i++) {
        venue->infer(&all->symbols[i], &g->insts[g->inst_n++]);
    }
    if (o->instruments_path != NULL && (err = read_list(g, o->instruments_path, venue, why, why_size)) < 0) {
        return err;
    }
    for (uint32_t i = 0; i < g->inst_n; i++) {
        g->insts[i].id = i + 1;
        g->insts[i].version = 1;
    }
    return 0;
}

int capture_groups_read(struct capture_groups *g, const struct source_capture_options *o,
                        const struct venue *venue, char *why, size_t why_size)
{
    memset(g, 0, sizeof(*g));
    if (o->path_n == 0 || o->path_n > CAPTURE_FILES_MAX) {
        return fail(AP_EINVAL, why, why_size, "1 to %d capture files are wanted", CAPTURE_FILES_MAX);
    }
    int err = probe_files(g, o, venue, why, why_size);
    if (err < 0) {
        return err;
    }
    struct venue_probe *all = calloc(1, sizeof(*all));
    if (all == NULL) {
        return AP_ENOMEM;
    }
    group_files(g);
    err = make_instruments(g, o, venue, all, why, why_size);
    free(all);
    return err;
}

void capture_groups_finish(struct capture_groups *g)
{
    for (uint32_t i = 0; i < g->file_n; i++) {
        free(g->files[i].probe);
    }
    g->file_n = 0;
}

int capture_groups_open(const struct capture_groups *g, struct capture **ret_capture, char *why,
                        size_t why_size)
{
    struct capture *parts[CAPTURE_FILES_MAX];
    uint32_t n = 0;
    int err = 0;
    for (; err == 0 && n < g->group_n; n++) {
        const struct capture_group *group = &g->groups[n];
        const char *paths[CAPTURE_FILES_MAX];
        size_t bad = 0;
        for (uint32_t i = 0; i < group->n; i++) {
            paths[i] = g->files[group->first + i].path;
        }
        err = capture_open(paths, group->n, &parts[n], &bad);
        if (err < 0) {
            err = fail_file(err, why, why_size, paths[bad]);
            break;
        }
    }
    if (err == 0) {
        err = capture_merge(parts, n, ret_capture);
    }
    if (err < 0) {
        for (uint32_t i = 0; i < n; i++) {
            capture_close(parts[i]);
        }
    }
    return err;
}
