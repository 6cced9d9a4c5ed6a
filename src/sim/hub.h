/* Who listens to what: clients, their subscriptions and their send queues. No sockets here: the server
 * gives each client two functions to be woken and to be cut off by.
 *
 * A frame's way: source -> sink -> hub -> send queue -> socket. What shall tamper with frames (faults) is
 * a sink that stands in front of the hub's. */
#ifndef SIM_HUB_H
#define SIM_HUB_H

#include "sim/sendq.h"
#include "sim/stream.h"

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HUB_STREAMS_MAX 1024 /* a client, as the venue has it */

/* A topic is what a source publishes under; several stream names may mean the same one. 0: nothing is ever
 * published. */
struct sim_frame {
    uint32_t topic;
    const char *name; /* the frame's own stream name */
    size_t name_n;
    const char *data; /* the data object */
    size_t data_n;
    const char *whole; /* envelope and all, byte for byte, or NULL: made when needed */
    size_t whole_n;
    /* For what stands in front of the hub. */
    enum stream_kind kind;
    const char *symbol; /* of whose market it tells; NULL: of several, or unknown */
    uint64_t id;        /* of the book's last update in it; 0: it is not the book */
    uint64_t only;      /* the one client that it is for; 0: all who listen */
};
struct sim_sink {
    void (*put)(void *user, const struct sim_frame *f);
    void *user; /* borrowed */
};

/* What a stream name means to a source. */
struct sim_topic {
    uint32_t topic;
    bool keeps_name; /* frames go out under their own name, not the one that was asked */
};

struct subscription {
    char name[STREAM_NAME_MAX];
    uint32_t topic; /* 0: silent */
    bool keeps_name;
};

struct hub;
struct listener {
    struct hub *hub;              /* borrowed */
    uint64_t serial;              /* of all that ever joined, from 1 */
    struct listener *next, *prev; /* of the hub's list */
    struct subscription *subs;    /* owned */
    size_t sub_n, sub_cap;
    struct sendq queue;
    enum stream_route route;
    bool is_combined;
    bool is_cut;              /* to be closed at once, nothing more is sent */
    bool is_closing;          /* to be closed when its queue is empty */
    int64_t last_progress_ns; /* when its queue last moved or was empty */
    void (*wake)(void *user); /* there is something to send */
    void (*cut)(void *user);  /* close now */
    void *user;               /* borrowed */
};

struct hub_counts {
    uint64_t frames, bytes; /* put into queues */
    uint64_t slow_closed;   /* clients that did not read */
    uint64_t noisy_closed;  /* clients that sent too much */
    uint64_t clients;       /* ever */
};
struct hub {
    struct listener *first;
    size_t listener_n;
    size_t queue_ceiling;
    struct hub_counts counts;
    void (*parse)(const char *name, size_t n, struct stream *ret_stream); /* the venue's names */
    /* The source's, told of subscriptions. */
    struct sim_topic (*resolve)(void *user, const struct stream *s, const char *name);
    void (*watch)(void *user, uint32_t topic, int delta);
    bool (*is_muted)(void *user, const struct stream *s); /* shall it stay silent? NULL: never */
    void (*greet)(void *user, struct listener *l,
                  uint32_t topic); /* says at once what there is; NULL: nothing */
    /* A frame with an id goes out to somebody: NULL, or for who measures how long it is on its way. */
    void (*sent)(void *user, const struct sim_frame *f);
    void *user; /* borrowed */
};

void hub_init(struct hub *h, size_t queue_ceiling);
struct sim_sink hub_sink(struct hub *h);

void hub_join(struct hub *h, struct listener *l, int64_t now_ns);
void hub_leave(struct hub *h, struct listener *l);
/* AP_EFULL beyond HUB_STREAMS_MAX, AP_ETOOBIG or AP_EINVAL for a name that cannot be one. Twice is once. */
AP_MUST_CHECK int hub_subscribe(struct listener *l, const char *name, size_t n);
void hub_unsubscribe(struct listener *l, const char *name, size_t n);
bool hub_has(const struct listener *l, const char *name, size_t n);
/* Is there such a stream on this socket? */
bool hub_knows(const struct listener *l, const char *name, size_t n);
/* What a newcomer to that stream hears at once. */
void hub_greet(struct listener *l, const char *name, size_t n);
/* Queues one message to one client; cuts it off when the queue is full. */
void hub_send(struct listener *l, const char *head, size_t head_n, const char *body, size_t body_n,
              const char *tail, size_t tail_n);
/* May the source go on, if it waits for its readers? All queues are below `bytes`. */
bool hub_has_room(const struct hub *h, size_t bytes);
/* All clients are to be closed once they have everything. */
void hub_close_all(struct hub *h);
/* Cuts off clients whose queue has not moved since `since_ns`. */
void hub_cut_stalled(struct hub *h, int64_t since_ns);

#endif
