/* TLS: a certificate that is not right is never accepted, and the reason is said in words. */
#include "feed_watch.h"
#include "loop_binance.h"
#include "loop_identity.h"
#include "test.h"
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RING_BYTES (4u << 20)

static const char *const one[] = {"binance:BTCUSDT", NULL};

static bool is_down(const struct feed_watch *w, const void *user)
{
    return w->row.state == FEED_DOWN && strstr(w->row.reason, user) != NULL;
}

static bool is_live(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->row.state == FEED_LIVE && w->kinds[EVENT_DEPTH_SNAPSHOT] >= 1;
}

/* word NULL: it must come up. */
static void expect(const char *name, long from_day, long to_day, bool is_trusted, const char *word)
{
    struct identity id;
    struct loop_binance b = {0};
    struct feed_watch w;
    char why[200] = "";
    make_identity(&id, name, from_day, to_day);
    loop_binance_start(&b, id.tls, "localhost");
    feed_watch_init(&w, RING_BYTES, 1);
    assert_ok(feed_watch_try(&w, b.url, one, is_trusted ? id.file : NULL, why, sizeof why));
    if (word) {
        feed_watch_until(&w, is_down, word);
    } else {
        feed_watch_until(&w, is_live, NULL);
    }
    feed_watch_finish(&w);
    loop_binance_stop(&b);
    if (word) {
        assert_int_equal(b.list_requests, 0); /* not a byte of ours went to it */
    }
    drop_identity(&id);
}

static void a_trusted_one_is_accepted(void **state)
{
    (void)state;
    expect("localhost", -1, 1, true, NULL);
}

static void a_self_signed_one_is_refused(void **state)
{
    (void)state;
    expect("localhost", -1, 1, false, "localhost: its certificate is self-signed: not trusted");
}

static void one_for_another_name_is_refused(void **state)
{
    (void)state;
    expect("example.org", -1, 1, true, "localhost: its certificate is for another name");
}

static void an_expired_one_is_refused(void **state)
{
    (void)state;
    expect("localhost", -9, -1, true, "has expired (is this machine's clock right?)");
}

static void one_of_the_future_is_refused(void **state)
{
    (void)state;
    expect("localhost", 1, 9, true, "is not valid yet (is this machine's clock right?)");
}

static void a_server_without_tls_is_refused(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    struct feed_watch w;
    char url[80];
    loop_binance_start(&b, NULL, "localhost");
    snprintf(url, sizeof url, "https://localhost:%u", (unsigned)loop_server_port(b.server));
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, url, one);
    feed_watch_until(&w, is_down, "TLS handshake failed");
    feed_watch_finish(&w);
    loop_binance_stop(&b);
}

/* A pipe would be waited for without end. */
static void authorities_are_a_file(void **state)
{
    (void)state;
    struct feed_watch w;
    char why[200] = "", folder[] = "/tmp/ap-test-ca-XXXXXX", pipe[64];
    assert_non_null(mkdtemp(folder));
    snprintf(pipe, sizeof pipe, "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    feed_watch_init(&w, RING_BYTES, 1);
    assert_int_equal(feed_watch_try(&w, NULL, one, pipe, why, sizeof why), AP_EINVAL);
    assert_non_null(strstr(why, "is no file"));
    assert_int_equal(feed_watch_try(&w, NULL, one, folder, why, sizeof why), AP_EINVAL);
    assert_non_null(strstr(why, "is no file"));
    assert_int_equal(feed_watch_try(&w, NULL, one, "/nonexistent", why, sizeof why), AP_EINVAL);
    assert_non_null(strstr(why, "cannot be read"));
    feed_watch_finish(&w);
    unlink(pipe);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trusted_one_is_accepted),       cmocka_unit_test(a_self_signed_one_is_refused),
        cmocka_unit_test(one_for_another_name_is_refused), cmocka_unit_test(an_expired_one_is_refused),
        cmocka_unit_test(authorities_are_a_file),          cmocka_unit_test(one_of_the_future_is_refused),
        cmocka_unit_test(a_server_without_tls_is_refused),
    };
    struct addrinfo *found = NULL;

    /* A bare root without /etc/hosts; certificates are made out to a name, so there is nothing to look at without one. */
    if (getaddrinfo("localhost", NULL, NULL, &found) != 0) {
        printf("1..0 # SKIP localhost has no address here\n");
        return 0;
    }
    freeaddrinfo(found);
    return cmocka_run_group_tests_name("net/tls", tests, NULL, NULL);
}
