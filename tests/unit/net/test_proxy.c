#include "net/proxy.h"
#include "test.h"
#include <stdio.h>
#include <string.h>

static void urls(void **state)
{
    (void)state;
    static const struct {
        const char *url, *host, *secret;
        unsigned port;
    } good[] = {
        {"http://proxy.corp:3128", "proxy.corp", "", 3128},
        {"HTTP://proxy.corp:3128/", "proxy.corp", "", 3128},
        {"proxy.corp:3128", "proxy.corp", "", 3128},
        {"http://10.0.0.1", "10.0.0.1", "", 80},
        {"http://[::1]:8080", "::1", "", 8080},
        {"http://me:pass@proxy.corp:1", "proxy.corp", "me:pass", 1},
        {"http://me:p%40s%3As@proxy.corp:1", "proxy.corp", "me:p@s:s", 1},
        {"http://me:p@ss@proxy.corp:1", "proxy.corp", "me:p@ss", 1},
    };
    static const char *const bad[] = {
        "https://proxy.corp:3128",
        "socks5://proxy.corp:1080",
        "http://",
        "http://proxy.corp:0",
        "http://proxy.corp:99999",
        "http://proxy corp",
        "http://me:secret%zz@proxy.corp:1",
        "http://me:secret%2@proxy.corp:1",
        "http://me:secret%00@proxy.corp:1",
        "http://me:secret@",
        "http://me:secret@proxy.corp:1/path",
    };
    struct proxy p;
    char why[200];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_ok(proxy_parse(good[i].url, &p, why, sizeof why));
        assert_true(p.is_set && !p.endpoint.is_tls);
        assert_string_equal(p.endpoint.host, good[i].host);
        assert_string_equal(p.secret, good[i].secret);
        assert_int_equal(p.endpoint.port, good[i].port);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        why[0] = '\0';
        assert_int_equal(proxy_parse(bad[i], &p, why, sizeof why), AP_EINVAL);
        assert_true(why[0] != '\0');
        assert_null(strstr(why, "secret"));
    }
    char huge[400] = "http://";
    memset(huge + 7, 'x', 200);
    snprintf(huge + 207, 20, "@proxy.corp:1");
    assert_int_equal(proxy_parse(huge, &p, why, sizeof why), AP_EINVAL);
    assert_ok(proxy_parse(NULL, &p, why, sizeof why));
    assert_false(p.is_set);
    assert_ok(proxy_parse("", &p, why, sizeof why));
    assert_false(p.is_set);
}

static void exceptions(void **state)
{
    (void)state;
    static const struct {
        const char *list, *host;
        unsigned port;
        bool is_bypassed;
    } cases[] = {
        {NULL, "a.b", 443, false},
        {"", "a.b", 443, false},
        {"*", "a.b", 443, true},
        {"a.b", "a.b", 443, true},
        {"A.B", "a.b", 443, true},
        {"b", "a.b", 443, true},
        {".b", "a.b", 443, true},
        {"*.b", "a.b", 443, true},
        {"xa.b", "a.b", 443, false},
        {"a.b", "xa.b", 443, false},
        {"a.b:443", "a.b", 443, true},
        {"a.b:80", "a.b", 443, false},
        {"a.b:99999999999", "a.b", 443, false},
        {" , x , a.b ,", "a.b", 443, true},
        {"127.0.0.1", "127.0.0.1", 1, true},
        {"0.0.1", "127.0.0.1", 1, false},
        {"::1", "::1", 1, true},
        {".", "a.b", 443, false},
        {"*.", "a.b", 443, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endpoint ep = {.port = (uint16_t)cases[i].port,
                              .is_address = cases[i].host[0] != 'a' && cases[i].host[0] != 'x'};
        snprintf(ep.host, sizeof ep.host, "%s", cases[i].host);
        if (proxy_is_bypassed(cases[i].list, &ep) != cases[i].is_bypassed) {
            fail_msg("\"%s\" and %s", cases[i].list, cases[i].host);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls),
        cmocka_unit_test(exceptions),
    };
    return cmocka_run_group_tests_name("net/proxy", tests, NULL, NULL);
}
