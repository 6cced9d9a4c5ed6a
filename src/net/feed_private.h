/* For tests: a feed with other waits. */
#ifndef ALPHAPLUS_NET_FEED_PRIVATE_H
#define ALPHAPLUS_NET_FEED_PRIVATE_H

#include "net/tuning.h"
#include <alphaplus/net/feed.h>

/* As feed_start; the tuning is copied. */
AP_MUST_CHECK int feed_start_tuned(const struct feed_options *o, const struct tuning *t,
                                   struct feed **ret_feed, char *why, size_t why_size);

#endif
