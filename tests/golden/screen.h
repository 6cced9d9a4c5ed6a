/* A screen under test: the ui on a fake terminal over the invented market. */
#ifndef GOLDEN_SCREEN_H
#define GOLDEN_SCREEN_H

#include "fake_market.h"
#include "test.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/ui/ui.h>
#include <string.h>

struct screen {
    struct fake_market *market;
    struct term *term;
    struct ui *ui;
    struct settings settings;
    struct ui_replay replay;
    int64_t now_ns;
};

static inline void screen_open_at(struct screen *s, int cols, int rows, int colors, bool is_utf8, bool asks,
                                  const char *theme)
{
    char why[256] = "";
    *s = (struct screen){.now_ns = FAKE_MARKET_NOW_NS};
    s->settings.screen.utc = true;
    s->settings.screen.tape_floor = 10000.0;
    s->settings.screen.liquidation_floor = 10000.0;
    s->settings.screen.mark_trades = 125000.0;
    memcpy(s->settings.screen.theme, theme, strlen(theme) + 1);
    assert_ok(fake_market_create(&s->market));
    assert_ok(term_fake_open(cols, rows, colors, is_utf8, &s->term));
    struct ui_options o = {.term = s->term,
                           .settings = &s->settings,
                           .registry = fake_market_registry(),
                           .publication = fake_market_publication(s->market),
                           .title = "demo",
                           .utc_offset_s = 3600,
                           .asks_before_quit = asks};
    assert_ok(ui_create(&o, &s->ui, why, sizeof why));
}

static inline void screen_open(struct screen *s, int cols, int rows)
{
    screen_open_at(s, cols, rows, 256, true, false, "default");
}

static inline void screen_close(struct screen *s)
{
    ui_destroy(s->ui);
    term_close(s->term);
    fake_market_destroy(s->market);
}

/* Lets the market go on to `now` and settles: the frame that asks for a picture, and the one that shows it. */
static inline void screen_settle(struct screen *s)
{
    for (int i = 0; i < 3; i++) {
        fake_market_at(s->market, s->now_ns);
        assert_true(ui_frame(s->ui, s->now_ns, s->replay.is_on ? &s->replay : NULL) >= 0);
    }
}

static inline unsigned screen_key(struct screen *s, uint32_t key)
{
    term_fake_key(s->term, key);
    return ui_keys(s->ui);
}

static inline unsigned screen_type(struct screen *s, const char *keys)
{
    for (; *keys != '\0'; keys++)
        term_fake_key(s->term, (unsigned char)*keys);
    return ui_keys(s->ui);
}

static inline bool screen_shows(struct screen *s, const char *text)
{
    return strstr(term_fake_text(s->term, false), text) != NULL;
}

#endif
