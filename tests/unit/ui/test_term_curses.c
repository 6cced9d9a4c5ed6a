/* The curses terminal on a pseudo terminal: a child draws, the parent is the terminal. */
#include "test.h"
#include "ui/canvas.h"
#include "ui/theme.h"
#include <alphaplus/ui/term.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_MS 20000
#define SEEN_MAX    (1 << 20)

struct child {
    int master, slave;
    pid_t pid;
    char seen[SEEN_MAX]; /* all that it wrote */
    size_t seen_n;
    int status;
};

static struct child the_child;

static void open_pty(struct child *c, int cols, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows};
    memset(c, 0, sizeof *c);
    c->master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(c->master >= 0);
    assert_int_equal(grantpt(c->master), 0);
    assert_int_equal(unlockpt(c->master), 0);
    c->slave = open(ptsname(c->master), O_RDWR | O_NOCTTY);
    assert_true(c->slave >= 0);
    assert_int_equal(ioctl(c->slave, TIOCSWINSZ, &size), 0);
}

/* Runs `body` on the slave side with this TERM; its return value is the exit status. */
static void start(struct child *c, const char *term, const char *variable, int (*body)(void))
{
    c->pid = fork();
    assert_true(c->pid >= 0);
    if (c->pid > 0)
        return;
    setsid();
    ioctl(c->slave, TIOCSCTTY, 0);
    dup2(c->slave, 0);
    dup2(c->slave, 1);
    close(c->master);
    unsetenv("COLORTERM");
    unsetenv("NO_COLOR");
    unsetenv("LINES");
    unsetenv("COLUMNS");
    setenv("TERM", term, 1);
    if (variable != NULL)
        setenv(variable, "truecolor", 1);
    int status = body();
    fflush(stdout);
    _exit(status);
}

static bool has_seen(const struct child *c, const char *text)
{
    return memmem(c->seen, c->seen_n, text, strlen(text)) != NULL;
}

/* Takes what the child writes until `text` was seen, or until it ends when NULL. */
static void read_until(struct child *c, const char *text)
{
    for (int waited = 0; waited < DEADLINE_MS;) {
        struct pollfd p = {.fd = c->master, .events = POLLIN};
        if (text != NULL && has_seen(c, text))
            return;
        if (text == NULL && waitpid(c->pid, &c->status, WNOHANG) == c->pid) {
            c->pid = 0;
            waited = DEADLINE_MS - 50; /* what is left in the pipe */
        }
        if (poll(&p, 1, 20) > 0 && c->seen_n < SEEN_MAX) {
            ssize_t n = read(c->master, c->seen + c->seen_n, SEEN_MAX - c->seen_n);
            c->seen_n += n > 0 ? (size_t)n : 0;
        } else {
            waited += 20;
        }
    }
    assert_null(text); /* else it never came */
}

static void finish(struct child *c)
{
    if (c->pid > 0)
        read_until(c, NULL);
    if (c->pid > 0) {
        kill(c->pid, SIGKILL);
        waitpid(c->pid, &c->status, 0);
        fail_msg("the child did not end");
    }
    close(c->master);
    close(c->slave);
    if (!WIFEXITED(c->status) || WEXITSTATUS(c->status) != 0)
        print_error("the child ended with %#x after: %.*s\n", (unsigned)c->status, (int)c->seen_n, c->seen);
    assert_true(WIFEXITED(c->status));
    assert_int_equal(WEXITSTATUS(c->status), 0);
}

/* ---- what children do; each returns the line that failed */

#define CHILD_CHECK(cond)                                                                                    \
    if (!(cond))                                                                                             \
        return __LINE__ % 255 + 1;

struct drawing {
    struct term *term;
    struct canvas canvas;
    struct theme theme;
};

static int drawing_open(struct drawing *d)
{
    struct term_options o = {"auto", "utf8", false};
    char why[256] = "";
    canvas_init(&d->canvas);
    if (theme_load("default", &d->theme, why, sizeof why) != 0 ||
        term_curses_open(&o, &d->term, why, sizeof why) != 0)
        return -1;
    return canvas_resize(&d->canvas, d->term->cols, d->term->rows);
}

static void drawing_text(struct drawing *d, const char *text)
{
    struct pane p = pane_of(&d->canvas, (struct rect){0, 0, d->canvas.cols, d->canvas.rows});
    pane_text(&p, 2, 1, ROLE_WARN, text);
}

static int until_drawn(struct drawing *d)
{
    int err;
    while ((err = d->term->ops->draw(d->term, &d->canvas, &d->theme)) == AP_EAGAIN)
        continue;
    return err;
}

static int child_draws_and_crashes(void)
{
    struct drawing d;
    CHILD_CHECK(drawing_open(&d) == 0);
    CHILD_CHECK(d.term->cols == 90 && d.term->rows == 20 && d.term->colors == 256);
    drawing_text(&d, "Zauberwort");
    CHILD_CHECK(until_drawn(&d) == 0);
    term_curses_emergency();
    term_curses_emergency(); /* once is enough: must not write twice */
    return 0;
}

static int child_direct(void)
{
    struct drawing d;
    CHILD_CHECK(drawing_open(&d) == 0);
    CHILD_CHECK(d.term->colors == 1 << 24);
    drawing_text(&d, "Zauberwort");
    CHILD_CHECK(until_drawn(&d) == 0);
    term_close(d.term);
    canvas_finish(&d.canvas);
    return 0;
}

static int child_mono(void)
{
    struct drawing d;
    CHILD_CHECK(drawing_open(&d) == 0);
    CHILD_CHECK(d.term->colors == 0);
    drawing_text(&d, "Zauberwort");
    CHILD_CHECK(until_drawn(&d) == 0);
    term_close(d.term);
    canvas_finish(&d.canvas);
    return 0;
}

static uint32_t wait_key(struct term *t)
{
    for (;;) {
        struct pollfd p = {.fd = 0, .events = POLLIN};
        uint32_t key = t->ops->key(t);
        if (key != KEY__NONE)
            return key;
        if (poll(&p, 1, DEADLINE_MS) <= 0)
            return KEY__NONE;
    }
}

static int child_reads_keys(void)
{
    struct drawing d;
    CHILD_CHECK(drawing_open(&d) == 0);
    CHILD_CHECK(d.term->cols == 80 && d.term->rows == 24); /* the size is not known: 0x0 */
    drawing_text(&d, "bereit");
    CHILD_CHECK(until_drawn(&d) == 0);
    CHILD_CHECK(wait_key(d.term) == 'q');
    CHILD_CHECK(wait_key(d.term) == 0x20ac);
    CHILD_CHECK(wait_key(d.term) == KEY__UP);
    CHILD_CHECK(wait_key(d.term) == KEY__ENTER);
    CHILD_CHECK(wait_key(d.term) == KEY__F10);
    CHILD_CHECK(wait_key(d.term) == KEY__ESC);
    term_close(d.term);
    canvas_finish(&d.canvas);
    return 0;
}

static int child_suspends_and_resizes(void)
{
    struct drawing d;
    struct winsize size = {.ws_col = 100, .ws_row = 30};
    CHILD_CHECK(drawing_open(&d) == 0);
    drawing_text(&d, "vorher");
    CHILD_CHECK(until_drawn(&d) == 0);
    d.term->ops->suspend(d.term);
    CHILD_CHECK(d.term->ops->draw(d.term, &d.canvas, &d.theme) == AP_EAGAIN);
    CHILD_CHECK(write(1, "SHELL", 5) == 5);
    CHILD_CHECK(ioctl(1, TIOCSWINSZ, &size) == 0);
    d.term->ops->resume(d.term);
    CHILD_CHECK(d.term->cols == 100 && d.term->rows == 30);
    CHILD_CHECK(canvas_resize(&d.canvas, 100, 30) == 0);
    drawing_text(&d, "nachher");
    CHILD_CHECK(until_drawn(&d) == 0);
    term_close(d.term);
    canvas_finish(&d.canvas);
    return 0;
}

static int child_is_refused(void)
{
    struct term_options o = {"auto", "auto", false};
    struct term *term = NULL;
    char why[256] = "";
    CHILD_CHECK(term_curses_open(&o, &term, why, sizeof why) == AP_EUNSUPPORTED);
    CHILD_CHECK(term == NULL && strstr(why, "TERM") != NULL);
    return 0;
}

/* ---- */

static void test_crash_gives_the_terminal_back(void **state)
{
    struct child *c = &the_child;
    struct termios before, after;
    (void)state;
    open_pty(c, 90, 20);
    assert_int_equal(tcgetattr(c->slave, &before), 0);
    start(c, "xterm-256color", NULL, child_draws_and_crashes);
    read_until(c, "Zauberwort");
    read_until(c, "\033[?1049l");
    assert_true(has_seen(c, "\033[?1049h"));
    assert_true(has_seen(c, "\033[38;5;")); /* 256 colours */
    assert_false(has_seen(c, "\033[38;2;"));
    read_until(c, NULL);
    assert_int_equal(tcgetattr(c->slave, &after), 0);
    assert_int_equal(before.c_lflag, after.c_lflag);
    assert_int_equal(before.c_iflag, after.c_iflag);
    const char *first = memmem(c->seen, c->seen_n, "\033[?1049l", 8);
    assert_null(memmem(first + 8, c->seen_n - (size_t)(first + 8 - c->seen), "\033[?1049l", 8));
    finish(c);
}

static void test_direct_colours(void **state)
{
    struct child *c = &the_child;
    (void)state;
    if (access("/usr/share/terminfo/x/xterm-direct", R_OK) != 0 &&
        access("/lib/terminfo/x/xterm-direct", R_OK) != 0)
        skip();
    open_pty(c, 80, 24);
    start(c, "xterm-256color", "COLORTERM", child_direct);
    read_until(c, "Zauberwort");
    assert_true(has_seen(c, "38:2:") || has_seen(c, "38;2;"));
    finish(c);
}

static void test_no_color(void **state)
{
    struct child *c = &the_child;
    (void)state;
    open_pty(c, 80, 24);
    start(c, "xterm-256color", "NO_COLOR", child_mono);
    read_until(c, "Zauberwort");
    finish(c);
    assert_false(has_seen(c, "\033[38"));
    assert_false(has_seen(c, "\033[3"));
}

static void test_keys(void **state)
{
    static const char *const keys[] = {"q", "\xe2\x82\xac", "\033OA", "\r", "\033[21~", "\033"};
    struct child *c = &the_child;
    (void)state;
    open_pty(c, 0, 0);
    start(c, "xterm-256color", NULL, child_reads_keys);
    read_until(c, "bereit");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_int_equal(write(c->master, keys[i], strlen(keys[i])), strlen(keys[i]));
    finish(c);
}

static void test_suspend_and_resize(void **state)
{
    struct child *c = &the_child;
    (void)state;
    open_pty(c, 80, 24);
    start(c, "xterm-256color", NULL, child_suspends_and_resizes);
    read_until(c, "nachher");
    finish(c);
    const char *leave = memmem(c->seen, c->seen_n, "\033[?1049l", 8),
               *shell = memmem(c->seen, c->seen_n, "SHELL", 5);
    assert_non_null(leave);
    assert_true(shell > leave); /* given back before the shell writes */
}

static void test_unknown_terminals_are_refused_in_words(void **state)
{
    static const char *const names[] = {"no-such-terminal", "", "../../etc/passwd", "dumb"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct child *c = &the_child;
        open_pty(c, 80, 24);
        start(c, names[i], NULL, child_is_refused);
        finish(c);
    }
}

static void test_no_terminal_at_all(void **state)
{
    struct term_options o = {"auto", "auto", false};
    struct term *term = NULL;
    char why[256] = "";
    int null = open("/dev/null", O_RDWR), in = dup(0);
    (void)state;
    assert_true(null >= 0 && in >= 0);
    dup2(null, 0);
    int err = term_curses_open(&o, &term, why, sizeof why);
    dup2(in, 0);
    close(in);
    close(null);
    assert_err(err, AP_EUNSUPPORTED);
    assert_non_null(strstr(why, "no terminal"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crash_gives_the_terminal_back),
        cmocka_unit_test(test_direct_colours),
        cmocka_unit_test(test_no_color),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_suspend_and_resize),
        cmocka_unit_test(test_unknown_terminals_are_refused_in_words),
        cmocka_unit_test(test_no_terminal_at_all),
    };
    return cmocka_run_group_tests_name("ui/term_curses", tests, NULL, NULL);
}
