/* The command line: one table of commands and options, from which parsing, --help, the man page and the shell completions are made. */
#ifndef ALPHAPLUS_CONFIG_CLI_H
#define ALPHAPLUS_CONFIG_CLI_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLI_ARGS_MAX      256
#define CLI_ENDPOINTS_MAX 8

/* completions bash|zsh|fish prints the script; man prints alphaplus.1, is for the build and not shown in help. */
#define CLI_COMMAND_LIST(X)                                                                                  \
    X(LIVE, "live")                                                                                          \
    X(DEMO, "demo")                                                                                          \
    X(RECORD, "record")                                                                                      \
    X(REPLAY, "replay")                                                                                      \
    X(IMPORT, "import")                                                                                      \
    X(EXPORT, "export")                                                                                      \
    X(JOURNAL, "journal")                                                                                    \
    X(SIM, "sim")                                                                                            \
    X(DOCTOR, "doctor")                                                                                      \
    X(HELP, "help")                                                                                          \
    X(COMPLETIONS, "completions")                                                                            \
    X(MAN, "man")
enum cli_command {
#define X(name, text) CLI_##name,
    CLI_COMMAND_LIST(X)
#undef X
        CLI_COMMANDS
};

/* What was asked for. Strings are borrowed from argv. */
struct cli {
    enum cli_command command;
    const char *args[CLI_ARGS_MAX]; /* instruments, files, kinds: what is not an option */
    size_t arg_n;
    bool help, version;
    /* screen or lines */
    bool json, once;
    int64_t every_ns;                    /* --every; 0: not given */
    const char *at;                      /* --at TIME, as typed */
    int frames;                          /* --frames N: draw N frames, then quit; 0: no limit */
    const char *theme, *glyphs, *colors; /* NULL: by settings */
    /* feeds */
    const char *endpoints[CLI_ENDPOINTS_MAX]; /* "binance=http://127.0.0.1:4100" */
    size_t endpoint_n;
    const char *ca_file;
    const char *positions; /* --positions FILE */
    const char *journal;   /* --journal FILE */
    bool no_journal;
    int64_t duration_ns; /* --for DURATION: end after this much; 0: no limit */
    /* import, export, sim */
    const char *venue, *output, *instruments, *instrument, *from, *to, *format;
    int64_t keep_ns;      /* journal prune --keep DURATION; 0: not given */
    const char *max_size; /* --max-size SIZE, as typed */
    const char *copy;     /* journal upgrade --copy FILE */
    const char *captures[CLI_ARGS_MAX];
    size_t capture_n;
    int port;           /* -1: not given */
    double speed;       /* < 0: not given */
    uint64_t seed;      /* 1 when not given */
    const char *faults; /* sim --faults SPEC, as typed */
    bool loop;
    bool follow; /* replay --follow */
    bool params; /* doctor --params */
    const char *config_file;
};

/* Fills *ret. AP_EINVAL with a message that says what and what to do in `why`. */
AP_MUST_CHECK int cli_parse(int argc, char *const *argv, struct cli *ret_cli, char *why, size_t why_size);
/* Help of one command, or of the program (CLI_HELP). */
AP_MUST_CHECK int cli_help(enum cli_command command, struct buf *ret_text);
/* "bash", "zsh", "fish". */
AP_MUST_CHECK int cli_completions(const char *shell, struct buf *ret_text);
/* mdoc source of alphaplus.1; `keys` is the section of keys (mdoc), made by the screen's own table. */
AP_MUST_CHECK int cli_man(const char *keys, struct buf *ret_text);
const char *cli_command_name(enum cli_command command);

#endif
