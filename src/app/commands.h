/* One file a command; main.c picks by the command line's table. Each returns the exit status: 0 done, 1 failed, 2 usage. */
#ifndef ALPHAPLUS_APP_COMMANDS_H
#define ALPHAPLUS_APP_COMMANDS_H

#include <alphaplus/config/cli.h>
#include <alphaplus/config/settings.h>

int command_live(const struct cli *cli, const struct settings *settings); /* live and record */
int command_demo(const struct cli *cli, const struct settings *settings);
int command_replay(const struct cli *cli, const struct settings *settings);
int command_import(const struct cli *cli, const struct settings *settings);
int command_export(const struct cli *cli, const struct settings *settings);
int command_journal(const struct cli *cli, const struct settings *settings);
int command_sim(const struct cli *cli, const struct settings *settings);
int command_doctor(const struct cli *cli, const struct settings *settings);
int command_help(const struct cli *cli, const struct settings *settings);
int command_completions(const struct cli *cli, const struct settings *settings);
int command_man(const struct cli *cli, const struct settings *settings);

/* The whole program: parse, settings, command. */
int program_main(int argc, char *const *argv);

#endif
