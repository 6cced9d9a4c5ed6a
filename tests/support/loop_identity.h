/* A certificate of one's own, for tests of TLS on loopback. */
#ifndef AP_TEST_SUPPORT_LOOP_IDENTITY_H
#define AP_TEST_SUPPORT_LOOP_IDENTITY_H

#include <openssl/ssl.h>

struct identity {
    SSL_CTX *tls;  /* owned; for a server */
    char file[64]; /* its certificate, as a list of authorities to trust */
};
/* Self-signed, for this name, valid between these days from now. */
void make_identity(struct identity *id, const char *name, long from_day, long to_day);
void drop_identity(struct identity *id);

#endif
