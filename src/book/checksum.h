/* What a venue's checksum of a book is made of. */
#ifndef AP_BOOK_CHECKSUM_H
#define AP_BOOK_CHECKSUM_H

#include <alphaplus/book/book.h>

#define CHECKSUM_LEVELS 25 /* of each side */

/* The CRC-32 of the book, its numbers written with the decimals that aux (event_checksum) gives. */
uint32_t checksum_of(const struct book *b, uint64_t aux);

#endif
