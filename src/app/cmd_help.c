#include "commands.h"
#include "man_metrics.h"
#include "output.h"

#include <alphaplus/ui/ui.h>

#define TEXT_MAX (1u << 20)

static int print(struct buf *text, int err)
{
    if (err == 0)
        err = output_write(text->data, text->len);
    else
        complain("%s", ap_err_text(err));
    buf_finish(text);
    return err < 0 && err != AP_EEOF;
}

int command_help(const struct cli *cli, const struct settings *settings)
{
    struct buf text;
    (void)settings;
    buf_init(&text, TEXT_MAX);
    return print(&text, cli_help(cli->command, &text));
}

int command_completions(const struct cli *cli, const struct settings *settings)
{
    struct buf text;
    (void)settings;
    buf_init(&text, TEXT_MAX);
    if (cli->arg_n != 1 || cli_completions(cli->args[0], &text) < 0) {
        buf_finish(&text);
        complain("completions: name a shell: bash, zsh or fish");
        return 2;
    }
    return print(&text, 0);
}

int command_man(const struct cli *cli, const struct settings *settings)
{
    struct buf keys, text;
    (void)settings;
    buf_init(&text, TEXT_MAX);
    if (cli->arg_n > 0)
        return print(&text, man_metrics(&text));
    buf_init(&keys, TEXT_MAX);
    int err = ui_keys_mdoc(&keys);
    if (err == 0)
        err = cli_man(keys.data, &text);
    buf_finish(&keys);
    return print(&text, err);
}
