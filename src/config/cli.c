#include "choice.h"
#include "cli_table.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR_MAX = 3 }; /* names offered for a mistyped one */

struct parse {
    int argc;
    char *const *argv; /* borrowed */
    int at;            /* the argument being read */
    struct cli cli;
    bool has_command;
    bool used[CLI_OPTIONS_MAX]; /* of cli_options */
    char *why;
    size_t why_size;
};

_Static_assert(CLI_COMMANDS < 32, "CLI_BIT needs a bit for each");

static int refuse(struct parse *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int refuse(struct parse *p, const char *format, ...)
{
    char said[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(said, sizeof(said), format, args);
    va_end(args);
    text_sanitize(p->why, p->why_size, said, strlen(said)); /* arguments may hold anything */
    return AP_EINVAL;
}

/* Names near `typed`, for the end of a message: "" or "; did you mean --once, --for?". */
struct near {
    const char *names[NEAR_MAX];
    int distances[NEAR_MAX];
    int n;
};

static void consider(struct near *near, const char *typed, const char *name)
{
    size_t len = strlen(typed);
    int cap = len <= 2 ? 2 : len <= 5 ? 3 : 4;
    int distance = text_distance(typed, name, cap);
    if (len >= 2 && strncmp(typed, name, len) == 0) {
        distance = 1;
    }
    int at = near->n < NEAR_MAX ? near->n++ : NEAR_MAX;
    while (at > 0 && distance < near->distances[at - 1]) {
        if (at < NEAR_MAX) {
            near->names[at] = near->names[at - 1];
            near->distances[at] = near->distances[at - 1];
        }
        at--;
    }
    if (at < NEAR_MAX) {
        near->names[at] = name;
        near->distances[at] = distance < cap ? distance : 99;
    }
}

static const char *offer(const struct near *near, const char *dashes, char *buf, size_t size)
{
    buf[0] = '\0';
    for (int i = 0; i < near->n && near->distances[i] < 99 && near->distances[i] <= near->distances[0] + 1;
         i++) {
        size_t used = strlen(buf);
        (void)snprintf(buf + used, size - used, "%s%s%s", i == 0 ? "; did you mean " : " or ", dashes,
                       near->names[i]);
    }
    if (buf[0] != '\0') {
        size_t used = strlen(buf);
        (void)snprintf(buf + used, size - used, "?");
    }
    return buf;
}

/* Of the command, if it is known already; when none of those is near, of any. */
static int unknown_option(struct parse *p, const char *typed, size_t n)
{
    char name[64], offered[128] = "";
    unsigned commands = p->has_command ? CLI_BIT(p->cli.command) : CLI_ALL;
    text_sanitize(name, sizeof(name), typed, n);
    for (int round = 0; round < 2 && offered[0] == '\0'; round++) {
        struct near near = {.n = 0};
        for (size_t i = 0; i < cli_option_n; i++) {
            if (round == 1 || (cli_options[i].commands & commands) != 0) {
                consider(&near, name, cli_options[i].name);
            }
        }
        (void)offer(&near, "--", offered, sizeof(offered));
    }
    return refuse(p, "no option --%s%s (alphaplus %s --help lists them)", name, offered,
                  cli_command_name(p->cli.command));
}

static int find_command(const char *name)
{
    for (int i = 0; i < CLI_COMMANDS; i++) {
        if (strcmp(cli_commands[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static int unknown_command(struct parse *p, const char *typed)
{
    struct near near = {.n = 0};
    char offered[128];
    for (int i = 0; i < CLI_COMMANDS; i++) {
        if (!cli_commands[i].hidden) {
            consider(&near, typed, cli_commands[i].name);
        }
    }
    return refuse(p, "no command %.60s%s (an instrument is VENUE:SYMBOL; alphaplus help lists the commands)",
                  typed, offer(&near, "", offered, sizeof(offered)));
}

/* Digits and at most one point. */
static bool parse_real(const char *value, double *ret)
{
    char *end;
    if (value[0] < '0' || value[0] > '9' || strspn(value, "0123456789.") != strlen(value)) {
        return false;
    }
    *ret = strtod(value, &end);
    return *end == '\0' && isfinite(*ret);
}

static bool parse_seed(const char *value, uint64_t *ret)
{
    uint64_t seed = 0;
    for (const char *c = value; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || __builtin_mul_overflow(seed, UINT64_C(10), &seed) ||
            __builtin_add_overflow(seed, (uint64_t)(*c - '0'), &seed)) {
            return false;
        }
    }
    *ret = seed;
    return value[0] != '\0';
}

static int append(struct parse *p, const char **list, size_t *n, size_t max, const char *value,
                  const char *what)
{
    if (*n == max) {
        return refuse(p, "more than %zu %s", max, what);
    }
    list[(*n)++] = value;
    return 0;
}

static int take_number(struct parse *p, const struct cli_option *o, const char *value, void *at)
{
    double number;
    if (!parse_real(value, &number) || (o->kind == CLI_KIND_INT && number != floor(number))) {
        return refuse(p, "--%s %.60s: not a %s", o->name, value,
                      o->kind == CLI_KIND_INT ? "whole number" : "number");
    }
    if (number < o->lowest || number > o->highest) {
        return refuse(p, "--%s %.60s: must be %.0f to %.0f", o->name, value, o->lowest, o->highest);
    }
    if (o->kind == CLI_KIND_INT) {
        *(int *)at = (int)number;
    } else {
        *(double *)at = number;
    }
    return 0;
}

static int take_value(struct parse *p, const struct cli_option *o, const char *value)
{
    void *at = (char *)&p->cli + o->offset;
    if (value[0] == '\0') {
        return refuse(p, "--%s: the %s is empty", o->name, o->argument);
    }
    switch (o->kind) {
    case CLI_KIND_FLAG: return 0;
    case CLI_KIND_CHOICE:
        if (!is_choice(o->choices, value)) {
            return refuse(p, "--%s %.60s: must be one of %s", o->name, value, o->choices);
        }
        *(const char **)at = value;
        return 0;
    case CLI_KIND_TEXT:
    case CLI_KIND_FILE: *(const char **)at = value; return 0;
    case CLI_KIND_DURATION:
        if (text_parse_duration(value, at) < 0 || *(int64_t *)at <= 0) {
            return refuse(p, "--%s %.60s: not a duration; write 250ms, 5s, 10m, 8h or 2d", o->name, value);
        }
        return 0;
    case CLI_KIND_INT:
    case CLI_KIND_REAL: return take_number(p, o, value, at);
    case CLI_KIND_SEED:
        return parse_seed(value, at) ? 0
                                     : refuse(p, "--%s %.60s: not a whole number below 2^64", o->name, value);
    case CLI_KIND_ENDPOINTS:
        if (strchr(value, '=') == NULL) {
            return refuse(p, "--%s %.60s: write VENUE=URL, such as binance=http://127.0.0.1:4100", o->name,
                          value);
        }
        return append(p, p->cli.endpoints, &p->cli.endpoint_n, CLI_ENDPOINTS_MAX, value, "endpoints");
    case CLI_KIND_CAPTURES:
        return append(p, p->cli.captures, &p->cli.capture_n, CLI_ARGS_MAX, value, "captures");
    }
    return AP_EINVAL;
}

/* `value`: what stood behind '=' or the letter; NULL: the next argument if one is needed. */
static int take_option(struct parse *p, const struct cli_option *o, const char *value)
{
    p->used[o - cli_options] = true;
    if (o->kind == CLI_KIND_FLAG) {
        if (value != NULL) {
            return refuse(p, "--%s takes no value", o->name);
        }
        *(bool *)((char *)&p->cli + o->offset) = true;
        return 0;
    }
    if (value == NULL) {
        /* An option behind it means that the value was forgotten; --name=--value says that it was not. */
        if (p->at + 1 >= p->argc || strncmp(p->argv[p->at + 1], "--", 2) == 0) {
            return refuse(p, "--%s needs a %s", o->name, o->argument);
        }
        value = p->argv[++p->at];
    }
    return take_value(p, o, value);
}

static int take_long(struct parse *p, const char *name)
{
    size_t n = strcspn(name, "=");
    for (size_t i = 0; i < cli_option_n; i++) {
        const struct cli_option *o = &cli_options[i];
        if (strlen(o->name) == n && strncmp(o->name, name, n) == 0) {
            return take_option(p, o, name[n] == '=' ? name + n + 1 : NULL);
        }
    }
    return unknown_option(p, name, n);
}

/* "-ofile", "-o file", "-hV". */
static int take_letters(struct parse *p, const char *letters)
{
    for (const char *c = letters; *c != '\0'; c++) {
        const struct cli_option *found = NULL;
        for (size_t i = 0; i < cli_option_n && found == NULL; i++) {
            found = cli_options[i].letter == *c ? &cli_options[i] : NULL;
        }
        if (found == NULL) {
            return refuse(p, "no option -%.20s (alphaplus %s --help lists them)", c,
                          cli_command_name(p->cli.command));
        }
        bool is_flag = found->kind == CLI_KIND_FLAG;
        int err = take_option(p, found, is_flag || c[1] == '\0' ? NULL : c + 1);
        if (err < 0 || !is_flag) {
            return err;
        }
    }
    return 0;
}

/* The first bare word is the command, unless it is an instrument. */
static int take_word(struct parse *p, const char *word)
{
    if (!p->has_command) {
        int command = find_command(word);
        p->has_command = true;
        if (command >= 0) {
            p->cli.command = (enum cli_command)command;
            return 0;
        }
        if (strchr(word, ':') == NULL) {
            return unknown_command(p, word);
        }
    }
    return append(p, p->cli.args, &p->cli.arg_n, CLI_ARGS_MAX, word, "arguments");
}

static int take_all(struct parse *p)
{
    bool words_only = false;
    int err = 0;
    for (p->at = 1; p->at < p->argc && err == 0; p->at++) {
        const char *arg = p->argv[p->at];
        if (words_only || arg[0] != '-' || arg[1] == '\0') {
            err = take_word(p, arg);
        } else if (strcmp(arg, "--") == 0) {
            words_only = true;
        } else if (arg[1] == '-') {
            err = take_long(p, arg + 2);
        } else {
            err = take_letters(p, arg + 1);
        }
    }
    return err;
}

/* `help COMMAND`, `--help` alone, `COMMAND --help`: all become a command and cli.help. */
static int settle_help(struct parse *p)
{
    struct cli *cli = &p->cli;
    if (cli->command == CLI_HELP && cli->arg_n == 1) {
        int command = find_command(cli->args[0]);
        if (command < 0) {
            return unknown_command(p, cli->args[0]);
        }
        cli->command = (enum cli_command)command;
        cli->arg_n = 0;
        cli->help = true;
    } else if (cli->command == CLI_HELP && cli->arg_n == 0) {
        cli->help = true;
    } else if (cli->help && !p->has_command) {
        cli->command = CLI_HELP;
    }
    return 0;
}

static int check_options(struct parse *p)
{
    for (size_t i = 0; i < cli_option_n; i++) {
        if (p->used[i] && (cli_options[i].commands & CLI_BIT(p->cli.command)) == 0) {
            return refuse(p, "%s takes no --%s (alphaplus %s --help lists what it takes)",
                          cli_command_name(p->cli.command), cli_options[i].name,
                          cli_command_name(p->cli.command));
        }
    }
    return 0;
}

static int check_words(struct parse *p)
{
    const struct cli_command_row *row = &cli_commands[p->cli.command];
    if (p->cli.arg_n < row->words_min || p->cli.arg_n > row->words_max) {
        return refuse(p, "%s: %s; usage: alphaplus %s%s%s", row->name,
                      p->cli.arg_n < row->words_min ? "something is missing" : "too many arguments",
                      row->name, row->synopsis[0] != '\0' ? " " : "", row->synopsis);
    }
    for (size_t i = 0; i < p->cli.arg_n; i++) {
        const struct cli_word *word = cli_word_at(row, i);
        if (p->cli.args[i][0] == '\0') {
            return refuse(p, "%s: an argument is empty", row->name);
        }
        if (word->kind == CLI_WORDS_CHOICE && !is_choice(word->choices, p->cli.args[i])) {
            return refuse(p, "%s %.60s: must be one of %s", row->name, p->cli.args[i], word->choices);
        }
    }
    return 0;
}

/* What makes sense only together. */
static int check_pairs(struct parse *p)
{
    struct cli *cli = &p->cli;
    bool is_lines = cli->json;
    if (!is_lines && (cli->once || cli->every_ns > 0)) {
        return refuse(p, "--%s works with --json only", cli->once ? "once" : "every");
    }
    if (!is_lines && cli->at != NULL && cli->command != CLI_REPLAY && cli->command != CLI_EXPORT) {
        return refuse(p, "--at works with --json only");
    }
    if (cli->every_ns % (100 * NS_PER_MS) != 0) {
        return refuse(p, "--every: must be a multiple of 100ms");
    }
    if (cli->command == CLI_IMPORT && cli->output == NULL) {
        return refuse(p, "import needs --output JOURNAL");
    }
    if (cli->journal != NULL && cli->no_journal) {
        return refuse(p, "--journal and --no-journal: one or the other");
    }
    if (is_lines && (cli->follow || (cli->loop && cli->command == CLI_REPLAY))) {
        return refuse(p, "--%s is for the screen, not for --json", cli->follow ? "follow" : "loop");
    }
    if (is_lines && cli->command == CLI_REPLAY && (cli->from != NULL || cli->to != NULL)) {
        return refuse(p, "--from and --to are for the screen; --json has --at, and export has both");
    }
    if (cli->loop && cli->command == CLI_SIM && cli->capture_n == 0) {
        return refuse(p, "--loop works with --capture only");
    }
    return 0;
}

int cli_parse(int argc, char *const *argv, struct cli *ret_cli, char *why, size_t why_size)
{
    struct parse p = {.argc = argc,
                      .argv = argv,
                      .cli = {.command = CLI_LIVE, .port = -1, .speed = -1, .seed = 1},
                      .why = why,
                      .why_size = why_size};
    int err = take_all(&p);
    if (err == 0) {
        err = settle_help(&p);
    }
    /* Who asks for help or the version gets it, whatever else is there. */
    if (err == 0 && !p.cli.help && !p.cli.version) {
        err = check_options(&p);
        err = err == 0 ? check_words(&p) : err;
        for (size_t i = 0; err == 0 && p.cli.command == CLI_SIM && i < p.cli.arg_n; i++) {
            err = append(&p, p.cli.captures, &p.cli.capture_n, CLI_ARGS_MAX, p.cli.args[i], "captures");
        }
        err = err == 0 ? check_pairs(&p) : err;
    }
    if (err == 0) {
        *ret_cli = p.cli;
    }
    return err;
}
