/* What went wrong, in words a trader understands: one line, no jargon where plain English will do. Pure. */
#ifndef ALPHAPLUS_NET_WORDS_H
#define ALPHAPLUS_NET_WORDS_H

#include <stddef.h>
#include <stdint.h>

#define WORDS_MAX 96 /* as feed_row.reason */

/* snprintf for a line that may be cut. */
void words_print(char *buf, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* An HTTP status that is not 2xx; 0: there was no answer. */
void words_status(char *buf, size_t size, const char *host, int status, int64_t wait_s);
/* A certificate that OpenSSL would not have: an X509_V_ERR_* code. */
void words_certificate(char *buf, size_t size, const char *host, long code);
/* A connection that was not made: an errno, or 0 and what the library said. */
void words_connect(char *buf, size_t size, const char *authority, int error, const char *said);
/* A name that was not found: an EAI_* code. */
void words_lookup(char *buf, size_t size, const char *host, int eai);

#endif
