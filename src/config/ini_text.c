#include "ini_text.h"

#include <alphaplus/base/text.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void ini_fault(struct ini_text *t, int line, const char *format, ...)
{
    char said[512], safe[512];
    va_list args;
    if (t->faults++ >= INI_FAULTS_MAX) {
        if (t->faults == INI_FAULTS_MAX + 1) {
            (void)buf_printf(t->why, "%s: more faults follow\n", t->name);
        }
        return;
    }
    va_start(args, format);
    (void)vsnprintf(said, sizeof(said), format, args);
    va_end(args);
    text_sanitize(safe, sizeof(safe), said, strlen(said));
    if (line > 0) {
        (void)buf_printf(t->why, "%s:%d: %s\n", t->name, line, safe);
    } else {
        (void)buf_printf(t->why, "%s: %s\n", t->name, safe);
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The run of text without blanks around it. */
static void trim(const char **at, size_t *n)
{
    while (*n > 0 && is_blank(**at)) {
        (*at)++;
        (*n)--;
    }
    while (*n > 0 && is_blank((*at)[*n - 1])) {
        (*n)--;
    }
}

/* Up to a comment: ';' or '#' at the start, ';' after a blank. */
static size_t without_comment(const char *at, size_t n)
{
    if (n > 0 && (at[0] == ';' || at[0] == '#')) {
        return 0;
    }
    for (size_t i = 1; i < n; i++) {
        if (at[i] == ';' && is_blank(at[i - 1])) {
            return i;
        }
    }
    return n;
}

/* Printable UTF-8, blanks allowed. What would be replaced is not. */
static bool is_printable(const char *at, size_t n)
{
    char safe[INI_LINE_MAX + 1];
    for (size_t i = 0; i < n; i++) {
        if (at[i] == '\t') {
            continue;
        }
        size_t run = 0;
        while (i + run < n && at[i + run] != '\t') {
            run++;
        }
        text_sanitize(safe, sizeof(safe), at + i, run);
        if (strlen(safe) != run || memcmp(safe, at + i, run) != 0) {
            return false;
        }
        i += run - 1;
    }
    return true;
}

/* What is wrong with a line that is neither blank nor a comment; NULL when it is fine. */
static const char *find_fault(const char *at, size_t n)
{
    const char *equals = memchr(at, '=', n), *colon = memchr(at, ':', n);
    if (n > INI_LINE_MAX) {
        return "the line is too long: at most 190 bytes";
    }
    if (!is_printable(at, n)) {
        return "the line holds control bytes or is not UTF-8";
    }
    if (at[0] == '[') {
        const char *close = memchr(at, ']', n);
        return close != at + n - 1 || n < 3 ? "a section is written [name], alone in its line" : NULL;
    }
    if (equals == NULL || equals == at || (colon != NULL && colon < equals)) {
        return "neither [section] nor name = value";
    }
    return NULL;
}

/* inih's fgets: the next line, tamed. A line that is not for inih becomes an empty one, so that it goes on with the next. */
static char *next_line(char *line, int size, void *stream)
{
    struct ini_text *t = stream;
    if (t->at == t->end || size < INI_LINE_MAX + 3) {
        return NULL;
    }
    const char *at = t->at, *feed = memchr(at, '\n', (size_t)(t->end - at));
    size_t n = (size_t)((feed != NULL ? feed : t->end) - at);
    t->at = feed != NULL ? feed + 1 : t->end;
    t->line++;
    if (t->line == 1 && n >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
        at += 3;
        n -= 3;
    }
    trim(&at, &n);
    n = without_comment(at, n);
    trim(&at, &n);
    const char *fault = n > 0 ? find_fault(at, n) : NULL;
    if (fault != NULL) {
        ini_fault(t, t->line, "%s", fault);
        n = 0;
    }
    memcpy(line, at, n);
    line[n] = '\n';
    line[n + 1] = '\0';
    if (n > 0 && line[0] == '[' && t->handler->section != NULL) {
        char section[INI_LINE_MAX + 1];
        memcpy(section, line + 1, n - 2);
        section[n - 2] = '\0';
        t->handler->section(t, t->user, section);
    }
    return line;
}

static int on_pair(void *user, const char *section, const char *name, const char *value)
{
    struct ini_text *t = user;
    t->handler->pair(t, t->user, section, name, value);
    return 1;
}

int ini_text_read(const char *text, size_t n, const char *name, const struct ini_handler *handler, void *user,
                  struct buf *why)
{
    struct ini_text t = {
        .name = name, .why = why, .at = text, .end = text + n, .handler = handler, .user = user};
    if (n > INI_TEXT_MAX) {
        ini_fault(&t, 0, "larger than 256 KiB");
        return AP_ESYNTAX;
    }
    int status = n > 0 ? ini_parse_stream(next_line, &t, on_pair, &t) : 0;
    if (status < 0) {
        return AP_ENOMEM;
    }
    if (status > 0 && t.faults == 0) { /* inih minds something that passed here: must not be taken for read */
        ini_fault(&t, status, "cannot be read");
    } else if (t.at != t.end) {
        ini_fault(&t, t.line, "cannot be read further");
    }
    return t.faults > 0 ? AP_ESYNTAX : 0;
}

static int refuse(struct buf *why, const char *path, int err, const char *text)
{
    (void)buf_printf(why, "%s: %s\n", path, text);
    return err;
}

static int open_error(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR: return AP_ENOTFOUND;
    case EACCES:
    case EPERM: return AP_EACCESS;
    default: return AP_EIO;
    }
}

static int read_all(int fd, struct buf *ret_text)
{
    for (;;) {
        char block[8192];
        ssize_t n = read(fd, block, sizeof(block));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? AP_EIO : 0;
        }
        int err = buf_append(ret_text, block, (size_t)n);
        if (err < 0) {
            return err;
        }
    }
}

int ini_file_load(const char *path, struct buf *ret_text, struct buf *why)
{
    struct stat st;
    /* O_NONBLOCK: opening a pipe must not wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        int err = open_error(errno);
        return refuse(why, path, err, strerror(errno));
    }
    int err = 0;
    if (fstat(fd, &st) < 0) {
        err = refuse(why, path, AP_EIO, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        err = refuse(why, path, AP_ETYPE, "not a regular file");
    } else if (st.st_size > INI_TEXT_MAX) {
        err = refuse(why, path, AP_ETOOBIG, "larger than 256 KiB");
    } else {
        buf_reset(ret_text);
        err = read_all(fd, ret_text);
        if (err < 0) {
            err = refuse(why, path, err, ap_err_text(err));
        }
    }
    close(fd);
    return err;
}
