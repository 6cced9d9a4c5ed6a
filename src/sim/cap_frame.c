#include "sim/cap_frame.h"

#include "sim/json.h"

#include <string.h>

/* The form every recorder writes, found without reading the data through. */
static bool read_common(const char *text, size_t n, struct cap_frame *f)
{
    static const char head[] = "{\"stream\":\"", middle[] = "\",\"data\":";
    size_t head_n = sizeof head - 1, middle_n = sizeof middle - 1;
    if (n < head_n + middle_n + 3 || memcmp(text, head, head_n) != 0) {
        return false;
    }
    const char *name = text + head_n;
    const char *quote = memchr(name, '"', n - head_n);
    if (!quote || (size_t)(text + n - quote) < middle_n + 3 || memcmp(quote, middle, middle_n) != 0) {
        return false;
    }
    const char *data = quote + middle_n;
    if (*data != '{' || text[n - 1] != '}' || text[n - 2] != '}') {
        return false;
    }
    f->name = name;
    f->name_n = (size_t)(quote - name);
    f->data = data;
    f->data_n = (size_t)(text + n - 1 - data);
    return true;
}

static int read_any(const char *text, size_t n, struct cap_frame *f)
{
    struct json_span all, key, value;
    struct json_walk w;
    int err = json_read(text, n, &all);
    if (err < 0 || (err = json_enter(&all, JSON_OBJECT, &w)) < 0) {
        return err;
    }
    while ((err = json_member(&w, &key, &value)) > 0) {
        if (json_is(&key, "lastUpdateId")) {
            f->is_snapshot = true;
        } else if (json_is(&key, "stream") && value.type == JSON_STRING) {
            f->name = value.text;
            f->name_n = value.n;
        } else if (json_is(&key, "data") && (value.type == JSON_OBJECT || value.type == JSON_ARRAY)) {
            f->data = value.text;
            f->data_n = value.n;
        }
    }
    return err;
}

int cap_frame_read(const char *text, size_t n, struct cap_frame *ret_frame)
{
    struct cap_frame f = {0};
    if (!read_common(text, n, &f)) {
        int err = read_any(text, n, &f);
        if (err < 0) {
            return err;
        }
    }
    if (!f.is_snapshot) {
        if (!f.name || !f.data || f.name_n >= STREAM_NAME_MAX) {
            return AP_EUNKNOWN;
        }
        stream_parse(f.name, f.name_n, &f.stream);
    }
    *ret_frame = f;
    return 0;
}
