/* TLS: a certificate that is not right is never accepted, and the reason is said in words. */
#include "feed_watch.h"
#include "loop_binance.h"
#include "test.h"
#include <netdb.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RING_BYTES (4u << 20)
#define DAY_S      86400L

static const char *const one[] = {"binance:BTCUSDT", NULL};

struct identity {
    SSL_CTX *tls;
    char file[64]; /* its certificate, as a list of authorities to trust */
};

/* Self-signed, for this name, valid between these days from now. */
static void make_identity(struct identity *id, const char *name, long from_day, long to_day)
{
    char alt[128];
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    assert_non_null(key);
    assert_non_null(cert);
    snprintf(alt, sizeof alt, "DNS:%s", name);
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), from_day * DAY_S);
    X509_gmtime_adj(X509_getm_notAfter(cert), to_day * DAY_S);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, (const unsigned char *)name,
                               -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, alt);
    assert_non_null(ext);
    X509_add_ext(cert, ext, -1);
    X509_EXTENSION_free(ext);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);

    id->tls = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(id->tls, cert), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(id->tls, key), 1);

    snprintf(id->file, sizeof id->file, "/tmp/ap-test-ca-XXXXXX");
    int fd = mkstemp(id->file);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    assert_non_null(f);
    assert_int_equal(PEM_write_X509(f, cert), 1);
    fclose(f);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void drop_identity(struct identity *id)
{
    SSL_CTX_free(id->tls);
    unlink(id->file);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trusted_one_is_accepted),       cmocka_unit_test(a_self_signed_one_is_refused),
        cmocka_unit_test(one_for_another_name_is_refused), cmocka_unit_test(an_expired_one_is_refused),
        cmocka_unit_test(one_of_the_future_is_refused),    cmocka_unit_test(a_server_without_tls_is_refused),
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
