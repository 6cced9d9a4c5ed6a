/* Any bytes as a settings file: taken whole, or told why not and nothing changed. */
#include "fuzz.h"

#include <alphaplus/config/settings.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings s, before;
    struct buf why, printed, standard;
    settings_default(&before);
    s = before;
    buf_init(&why, 256 << 10);
    buf_init(&printed, 64 << 10);
    buf_init(&standard, 64 << 10);
    int err = settings_parse(&s, (const char *)data, size, "fuzz", &why);
    FUZZ_CHECK(err == 0 || err == AP_ESYNTAX);
    FUZZ_CHECK((err == 0) == (why.len == 0));
    FUZZ_CHECK(settings_print(&s, &printed) == 0);
    if (err < 0) {
        FUZZ_CHECK(settings_print(&before, &standard) == 0 && strcmp(printed.data, standard.data) == 0);
    }
    FUZZ_CHECK(s.screen.fps >= 1 && s.screen.fps <= 60 && s.screen.tape_floor >= 0);
    for (size_t i = 0; i < why.len; i++) {
        FUZZ_CHECK(why.data[i] == '\n' || (unsigned char)why.data[i] >= 0x20);
    }
    buf_finish(&standard);
    buf_finish(&printed);
    buf_finish(&why);
    return 0;
}
