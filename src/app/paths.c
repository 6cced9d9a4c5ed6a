#include "paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static int join(char *buf, size_t size, const char *first, const char *second, const char *third)
{
    int n = snprintf(buf, size, "%s%s%s", first, second, third);
    return n < 0 || (size_t)n >= size ? AP_ETOOBIG : 0;
}

static int xdg(const char *variable, const char *under_home, const char *rest, char *buf, size_t size)
{
    const char *set = getenv(variable);
    if (set && set[0] == '/')
        return join(buf, size, set, "/alphaplus", rest);
    const char *home = getenv("HOME");
    if (!home || home[0] != '/')
        return AP_ENOTFOUND;
    char under[128];
    if (join(under, sizeof under, under_home, "/alphaplus", rest) < 0)
        return AP_ETOOBIG;
    return join(buf, size, home, under, "");
}

int path_config(const char *name, char *buf, size_t size)
{
    char rest[96];
    if (join(rest, sizeof rest, "/", name, "") < 0)
        return AP_ETOOBIG;
    return xdg("XDG_CONFIG_HOME", "/.config", rest, buf, size);
}

int path_data(char *buf, size_t size)
{
    return xdg("XDG_DATA_HOME", "/.local/share", "", buf, size);
}

int path_make(const char *folder)
{
    char path[PATH_TEXT_MAX];
    if (join(path, sizeof path, folder, "", "") < 0)
        return AP_ETOOBIG;
    for (char *p = path + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char was = *p;
        *p = '\0';
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
            return errno == EACCES || errno == EROFS ? AP_EACCESS : AP_EIO;
        *p = was;
        if (was == '\0')
            break;
    }
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? 0 : AP_EINVAL;
}

int path_journal(const char *folder, int64_t unix_ns, char *buf, size_t size)
{
    time_t seconds = (time_t)(unix_ns / 1000000000);
    struct tm tm;
    char name[48];
    if (!gmtime_r(&seconds, &tm) || strftime(name, sizeof name, "/alphaplus-%Y%m%d.apj", &tm) == 0)
        return AP_ERANGE;
    return join(buf, size, folder, name, "");
}
