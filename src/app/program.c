#include "commands.h"
#include "output.h"
#include "parameters.h"
#include "paths.h"
#include "version.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { USAGE = 2 };

static int (*const commands[CLI_COMMANDS])(const struct cli *, const struct settings *) = {
    [CLI_LIVE] = command_live,
    [CLI_RECORD] = command_live,
    [CLI_DEMO] = command_demo,
    [CLI_REPLAY] = command_replay,
    [CLI_IMPORT] = command_import,
    [CLI_EXPORT] = command_export,
    [CLI_JOURNAL] = command_journal,
    [CLI_SIM] = command_sim,
    [CLI_DOCTOR] = command_doctor,
    [CLI_HELP] = command_help,
    [CLI_COMPLETIONS] = command_completions,
    [CLI_MAN] = command_man,
};

/* The file named on the command line must be there; the usual one may be missing. */
static int load_settings(const struct cli *cli, struct settings *ret_settings)
{
    char path[PATH_TEXT_MAX];
    struct parameters unused;
    struct buf why;
    int err;

    settings_default(ret_settings);
    buf_init(&why, 64u << 10);
    if (cli->config_file) {
        err = settings_load(ret_settings, cli->config_file, &why);
    } else {
        err = path_config("settings.ini", path, sizeof path);
        if (err == 0)
            err = settings_load(ret_settings, path, &why);
        if (err == AP_ENOTFOUND)
            err = 0;
    }
    if (err == 0)
        err = parameters_from(ret_settings, &unused, &why);
    if (err == AP_ENOTFOUND)
        complain("%s: no such file", cli->config_file);
    else if (err < 0)
        complain("settings cannot be used:\n%s", why.len ? why.data : ap_err_text(err));
    buf_finish(&why);
    return err;
}

int program_main(int argc, char *const *argv)
{
    static const char version[] = ALPHAPLUS_PROGRAM "\n";
    struct cli cli;
    struct settings settings;
    char why[512];

    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    if (cli_parse(argc, argv, &cli, why, sizeof why) < 0) {
        complain("%s", why);
        return USAGE;
    }
    if (cli.version)
        return output_write(version, sizeof version - 1) == AP_EIO;
    if (cli.help)
        return command_help(&cli, NULL);
    if (load_settings(&cli, &settings) < 0)
        return 1;
    return commands[cli.command](&cli, &settings);
}
