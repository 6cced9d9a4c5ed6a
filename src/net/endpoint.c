#include "net/endpoint.h"
#include <alphaplus/base/text.h>
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct scheme {
    const char *prefix;
    bool is_tls;
};

static const struct scheme schemes[] = {
    {"https://", true},
    {"wss://", true},
    {"http://", false},
    {"ws://", false},
};

static int refuse(char *why, size_t why_size, const char *url, const char *reason)
{
    char safe[160];
    text_sanitize(safe, sizeof safe, url, strlen(url));
    snprintf(why, why_size, "%s: %s", safe, reason);
    return AP_EINVAL;
}

static bool parse_port(const char *text, size_t n, uint16_t *ret_port)
{
    unsigned value = 0;
    if (n == 0 || n > 5) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)text[i])) {
            return false;
        }
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    if (value == 0 || value > UINT16_MAX) {
        return false;
    }
    *ret_port = (uint16_t)value;
    return true;
}

static bool is_host_text(const char *host, bool is_bracketed)
{
    for (const char *c = host; *c; c++) {
        bool ok = isalnum((unsigned char)*c) || *c == '-' || *c == '.' || *c == '_';
        if (!ok && !(is_bracketed && *c == ':')) {
            return false;
        }
    }
    return *host != '\0';
}

static bool is_numeric(const char *host)
{
    unsigned char raw[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, raw) == 1 || inet_pton(AF_INET6, host, raw) == 1;
}

int endpoint_parse(const char *url, struct endpoint *ret_ep, char *why, size_t why_size)
{
    struct endpoint ep = {.port = 0};
    const struct scheme *scheme = NULL;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes && !scheme; i++) {
        if (strncmp(url, schemes[i].prefix, strlen(schemes[i].prefix)) == 0) {
            scheme = &schemes[i];
        }
    }
    if (!scheme) {
        return refuse(why, why_size, url, "must begin with http:// or https://");
    }
    ep.is_tls = scheme->is_tls;
    ep.port = ep.is_tls ? 443 : 80;

    const char *host = url + strlen(scheme->prefix);
    bool is_bracketed = *host == '[';
    const char *host_end = is_bracketed ? strchr(++host, ']') : host + strcspn(host, ":/?#");
    if (!host_end || host_end == host) {
        return refuse(why, why_size, url, "names no host");
    }
    size_t host_n = (size_t)(host_end - host);
    if (host_n >= sizeof ep.host) {
        return refuse(why, why_size, url, "the host is too long");
    }
    for (size_t i = 0; i < host_n; i++) {
        ep.host[i] = (char)tolower((unsigned char)host[i]);
    }
    ep.is_address = is_numeric(ep.host);
    if (!is_host_text(ep.host, is_bracketed) || (is_bracketed && !ep.is_address)) {
        return refuse(why, why_size, url, "the host is not a name or an address");
    }
    const char *rest = host_end + (is_bracketed ? 1 : 0);
    if (*rest == ':') {
        size_t port_n = strcspn(++rest, "/?#");
        if (!parse_port(rest, port_n, &ep.port)) {
            return refuse(why, why_size, url, "the port must be 1 to 65535");
        }
        rest += port_n;
    }
    if (strcmp(rest, "") != 0 && strcmp(rest, "/") != 0) {
        return refuse(why, why_size, url, "only a host and a port are wanted, no path");
    }
    *ret_ep = ep;
    return 0;
}

void endpoint_authority(const struct endpoint *ep, char *buf)
{
    const char *open = strchr(ep->host, ':') ? "[" : "";
    const char *close = *open ? "]" : "";
    if (ep->port == (ep->is_tls ? 443 : 80)) {
        snprintf(buf, ENDPOINT_AUTHORITY_MAX, "%s%s%s", open, ep->host, close);
    } else {
        snprintf(buf, ENDPOINT_AUTHORITY_MAX, "%s%s%s:%u", open, ep->host, close, (unsigned)ep->port);
    }
}

bool endpoint_is_loopback(const struct endpoint *ep)
{
    return strncmp(ep->host, "127.", 4) == 0 || strcmp(ep->host, "::1") == 0 ||
           strcmp(ep->host, "localhost") == 0;
}
