/* Name look-ups that never stall the loop, nor the way out.
 *
 * Not uv_getaddrinfo: libuv joins its workers when the program ends, so a look-up that hangs (no network: 10 s and more)
 * would hold the user's terminal that long. Here a detached thread does it and is let go of when nobody waits any more. */
#ifndef ALPHAPLUS_NET_RESOLVE_H
#define ALPHAPLUS_NET_RESOLVE_H

#include "net/endpoint.h"
#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define RESOLVE_ADDRESSES_MAX 8
#define RESOLVE_TEXT_MAX      46
#define RESOLVE_FRESH_NS      (INT64_C(60) * 1000000000) /* then the name is looked up again */

struct resolve_job; /* shared with the look-up thread */

struct resolver {
    uv_async_t async;
    struct endpoint endpoint;
    void (*on_done)(void *user); /* an answer, good or bad, is there */
    void *user;                  /* borrowed */
    struct resolve_job *job;     /* shared; NULL: none under way */
    char addresses[RESOLVE_ADDRESSES_MAX][RESOLVE_TEXT_MAX];
    int address_n, next;
    int64_t found_ns; /* by the caller's clock */
    int error;        /* EAI_* of the last look-up; 0: it worked, or was told already */
    int last_error;   /* the same, kept for words */
    bool is_open;
};

AP_MUST_CHECK int resolver_init(struct resolver *r, uv_loop_t *loop, const struct endpoint *ep,
                                void (*on_done)(void *), void *user);
/* Lets go of a look-up under way and closes the handle; the loop must run once more. NULL and zeroed are fine. */
void resolver_close(struct resolver *r);
/* An address to try: another one each time. NULL while a look-up runs (on_done follows), and AP_ENET in *ret_err when the last
 * one failed; the failure is forgotten then, so that the next call looks again. Valid until the next call. */
const char *resolver_address(struct resolver *r, int64_t now_ns, int *ret_err);

#endif
