/* The one table of commands and options: parsing, help, man page and completions all read it. */
#ifndef CONFIG_CLI_TABLE_H
#define CONFIG_CLI_TABLE_H

#include <alphaplus/config/cli.h>

/* A set of commands. */
#define CLI_BIT(command) (1U << (command))
#define CLI_ALL          (CLI_BIT(CLI_COMMANDS) - 1)

enum cli_kind {
    CLI_KIND_FLAG,
    CLI_KIND_TEXT,     /* as typed */
    CLI_KIND_FILE,     /* a path */
    CLI_KIND_CHOICE,   /* one of `choices` */
    CLI_KIND_DURATION, /* ns, more than 0 */
    CLI_KIND_INT,
    CLI_KIND_REAL,
    CLI_KIND_SEED,
    CLI_KIND_ENDPOINTS, /* text, appended to cli.endpoints */
    CLI_KIND_CAPTURES,  /* path, appended to cli.captures */
};

struct cli_option {
    const char *name;     /* "every", without dashes */
    char letter;          /* 0: none */
    const char *argument; /* "DURATION"; NULL for a flag */
    enum cli_kind kind;
    unsigned commands; /* CLI_BIT()s */
    size_t offset;     /* in struct cli */
    double lowest, highest;
    const char *choices; /* "csv|jsonl" */
    const char *meaning; /* one sentence, no final point */
};

enum cli_words { CLI_WORDS_NONE, CLI_WORDS_FILE, CLI_WORDS_CHOICE };

/* A bare word of a command: how to complete it, and the choices if they are fixed. */
struct cli_word {
    enum cli_words kind;
    const char *choices;
};

struct cli_example {
    const char *line; /* without "alphaplus " */
    const char *meaning;
};

enum { CLI_WORDS_MAX = 3, CLI_EXAMPLES_MAX = 4, CLI_OPTIONS_MAX = 64 };

struct cli_command_row {
    const char *name;
    const char *synopsis; /* bare words: "[INSTRUMENT...]" */
    const char *line;     /* one line, no final point */
    const char *text;     /* paragraphs, apart by empty lines */
    size_t words_min, words_max;
    struct cli_word words[CLI_WORDS_MAX]; /* one each; of a command that takes more, all are as the first */
    struct cli_example examples[CLI_EXAMPLES_MAX];
    bool hidden;
};

extern const struct cli_option cli_options[];
extern const size_t cli_option_n;
extern const struct cli_command_row cli_commands[CLI_COMMANDS];

const struct cli_word *cli_word_at(const struct cli_command_row *row, size_t index);
/* "a|b|c" with each '|' made `between`. */
void cli_print_choices(const char *choices, const char *between, struct buf *ret_text);
/* `text` in lines of at most `width` columns, each begun with `indent` blanks but the first, which begins at `column`. */
void cli_print_wrapped(const char *text, size_t indent, size_t column, size_t width, struct buf *ret_text);
/* "demo, record or sim": the commands of the set. */
void cli_print_commands(unsigned commands, struct buf *ret_text);

#endif
