/* Captures as events: first the session and its instruments, then every frame through the venue's own decoder. */
#include "capture_groups.h"
#include "source_impl.h"

#include <alphaplus/base/text.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct source_capture {
    struct source base;
    const struct venue *venue;    /* borrowed */
    struct capture_groups groups; /* owned; its paths are names[] */
    char **names;                 /* owned, each owned */
    struct capture *capture;      /* owned */
    struct decoder decoder;
    struct session_row session;
    struct param_value_row *params; /* owned */
    size_t param_n;

    uint8_t *data; /* owned */
    struct event_buf out;
    size_t given;      /* of out.used */
    uint32_t prologue; /* events put before the first frame: session, parameters, instruments */
    uint64_t seq, bad;
    int64_t recv_ns; /* of the last event */
    int failed;
    char why[512];
};

static struct source_capture *mine(struct source *s)
{
    return (struct source_capture *)(void *)s;
}

static const struct source_capture *mine_const(const struct source *s)
{
    return (const struct source_capture *)(const void *)s;
}

/* --- events -------------------------------------------------------------------------------------------------------- */

static int clear_out(struct source_capture *s, size_t frame_bytes)
{
    size_t wanted = venue_events_bytes(frame_bytes < FRAME_BYTES_MAX ? frame_bytes : FRAME_BYTES_MAX);
    s->out.used = s->given = 0;
    if (wanted <= s->out.cap) {
        return 0;
    }
    uint8_t *larger = realloc(s->data, wanted);
    if (larger == NULL) {
        return AP_ENOMEM;
    }
    s->data = s->out.data = larger;
    s->out.cap = wanted;
    return 0;
}

static void put_copy(struct source_capture *s, int kind, const struct instrument *in, const void *rows,
                     size_t rows_bytes)
{
    struct event *ev = event_buf_new(&s->out, kind, rows_bytes);
    ev->instrument = in != NULL ? in->id : 0;
    ev->version = in != NULL ? in->version : 0;
    memcpy(event_rows(ev), rows, rows_bytes);
    event_buf_push(&s->out, ev);
}

/* The next event of the prologue; false when it is done. */
static bool put_prologue(struct source_capture *s)
{
    size_t i = s->prologue;
    if (i > s->param_n + s->groups.inst_n) {
        return false;
    }
    s->prologue++;
    s->out.used = s->given = 0;
    s->recv_ns = s->groups.first_ns;
    if (i == 0) {
        put_copy(s, EVENT_SESSION, NULL, &s->session, sizeof(s->session));
    } else if (i <= s->param_n) {
        put_copy(s, EVENT_PARAM, NULL, &s->params[i - 1], sizeof(s->params[i - 1]));
    } else {
        const struct instrument *in = &s->groups.insts[i - 1 - s->param_n];
        put_copy(s, EVENT_INSTRUMENT, in, in, sizeof(*in));
    }
    return true;
}

/* What could not be read becomes an event that says so. */
static void put_bad(struct source_capture *s, const struct capture_line *line, int error)
{
    struct gap_row gap = {
        .cause = GAP_BAD_FRAME, .error = error, .lost = 1, .from_ns = s->recv_ns, .to_ns = s->recv_ns};
    char text[512];
    const char *path = s->groups.files[line->file].path, *name = strrchr(path, '/');
    /* The end of it must not be cut off: the line matters most. */
    int n = snprintf(text, sizeof(text), "line %llu of %s: %s", (unsigned long long)line->line,
                     name != NULL ? name + 1 : path, ap_err_text(error));
    text_sanitize(gap.text, sizeof(gap.text), text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
    s->bad++;
    put_copy(s, EVENT_GAP, NULL, &gap, sizeof(gap));
}

static int decode(struct source_capture *s, const struct capture_line *line)
{
    const struct capture_group *group = &s->groups.groups[s->groups.files[line->file].group];
    if (group->bare_inst != 0 && s->venue->is_bare_snapshot(line->frame, line->n)) {
        const struct instrument *in = &s->groups.insts[group->bare_inst - 1];
        return s->venue->decode_rest(&s->decoder, REST_SNAPSHOT, in, line->frame, line->n, &s->out);
    }
    return s->venue->decode(&s->decoder, line->frame, line->n, &s->out);
}

/* The next line's events; 0 at the end. */
static int put_line(struct source_capture *s)
{
    struct capture_line line;
    int got = capture_next(s->capture, &line), err;
    if (got == 0) {
        return 0;
    }
    if (got < 0 && got != AP_ESYNTAX && got != AP_ETOOBIG) {
        (void)snprintf(s->why, sizeof(s->why), "%s: %s at line %llu; what came before it was read",
                       s->groups.files[line.file].path,
                       got == AP_ECORRUPT ? "damaged or cut" : ap_err_text(got),
                       (unsigned long long)line.line);
        return got;
    }
    if ((err = clear_out(s, got == 1 ? line.n : 0)) < 0) {
        return err;
    }
    if (got == 1) {
        s->recv_ns = line.recv_ns > s->recv_ns ? line.recv_ns : s->recv_ns;
        got = decode(s, &line);
    }
    if (got < 0) {
        s->out.used = 0;
        put_bad(s, &line, got);
    }
    return 1;
}

static int next(struct source *base, const struct event **ret_event)
{
    struct source_capture *s = mine(base);
    if (s->failed < 0) {
        return s->failed;
    }
    while (s->given == s->out.used) {
        if (put_prologue(s)) {
            continue;
        }
        int got = put_line(s);
        if (got < 0 && s->why[0] == '\0') {
            (void)text_copy(s->why, sizeof(s->why), ap_err_text(got));
        }
        if (got <= 0) {
            s->failed = got;
            return got;
        }
    }
    struct event *ev = (struct event *)(void *)(s->out.data + s->given);
    s->given += ev->size;
    ev->seq = ++s->seq;
    ev->recv_ns = s->recv_ns;
    *ret_event = ev;
    return 1;
}

/* --- the other calls ----------------------------------------------------------------------------------------------- */

static int begin(struct source_capture *s)
{
    s->out.used = s->given = 0;
    s->prologue = 0;
    s->seq = s->bad = 0;
    s->recv_ns = 0;
    s->failed = 0;
    s->why[0] = '\0';
    decoder_init(&s->decoder, s->venue);
    for (uint32_t i = 0; i < s->groups.inst_n; i++) {
        int err = decoder_add(&s->decoder, &s->groups.insts[i]);
        if (err < 0) {
            return err;
        }
    }
    return 0;
}

static int rewind_all(struct source *base)
{
    struct source_capture *s = mine(base);
    int err = capture_rewind(s->capture);
    return err < 0 ? err : begin(s);
}

static int span(struct source *base, int64_t *ret_first_ns, int64_t *ret_last_ns)
{
    struct source_capture *s = mine(base);
    *ret_first_ns = s->groups.first_ns;
    *ret_last_ns = s->groups.last_ns;
    return 0;
}

static double progress(const struct source *base)
{
    return capture_progress(mine_const(base)->capture);
}

static const char *why_of(const struct source *base)
{
    return mine_const(base)->why;
}

static uint64_t bad_frames(const struct source *base)
{
    return mine_const(base)->bad;
}

static void close_all(struct source *base)
{
    struct source_capture *s = mine(base);
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; s->names != NULL && s->names[i] != NULL; i++) {
        free(s->names[i]);
    }
    free((void *)s->names);
    free(s->params);
    capture_groups_finish(&s->groups);
    capture_close(s->capture);
    free(s->data);
    free(s);
}

static const struct source_ops ops = {
    .next = next,
    .rewind = rewind_all,
    .span = span,
    .progress = progress,
    .close = close_all,
    .why = why_of,
    .bad_frames = bad_frames,
};

static int copy_names(struct source_capture *s, const struct source_capture_options *o)
{
    s->names = calloc(o->path_n + 1, sizeof(*s->names));
    for (size_t i = 0; s->names != NULL && i < o->path_n; i++) {
        if ((s->names[i] = strdup(o->paths[i])) == NULL) {
            return AP_ENOMEM;
        }
    }
    return s->names != NULL ? 0 : AP_ENOMEM;
}

static int copy_params(struct source_capture *s, const struct source_capture_options *o)
{
    s->params = calloc(o->param_n + 1, sizeof(*s->params));
    if (s->params == NULL) {
        return AP_ENOMEM;
    }
    for (size_t i = 0; i < o->param_n; i++) {
        s->params[i] = o->params[i];
    }
    s->param_n = o->param_n;
    return 0;
}

static int open_all(struct source_capture *s, const struct source_capture_options *o, char *why,
                    size_t why_size)
{
    struct source_capture_options own = *o;
    int err = copy_names(s, o);
    if (err < 0 || (err = copy_params(s, o)) < 0) {
        return err;
    }
    own.paths = (const char *const *)s->names;
    s->venue = venue_find(o->venue);
    if (s->venue == NULL) {
        (void)snprintf(why, why_size, "%s: no such venue", o->venue);
        return AP_ENOTFOUND;
    }
    if ((err = capture_groups_read(&s->groups, &own, s->venue, why, why_size)) < 0 ||
        (err = capture_groups_open(&s->groups, &s->capture, why, why_size)) < 0) {
        return err;
    }
    s->session.wall_ns = s->groups.first_ns;
    s->session.libm_fingerprint = o->libm_fingerprint;
    (void)text_copy(s->session.program, sizeof(s->session.program), o->program != NULL ? o->program : "");
    (void)text_copy(s->session.source, sizeof(s->session.source), "import");
    if ((err = clear_out(s, sizeof(struct instrument))) < 0) {
        return err;
    }
    return begin(s);
}

int source_open_capture(const struct source_capture_options *o, struct source **ret_source, char *why,
                        size_t why_size)
{
    struct source_capture *s = calloc(1, sizeof(*s));
    if (why_size > 0) {
        why[0] = '\0';
    }
    if (s == NULL) {
        return AP_ENOMEM;
    }
    s->base.ops = &ops;
    int err = open_all(s, o, why, why_size);
    if (err < 0) {
        if (why_size > 0 && why[0] == '\0') {
            (void)snprintf(why, why_size, "%s", ap_err_text(err));
        }
        close_all(&s->base);
        return err;
    }
    *ret_source = &s->base;
    return 0;
}
