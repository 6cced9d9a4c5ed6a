/* Any bytes as a capture file, plain or packed: reading ends, says the same twice, and gives only lines of the form. */
#include "fuzz.h"

#include <alphaplus/base/hash.h>
#include <alphaplus/capture/capture.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int read_all(struct capture *c, uint64_t *ret_hash)
{
    struct capture_line line;
    uint64_t hash = HASH_SEED, last = 0;
    int got;
    for (;;) {
        got = capture_next(c, &line);
        if (got != 1 && got != AP_ESYNTAX && got != AP_ETOOBIG) {
            break;
        }
        FUZZ_CHECK(line.file == 0 && line.line > last);
        last = line.line;
        hash = hash_u64(hash, last * 16 + (uint64_t)(-got + 1));
        if (got == 1) {
            FUZZ_CHECK(line.recv_ns >= 0 && line.n > 0 && line.n < CAPTURE_LINE_MAX);
            FUZZ_CHECK(memchr(line.frame, '\n', line.n) == NULL);
            hash = hash_bytes(hash_u64(hash, (uint64_t)line.recv_ns), line.frame, line.n);
        }
        double done = capture_progress(c);
        FUZZ_CHECK(done >= 0 && done <= 1);
    }
    FUZZ_CHECK(got == 0 || got == AP_ECORRUPT);
    FUZZ_CHECK(capture_next(c, &line) == got);
    *ret_hash = hash;
    return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    const char *paths[] = {path};
    struct capture *c = NULL;
    uint64_t first, second;
    int fd = memfd_create("capture", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (capture_open(paths, 1, &c, NULL) == 0) {
        int got = read_all(c, &first);
        FUZZ_CHECK(capture_rewind(c) == 0);
        FUZZ_CHECK(read_all(c, &second) == got && first == second);
        capture_close(c);
    } else {
        FUZZ_CHECK(c == NULL);
    }
    close(fd);
    return 0;
}
