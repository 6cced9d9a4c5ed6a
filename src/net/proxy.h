/* The proxy that the user's environment names, and who is to be reached without it. Pure. */
#ifndef ALPHAPLUS_NET_PROXY_H
#define ALPHAPLUS_NET_PROXY_H

#include "net/endpoint.h"

#define PROXY_SECRET_MAX 96 /* "user:password"; longer ones the library cannot send */

struct proxy {
    struct endpoint endpoint; /* never TLS */
    char secret[PROXY_SECRET_MAX];
    bool is_set;
};

/* "http://[user[:password]@]host[:port][/]", the scheme may be missing; NULL or "": none. AP_EINVAL with the reason in `why`, in which
 * user and password never stand. */
AP_MUST_CHECK int proxy_parse(const char *url, struct proxy *ret_proxy, char *why, size_t why_size);
/* Is this host in a NO_PROXY list? "*", names with all below them, addresses, each with a port or for all; NULL: no. */
bool proxy_is_bypassed(const char *no_proxy, const struct endpoint *ep);

#endif
