/* Actions, their keys, and their words: one table. Help, footer, manual and the bindings themselves come from it. */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include <alphaplus/base/buf.h>
#include <alphaplus/ui/term.h>
#include <stddef.h>
#include <stdint.h>

struct ui;

#define KEY_GROUP_LIST(X) X(VIEW, "Picture") X(PLACE, "Panels") X(PROGRAM, "Program") X(REPLAY, "Replay")
enum key_group {
#define X(name, text) KEY_GROUP_##name,
    KEY_GROUP_LIST(X)
#undef X
        KEY_GROUP_N
};
const char *key_group_name(int group);

#define ACTION_KEYS 3
struct action {
    const char *name;
    uint32_t keys[ACTION_KEYS]; /* 0: none */
    enum key_group group;
    const char *foot; /* word in the footer; neighbours with the same word share it; NULL: not there */
    const char *help;
    void (*run)(struct ui *ui, uint32_t key);
};

extern const struct action action_table[];
extern const size_t action_n;

const struct action *action_of_key(uint32_t key); /* NULL: not bound */
/* "Space", "F1", "^L", "[": at most 12 columns. */
char *key_name(char *buf, size_t size, uint32_t key);

/* The words that follow `:`. */
struct command {
    const char *name;
    const char *argument; /* "TIME", or "" */
    const char *help;
    void (*run)(struct ui *ui, const char *argument);
};
extern const struct command command_table[];
extern const size_t command_table_n;
/* Runs a typed line; what is wrong with it is said on the screen. */
void command_run(struct ui *ui, const char *line);

/* Keys while something is open over the screen; true when it took the key. */
bool overlay_key(struct ui *ui, uint32_t key);

#endif
