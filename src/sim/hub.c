#include "sim/hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void hub_init(struct hub *h, size_t queue_ceiling)
{
    *h = (struct hub){.queue_ceiling = queue_ceiling, .parse = stream_parse};
}

void hub_join(struct hub *h, struct listener *l, int64_t now_ns)
{
    l->hub = h;
    l->prev = NULL;
    l->next = h->first;
    l->last_progress_ns = now_ns;
    if (h->first) {
        h->first->prev = l;
    }
    h->first = l;
    h->listener_n++;
    l->serial = ++h->counts.clients;
    sendq_init(&l->queue, h->queue_ceiling);
}

static void drop_sub(struct listener *l, size_t i)
{
    uint32_t topic = l->subs[i].topic;
    l->subs[i] = l->subs[--l->sub_n];
    if (topic != 0) {
        l->hub->watch(l->hub->user, topic, -1);
    }
}

void hub_leave(struct hub *h, struct listener *l)
{
    while (l->sub_n > 0) {
        drop_sub(l, l->sub_n - 1);
    }
    if (l->prev) {
        l->prev->next = l->next;
    } else {
        h->first = l->next;
    }
    if (l->next) {
        l->next->prev = l->prev;
    }
    h->listener_n--;
    free(l->subs);
    sendq_finish(&l->queue);
    l->subs = NULL;
    l->hub = NULL;
}

static struct subscription *find_sub(const struct listener *l, const char *name, size_t n)
{
    for (size_t i = 0; i < l->sub_n; i++) {
        if (strncmp(l->subs[i].name, name, n) == 0 && l->subs[i].name[n] == '\0') {
            return &l->subs[i];
        }
    }
    return NULL;
}

static int grow_subs(struct listener *l)
{
    if (l->sub_n < l->sub_cap) {
        return 0;
    }
    if (l->sub_n == HUB_STREAMS_MAX) {
        return AP_EFULL;
    }
    size_t cap = l->sub_cap ? 2 * l->sub_cap : 16;
    struct subscription *subs = realloc(l->subs, cap * sizeof subs[0]);
    if (!subs) {
        return AP_ENOMEM;
    }
    l->subs = subs;
    l->sub_cap = cap;
    return 0;
}

/* Names go back into JSON as they are. */
static bool is_plain(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '"' || name[i] == '\\') {
            return false;
        }
    }
    return true;
}

int hub_subscribe(struct listener *l, const char *name, size_t n)
{
    if (n >= STREAM_NAME_MAX) {
        return AP_ETOOBIG;
    }
    if (!is_plain(name, n)) {
        return AP_EINVAL;
    }
    if (find_sub(l, name, n)) {
        return 0;
    }
    int err = grow_subs(l);
    if (err < 0) {
        return err;
    }
    struct subscription *sub = &l->subs[l->sub_n];
    *sub = (struct subscription){0};
    memcpy(sub->name, name, n);
    struct stream stream;
    l->hub->parse(sub->name, n, &stream);
    /* A stream of another class than the path's is taken and never speaks: the venue's own trap. */
    bool is_here = stream.kind == STREAM_OTHER || stream.route == l->route;
    if (is_here && !(l->hub->is_muted && l->hub->is_muted(l->hub->user, &stream))) {
        struct sim_topic topic = l->hub->resolve(l->hub->user, &stream, sub->name);
        sub->topic = topic.topic;
        sub->keeps_name = topic.keeps_name;
    }
    l->sub_n++;
    if (sub->topic != 0) {
        l->hub->watch(l->hub->user, sub->topic, 1);
    }
    return 0;
}

void hub_unsubscribe(struct listener *l, const char *name, size_t n)
{
    struct subscription *sub = n < STREAM_NAME_MAX ? find_sub(l, name, n) : NULL;
    if (sub) {
        drop_sub(l, (size_t)(sub - l->subs));
    }
}

bool hub_has(const struct listener *l, const char *name, size_t n)
{
    return n < STREAM_NAME_MAX && find_sub(l, name, n);
}

bool hub_knows(const struct listener *l, const char *name, size_t n)
{
    char text[STREAM_NAME_MAX];
    struct stream stream;
    if (n >= STREAM_NAME_MAX || !is_plain(name, n)) {
        return false;
    }
    memcpy(text, name, n);
    text[n] = '\0';
    l->hub->parse(text, n, &stream);
    return stream.kind != STREAM_OTHER && l->hub->resolve(l->hub->user, &stream, text).topic != 0;
}

void hub_greet(struct listener *l, const char *name, size_t n)
{
    const struct subscription *sub = n < STREAM_NAME_MAX ? find_sub(l, name, n) : NULL;
    if (sub && sub->topic != 0 && l->hub->greet) {
        l->hub->greet(l->hub->user, l, sub->topic);
    }
}

static void cut(struct listener *l)
{
    l->is_cut = true;
    l->cut(l->user);
}

void hub_send(struct listener *l, const char *head, size_t head_n, const char *body, size_t body_n,
              const char *tail, size_t tail_n)
{
    if (l->is_cut || l->is_closing) {
        return;
    }
    size_t n = head_n + body_n + tail_n;
    bool was_empty = sendq_bytes(&l->queue) == 0;
    unsigned char *at = sendq_push(&l->queue, n);
    if (!at) {
        l->hub->counts.slow_closed++;
        cut(l);
        return;
    }
    memcpy(at, head, head_n);
    memcpy(at + head_n, body, body_n);
    memcpy(at + head_n + body_n, tail, tail_n);
    l->hub->counts.frames++;
    l->hub->counts.bytes += n;
    if (was_empty) {
        l->wake(l->user);
    }
}

/* Does the frame go to this subscription under the name that it has? */
static bool is_own_name(const struct subscription *sub, const struct sim_frame *f)
{
    return sub->keeps_name || (strncmp(sub->name, f->name, f->name_n) == 0 && sub->name[f->name_n] == '\0');
}

static void send_frame(struct listener *l, const struct subscription *sub, const struct sim_frame *f)
{
    if (!l->is_combined) {
        hub_send(l, "", 0, f->data, f->data_n, "", 0);
        return;
    }
    bool is_own = is_own_name(sub, f);
    if (is_own && f->whole) {
        hub_send(l, "", 0, f->whole, f->whole_n, "", 0);
        return;
    }
    char head[STREAM_NAME_MAX * 2 + 32];
    int n = is_own ? snprintf(head, sizeof head, "{\"stream\":\"%.*s\",\"data\":", (int)f->name_n, f->name)
                   : snprintf(head, sizeof head, "{\"stream\":\"%s\",\"data\":", sub->name);
    if (n > 0 && (size_t)n < sizeof head) {
        hub_send(l, head, (size_t)n, f->data, f->data_n, "}", 1);
    }
}

static void put(void *user, const struct sim_frame *f)
{
    struct hub *h = user;
    bool is_sent = false;
    for (struct listener *l = h->first; l; l = l->next) {
        bool has_own = false; /* under its own name it goes to a client once */
        if (f->only != 0 && f->only != l->serial) {
            continue;
        }
        for (size_t i = 0; i < l->sub_n; i++) {
            const struct subscription *sub = &l->subs[i];
            if (sub->topic != f->topic) {
                continue;
            }
            bool is_own = is_own_name(sub, f);
            if (!is_own || !has_own) {
                send_frame(l, sub, f);
                is_sent = true;
            }
            has_own = has_own || is_own;
        }
    }
    if (is_sent && f->id != 0 && h->sent) {
        h->sent(h->user, f);
    }
}

struct sim_sink hub_sink(struct hub *h)
{
    return (struct sim_sink){put, h};
}

bool hub_has_room(const struct hub *h, size_t bytes)
{
    for (const struct listener *l = h->first; l; l = l->next) {
        if (!l->is_cut && sendq_bytes(&l->queue) >= bytes) {
            return false;
        }
    }
    return true;
}

void hub_close_all(struct hub *h)
{
    for (struct listener *l = h->first; l; l = l->next) {
        l->is_closing = true;
        l->wake(l->user);
    }
}

void hub_cut_stalled(struct hub *h, int64_t since_ns)
{
    for (struct listener *l = h->first; l; l = l->next) {
        if (!l->is_cut && sendq_bytes(&l->queue) > 0 && l->last_progress_ns < since_ns) {
            h->counts.slow_closed++;
            cut(l);
        }
    }
}
