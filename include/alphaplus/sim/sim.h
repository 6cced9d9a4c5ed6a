/* An exchange on loopback: Binance USD-M's protocol over real sockets, from a capture or from a seeded market model. */
#ifndef ALPHAPLUS_SIM_SIM_H
#define ALPHAPLUS_SIM_SIM_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/event.h>
#include <alphaplus/model/position.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_options {
    const char *const *captures; /* NULL: the market model */
    size_t capture_n;
    double speed; /* of the capture or the model; 1 = real time; 0: as fast as clients take it */
    uint16_t port; /* 0: any free one */
    uint64_t seed;
    bool is_loop;  /* begin the capture again at its end; else the sockets close */
    bool waits;    /* the market (or capture) starts when the first depth stream is subscribed */
};
struct sim; /* opaque: its own thread, loop and context */
AP_MUST_CHECK int sim_start(const struct sim_options *o, struct sim **ret_sim, char *why, size_t why_size);
uint16_t sim_port(const struct sim *s);
bool sim_is_done(const struct sim *s); /* a capture came to its end and all clients got it */
void sim_stop(struct sim *s);
/* The model's instruments ("BTCUSDT", ...); NULL beyond the end. */
const char *sim_symbol(size_t index);

#endif
