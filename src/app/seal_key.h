/* The key that checkpoints are sealed with: this user's, on this machine. A journal from elsewhere is replayed without its own. */
#ifndef ALPHAPLUS_APP_SEAL_KEY_H
#define ALPHAPLUS_APP_SEAL_KEY_H

#include <alphaplus/base/mac.h>
#include <alphaplus/journal/checkpoint.h>

/* From $XDG_DATA_HOME/alphaplus/checkpoint.key, made at the first call. Where that cannot be, a key for this run only. */
void seal_key(struct mac_key *ret_key);
/* Which stored states this program can use: engine, layout, libm and key. */
struct journal_maker seal_maker(const struct mac_key *key);

#endif
