/* Where things lie: the XDG folders, and names of journals. */
#ifndef ALPHAPLUS_APP_PATHS_H
#define ALPHAPLUS_APP_PATHS_H

#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>

#define PATH_TEXT_MAX 4096

/* $XDG_CONFIG_HOME/alphaplus/<name>, or under ~/.config. AP_ENOTFOUND without a home, AP_ETOOBIG. */
AP_MUST_CHECK int path_config(const char *name, char *buf, size_t size);
/* $XDG_DATA_HOME/alphaplus, or under ~/.local/share. */
AP_MUST_CHECK int path_data(char *buf, size_t size);
/* Makes the folder and those above it, 0700. */
AP_MUST_CHECK int path_make(const char *folder);
/* "<folder>/alphaplus-20261121.apj": one file a UTC day. */
AP_MUST_CHECK int path_journal(const char *folder, int64_t unix_ns, char *buf, size_t size);

#endif
