/* An exchange on loopback (127.0.0.1 only): a venue's protocol over real sockets, from a seeded market model (any venue of
 * sim_venue) or from a capture (Binance USD-M).
 *
 * A capture's frames keep their bytes; a client that asks for another speed of a stream gets the captured
 * one under the name it asked, and aggTrade of a capture that holds only single trades gets those under
 * their own name. The captured snapshot answers REST at its own time (requests before are held until
 * then); later requests get the book as the capture has it by then. A client that does not read is closed.
 * What the market cannot tell (open interest of a capture) is refused, not made up. */
#ifndef ALPHAPLUS_SIM_SIM_H
#define ALPHAPLUS_SIM_SIM_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <alphaplus/model/event.h>
#include <alphaplus/model/position.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_options {
    const char *const *captures; /* NULL: the market model */
    size_t capture_n; /* files of one instrument follow one another, instruments are merged by time */
    double speed;     /* of the capture or the model; 1 = real time; 0: as fast as clients take it */
    uint16_t port;    /* 0: any free one */
    uint64_t seed;
    bool is_loop;       /* begin the capture again at its end; else the sockets close */
    const char *faults; /* what shall go wrong, "drop=0.001,close=60s"; NULL: nothing */
    bool waits;         /* the market (or capture) starts shortly after the first book is subscribed */
    const char *venue;  /* whom to speak as; NULL: the first */
    /* Called on the sim's thread when an update of a book goes to its clients; NULL: nobody measures. */
    void (*on_book)(void *user, const char *symbol, uint64_t id, int64_t monotonic_ns);
    void *user; /* borrowed */
};
struct sim; /* opaque: its own thread, loop and context */
AP_MUST_CHECK int sim_start(const struct sim_options *o, struct sim **ret_sim, char *why, size_t why_size);
uint16_t sim_port(const struct sim *s);
bool sim_is_done(const struct sim *s); /* a capture came to its end and all clients got it */
/* How many faults there were of each kind, as a JSON object; without faults "". */
void sim_faults_tell(const struct sim *s, struct buf *out);
void sim_stop(struct sim *s);
/* The venues it speaks as; NULL beyond the end. */
const char *sim_venue(size_t index);
/* The model's instruments as a venue calls them ("BTCUSDT", "BTC-USDT-SWAP"); false beyond the end, or no such venue. */
bool sim_symbol(const char *venue, size_t index, char *buf, size_t size);

#endif
