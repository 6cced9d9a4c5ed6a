#include <alphaplus/replay/player.h>

#include <stddef.h>

static const double speeds[] = {0.1, 0.25, 0.5, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1000};
enum { SPEEDS = sizeof(speeds) / sizeof(speeds[0]) };

static int64_t clamp(const struct player *p, int64_t at_ns)
{
    return at_ns < p->first_ns ? p->first_ns : at_ns > p->last_ns ? p->last_ns : at_ns;
}

void player_init(struct player *p, int64_t first_ns, int64_t last_ns, int64_t real_ns)
{
    *p = (struct player){.first_ns = first_ns,
                         .last_ns = last_ns > first_ns ? last_ns : first_ns,
                         .at_ns = first_ns,
                         .real_ns = real_ns,
                         .speed = 1};
}

/* Moves at_ns to what is due, and real_ns by just the time that this took: a remainder below a nanosecond is not lost, however
 * often it is asked. */
static void settle(struct player *p, int64_t real_ns)
{
    double elapsed = (double)(real_ns - p->real_ns) * p->speed;
    if (p->is_paused || p->speed <= 0 || elapsed < 1) {
        return;
    }
    if (elapsed >= (double)(p->last_ns - p->at_ns)) {
        p->at_ns = p->last_ns;
        p->real_ns = real_ns;
        return;
    }
    int64_t step = (int64_t)elapsed;
    p->at_ns += step;
    p->real_ns += (int64_t)((double)step / p->speed);
}

void player_pause(struct player *p, bool is_paused, int64_t real_ns)
{
    settle(p, real_ns);
    p->is_paused = is_paused;
    p->real_ns = real_ns;
}

void player_speed(struct player *p, double speed, int64_t real_ns)
{
    settle(p, real_ns);
    if (speed <= 0) {
        p->speed = 0;
    } else if (speed >= speeds[SPEEDS - 1]) {
        p->speed = speeds[SPEEDS - 1];
    } else {
        p->speed = speed > speeds[0] ? speed : speeds[0]; /* a NaN too */
    }
    p->real_ns = real_ns;
}

/* The next speed of the list above (or below) this one; itself at the end. 0, as fast as possible, lies above all. */
static double notch(double speed, bool is_up)
{
    if (speed <= 0) {
        return is_up ? 0 : speeds[SPEEDS - 1];
    }
    for (size_t i = 0; i < SPEEDS; i++) {
        double next = speeds[is_up ? i : SPEEDS - 1 - i];
        if (is_up ? next > speed : next < speed) {
            return next;
        }
    }
    return speed;
}

void player_faster(struct player *p, int notches, int64_t real_ns)
{
    double speed = p->speed;
    for (int i = 0; i < (notches < 0 ? -notches : notches) && i < SPEEDS; i++) {
        speed = notch(speed, notches > 0);
    }
    player_speed(p, speed, real_ns);
}

void player_reached(struct player *p, int64_t at_ns, int64_t real_ns)
{
    p->at_ns = clamp(p, at_ns);
    p->real_ns = real_ns;
    p->is_ended = p->at_ns >= p->last_ns;
}

void player_seek(struct player *p, int64_t to_ns, int64_t real_ns)
{
    p->step = STEP_NONE;
    player_reached(p, to_ns, real_ns);
}

int64_t player_due(struct player *p, int64_t real_ns)
{
    if (!p->is_paused && p->speed <= 0) {
        return p->last_ns;
    }
    settle(p, real_ns);
    p->is_ended = p->at_ns >= p->last_ns;
    return p->at_ns;
}
