/* Any text as a positions file: what is taken makes sense. */
#include "fuzz.h"

#include <alphaplus/config/positions.h>
#include <math.h>
#include <string.h>

static void check(const struct positions *all)
{
    struct margin_tier tiers[MARGIN_TIER_MAX];
    const char *date;
    FUZZ_CHECK(all->account_n <= ACCOUNT_MAX && all->position_n <= POSITION_MAX);
    for (size_t i = 0; i < all->account_n; i++) {
        FUZZ_CHECK(all->accounts[i].name[0] != '\0' && all->accounts[i].wallet >= 0);
    }
    for (size_t i = 0; i < all->position_n; i++) {
        const struct position *p = &all->positions[i];
        FUZZ_CHECK(p->qty > 0 && isfinite(p->qty) && p->entry > 0 && isfinite(p->entry) && p->side <= 1);
        FUZZ_CHECK(p->margin_mode == MARGIN_CROSS || p->isolated_margin > 0);
        FUZZ_CHECK(strchr(p->instrument, ':') != NULL);
        FUZZ_CHECK(tiers_builtin(p->instrument, tiers, MARGIN_TIER_MAX, &date) <= MARGIN_TIER_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct positions all;
    struct buf why;
    char *text = malloc(size + 1);
    if (text == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    buf_init(&why, 256 << 10);
    int err = positions_parse(text, "fuzz", &all, &why);
    FUZZ_CHECK(err == 0 || err == AP_ESYNTAX);
    FUZZ_CHECK((err == 0) == (why.len == 0));
    if (err == 0) {
        check(&all);
    }
    buf_finish(&why);
    free(text);
    return 0;
}
