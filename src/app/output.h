/* Lines to standard output: a closed pipe ends things quietly, any other failure is told. */
#ifndef ALPHAPLUS_APP_OUTPUT_H
#define ALPHAPLUS_APP_OUTPUT_H

#include <alphaplus/base/err.h>
#include <stddef.h>

/* 0; AP_EEOF: the reader went away; AP_EIO: told on stderr. */
AP_MUST_CHECK int output_write(const char *bytes, size_t n);
/* "alphaplus: ..." on stderr; returns 1, the exit status of failure. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
