#include "net/endpoint.h"
#include "test.h"
#include <string.h>

static void reads_what_is_right(void **state)
{
    (void)state;
    static const struct {
        const char *url, *host;
        uint16_t port;
        bool is_tls, is_address;
        const char *authority;
    } cases[] = {
        {"https://fapi.binance.com", "fapi.binance.com", 443, true, false, "fapi.binance.com"},
        {"wss://fstream.binance.com/", "fstream.binance.com", 443, true, false, "fstream.binance.com"},
        {"http://127.0.0.1:4100", "127.0.0.1", 4100, false, true, "127.0.0.1:4100"},
        {"ws://localhost", "localhost", 80, false, false, "localhost"},
        {"http://[::1]:4100/", "::1", 4100, false, true, "[::1]:4100"},
        {"https://[::1]", "::1", 443, true, true, "[::1]"},
        {"https://Fapi.Binance.COM:8443", "fapi.binance.com", 8443, true, false, "fapi.binance.com:8443"},
        {"http://a:443", "a", 443, false, false, "a:443"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endpoint ep;
        char why[200], authority[ENDPOINT_AUTHORITY_MAX];
        assert_int_equal(endpoint_parse(cases[i].url, &ep, why, sizeof why), 0);
        assert_string_equal(ep.host, cases[i].host);
        assert_int_equal(ep.port, cases[i].port);
        assert_int_equal(ep.is_tls, cases[i].is_tls);
        assert_int_equal(ep.is_address, cases[i].is_address);
        endpoint_authority(&ep, authority);
        assert_string_equal(authority, cases[i].authority);
    }
}

static void refuses_what_is_wrong(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "",
        "127.0.0.1:4100",
        "ftp://a",
        "http://",
        "http://:80",
        "http:///path",
        "http://a:",
        "http://a:0",
        "http://a:65536",
        "http://a:123456",
        "http://a:8x",
        "http://a/b",
        "http://a?b",
        "http://user@a",
        "http://a b",
        "http://a\nb",
        "http://\x1b[31m",
        "http://[::1",
        "http://[nonsense]",
        "http://[::1]x",
        "HTTP://a",
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct endpoint ep = {.port = 7};
        char why[200] = "";
        assert_int_equal(endpoint_parse(urls[i], &ep, why, sizeof why), AP_EINVAL);
        assert_true(strlen(why) > 10);
        assert_null(strchr(why, '\x1b'));
        assert_int_equal(ep.port, 7);
    }
}

static void refuses_a_host_beyond_its_room(void **state)
{
    (void)state;
    char url[2000] = "http://", why[80];
    struct endpoint ep;
    memset(url + 7, 'a', sizeof url - 8);
    assert_int_equal(endpoint_parse(url, &ep, why, sizeof why), AP_EINVAL);
    url[7 + ENDPOINT_HOST_MAX - 1] = '\0';
    assert_int_equal(endpoint_parse(url, &ep, why, sizeof why), 0);
}

static void knows_loopback(void **state)
{
    (void)state;
    struct endpoint ep;
    char why[80];
    assert_int_equal(endpoint_parse("http://127.8.0.1", &ep, why, sizeof why), 0);
    assert_true(endpoint_is_loopback(&ep));
    assert_int_equal(endpoint_parse("http://localhost:1", &ep, why, sizeof why), 0);
    assert_true(endpoint_is_loopback(&ep));
    assert_int_equal(endpoint_parse("http://fapi.binance.com", &ep, why, sizeof why), 0);
    assert_false(endpoint_is_loopback(&ep));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_right),
        cmocka_unit_test(refuses_what_is_wrong),
        cmocka_unit_test(refuses_a_host_beyond_its_room),
        cmocka_unit_test(knows_loopback),
    };
    return cmocka_run_group_tests_name("net/endpoint", tests, NULL, NULL);
}
