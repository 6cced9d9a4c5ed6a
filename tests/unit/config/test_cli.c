#include "config/cli_table.h"
#include "test.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/config/cli.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 24, LINE_MAX_BYTES = 256 };

/* "replay --at 5 x" as argv; cuts `line`. */
static int split(char *line, char **argv)
{
    int argc = 0;
    argv[argc++] = (char *)"alphaplus";
    for (char *word, *rest = line; (word = strsep(&rest, " ")) != NULL;) {
        if (*word != '\0' && argc < WORDS_MAX) {
            argv[argc++] = word;
        }
    }
    return argc;
}

struct parsed {
    char line[LINE_MAX_BYTES]; /* cli borrows from it */
    struct cli cli;
    char why[512];
};

static int parse(struct parsed *p, const char *line)
{
    char *argv[WORDS_MAX];
    (void)snprintf(p->line, sizeof(p->line), "%s", line);
    p->why[0] = '\0';
    return cli_parse(split(p->line, argv), argv, &p->cli, p->why, sizeof(p->why));
}

static void test_commands(void **state)
{
    static const struct {
        const char *line;
        enum cli_command command;
        size_t arg_n;
    } rows[] = {
        {"", CLI_LIVE, 0},
        {"live", CLI_LIVE, 0},
        {"binance:BTCUSDT", CLI_LIVE, 1},
        {"live binance:BTCUSDT binance:ETHUSDT", CLI_LIVE, 2},
        {"--json binance:BTCUSDT", CLI_LIVE, 1},
        {"--theme mono demo", CLI_DEMO, 0},
        {"demo --seed 7", CLI_DEMO, 0},
        {"record binance:BTCUSDT", CLI_RECORD, 1},
        {"replay x.apj", CLI_REPLAY, 1},
        {"replay -- --odd", CLI_REPLAY, 1},
        {"import --venue binance a b -o c", CLI_IMPORT, 2},
        {"export x.apj trades", CLI_EXPORT, 2},
        {"journal verify x.apj", CLI_JOURNAL, 2},
        {"sim", CLI_SIM, 0},
        {"doctor --params", CLI_DOCTOR, 0},
        {"completions zsh", CLI_COMPLETIONS, 1},
        {"man", CLI_MAN, 0},
    };
    struct parsed p;
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_ok(parse(&p, rows[i].line));
        assert_string_equal(cli_command_name(p.cli.command), cli_command_name(rows[i].command));
        assert_int_equal(p.cli.arg_n, rows[i].arg_n);
        assert_false(p.cli.help);
        assert_string_equal(p.why, "");
    }
    assert_string_equal(cli_command_name((enum cli_command)99), "?");
}

static void test_fields(void **state)
{
    struct parsed p;
    (void)state;
    assert_ok(parse(&p, "binance:A"));
    assert_int_equal(p.cli.port, -1);
    assert_true(p.cli.speed < 0);
    assert_int_equal(p.cli.seed, 1);
    assert_null(p.cli.theme);
    assert_string_equal(p.cli.args[0], "binance:A");

    assert_ok(parse(&p, "live --json --once --at 14:03 --every 500ms --config=c.ini --theme t --glyphs ascii "
                        "--colors 256 --ca-file ca --positions p --journal j --for 2h"));
    assert_true(p.cli.json && p.cli.once && !p.cli.no_journal);
    assert_string_equal(p.cli.at, "14:03");
    assert_int_equal(p.cli.every_ns, 500 * NS_PER_MS);
    assert_string_equal(p.cli.config_file, "c.ini");
    assert_string_equal(p.cli.theme, "t");
    assert_string_equal(p.cli.glyphs, "ascii");
    assert_string_equal(p.cli.colors, "256");
    assert_string_equal(p.cli.ca_file, "ca");
    assert_string_equal(p.cli.positions, "p");
    assert_string_equal(p.cli.journal, "j");
    assert_int_equal(p.cli.duration_ns, 7200 * NS_PER_S);

    assert_ok(parse(&p, "live --endpoint binance=http://127.0.0.1:1 --endpoint=x=y --no-journal --frames 3"));
    assert_int_equal(p.cli.endpoint_n, 2);
    assert_string_equal(p.cli.endpoints[0], "binance=http://127.0.0.1:1");
    assert_string_equal(p.cli.endpoints[1], "x=y");
    assert_true(p.cli.no_journal);
    assert_int_equal(p.cli.frames, 3);

    assert_ok(parse(&p, "import a --venue binance -oout --instruments i b"));
    assert_string_equal(p.cli.output, "out");
    assert_string_equal(p.cli.instruments, "i");
    assert_string_equal(p.cli.venue, "binance");
    assert_string_equal(p.cli.args[1], "b");

    assert_ok(parse(&p, "export j top --from 1 --to 2 --instrument b:X --format jsonl"));
    assert_string_equal(p.cli.from, "1");
    assert_string_equal(p.cli.to, "2");
    assert_string_equal(p.cli.instrument, "b:X");
    assert_string_equal(p.cli.format, "jsonl");

    assert_ok(parse(&p, "sim --capture a --port 0 --speed 0.5 --loop b --seed 18446744073709551615"));
    assert_int_equal(p.cli.capture_n, 2); /* bare words are captures too */
    assert_string_equal(p.cli.captures[1], "b");
    assert_int_equal(p.cli.port, 0);
    assert_true(p.cli.speed == 0.5);
    assert_true(p.cli.loop && p.cli.seed == UINT64_MAX);

    assert_ok(parse(&p, "doctor --params"));
    assert_true(p.cli.params);
}

static void test_help_and_version(void **state)
{
    struct parsed p;
    (void)state;
    assert_ok(parse(&p, "--help"));
    assert_true(p.cli.help && p.cli.command == CLI_HELP);
    assert_ok(parse(&p, "help"));
    assert_true(p.cli.help && p.cli.command == CLI_HELP);
    assert_ok(parse(&p, "-h"));
    assert_true(p.cli.help && p.cli.command == CLI_HELP);
    assert_ok(parse(&p, "help replay"));
    assert_true(p.cli.help && p.cli.command == CLI_REPLAY);
    assert_ok(parse(&p, "replay --help")); /* though the journal is missing */
    assert_true(p.cli.help && p.cli.command == CLI_REPLAY);
    assert_ok(parse(&p, "live -h"));
    assert_true(p.cli.help && p.cli.command == CLI_LIVE);
    assert_ok(parse(&p, "-hV"));
    assert_true(p.cli.help && p.cli.version);
    assert_ok(parse(&p, "--version"));
    assert_true(p.cli.version && !p.cli.help);
}

static void test_refusals(void **state)
{
    /* What is typed, and what the message must say. */
    static const char *const rows[][2] = {
        {"lvie", "did you mean live"},
        {"demoo", "did you mean demo"},
        {"help replya", "did you mean replay"},
        {"xyzzy", "no command xyzzy"},
        {"/etc/passwd", "VENUE:SYMBOL"},
        {"--jsno", "did you mean --json"},
        {"replay --sped 4 x", "did you mean --speed"},
        {"replay --jounal x", "did you mean --journal"},
        {"--", NULL},
        {"-x", "no option -x"},
        {"-\x1b[2J", "no option -?[2J"},
        {"--\x1b]0;x\x07", "no option --?]0;x?"},
        {"demo --endpoint a=b", "demo takes no --endpoint"},
        {"replay", "usage: alphaplus replay JOURNAL"},
        {"replay a b", "too many"},
        {"export a", "something is missing"},
        {"export a nothing", "must be one of levels|"},
        {"journal frob x", "must be one of info|verify|sql|prune"},
        {"completions tcsh", "bash|zsh|fish"},
        {"completions", "something is missing"},
        {"demo extra", "too many"},
        {"import a", "import needs --output"},
        {"import a --venue binance", "import needs --output"},
        {"--json=yes", "takes no value"},
        {"--theme", "needs a NAME"},
        {"--theme --json", "needs a NAME"},
        {"--theme=", "is empty"},
        {"import a -o", "--output needs a FILE"},
        {"--glyphs emoji", "auto|ascii|utf8"},
        {"--glyphs asci", "auto|ascii|utf8"},
        {"--glyphs ascii|utf8", "auto|ascii|utf8"},
        {"--json --every 5", "not a duration"},
        {"--json --every 0s", "not a duration"},
        {"--json --every -5s", "not a duration"},
        {"--json --every 150ms", "multiple of 100ms"},
        {"--for 99999999999d", "not a duration"},
        {"--frames 0", "must be 1 to"},
        {"--frames 1.5", "whole number"},
        {"--frames 1e9", "whole number"},
        {"--frames 99999999999999999999", "must be 1 to"},
        {"sim --port 65536", "must be 0 to 65535"},
        {"sim --port -1", "whole number"},
        {"sim --port 0x10", "whole number"},
        {"demo --speed nan", "not a number"},
        {"demo --speed inf", "not a number"},
        {"demo --speed 1.2.3", "not a number"},
        {"demo --speed 1001", "must be 0 to 1000"},
        {"demo --seed -1", "whole number below"},
        {"demo --seed 18446744073709551616", "whole number below"},
        {"live --endpoint http://x", "VENUE=URL"},
        {"--once", "--once works with --json only"},
        {"--every 1s", "--every works with --json only"},
        {"--at 5", "--at works with --json only"},
        {"--journal x --no-journal", "one or the other"},
        {"sim --loop", "--loop works with --capture only"},
    };
    struct parsed p;
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        p.cli.seed = 4711;
        int err = parse(&p, rows[i][0]);
        if (rows[i][1] == NULL) {
            assert_ok(err);
            continue;
        }
        if (err != AP_EINVAL || strstr(p.why, rows[i][1]) == NULL) {
            print_error("%s: %s, \"%s\"\n", rows[i][0], ap_err_name(err), p.why);
            fail();
        }
        assert_int_equal(p.cli.seed, 4711); /* untouched */
    }
}

/* Arguments that a shell would not make, but exec can. */
static void test_hostile(void **state)
{
    enum { MANY = 2000, LONG = 100000 };
    struct cli cli;
    char why[64];
    char *argv[MANY];
    char *huge = malloc(LONG);
    (void)state;
    assert_non_null(huge);
    memset(huge, 'a', LONG - 1);
    huge[LONG - 1] = '\0';
    for (int i = 0; i < MANY; i++) {
        argv[i] = (char *)"b:X";
    }
    assert_err(cli_parse(MANY, argv, &cli, why, sizeof(why)), AP_EINVAL);
    assert_string_equal(why, "more than 256 arguments");
    for (int i = 1; i < MANY; i += 2) {
        argv[i] = (char *)"--endpoint";
        argv[i + 1 < MANY ? i + 1 : i] = (char *)"a=b";
    }
    assert_err(cli_parse(MANY - 1, argv, &cli, why, sizeof(why)), AP_EINVAL);
    assert_string_equal(why, "more than 8 endpoints");
    assert_ok(cli_parse(0, argv, &cli, why, sizeof(why))); /* not even a name */
    argv[1] = huge;
    assert_err(cli_parse(2, argv, &cli, why, sizeof(why)), AP_EINVAL);
    assert_true(strlen(why) < sizeof(why));
    huge[0] = '-';
    assert_err(cli_parse(2, argv, &cli, why, sizeof(why)), AP_EINVAL);
    huge[1] = '-';
    assert_err(cli_parse(2, argv, &cli, why, sizeof(why)), AP_EINVAL);
    argv[1] = (char *)"";
    assert_err(cli_parse(2, argv, &cli, why, sizeof(why)), AP_EINVAL);
    argv[1] = (char *)"replay";
    argv[2] = (char *)"";
    assert_err(cli_parse(3, argv, &cli, why, sizeof(why)), AP_EINVAL);
    assert_string_equal(why, "replay: an argument is empty");
    assert_err(cli_parse(3, argv, &cli, why, 1), AP_EINVAL);
    assert_string_equal(why, "");
    free(huge);
}

static bool has_option(const char *text, const struct cli_option *o, const char *before)
{
    char name[80];
    (void)snprintf(name, sizeof(name), "%s%s", before, o->name);
    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) {
        char next = at[strlen(name)];
        if (!(next >= 'a' && next <= 'z') && next != '-') {
            return true;
        }
    }
    return false;
}

static void test_help_is_complete(void **state)
{
    (void)state;
    for (int command = 0; command < CLI_COMMANDS; command++) {
        struct buf text;
        buf_init(&text, 1 << 20);
        assert_ok(cli_help((enum cli_command)command, &text));
        for (size_t i = 0; i < cli_option_n && command != CLI_HELP; i++) {
            bool taken = (cli_options[i].commands & CLI_BIT(command)) != 0;
            if (taken && !has_option(text.data, &cli_options[i], "--")) {
                print_error("%s --help lacks --%s\n", cli_commands[command].name, cli_options[i].name);
                fail();
            }
        }
        if (command == CLI_HELP) {
            for (int i = 0; i < CLI_COMMANDS; i++) {
                assert_int_equal(strstr(text.data, cli_commands[i].line) != NULL, !cli_commands[i].hidden);
            }
        } else {
            assert_non_null(strstr(text.data, "Examples:"));
        }
        size_t column = 0;
        for (const char *c = text.data; *c != '\0'; c++) {
            column = *c == '\n' ? 0 : column + 1;
            if (column > 80) {
                print_error("more than 80 columns in: %s\n", text.data);
                fail();
            }
        }
        buf_finish(&text);
    }
    struct buf text;
    buf_init(&text, 1 << 20);
    assert_err(cli_help((enum cli_command)99, &text), AP_EINVAL);
    buf_finish(&text);
    buf_init(&text, 100); /* no room: an error, not a part of the help */
    assert_err(cli_help(CLI_HELP, &text), AP_ETOOBIG);
    buf_finish(&text);
}

/* Each example of the table must be one that the parser takes. */
static void test_examples_parse(void **state)
{
    struct parsed p;
    (void)state;
    for (int i = 0; i < CLI_COMMANDS; i++) {
        assert_non_null(cli_commands[i].examples[0].line);
        for (size_t k = 0; k < CLI_EXAMPLES_MAX && cli_commands[i].examples[k].line != NULL; k++) {
            char line[LINE_MAX_BYTES];
            (void)snprintf(line, sizeof(line), "%s", cli_commands[i].examples[k].line);
            line[strcspn(line, ">")] = '\0'; /* the shell's */
            assert_ok(parse(&p, line));
            assert_true((int)p.cli.command == i || (i == CLI_HELP && p.cli.help));
        }
    }
}

static void write_file(const char *path, const struct buf *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text->data, 1, text->len, f), text->len);
    assert_int_equal(fclose(f), 0);
}

/* Runs a shell command; its output in `out`, its status returned. */
static int run(const char *command, char *out, size_t size)
{
    FILE *f = popen(command, "r");
    assert_non_null(f);
    size_t n = fread(out, 1, size - 1, f);
    out[n] = '\0';
    return pclose(f);
}

static void scratch(char *path, size_t size, const char *name)
{
    const char *folder = getenv("AP_TEST_BUILD");
    (void)snprintf(path, size, "%s/%s", folder != NULL ? folder : "/tmp", name);
}

static void test_man(void **state)
{
    static const char *const sections[] = {"NAME",    "SYNOPSIS",    "DESCRIPTION", "COMMANDS",
                                           "OPTIONS", "SETTINGS",    "KEYS",        "ENVIRONMENT",
                                           "FILES",   "EXIT STATUS", "EXAMPLES",    "SEE ALSO"};
    struct buf text;
    char heading[64], path[512], command[1200], out[4096];
    const char *at;
    (void)state;
    buf_init(&text, 1 << 20);
    assert_ok(cli_man(".Bl -tag -width Ds\n.It Ic q\nQuit. The terminal comes back.\n.El", &text));
    at = text.data;
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        (void)snprintf(heading, sizeof(heading), ".Sh %s\n", sections[i]);
        at = strstr(at, heading); /* in this order */
        assert_non_null(at);
    }
    assert_non_null(strstr(text.data, ".It Ic q\nQuit.\nThe terminal comes back.\n.El\n.Sh ENVIRONMENT\n"));
    for (size_t i = 0; i < cli_option_n; i++) {
        assert_true(has_option(text.data, &cli_options[i], "Fl -"));
    }
    scratch(path, sizeof(path), "test_cli.1");
    write_file(path, &text);
    buf_finish(&text);
    if (run("command -v mandoc", out, sizeof(out)) != 0) {
        skip();
    }
    (void)snprintf(command, sizeof(command), "mandoc -Tlint -Wwarning '%s' 2>&1", path);
    int status = run(command, out, sizeof(out));
    remove(path);
    assert_string_equal(out, "");
    assert_int_equal(status, 0);
}

static void test_completions_are_complete(void **state)
{
    static const struct {
        const char *shell, *before;
    } shells[] = {{"bash", "--"}, {"zsh", "'--"}, {"fish", "-l "}};
    struct buf text;
    (void)state;
    for (size_t s = 0; s < 3; s++) {
        buf_init(&text, 1 << 20);
        assert_ok(cli_completions(shells[s].shell, &text));
        for (size_t i = 0; i < cli_option_n; i++) {
            bool repeats = cli_options[i].kind == CLI_KIND_ENDPOINTS ||
                           cli_options[i].kind == CLI_KIND_CAPTURES;
            if (!has_option(text.data, &cli_options[i], repeats && s == 1 ? "'*--" : shells[s].before)) {
                print_error("%s lacks --%s\n", shells[s].shell, cli_options[i].name);
                fail();
            }
        }
        for (int i = 0; i < CLI_COMMANDS; i++) {
            assert_true(cli_commands[i].hidden || strstr(text.data, cli_commands[i].name) != NULL);
        }
        buf_finish(&text);
    }
    buf_init(&text, 1 << 20);
    assert_err(cli_completions("tcsh", &text), AP_EINVAL);
    buf_finish(&text);
}

/* Each shell that is here must take its script. */
static void test_completions_syntax(void **state)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    char path[512], command[1200], out[4096];
    int tried = 0;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct buf text;
        (void)snprintf(command, sizeof(command), "command -v %s", shells[i]);
        if (run(command, out, sizeof(out)) != 0) {
            continue;
        }
        tried++;
        buf_init(&text, 1 << 20);
        assert_ok(cli_completions(shells[i], &text));
        scratch(path, sizeof(path), "test_cli.completion");
        write_file(path, &text);
        buf_finish(&text);
        (void)snprintf(command, sizeof(command), "%s -n '%s' 2>&1", shells[i], path);
        int status = run(command, out, sizeof(out));
        remove(path);
        assert_string_equal(out, "");
        assert_int_equal(status, 0);
    }
    if (tried == 0) {
        skip();
    }
}

/* What bash really offers. */
static void test_bash_completes(void **state)
{
    static const char *const rows[][2] = {
        {"alphaplus re", "record replay"},
        {"alphaplus demo --s", "--speed --seed"},
        {"alphaplus --glyphs a", "auto ascii"},
        {"alphaplus --glyphs = a", "auto ascii"},
        {"alphaplus export x.apj m", "marks"},
        {"alphaplus export --at 5 x.apj m", "marks"},
        {"alphaplus journal v", "verify"},
        {"alphaplus completions f", "fish"},
        {"alphaplus binance : X --no", "--no-journal"},
        {"alphaplus replay /etc/passw", "/etc/passwd"},
        {"alphaplus --config /etc/passw", "/etc/passwd"},
        {"alphaplus --every 5", ""},
    };
    char path[512], command[1600], out[4096];
    struct buf text;
    (void)state;
    if (run("command -v bash", out, sizeof(out)) != 0) {
        skip();
    }
    buf_init(&text, 1 << 20);
    assert_ok(cli_completions("bash", &text));
    scratch(path, sizeof(path), "test_cli.bash");
    write_file(path, &text);
    buf_finish(&text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)snprintf(
            command, sizeof(command),
            "bash --norc -c 'source \"%s\"; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _alphaplus; "
            "printf %%s \"${COMPREPLY[*]}\"' 2>&1",
            path, rows[i][0]);
        assert_int_equal(run(command, out, sizeof(out)), 0);
        if (strncmp(out, "/etc/passwd", 11) == 0) { /* there may be a passwd- too */
            out[11] = '\0';
        }
        assert_string_equal(out, rows[i][1]);
    }
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_help_and_version),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_help_is_complete),
        cmocka_unit_test(test_examples_parse),
        cmocka_unit_test(test_man),
        cmocka_unit_test(test_completions_are_complete),
        cmocka_unit_test(test_completions_syntax),
        cmocka_unit_test(test_bash_completes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
