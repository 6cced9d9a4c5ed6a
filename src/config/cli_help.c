#include "cli_table.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 80, OPTION_COLUMN = 26, COMMAND_COLUMN = 15 };

void cli_print_choices(const char *choices, const char *between, struct buf *ret_text)
{
    for (const char *c = choices; *c != '\0'; c++) {
        if (*c == '|') {
            (void)buf_text(ret_text, between);
        } else {
            (void)buf_byte(ret_text, *c);
        }
    }
}

void cli_print_wrapped(const char *text, size_t indent, size_t column, size_t width, struct buf *ret_text)
{
    bool is_begin = true;
    while (*text != '\0') {
        size_t n = strcspn(text, " \n");
        if (!is_begin && column + 1 + n > width) {
            (void)buf_printf(ret_text, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!is_begin) {
            (void)buf_byte(ret_text, ' ');
            column++;
        }
        (void)buf_append(ret_text, text, n);
        column += n;
        text += n;
        is_begin = false;
        if (text[0] == '\n' && text[1] == '\n') { /* a paragraph */
            text += 2;
            (void)buf_printf(ret_text, "\n\n%*s", (int)indent, "");
            column = indent;
            is_begin = true;
        } else if (*text != '\0') {
            text++;
        }
    }
    (void)buf_byte(ret_text, '\n');
}

void cli_print_commands(unsigned commands, struct buf *ret_text)
{
    unsigned left = commands & ~CLI_BIT(CLI_MAN);
    for (int i = 0; i < CLI_COMMANDS && left != 0; i++) {
        if ((left & CLI_BIT(i)) == 0) {
            continue;
        }
        left &= ~CLI_BIT(i);
        (void)buf_printf(ret_text, "%s%s", cli_commands[i].name,
                         left == 0                  ? ""
                         : (left & (left - 1)) == 0 ? " and "
                                                    : ", ");
    }
}

static void print_column(char *left, size_t size, size_t column, const char *meaning, struct buf *ret_text)
{
    size_t n = strnlen(left, size);
    if (n + 2 > column) {
        (void)buf_printf(ret_text, "%s\n%*s", left, (int)column, "");
    } else {
        (void)buf_printf(ret_text, "%-*s", (int)column, left);
    }
    cli_print_wrapped(meaning, column, column, WIDTH, ret_text);
}

static void print_options(unsigned commands, struct buf *ret_text)
{
    char left[96];
    for (size_t i = 0; i < cli_option_n; i++) {
        const struct cli_option *o = &cli_options[i];
        if ((o->commands & commands) != commands) {
            continue;
        }
        char letter[8] = "   ";
        if (o->letter != 0) {
            (void)snprintf(letter, sizeof(letter), "-%c,", o->letter);
        }
        (void)snprintf(left, sizeof(left), "  %s --%s%s%s", letter, o->name, o->argument != NULL ? " " : "",
                       o->argument != NULL ? o->argument : "");
        if (o->choices != NULL) {
            struct buf meaning;
            buf_init(&meaning, 1024);
            (void)buf_printf(&meaning, "%s: ", o->meaning);
            cli_print_choices(o->choices, ", ", &meaning);
            print_column(left, sizeof(left), OPTION_COLUMN, meaning.data, ret_text);
            buf_finish(&meaning);
        } else {
            print_column(left, sizeof(left), OPTION_COLUMN, o->meaning, ret_text);
        }
    }
}

static void print_examples(const struct cli_command_row *row, struct buf *ret_text)
{
    (void)buf_text(ret_text, "\nExamples:\n");
    for (size_t i = 0; i < CLI_EXAMPLES_MAX && row->examples[i].line != NULL; i++) {
        (void)buf_printf(ret_text, "  alphaplus %s\n      %s\n", row->examples[i].line,
                         row->examples[i].meaning);
    }
}

static void print_command_help(enum cli_command command, struct buf *ret_text)
{
    const struct cli_command_row *row = &cli_commands[command];
    (void)buf_printf(ret_text, "usage: alphaplus %s%s%s [OPTION...]%s%s\n\n", command == CLI_LIVE ? "[" : "",
                     row->name, command == CLI_LIVE ? "]" : "", row->synopsis[0] != '\0' ? " " : "",
                     row->synopsis);
    cli_print_wrapped(row->text, 0, 0, WIDTH, ret_text);
    (void)buf_text(ret_text, "\nOptions:\n");
    print_options(CLI_BIT(command), ret_text);
    print_examples(row, ret_text);
    (void)buf_text(ret_text, "\nExit status: 0 done, 1 failed, 2 usage.\n");
}

static void print_program_help(struct buf *ret_text)
{
    char left[64];
    (void)buf_text(ret_text, "usage: alphaplus [live] [OPTION...] [INSTRUMENT...]\n"
                             "       alphaplus COMMAND [OPTION...] [ARGUMENT...]\n\n");
    cli_print_wrapped(
        "Watches crypto-derivatives markets in a terminal: order books, liquidity, liquidations, trades and the "
        "risk of own positions, live or from a journal.",
        0, 0, WIDTH, ret_text);
    (void)buf_text(ret_text, "\nCommands:\n");
    for (int i = 0; i < CLI_COMMANDS; i++) {
        if (!cli_commands[i].hidden) {
            (void)snprintf(left, sizeof(left), "  %s", cli_commands[i].name);
            print_column(left, sizeof(left), COMMAND_COLUMN, cli_commands[i].line, ret_text);
        }
    }
    (void)buf_text(ret_text, "\nOptions of every command:\n");
    print_options(CLI_ALL, ret_text);
    (void)buf_text(ret_text, "\nalphaplus COMMAND --help lists the options of a command.\n"
                             "\nExamples:\n"
                             "  alphaplus demo\n"
                             "      look around, without network or account\n"
                             "  alphaplus binance:BTCUSDT binance:ETHUSDT\n"
                             "      watch two instruments and keep a journal\n"
                             "  alphaplus replay night.apj\n"
                             "      the same screen from a journal\n"
                             "\nExit status: 0 done, 1 failed, 2 usage. The manual page is alphaplus(1).\n");
}

int cli_help(enum cli_command command, struct buf *ret_text)
{
    if ((unsigned)command >= CLI_COMMANDS) {
        return AP_EINVAL;
    }
    if (command == CLI_HELP) {
        print_program_help(ret_text);
    } else {
        print_command_help(command, ret_text);
    }
    return ret_text->failed;
}
