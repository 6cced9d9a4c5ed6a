/* alphaplus.1 in mdoc(7), from the tables of commands, options and settings. */
#include "cli_table.h"

#include <alphaplus/config/settings.h>
#include <string.h>

enum { WIDTH = 78 };

/* Words as running text: a backslash or a control character at the begin of a line would be mdoc's. */
static void print_escaped(const char *text, struct buf *ret_text)
{
    bool is_line_begin = true;
    for (const char *c = text; *c != '\0'; c++) {
        if (is_line_begin && (*c == '.' || *c == '\'')) {
            (void)buf_text(ret_text, "\\&");
        }
        if (*c == '\\') {
            (void)buf_text(ret_text, "\\e");
        } else {
            (void)buf_byte(ret_text, *c);
        }
        is_line_begin = *c == '\n';
    }
}

/* Paragraphs, a new sentence on a new line. */
static void print_text(const char *text, struct buf *ret_text)
{
    struct buf lines;
    buf_init(&lines, 16 << 10);
    for (const char *c = text; *c != '\0'; c++) {
        if (c[0] == '\n' && c[1] == '\n') {
            (void)buf_text(&lines, "\n.Pp\n");
            c++;
        } else if (c[0] == '.' && c[1] == ' ') {
            (void)buf_text(&lines, ".\n");
            c++;
        } else {
            (void)buf_byte(&lines, *c);
        }
    }
    (void)buf_byte(&lines, '\n');
    for (const char *at = lines.data; *at != '\0';) {
        size_t n = strcspn(at, "\n");
        struct buf line;
        buf_init(&line, 16 << 10);
        (void)buf_append(&line, at, n);
        if (strcmp(line.data, ".Pp") == 0) {
            (void)buf_text(ret_text, ".Pp\n");
        } else {
            struct buf wrapped;
            buf_init(&wrapped, 16 << 10);
            cli_print_wrapped(line.data, 0, 0, WIDTH, &wrapped);
            print_escaped(wrapped.data, ret_text);
            buf_finish(&wrapped);
        }
        buf_finish(&line);
        at += n + (at[n] == '\n');
    }
    buf_finish(&lines);
}

/* "[INSTRUMENT...]", "info|verify JOURNAL": one macro line, begun by the caller. */
static void print_synopsis_words(const char *synopsis, struct buf *ret_text)
{
    while (*synopsis != '\0') {
        size_t n = strcspn(synopsis, " ");
        const char *word = synopsis;
        bool is_option = word[0] == '[';
        size_t len = n - (is_option ? 2 : 0);
        word += is_option ? 1 : 0;
        bool repeats = len > 3 && strncmp(word + len - 3, "...", 3) == 0;
        len -= repeats ? 3 : 0;
        bool is_fixed = word[0] >= 'a' && word[0] <= 'z';
        (void)buf_printf(ret_text, "%s %s ", is_option ? " Op" : "", is_fixed ? "Cm" : "Ar");
        for (size_t i = 0; i < len; i++) {
            if (word[i] == '|') {
                (void)buf_text(ret_text, " | ");
            } else {
                (void)buf_byte(ret_text, word[i]);
            }
        }
        (void)buf_text(ret_text, repeats ? " ..." : "");
        synopsis += n + (synopsis[n] == ' ');
    }
    (void)buf_byte(ret_text, '\n');
}

static void print_head(struct buf *ret_text)
{
    (void)buf_text(ret_text, ".\\\" Made from the tables of the program: alphaplus man.\n"
                             ".Dd November 21, 2026\n"
                             ".Dt ALPHAPLUS 1\n"
                             ".Os\n"
                             ".Sh NAME\n"
                             ".Nm alphaplus\n"
                             ".Nd watch crypto-derivatives markets in a terminal\n"
                             ".Sh SYNOPSIS\n"
                             ".Nm\n"
                             ".Op Ic live\n"
                             ".Op Ar OPTION ...\n"
                             ".Op Ar INSTRUMENT ...\n");
    for (int i = 0; i < CLI_COMMANDS; i++) {
        if (cli_commands[i].hidden || i == CLI_LIVE) {
            continue;
        }
        (void)buf_printf(ret_text, ".Nm\n.Ic %s\n.Op Ar OPTION ...\n", cli_commands[i].name);
        if (cli_commands[i].synopsis[0] == '[') {
            (void)buf_text(ret_text, ".Op Ar ");
            (void)buf_append(ret_text, cli_commands[i].synopsis + 1,
                             strcspn(cli_commands[i].synopsis, ".]") - 1);
            (void)buf_text(ret_text, strstr(cli_commands[i].synopsis, "...") != NULL ? " ...\n" : "\n");
        } else if (cli_commands[i].synopsis[0] != '\0') {
            size_t before = ret_text->len;
            print_synopsis_words(cli_commands[i].synopsis, ret_text);
            if (ret_text->failed == 0) {
                ret_text->data[before] = '.'; /* the blank that goes before each word begins the line here */
            }
        }
    }
    (void)buf_text(
        ret_text,
        ".Sh DESCRIPTION\n"
        ".Nm\n"
        "shows order books, liquidity, liquidations, trades, measures of market structure and the\n"
        "risk of own positions of crypto-derivatives in one keyboard-driven screen.\n"
        "Exchange feeds go through one engine; everything received is kept in a journal, which\n"
        "replays through the same engine and the same screen.\n"
        ".Pp\n"
        "What is not known is shown as not known: a book that has a gap says so until it is healed,\n"
        "and a sum that may be incomplete is marked as a lower bound.\n"
        ".Pp\n"
        "An\n"
        ".Ar INSTRUMENT\n"
        "is a venue and the venue's own symbol, such as\n"
        ".Cm binance:BTCUSDT .\n"
        "A\n"
        ".Ar DURATION\n"
        "is a whole number and a unit, such as 250ms, 5s, 10m, 8h or 2d.\n"
        "A\n"
        ".Ar TIME\n"
        "is UTC, such as 2026-11-21T14:03:22.500 or, on the day at hand, 14:03:22, or Unix time in s, ms,\n"
        "us or ns.\n");
}

static void print_commands(struct buf *ret_text)
{
    (void)buf_text(ret_text, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
    for (int i = 0; i < CLI_COMMANDS; i++) {
        if (!cli_commands[i].hidden) {
            (void)buf_printf(ret_text, ".It Ic %s", cli_commands[i].name);
            print_synopsis_words(cli_commands[i].synopsis, ret_text);
            print_text(cli_commands[i].text, ret_text);
        }
    }
    (void)buf_text(ret_text, ".El\n");
}

static void print_options(struct buf *ret_text)
{
    (void)buf_text(ret_text, ".Sh OPTIONS\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < cli_option_n; i++) {
        const struct cli_option *o = &cli_options[i];
        (void)buf_text(ret_text, ".It ");
        if (o->letter != 0) {
            (void)buf_printf(ret_text, "Fl %c , ", o->letter);
        }
        (void)buf_printf(ret_text, "Fl -%s%s%s\n", o->name, o->argument != NULL ? " Ar " : "",
                         o->argument != NULL ? o->argument : "");
        struct buf text;
        buf_init(&text, 4096);
        (void)buf_append(&text, o->meaning, strlen(o->meaning));
        if (text.failed == 0 && text.data[0] >= 'a' && text.data[0] <= 'z') {
            text.data[0] = (char)(text.data[0] - 'a' + 'A');
        }
        if (o->choices != NULL) {
            (void)buf_text(&text, ": ");
            cli_print_choices(o->choices, ", ", &text);
        }
        (void)buf_text(&text, ". ");
        if (o->commands == CLI_ALL) {
            (void)buf_text(&text, "Taken by every command.");
        } else {
            (void)buf_text(&text, "Taken by ");
            cli_print_commands(o->commands, &text);
            (void)buf_byte(&text, '.');
        }
        print_text(text.data, ret_text);
        buf_finish(&text);
    }
    (void)buf_text(ret_text, ".El\n");
}

static void print_settings(struct buf *ret_text)
{
    (void)buf_text(ret_text, ".Sh SETTINGS\n"
                             "The settings file has sections and\n"
                             ".Ql name = value\n"
                             "lines; a semicolon begins a comment.\n"
                             "It is never written by the program.\n"
                             "A fault in it is told with its line, and nothing of the file is used.\n"
                             ".Bl -tag -width Ds\n");
#define X(section, name, kind, standard, lowest, highest, meaning)                                           \
    (void)buf_printf(ret_text, ".It Cm %s.%s\n", #section, #name);                                           \
    print_escaped(meaning, ret_text);                                                                        \
    (void)buf_printf(ret_text, "\n(default: %s).\n", (standard)[0] != '\0' ? (standard) : "empty");
    SETTING_LIST(X)
#undef X
    (void)buf_text(ret_text, ".It Cm params. Ns Ar ID\n"
                             "a parameter of the measures: a number in the range that\n"
                             ".Xr alphaplus-metrics 7\n"
                             "gives.\n"
                             ".El\n");
}

static void print_tail(struct buf *ret_text)
{
    (void)buf_text(ret_text,
                   ".Sh ENVIRONMENT\n"
                   ".Bl -tag -width Ds\n"
                   ".It Ev XDG_CONFIG_HOME , XDG_DATA_HOME , HOME\n"
                   "Where settings and journals lie; see\n"
                   ".Sx FILES .\n"
                   ".It Ev TERM , COLORTERM , NO_COLOR\n"
                   "What the terminal can show.\n"
                   ".It Ev LANG , LC_ALL , LC_CTYPE\n"
                   "Whether the terminal shows UTF-8.\n"
                   ".It Ev HTTPS_PROXY , NO_PROXY\n"
                   "The HTTP proxy by which venues are reached, and the hosts that are reached without\n"
                   "it; small letters win.\n"
                   ".El\n"
                   ".Sh FILES\n"
                   ".Bl -tag -width Ds\n"
                   ".It Pa ~/.config/alphaplus/settings.ini\n"
                   "The settings, in\n"
                   ".Ev XDG_CONFIG_HOME\n"
                   "where that is set.\n"
                   ".It Pa ~/.local/share/alphaplus/\n"
                   "The journals, in\n"
                   ".Ev XDG_DATA_HOME\n"
                   "where that is set, or in the folder of the settings.\n"
                   ".It Pa ~/.local/share/alphaplus/checkpoint.key\n"
                   "The key that states kept in journals are sealed with, so that only one's own are used.\n"
                   "Without it they are made anew.\n"
                   ".El\n"
                   ".Sh EXIT STATUS\n"
                   ".Bl -tag -width Ds -compact\n"
                   ".It 0\n"
                   "Done.\n"
                   ".It 1\n"
                   "Failed; a message on standard error says what and what to do.\n"
                   ".It 2\n"
                   "The command line cannot be used.\n"
                   ".El\n"
                   ".Sh EXAMPLES\n");
    for (int i = 0; i < CLI_COMMANDS; i++) {
        for (size_t k = 0;
             k < CLI_EXAMPLES_MAX && cli_commands[i].examples[k].line != NULL && !cli_commands[i].hidden;
             k++) {
            const struct cli_example *e = &cli_commands[i].examples[k];
            (void)buf_text(ret_text, i > 0 || k > 0 ? ".Pp\n" : "");
            (void)buf_byte(ret_text,
                           (char)(e->meaning[0] >= 'a' && e->meaning[0] <= 'z' ? e->meaning[0] - 'a' + 'A'
                                                                               : e->meaning[0]));
            print_escaped(e->meaning + 1, ret_text);
            (void)buf_printf(ret_text, ":\n.Dl $ alphaplus %s\n", e->line);
        }
    }
    (void)buf_text(ret_text, ".Sh SEE ALSO\n"
                             ".Xr less 1 ,\n"
                             ".Xr sqlite3 1 ,\n"
                             ".Xr tmux 1 ,\n"
                             ".Xr alphaplus-journal 5 ,\n"
                             ".Xr alphaplus-metrics 7\n");
}

/* The keys as handed in; only a new sentence goes on a new line, as mdoc wants it. */
static void print_keys(const char *keys, struct buf *ret_text)
{
    bool is_macro = false;
    (void)buf_text(ret_text, ".Sh KEYS\n");
    for (const char *c = keys; *c != '\0'; c++) {
        is_macro = c == keys || c[-1] == '\n' ? *c == '.' : is_macro;
        bool is_end = !is_macro && c[0] == '.' && c[1] == ' ' && c[2] >= 'A' && c[2] <= 'Z';
        (void)buf_byte(ret_text, *c);
        if (is_end || (c[1] == '\0' && *c != '\n')) {
            (void)buf_byte(ret_text, '\n');
            c += is_end ? 1 : 0;
        }
    }
}

int cli_man(const char *keys, struct buf *ret_text)
{
    print_head(ret_text);
    print_commands(ret_text);
    print_options(ret_text);
    print_settings(ret_text);
    print_keys(keys, ret_text);
    print_tail(ret_text);
    return ret_text->failed;
}
