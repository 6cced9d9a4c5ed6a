#include "output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int output_write(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t wrote = write(STDOUT_FILENO, bytes, n);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0 && errno == EPIPE)
            return AP_EEOF;
        if (wrote < 0) {
            complain("cannot write to standard output: %s", strerror(errno));
            return AP_EIO;
        }
        bytes += wrote;
        n -= (size_t)wrote;
    }
    return 0;
}

int complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("alphaplus: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return 1;
}
