#include "saver.h"

#include "checkpoints.h"
#include "seal_key.h"

#include <alphaplus/base/clock.h>

#define EVERY_NS      (60 * NS_PER_S)
#define EVERY_UPDATES 300000
#define LATE_NS       (800 * NS_PER_MS)
#define OVERDUE_NS    (5 * NS_PER_S)

void saver_init(struct saver *s, struct recorder *r, const struct mac_key *key)
{
    *s = (struct saver){.recorder = r, .maker = seal_maker(key)};
    buf_init(&s->state, CHECKPOINT_STATE_MAX);
}

void saver_finish(struct saver *s)
{
    buf_finish(&s->state);
}

/* Late in a second, when the fits of its begin are done; in silence whenever it is overdue. */
static bool is_due(const struct saver *s, int64_t now_ns)
{
    bool is_due = now_ns - s->saved_ns >= EVERY_NS || s->since_saved >= EVERY_UPDATES;
    bool is_late = now_ns % NS_PER_S >= LATE_NS;
    return is_due && (is_late || now_ns - s->saved_ns >= EVERY_NS + OVERDUE_NS);
}

void saver_event(struct saver *s, struct engine *e, const struct event *ev)
{
    int64_t now_ns = engine_time(e);
    s->since_saved += checkpoint_weight(ev);
    if (s->saved_ns == 0 || now_ns < s->saved_ns) /* the begin of a session needs none */
        s->saved_ns = now_ns;
    if (!is_due(s, now_ns))
        return;
    struct journal_checkpoint c = {.seq = engine_seq(e), .time_ns = now_ns, .maker = s->maker};
    engine_digest(e, &c.digest_exact, &c.digest_all);
    buf_reset(&s->state);
    int err = engine_save(e, &s->state);
    c.state = s->state.data;
    c.n = s->state.len;
    if (err == 0)
        err = recorder_checkpoint(s->recorder, &c);
    (void)err; /* one less, and the replay of that span takes longer */
    s->saved_ns = now_ns;
    s->since_saved = 0;
}
