/* What strangers hand to the loopback exchange: control messages to each venue, lines of captures, REST paths. The first
 * byte chooses. */
#include "sim/cap_symbols.h"
#include "sim/control.h"
#include "sim/dialect.h"
#include "sim/json.h"
#include "sim/plain_book.h"
#include "sim/rest.h"

#include "fuzz.h"
#include <string.h>

static struct sim_topic resolve(void *user, const struct stream *s, const char *name)
{
    (void)user;
    (void)name;
    return (struct sim_topic){(uint32_t)s->kind, s->kind == STREAM_AGG};
}

static void watch(void *user, uint32_t topic, int delta)
{
    int *watchers = user;
    FUZZ_CHECK(topic > 0 && topic < STREAM_KINDS);
    watchers[topic] += delta;
    FUZZ_CHECK(watchers[topic] >= 0);
}

static void ignore(void *user)
{
    (void)user;
}

static void control(const char *text, size_t n)
{
    int watchers[STREAM_KINDS] = {0};
    struct hub hub;
    hub_init(&hub, 1u << 20);
    hub.resolve = resolve;
    hub.watch = watch;
    hub.user = watchers;
    struct listener l = {.route = ROUTE_PUBLIC, .wake = ignore, .cut = ignore};
    hub_join(&hub, &l, 0);
    (void)!control_subscribe_list(&l, text, n);
    (void)!control_handle(&l, text, n);
    size_t answer_n;
    const unsigned char *answer;
    while ((answer = sendq_front(&l.queue, &answer_n)) != NULL) {
        FUZZ_CHECK(answer_n >= 2 && answer[0] == '{' && answer[answer_n - 1] == '}');
        sendq_pop(&l.queue);
    }
    hub_leave(&hub, &l);
    for (size_t i = 0; i < STREAM_KINDS; i++) {
        FUZZ_CHECK(watchers[i] == 0);
    }
}

/* What a client says to another venue: the first byte chooses it. Whatever it is, the answers are whole. */
static void dialect(const char *text, size_t n)
{
    int watchers[STREAM_KINDS] = {0};
    size_t venues = 0;
    while (dialect_at(venues)) {
        venues++;
    }
    if (n == 0) {
        return;
    }
    const struct dialect *d = dialect_at((unsigned char)text[0] % venues);
    struct hub hub;
    struct rest_request r;
    hub_init(&hub, 1u << 20);
    hub.parse = d->stream;
    hub.resolve = resolve;
    hub.watch = watch;
    hub.user = watchers;
    struct listener l = {.wake = ignore, .cut = ignore};
    hub_join(&hub, &l, 0);
    (void)!d->handle(&l, text + 1, n - 1);
    size_t answer_n;
    const unsigned char *answer;
    while ((answer = sendq_front(&l.queue, &answer_n)) != NULL) {
        FUZZ_CHECK(answer_n >= 2 && ((answer[0] == '{' && answer[answer_n - 1] == '}') || answer_n == 4));
        sendq_pop(&l.queue);
    }
    if (d->post && d->post("/info", text + 1, n - 1, &r) == 0) {
        FUZZ_CHECK(r.weight > 0 && r.limit > 0 && r.bar_ms > 0);
    }
    hub_leave(&hub, &l);
    for (size_t i = 0; i < STREAM_KINDS; i++) {
        FUZZ_CHECK(watchers[i] == 0);
    }
}

static void check_side(const struct plain_book *b, int side)
{
    const struct plain_side *s = &b->sides[side];
    for (size_t i = 0; i < s->n; i++) {
        FUZZ_CHECK(s->levels[i].qty > 0);
        FUZZ_CHECK(i == 0 || (side == 0 ? s->levels[i].px > s->levels[i - 1].px
                                        : s->levels[i].px < s->levels[i - 1].px));
    }
}

/* Every line of the input is a frame of one capture. */
static void capture(const char *text, size_t n)
{
    struct cap_symbols *t = calloc(1, sizeof *t);
    struct plain_book b;
    plain_book_init(&b, 2, 3);
    const char *end = text + n;
    while (t && text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t line_n = (size_t)((newline ? newline : end) - text);
        struct cap_frame f;
        if (cap_frame_read(text, line_n, &f) == 0) {
            (void)!cap_symbols_learn(t, &f, text, line_n, "BTCUSDT");
            (void)!(f.is_snapshot ? plain_book_snapshot(&b, text, line_n)
                                  : plain_book_diff(&b, f.data, f.data_n));
        }
        text += line_n + 1;
    }
    check_side(&b, 0);
    check_side(&b, 1);
    if (t) {
        cap_symbols_settle(t);
        cap_symbols_finish(t);
    }
    free(t);
    plain_book_finish(&b);
}

static void rest(const char *text, size_t n)
{
    char argument[256];
    struct rest_request r;
    size_t k = n < sizeof argument - 1 ? n : sizeof argument - 1;
    memcpy(argument, text, k);
    argument[k] = '\0';
    if (rest_parse_path(&dialect_binance, argument, &r) < 0 &&
        rest_parse_path(&dialect_binance, "/fapi/v1/depth", &r) == 0) {
        (void)!rest_parse_argument(&r, argument);
        FUZZ_CHECK(rest_parse_end(&dialect_binance, &r) < 0 || (r.limit <= 1000 && r.weight > 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const targets[])(const char *text, size_t n) = {control, capture, rest, dialect};
    if (size > 0) {
        /* A copy of its own size, so that a read past the end is seen. */
        char *text = malloc(size);
        FUZZ_CHECK(text);
        memcpy(text, data + 1, size - 1);
        targets[data[0] % 4](text, size - 1);
        free(text);
    }
    return 0;
}
