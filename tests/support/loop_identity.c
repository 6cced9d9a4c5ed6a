#include "loop_identity.h"
#include "test.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY_S 86400L

void make_identity(struct identity *id, const char *name, long from_day, long to_day)
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

void drop_identity(struct identity *id)
{
    SSL_CTX_free(id->tls);
    unlink(id->file);
}
