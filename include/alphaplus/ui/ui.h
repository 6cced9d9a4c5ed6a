/* The screen: panels over published state, keys to actions. Draws on a canvas; asks its owner for what it cannot do itself. */
#ifndef ALPHAPLUS_UI_UI_H
#define ALPHAPLUS_UI_UI_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <alphaplus/config/settings.h>
#include <alphaplus/model/publication.h>
#include <alphaplus/model/view.h>
#include <alphaplus/ui/term.h>
#include <stdbool.h>
#include <stdint.h>

struct ui; /* opaque */

/* The transport, when the screen plays a journal. */
struct ui_replay {
    bool is_on;
    bool is_paused, is_ended;
    double speed;
    int64_t at_ns, first_ns, last_ns;
};

struct ui_options {
    struct term *term;                      /* borrowed */
    const struct settings *settings;        /* borrowed */
    const struct metric_registry *registry; /* borrowed */
    struct publication *publication;        /* borrowed; the ui is a reader and viewer 0 */
    const char *title;                      /* "demo", "live", "replay FILE" */
    int32_t utc_offset_s;                   /* of local time, east positive */
    bool asks_before_quit;                  /* quitting would stop a recording */
    /* Watches one instrument more, or one no more: 0, or an error with its reason in `why`. NULL: what is watched is fixed. */
    int (*watch)(void *user, bool is_removal, const char *name, char *why, size_t why_size);
    void *user; /* borrowed */
};
AP_MUST_CHECK int ui_create(const struct ui_options *o, struct ui **ret_ui, char *why, size_t why_size);
void ui_destroy(struct ui *ui);

/* What the owner must do. */
enum ui_wish {
    UI_WISH_QUIT = 1 << 0,
    UI_WISH_SUSPEND = 1 << 1,
    UI_WISH_PAUSE = 1 << 2,  /* replay: toggle */
    UI_WISH_FASTER = 1 << 3, /* one notch */
    UI_WISH_SLOWER = 1 << 4,
    UI_WISH_STEP_EVENT = 1 << 5,
    UI_WISH_STEP_DEPTH = 1 << 6,
    UI_WISH_STEP_SECOND = 1 << 7,
    UI_WISH_SEEK = 1 << 8, /* to ui_seek_ns() */
};
/* All keys that wait. Returns wishes (enum ui_wish), each to be fulfilled once. */
unsigned ui_keys(struct ui *ui);
int64_t ui_seek_ns(const struct ui *ui);
/* Draws a frame when something changed since the last one (published state, keys, size, the second of the clock). wall_ns: for the
 * clock; 1 when a frame was drawn, 0 when none was needed or the terminal is busy, or an error. */
int ui_frame(struct ui *ui, int64_t wall_ns, const struct ui_replay *replay);

/* From the key table: the help as text, and mdoc for the man page. */
AP_MUST_CHECK int ui_keys_text(struct buf *ret_text);
AP_MUST_CHECK int ui_keys_mdoc(struct buf *ret_text);
/* Names of built-in themes, and a check that a theme file sets every role. */
const char *ui_theme_name(size_t index); /* NULL beyond the end */
AP_MUST_CHECK int ui_theme_check(const char *name_or_path, char *why, size_t why_size);

#endif
