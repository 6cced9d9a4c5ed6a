/* Completions for three shells. Every one offers the commands, the options that the command takes, the choices of an option or
 * word where they are fixed, and files where a file is wanted. */
#include "cli_table.h"

#include <stdio.h>
#include <string.h>

/* What stands in single quotes in all three shells. `also`: further characters that get a backslash. */
static void print_quoted(const char *text, const char *also, struct buf *ret_text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\'') {
            (void)buf_text(ret_text, "'\\''");
        } else if (strchr(also, *c) != NULL) {
            (void)buf_printf(ret_text, "\\%c", *c);
        } else {
            (void)buf_byte(ret_text, *c);
        }
    }
}

static bool is_file(const struct cli_option *o)
{
    return o->kind == CLI_KIND_FILE || o->kind == CLI_KIND_CAPTURES;
}

static bool takes(int command, const struct cli_option *o)
{
    return (o->commands & CLI_BIT(command)) != 0;
}

/* "--json --every ... -o --output" */
static void print_names(int command, struct buf *ret_text)
{
    const char *between = "";
    for (size_t i = 0; i < cli_option_n; i++) {
        if (takes(command, &cli_options[i])) {
            if (cli_options[i].letter != 0) {
                (void)buf_printf(ret_text, "%s-%c", between, cli_options[i].letter);
                between = " ";
            }
            (void)buf_printf(ret_text, "%s--%s", between, cli_options[i].name);
            between = " ";
        }
    }
}

static void print_command_names(const char *between, struct buf *ret_text)
{
    for (int i = 0; i < CLI_COMMANDS; i++) {
        if (!cli_commands[i].hidden) {
            (void)buf_printf(ret_text, "%s%s", i > 0 ? between : "", cli_commands[i].name);
        }
    }
}

/* "-o|--output|--config", of the options for which `is` says so; "" when none. */
static void bash_pattern(bool (*is)(const struct cli_option *o), struct buf *ret_text)
{
    const char *between = "";
    for (size_t i = 0; i < cli_option_n; i++) {
        if (is(&cli_options[i])) {
            if (cli_options[i].letter != 0) {
                (void)buf_printf(ret_text, "%s-%c", between, cli_options[i].letter);
                between = "|";
            }
            (void)buf_printf(ret_text, "%s--%s", between, cli_options[i].name);
            between = "|";
        }
    }
}

static bool has_value(const struct cli_option *o)
{
    return o->kind != CLI_KIND_FLAG;
}

static void bash_words(int command, struct buf *ret_text)
{
    const struct cli_command_row *row = &cli_commands[command];
    (void)buf_printf(ret_text, "    %s)\n        options='", row->name);
    print_names(command, ret_text);
    (void)buf_text(ret_text, "'\n        case $words in\n");
    for (size_t k = 0; k < CLI_WORDS_MAX && k < row->words_max; k++) {
        const struct cli_word *word = cli_word_at(row, k);
        if (row->words_max > CLI_WORDS_MAX) {
            (void)buf_text(ret_text, k == 0 ? "        *)" : "");
            if (k > 0) {
                break;
            }
        } else {
            (void)buf_printf(ret_text, "        %zu)", k);
        }
        if (word->kind == CLI_WORDS_CHOICE) {
            (void)buf_text(ret_text, " choices='");
            cli_print_choices(word->choices, " ", ret_text);
            (void)buf_text(ret_text, "' ;;\n");
        } else {
            (void)buf_printf(ret_text, " %s ;;\n", word->kind == CLI_WORDS_FILE ? "files=1" : ":");
        }
    }
    (void)buf_text(ret_text, "        esac\n        ;;\n");
}

static void print_bash(struct buf *ret_text)
{
    (void)buf_text(
        ret_text,
        "# bash completion for alphaplus, made by: alphaplus completions bash\n"
        "_alphaplus()\n{\n"
        "    local cur=${COMP_WORDS[COMP_CWORD]} command= options= choices= files= words=0 i word\n"
        "    local prev=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    COMPREPLY=()\n"
        "    # --name=value comes as three words\n"
        "    if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        word=${COMP_WORDS[i]}\n"
        "        case $word in\n"
        "        ");
    bash_pattern(has_value, ret_text);
    (void)buf_text(ret_text, ") [[ ${COMP_WORDS[i+1]} == = ]] && ((i++)); ((i++)) ;;\n"
                             "        -*|=) ;;\n"
                             "        *) if [[ -z $command ]]; then command=$word; else ((words++)); fi ;;\n"
                             "        esac\n"
                             "    done\n"
                             "    case $prev in\n    ");
    bash_pattern(is_file, ret_text);
    (void)buf_text(ret_text, ") files=1; options=- ;;\n");
    for (size_t i = 0; i < cli_option_n; i++) {
        if (cli_options[i].choices != NULL) {
            (void)buf_printf(ret_text, "    --%s) options=-; choices='", cli_options[i].name);
            cli_print_choices(cli_options[i].choices, " ", ret_text);
            (void)buf_text(ret_text, "' ;;\n");
        }
    }
    (void)buf_text(ret_text, "    ");
    bash_pattern(has_value, ret_text);
    (void)buf_text(ret_text, ") return ;;\n    *)\n    [[ -z $command ]] && choices='");
    print_command_names(" ", ret_text);
    (void)buf_text(ret_text, "'\n    case $command in\n");
    for (int i = 0; i < CLI_COMMANDS; i++) {
        if (!cli_commands[i].hidden && i != CLI_LIVE) {
            bash_words(i, ret_text);
        }
    }
    (void)buf_text(ret_text, "    *) options='");
    print_names(CLI_LIVE, ret_text);
    (void)buf_text(ret_text, "' ;;\n"
                             "    esac ;;\n"
                             "    esac\n"
                             "    if [[ $options != - && $cur == -* ]]; then\n"
                             "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
                             "    elif [[ -n $files ]]; then\n"
                             "        compopt -o filenames 2>/dev/null\n"
                             "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
                             "    elif [[ -n $choices ]]; then\n"
                             "        mapfile -t COMPREPLY < <(compgen -W \"$choices\" -- \"$cur\")\n"
                             "    fi\n"
                             "}\n"
                             "complete -F _alphaplus alphaplus\n");
}

/* One option as a spec of _arguments, in single quotes. */
static void zsh_option(const struct cli_option *o, const char *name, struct buf *ret_text)
{
    bool repeats = o->kind == CLI_KIND_ENDPOINTS || o->kind == CLI_KIND_CAPTURES;
    bool is_long = name[1] == '-';
    (void)buf_printf(ret_text, " \\\n            '%s%s%s[", repeats ? "*" : "", name,
                     has_value(o) ? (is_long ? "=" : "+") : "");
    print_quoted(o->meaning, "[]\\", ret_text);
    (void)buf_byte(ret_text, ']');
    if (has_value(o)) {
        (void)buf_printf(ret_text, ":%s:", o->argument);
        if (o->choices != NULL) {
            (void)buf_byte(ret_text, '(');
            cli_print_choices(o->choices, " ", ret_text);
            (void)buf_byte(ret_text, ')');
        } else if (is_file(o)) {
            (void)buf_text(ret_text, "_files");
        }
    }
    (void)buf_byte(ret_text, '\'');
}

static void zsh_arguments(int command, struct buf *ret_text)
{
    const struct cli_command_row *row = &cli_commands[command];
    char name[80];
    (void)buf_text(ret_text, "        _arguments -s");
    for (size_t i = 0; i < cli_option_n; i++) {
        const struct cli_option *o = &cli_options[i];
        if (!takes(command, o)) {
            continue;
        }
        if (o->letter != 0) {
            (void)snprintf(name, sizeof(name), "-%c", o->letter);
            zsh_option(o, name, ret_text);
        }
        (void)snprintf(name, sizeof(name), "--%s", o->name);
        zsh_option(o, name, ret_text);
    }
    bool repeats = row->words_max > CLI_WORDS_MAX;
    for (size_t k = 0; k < CLI_WORDS_MAX && k < row->words_max && !(repeats && k > 0); k++) {
        const struct cli_word *word = cli_word_at(row, k);
        (void)buf_text(ret_text, " \\\n            '");
        (void)buf_printf(ret_text, repeats ? "*" : "%zu", k + 1);
        (void)buf_printf(ret_text, ":argument of %s:", row->name);
        if (word->kind == CLI_WORDS_CHOICE) {
            (void)buf_byte(ret_text, '(');
            cli_print_choices(word->choices, " ", ret_text);
            (void)buf_byte(ret_text, ')');
        } else if (word->kind == CLI_WORDS_FILE) {
            (void)buf_text(ret_text, "_files");
        }
        (void)buf_byte(ret_text, '\'');
    }
    (void)buf_byte(ret_text, '\n');
}

static void print_zsh(struct buf *ret_text)
{
    (void)buf_text(ret_text, "#compdef alphaplus\n"
                             "# zsh completion for alphaplus, made by: alphaplus completions zsh\n"
                             "_alphaplus() {\n"
                             "    local -a commands\n"
                             "    commands=(\n");
    for (int i = 0; i < CLI_COMMANDS; i++) {
        if (!cli_commands[i].hidden) {
            (void)buf_printf(ret_text, "        '%s:", cli_commands[i].name);
            print_quoted(cli_commands[i].line, ":\\", ret_text);
            (void)buf_text(ret_text, "'\n");
        }
    }
    (void)buf_text(ret_text, "    )\n"
                             "    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
                             "        _describe -t commands 'command' commands\n"
                             "        return\n"
                             "    fi\n"
                             "    local command=$words[2]\n"
                             "    (( ${commands[(I)${command}:*]} )) && { shift words; (( CURRENT-- )) }\n"
                             "    case $command in\n");
    for (int i = 0; i < CLI_COMMANDS; i++) {
        if (!cli_commands[i].hidden && i != CLI_LIVE) {
            (void)buf_printf(ret_text, "    %s)\n", cli_commands[i].name);
            zsh_arguments(i, ret_text);
            (void)buf_text(ret_text, "        ;;\n");
        }
    }
    (void)buf_text(ret_text, "    *)\n");
    zsh_arguments(CLI_LIVE, ret_text);
    (void)buf_text(ret_text, "        ;;\n    esac\n}\n_alphaplus \"$@\"\n");
}

static void fish_words(int command, struct buf *ret_text)
{
    const struct cli_command_row *row = &cli_commands[command];
    for (size_t k = 0; k < CLI_WORDS_MAX && k < row->words_max; k++) {
        const struct cli_word *word = cli_word_at(row, k);
        if (word->kind != CLI_WORDS_NONE && !(k > 0 && row->words_max > CLI_WORDS_MAX)) {
            (void)buf_printf(ret_text, "complete -c alphaplus -n '__fish_seen_subcommand_from %s'",
                             row->name);
            if (word->kind == CLI_WORDS_FILE) {
                (void)buf_text(ret_text, " -F\n");
            } else {
                (void)buf_text(ret_text, " -a '");
                cli_print_choices(word->choices, " ", ret_text);
                (void)buf_text(ret_text, "'\n");
            }
        }
    }
}

static void fish_option(int command, const struct cli_option *o, struct buf *ret_text)
{
    if (command == CLI_LIVE) { /* also without its name */
        (void)buf_text(ret_text, "complete -c alphaplus -n __alphaplus_is_live");
    } else {
        (void)buf_printf(ret_text, "complete -c alphaplus -n '__fish_seen_subcommand_from %s'",
                         cli_commands[command].name);
    }
    if (o->letter != 0) {
        (void)buf_printf(ret_text, " -s %c", o->letter);
    }
    (void)buf_printf(ret_text, " -l %s", o->name);
    if (o->choices != NULL) {
        (void)buf_text(ret_text, " -x -a '");
        cli_print_choices(o->choices, " ", ret_text);
        (void)buf_byte(ret_text, '\'');
    } else if (has_value(o)) {
        (void)buf_text(ret_text, is_file(o) ? " -r -F" : " -x");
    }
    (void)buf_text(ret_text, " -d '");
    print_quoted(o->meaning, "\\", ret_text);
    (void)buf_text(ret_text, "'\n");
}

static void print_fish(struct buf *ret_text)
{
    (void)buf_text(ret_text, "# fish completion for alphaplus, made by: alphaplus completions fish\n"
                             "function __alphaplus_is_live\n"
                             "    not __fish_seen_subcommand_from");
    for (int i = 0; i < CLI_COMMANDS; i++) {
        if (i != CLI_LIVE && !cli_commands[i].hidden) {
            (void)buf_printf(ret_text, " %s", cli_commands[i].name);
        }
    }
    (void)buf_text(ret_text, "\nend\ncomplete -c alphaplus -f\n");
    for (int i = 0; i < CLI_COMMANDS; i++) {
        if (cli_commands[i].hidden) {
            continue;
        }
        (void)buf_printf(ret_text, "complete -c alphaplus -n __fish_use_subcommand -a %s -d '",
                         cli_commands[i].name);
        print_quoted(cli_commands[i].line, "\\", ret_text);
        (void)buf_text(ret_text, "'\n");
        fish_words(i, ret_text);
        for (size_t k = 0; k < cli_option_n; k++) {
            if (takes(i, &cli_options[k])) {
                fish_option(i, &cli_options[k], ret_text);
            }
        }
    }
}

int cli_completions(const char *shell, struct buf *ret_text)
{
    static const struct {
        const char *shell;
        void (*print)(struct buf *ret_text);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(shells[i].shell, shell) == 0) {
            shells[i].print(ret_text);
            return ret_text->failed;
        }
    }
    return AP_EINVAL;
}
