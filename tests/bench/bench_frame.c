/* A frame of the screen: gathering, layout, panels, cells; and the same once the terminal has turned it into bytes is the terminal's.
 * `quiet` is what a call costs when nothing changed. */
#include "bench.h"
#include "fake_market.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/ui/ui.h>
#include <string.h>

struct stage {
    struct fake_market *market;
    struct term *term;
    struct ui *ui;
    struct settings settings;
    int64_t now_ns;
    int frames;
    bool is_moving;
};

static bool stage_open(struct stage *s, int cols, int rows, int frames)
{
    char why[256];
    *s = (struct stage){.now_ns = FAKE_MARKET_NOW_NS, .frames = frames};
    s->settings.screen.utc = true;
    s->settings.screen.tape_floor = s->settings.screen.liquidation_floor = 10000.0;
    s->settings.screen.mark_trades = 125000.0;
    memcpy(s->settings.screen.theme, "default", 8);
    if (fake_market_create(&s->market) < 0 || term_fake_open(cols, rows, 256, true, &s->term) < 0)
        return false;
    struct ui_options o = {.term = s->term,
                           .settings = &s->settings,
                           .registry = fake_market_registry(),
                           .publication = fake_market_publication(s->market),
                           .title = "bench"};
    if (ui_create(&o, &s->ui, why, sizeof why) < 0)
        return false;
    for (int i = 0; i < 3; i++) {
        fake_market_at(s->market, s->now_ns);
        ui_frame(s->ui, s->now_ns, NULL);
    }
    return true;
}

static void stage_close(struct stage *s)
{
    ui_destroy(s->ui);
    term_close(s->term);
    fake_market_destroy(s->market);
}

/* A key that changes nothing but asks for a frame. */
static double draw_round(void *user)
{
    struct stage *s = user;
    for (int i = 0; i < s->frames; i++) {
        if (s->is_moving) {
            term_fake_key(s->term, KEY__END);
            ui_keys(s->ui);
        }
        if (ui_frame(s->ui, s->now_ns + i, NULL) != (s->is_moving ? 1 : 0))
            return -1.0;
    }
    return s->frames;
}

static void measure(struct bench *b, const char *name, int cols, int rows, bool is_moving)
{
    struct stage s;
    if (!stage_open(&s, cols, rows, b->quick ? 10 : 400)) {
        b->failed = true;
        return;
    }
    s.is_moving = is_moving;
    bench_cost(b, name, "ns/frame", draw_round, &s);
    stage_close(&s);
}

int main(int argc, char **argv)
{
    struct bench b;
    bench_init(&b, argc, argv);
    measure(&b, "frame.draw.80x24", 80, 24, true);
    measure(&b, "frame.draw.200x60", 200, 60, true);
    measure(&b, "frame.quiet.200x60", 200, 60, false);
    return bench_finish(&b);
}
