#include "net/proxy.h"
#include <alphaplus/base/text.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static int refuse(char *why, size_t why_size, const char *reason)
{
    snprintf(why, why_size, "the proxy of the environment: %s", reason);
    return AP_EINVAL;
}

static int hex_digit(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
                                        : -1;
}

/* False: too long, or an escape that is none. */
static bool unescape(const char *text, size_t n, char *buf, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 2 < n ? hex_digit(text[i + 1]) : -1, low = high >= 0 ? hex_digit(text[i + 2]) : -1;
            if (low < 0 || (high == 0 && low == 0)) {
                return false;
            }
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (used + 1 >= size) {
            return false;
        }
        buf[used++] = c;
    }
    buf[used] = '\0';
    return true;
}

int proxy_parse(const char *url, struct proxy *ret_proxy, char *why, size_t why_size)
{
    static const char scheme[] = "http://";
    struct proxy p = {.is_set = true};
    char plain[sizeof scheme + ENDPOINT_AUTHORITY_MAX], unused[256];
    if (!url || !*url) {
        *ret_proxy = (struct proxy){.is_set = false};
        return 0;
    }
    const char *mark = strstr(url, "://");
    if (mark && strncasecmp(url, scheme, sizeof scheme - 1) != 0) {
        return refuse(why, why_size, "only http:// ones can be used");
    }
    const char *rest = mark ? mark + 3 : url, *at = strrchr(rest, '@');
    if (at && !unescape(rest, (size_t)(at - rest), p.secret, sizeof p.secret)) {
        return refuse(why, why_size, "its user and password are too long, or badly escaped");
    }
    int n = snprintf(plain, sizeof plain, "%s%s", scheme, at ? at + 1 : rest);
    if (n < 0 || (size_t)n >= sizeof plain ||
        endpoint_parse(plain, &p.endpoint, unused, sizeof unused) != 0) {
        return refuse(why, why_size, "write it as http://host:port");
    }
    *ret_proxy = p;
    return 0;
}

/* One entry, without blanks around it. */
static bool matches(const char *entry, size_t n, const struct endpoint *ep)
{
    size_t host_n = strlen(ep->host);
    const char *colon = memchr(entry, ':', n);
    if (n == 1 && entry[0] == '*') {
        return true;
    }
    if (colon &&
        !memchr(colon + 1, ':', n - (size_t)(colon + 1 - entry))) { /* of an IPv6 address there are more */
        unsigned port = 0;
        for (const char *c = colon + 1; c < entry + n; c++) {
            port = isdigit((unsigned char)*c) && port <= UINT16_MAX ? port * 10 + (unsigned)(*c - '0')
                                                                    : UINT32_MAX / 16;
        }
        if (port != ep->port) {
            return false;
        }
        n = (size_t)(colon - entry);
    }
    if (n > 1 && entry[0] == '*' && entry[1] == '.') {
        entry++;
        n--;
    }
    if (n > 0 && entry[0] == '.') {
        entry++;
        n--;
    }
    if (n == 0 || n > host_n || strncasecmp(ep->host + host_n - n, entry, n) != 0) {
        return false;
    }
    return n == host_n || (!ep->is_address && ep->host[host_n - n - 1] == '.');
}

bool proxy_is_bypassed(const char *no_proxy, const struct endpoint *ep)
{
    for (const char *at = no_proxy; at && *at;) {
        at += strspn(at, ", \t");
        size_t n = strcspn(at, ", \t");
        if (n > 0 && matches(at, n, ep)) {
            return true;
        }
        at += n;
    }
    return false;
}
