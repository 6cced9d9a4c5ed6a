#include "journal_sql.h"

#include "output.h"
#include "watch.h"

#include <alphaplus/base/buf.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_BYTES (64u << 10)
#define TEXT_MAX    (64u << 20)

struct csv {
    struct buf text;
    bool has_tty; /* then what a hostile file says must not steer the terminal */
    bool is_closed;
};

static int flush(struct csv *c)
{
    int err = c->text.failed;
    if (err == 0 && c->text.len > 0)
        err = output_write(c->text.data, c->text.len);
    buf_reset(&c->text);
    c->is_closed = err == AP_EEOF;
    return err;
}

/* NULL is nothing at all, empty text a pair of quotes. */
static void put_field(struct csv *c, const struct journal_field *f)
{
    bool is_plain = f->n > 0 && !memchr(f->text, ',', f->n) && !memchr(f->text, '"', f->n) &&
                    !memchr(f->text, '\n', f->n) && !memchr(f->text, '\r', f->n);
    if (!f->text)
        return;
    if (!is_plain)
        buf_byte(&c->text, '"');
    for (size_t i = 0; i < f->n; i++) {
        unsigned char byte = (unsigned char)f->text[i];
        if (byte == '"')
            buf_byte(&c->text, '"');
        bool is_control = byte < 0x20 || byte == 0x7f ||
                          (byte == 0xc2 && i + 1 < f->n && ((unsigned char)f->text[i + 1] & 0xe0) == 0x80);
        buf_byte(&c->text, c->has_tty && is_control && byte != '\n' ? '?' : (char)byte);
    }
    if (!is_plain)
        buf_byte(&c->text, '"');
}

static int on_row(void *user, const struct journal_field *fields, size_t n, bool is_header)
{
    struct csv *c = user;
    (void)is_header;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_byte(&c->text, ',');
        put_field(c, &fields[i]);
    }
    buf_byte(&c->text, '\n');
    return c->text.len >= FLUSH_BYTES || c->text.failed ? flush(c) : 0;
}

static bool go_on(void *user)
{
    (void)user;
    return wait_more(0);
}

int journal_sql(struct journal *j, const char *path, const char *sql)
{
    struct csv csv = {.has_tty = isatty(STDOUT_FILENO) == 1};
    const struct journal_query q = {.on_row = on_row, .go_on = go_on, .user = &csv};
    char why[512] = "";

    wait_begin();
    buf_init(&csv.text, TEXT_MAX);
    int err = journal_query(j, sql, &q, why, sizeof why);
    int out = csv.is_closed ? 0 : flush(&csv);
    buf_finish(&csv.text);
    if (csv.is_closed)
        return 0;
    if (err == AP_EINVAL)
        complain("sql: %s", why);
    else if (err == AP_EAGAIN)
        complain("interrupted");
    else if (err < 0)
        complain("%s: %s", path, why[0] ? why : ap_err_text(err));
    return err == AP_EINVAL ? 2 : err < 0 || out < 0;
}
