/* Where a venue is: "https://fapi.binance.com", "http://127.0.0.1:4100". Pure. */
#ifndef ALPHAPLUS_NET_ENDPOINT_H
#define ALPHAPLUS_NET_ENDPOINT_H

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENDPOINT_HOST_MAX      112
#define ENDPOINT_AUTHORITY_MAX (ENDPOINT_HOST_MAX + 8)

struct endpoint {
    char host[ENDPOINT_HOST_MAX]; /* name or address, lower case, without brackets */
    uint16_t port;
    bool is_tls;
    bool is_address; /* host is a numeric address: nothing to look up */
    bool is_proxied; /* by way of the proxy; endpoint_parse says no */
};

/* "http[s]://host[:port][/]" or "ws[s]://..."; a path, a user or a query is refused (AP_EINVAL), with the reason in `why`. */
AP_MUST_CHECK int endpoint_parse(const char *url, struct endpoint *ret_ep, char *why, size_t why_size);
/* What goes into a Host header: the port only when it is not the scheme's own. buf holds ENDPOINT_AUTHORITY_MAX. */
void endpoint_authority(const struct endpoint *ep, char *buf);
bool endpoint_is_loopback(const struct endpoint *ep);

#endif
