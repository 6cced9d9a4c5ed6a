#include "net/words.h"
#include "test.h"
#include <errno.h>
#include <netdb.h>
#include <openssl/x509_vfy.h>
#include <string.h>

static void http_statuses(void **state)
{
    (void)state;
    char b[WORDS_MAX];
    words_status(b, sizeof b, "fapi.binance.com", 451, 0);
    assert_string_equal(b, "fapi.binance.com is not served in your country (HTTP 451)");
    words_status(b, sizeof b, "fapi.binance.com", 429, 30);
    assert_string_equal(b, "fapi.binance.com too many requests from this address (HTTP 429); waiting 30 s");
    words_status(b, sizeof b, "a", 599, 0);
    assert_string_equal(b, "a answered HTTP 599");
    words_status(b, sizeof b, "a", 0, 0);
    assert_string_equal(b, "a gave no answer");
}

static void certificates(void **state)
{
    (void)state;
    char b[WORDS_MAX];
    words_certificate(b, sizeof b, "a", X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
    assert_string_equal(b, "a: its certificate is self-signed: not trusted");
    words_certificate(b, sizeof b, "a", X509_V_ERR_CERT_HAS_EXPIRED);
    assert_non_null(strstr(b, "clock"));
    words_certificate(b, sizeof b, "a", X509_V_ERR_CERT_SIGNATURE_FAILURE);
    assert_non_null(strstr(b, "certificate signature failure"));
}

static void connections(void **state)
{
    (void)state;
    char b[WORDS_MAX];
    words_connect(b, sizeof b, "127.0.0.1:4100", ECONNREFUSED, NULL);
    assert_string_equal(b, "127.0.0.1:4100 refused the connection: nothing listens there");
    words_connect(b, sizeof b, "a", ENETDOWN, NULL);
    assert_string_equal(b, "a cannot be reached (ENETDOWN)");
    words_connect(b, sizeof b, "a", 0, "evil\x1b[2J\nmore");
    assert_string_equal(b, "a: no connection (evil?[2J)");
    words_connect(b, sizeof b, "a", 0, NULL);
    assert_string_equal(b, "a: no connection (no reason given)");
    words_connect(b, sizeof b, "a:80", 0, "connect SSL err 1: error:00000001:lib(0)::reason(1)");
    assert_string_equal(b, "a:80: the TLS handshake failed (does it speak TLS there?)");
}

static void look_ups(void **state)
{
    (void)state;
    char b[WORDS_MAX];
    words_lookup(b, sizeof b, "fapi.binance.com", EAI_AGAIN);
    assert_string_equal(b, "fapi.binance.com: the name cannot be looked up (no network, or DNS is down)");
    words_lookup(b, sizeof b, "nowhere", EAI_NONAME);
    assert_string_equal(b, "nowhere: no such name");
}

static void long_lines_are_cut_not_overrun(void **state)
{
    (void)state;
    char host[400], b[WORDS_MAX + 1];
    memset(host, 'h', sizeof host - 1);
    host[sizeof host - 1] = '\0';
    b[WORDS_MAX] = '#';
    words_status(b, WORDS_MAX, host, 429, 99999);
    words_certificate(b, WORDS_MAX, host, 1);
    words_connect(b, WORDS_MAX, host, 0, host);
    words_lookup(b, WORDS_MAX, host, EAI_FAIL);
    assert_int_equal(strlen(b), WORDS_MAX - 1);
    assert_int_equal(b[WORDS_MAX], '#');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http_statuses),
        cmocka_unit_test(certificates),
        cmocka_unit_test(connections),
        cmocka_unit_test(look_ups),
        cmocka_unit_test(long_lines_are_cut_not_overrun),
    };
    return cmocka_run_group_tests_name("net/words", tests, NULL, NULL);
}
