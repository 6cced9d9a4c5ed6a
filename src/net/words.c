#include "net/words.h"
#include <alphaplus/base/text.h>
#include <errno.h>
#include <netdb.h>
#include <openssl/x509_vfy.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct code_text {
    long code;
    const char *text; /* after the host's name */
};

static const struct code_text statuses[] = {
    {400, "did not understand the request (HTTP 400)"},
    {401, "wants a key (HTTP 401)"},
    {403, "its firewall refuses this address (HTTP 403)"},
    {404, "does not know this address (HTTP 404)"},
    {418, "has banned this address for a while (HTTP 418)"},
    {429, "too many requests from this address (HTTP 429)"},
    {451, "is not served in your country (HTTP 451)"},
    {500, "has a fault of its own (HTTP 500)"},
    {502, "is not reachable behind its gateway (HTTP 502)"},
    {503, "is overloaded or in maintenance (HTTP 503)"},
    {504, "did not answer its own gateway in time (HTTP 504)"},
};

static const struct code_text certificates[] = {
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "its certificate is self-signed: not trusted"},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "its certificate is signed by an unknown authority: not trusted"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, "its certificate is signed by an unknown authority: not trusted"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
     "its certificate is signed by an unknown authority (are ca-certificates installed?)"},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
     "its certificate is signed by an unknown authority (are ca-certificates installed?)"},
    {X509_V_ERR_CERT_NOT_YET_VALID, "its certificate is not valid yet (is this machine's clock right?)"},
    {X509_V_ERR_CERT_HAS_EXPIRED, "its certificate has expired (is this machine's clock right?)"},
    {X509_V_ERR_HOSTNAME_MISMATCH, "its certificate is for another name"},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, "its certificate is for another address"},
    {X509_V_ERR_CERT_REVOKED, "its certificate was revoked"},
};

static const struct code_text connects[] = {
    {ECONNREFUSED, "refused the connection: nothing listens there"},
    {ETIMEDOUT, "did not answer in time"},
    {ENETUNREACH, "cannot be reached: no network"},
    {EHOSTUNREACH, "cannot be reached: no route"},
    {ECONNRESET, "closed the connection"},
    {EPIPE, "closed the connection"},
    {EACCES, "cannot be reached: this machine forbids it"},
    {EPERM, "cannot be reached: this machine forbids it"},
};

void words_print(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(buf, size, format, args);
    va_end(args);
}

#define FIND(table, code) find(table, sizeof table / sizeof *table, code)

static const char *find(const struct code_text *table, size_t n, long code)
{
    for (size_t i = 0; i < n; i++) {
        if (table[i].code == code) {
            return table[i].text;
        }
    }
    return NULL;
}

void words_status(char *buf, size_t size, const char *host, int status, int64_t wait_s)
{
    const char *text = FIND(statuses, status);
    char wait[40] = "";
    if (wait_s > 0) {
        snprintf(wait, sizeof wait, "; waiting %lld s", (long long)wait_s);
    }
    if (text) {
        words_print(buf, size, "%s %s%s", host, text, wait);
    } else if (status == 0) {
        words_print(buf, size, "%s gave no answer", host);
    } else {
        words_print(buf, size, "%s answered HTTP %d%s", host, status, wait);
    }
}

void words_certificate(char *buf, size_t size, const char *host, long code)
{
    const char *text = FIND(certificates, code);
    if (text) {
        words_print(buf, size, "%s: %s", host, text);
    } else {
        words_print(buf, size, "%s: its certificate is not trusted: %s", host,
                    X509_verify_cert_error_string(code));
    }
}

void words_connect(char *buf, size_t size, const char *authority, int error, const char *said)
{
    char safe[64];
    const char *text = FIND(connects, error);
    if (text) {
        words_print(buf, size, "%s %s", authority, text);
        return;
    }
    if (error != 0) {
        /* The name of the constant: it needs no locale and no lock, and it can be looked up. */
        const char *name = strerrorname_np(error);
        words_print(buf, size, "%s cannot be reached (%s)", authority, name ? name : "?");
        return;
    }
    said = said ? said : "";
    if (strstr(said, "SSL")) {
        words_print(buf, size, "%s: the TLS handshake failed (does it speak TLS there?)", authority);
        return;
    }
    text_sanitize(safe, sizeof safe, said, strcspn(said, "\r\n"));
    words_print(buf, size, "%s: no connection (%s)", authority, *safe ? safe : "no reason given");
}

void words_lookup(char *buf, size_t size, const char *host, int eai)
{
    if (eai == EAI_NONAME) {
        words_print(buf, size, "%s: no such name", host);
    } else if (eai == EAI_AGAIN) {
        words_print(buf, size, "%s: the name cannot be looked up (no network, or DNS is down)", host);
    } else {
        words_print(buf, size, "%s: the name cannot be looked up (%s)", host, gai_strerror(eai));
    }
}
