/* Fixed choices as one text, "auto|ascii|utf8". */
#ifndef CONFIG_CHOICE_H
#define CONFIG_CHOICE_H

#include <stdbool.h>
#include <string.h>

/* Is value one of them? Two of them with their '|' are none. */
static inline bool is_choice(const char *choices, const char *value)
{
    size_t n = strlen(value);
    if (n == 0 || strchr(value, '|') != NULL) {
        return false;
    }
    for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, value, n) == 0 && (at[n] == '|' || at[n] == '\0')) {
            return true;
        }
    }
    return false;
}

#endif
