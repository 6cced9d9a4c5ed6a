#include "cli_table.h"

#define LIVE       CLI_BIT(CLI_LIVE)
#define DEMO       CLI_BIT(CLI_DEMO)
#define RECORD     CLI_BIT(CLI_RECORD)
#define REPLAY     CLI_BIT(CLI_REPLAY)
#define IMPORT     CLI_BIT(CLI_IMPORT)
#define EXPORT     CLI_BIT(CLI_EXPORT)
#define JOURNAL    CLI_BIT(CLI_JOURNAL)
#define SIM        CLI_BIT(CLI_SIM)
#define DOCTOR     CLI_BIT(CLI_DOCTOR)
#define SCREEN     (LIVE | DEMO | REPLAY)
#define LINES      (SCREEN | RECORD)
#define AT(member) offsetof(struct cli, member)
#define FLAG(name, commands, member, meaning)                                                                \
    {                                                                                                        \
        name, 0, NULL, CLI_KIND_FLAG, commands, AT(member), 0, 0, NULL, meaning                              \
    }

/* name, letter, argument, kind, commands, field, lowest, highest, choices, meaning */
const struct cli_option cli_options[] = {
    FLAG("json", LINES, json, "print the published state as JSON, one object a line, without a screen"),
    FLAG("once", LINES, once, "with --json: print one object and end"),
    {"every", 0, "DURATION", CLI_KIND_DURATION, LINES, AT(every_ns), 0, 0, NULL,
     "with --json: one object each DURATION of engine time, a multiple of 100ms (default 1s)"},
    {"at", 0, "TIME", CLI_KIND_TEXT, LINES | EXPORT, AT(at), 0, 0, NULL,
     "the state at this UTC time, such as 2026-11-21T14:03:22.500, 14:03:22 or Unix time; replay: start there"},
    {"frames", 0, "N", CLI_KIND_INT, SCREEN, AT(frames), 1, 1e9, NULL, "draw N frames, then end"},
    {"theme", 0, "NAME", CLI_KIND_TEXT, SCREEN, AT(theme), 0, 0, NULL, "colour theme, by name or by path"},
    {"glyphs", 0, "SET", CLI_KIND_CHOICE, SCREEN, AT(glyphs), 0, 0, "auto|ascii|utf8",
     "characters to draw with"},
    {"colors", 0, "N", CLI_KIND_CHOICE, SCREEN, AT(colors), 0, 0, "auto|mono|8|16|256|direct",
     "how many colours the terminal has"},
    {"endpoint", 0, "VENUE=URL", CLI_KIND_ENDPOINTS, LIVE | RECORD, AT(endpoints), 0, 0, NULL,
     "connect to URL instead of the venue's own address; may be given for several venues"},
    {"ca-file", 0, "FILE", CLI_KIND_FILE, LIVE | RECORD, AT(ca_file), 0, 0, NULL,
     "trust the certificates of FILE instead of the system's"},
    {"positions", 0, "FILE", CLI_KIND_FILE, LIVE | RECORD, AT(positions), 0, 0, NULL,
     "own accounts and positions, as a plain INI file"},
    {"journal", 0, "FILE", CLI_KIND_FILE, LIVE | RECORD | DEMO, AT(journal), 0, 0, NULL,
     "write the journal to FILE instead of a new file in the data folder; demo keeps one only when it is named"},
    FLAG("no-journal", LIVE, no_journal, "keep no journal"),
    {"for", 0, "DURATION", CLI_KIND_DURATION, LIVE | DEMO | RECORD | SIM, AT(duration_ns), 0, 0, NULL,
     "end after DURATION"},
    {"venue", 0, "NAME", CLI_KIND_TEXT, IMPORT | DEMO | SIM, AT(venue), 0, 0, NULL,
     "import: whose frames the captures hold; sim: whom to speak as (default binance); demo: the same, or several with "
     "commas between them, such as binance,bybit,okx"},
    {"output", 'o', "FILE", CLI_KIND_FILE, IMPORT, AT(output), 0, 0, NULL, "the journal to make"},
    {"instruments", 0, "FILE", CLI_KIND_FILE, IMPORT, AT(instruments), 0, 0, NULL,
     "the venue's own list of instruments (for binance: exchangeInfo); without it decimals are taken from the captures"},
    {"instrument", 0, "NAME", CLI_KIND_TEXT, EXPORT, AT(instrument), 0, 0, NULL,
     "only this instrument, such as binance:BTCUSDT"},
    {"from", 0, "TIME", CLI_KIND_TEXT, EXPORT | REPLAY, AT(from), 0, 0, NULL,
     "only what was received at or after this time"},
    {"to", 0, "TIME", CLI_KIND_TEXT, EXPORT | REPLAY, AT(to), 0, 0, NULL,
     "only what was received before this time"},
    {"format", 0, "FORMAT", CLI_KIND_CHOICE, EXPORT, AT(format), 0, 0, "csv|jsonl|typed",
     "how rows are written (default csv); typed: csv whose header says name:type"},
    {"keep", 0, "DURATION", CLI_KIND_DURATION, JOURNAL, AT(keep_ns), 0, 0, NULL,
     "prune: what is older than DURATION before the newest event goes"},
    {"max-size", 0, "SIZE", CLI_KIND_TEXT, JOURNAL, AT(max_size), 0, 0, NULL,
     "prune: the oldest goes until the file is about SIZE, such as 500M or 20G"},
    {"copy", 0, "FILE", CLI_KIND_FILE, JOURNAL, AT(copy), 0, 0, NULL,
     "upgrade: first make FILE a copy of the journal as it is"},
    {"capture", 0, "FILE", CLI_KIND_CAPTURES, SIM, AT(captures), 0, 0, NULL,
     "serve the frames of this capture instead of the market model; several make one market"},
    {"port", 0, "N", CLI_KIND_INT, SIM, AT(port), 0, 65535, NULL, "listen on port N (default: any free one)"},
    {"speed", 0, "X", CLI_KIND_REAL, DEMO | REPLAY | SIM, AT(speed), 0, 1000, NULL,
     "X times real time (default 1; replay and sim: 0 is as fast as can be)"},
    {"seed", 0, "N", CLI_KIND_SEED, DEMO | SIM, AT(seed), 0, 0, NULL,
     "which market the model makes (default 1)"},
    {"faults", 0, "SPEC", CLI_KIND_TEXT, SIM, AT(faults), 0, 0, NULL,
     "go wrong on purpose, by the seed's chance: such as drop=0.001,delay=0.01:200ms,close=60s,rest500=0.1; "
     "a word that is not known lists them all"},
    FLAG("loop", REPLAY | SIM, loop, "begin again at the end; sim: the capture"),
    FLAG("follow", REPLAY, follow, "the journal is being written by another alphaplus: go on as it grows"),
    FLAG(
        "params", DOCTOR, params,
        "print every setting and every parameter of the measures: value, default, range, meaning, where it is from"),
    {"config", 0, "FILE", CLI_KIND_FILE, SCREEN | RECORD | IMPORT | DOCTOR, AT(config_file), 0, 0, NULL,
     "read settings from FILE instead of the usual one"},
    {"help", 'h', NULL, CLI_KIND_FLAG, CLI_ALL, AT(help), 0, 0, NULL, "print this help and end"},
    {"version", 'V', NULL, CLI_KIND_FLAG, CLI_ALL, AT(version), 0, 0, NULL, "print the version and end"},
};
const size_t cli_option_n = sizeof(cli_options) / sizeof(cli_options[0]);
_Static_assert(sizeof(cli_options) / sizeof(cli_options[0]) <= CLI_OPTIONS_MAX, "room in the parser");

#define FILE_WORD                                                                                            \
    {                                                                                                        \
        CLI_WORDS_FILE, NULL                                                                                 \
    }
#define KINDS "levels|snapshots|top|quotes|trades|marks|liquidations|open_interest|book"

const struct cli_command_row cli_commands[CLI_COMMANDS] = {
    [CLI_LIVE] =
        {.name = "live",
         .synopsis = "[INSTRUMENT...]",
         .line = "the screen on live feeds, journaling (the default command)",
         .text =
             "Connects to the exchanges of the named instruments and shows their books, heatmaps, liquidations, trades "
             "and measures. An instrument is VENUE:SYMBOL, such as binance:BTCUSDT; without one, those of the "
             "settings are watched. All that is received is written to a journal, which replay shows again.\n\n"
             "With --json it runs without a terminal and prints the published state instead.",
         .words_max = CLI_ARGS_MAX,
         .words = {{CLI_WORDS_NONE, NULL}},
         .examples = {{"binance:BTCUSDT binance:ETHUSDT", "watch two instruments"},
                      {"live --positions own.ini", "with liquidation prices of your own positions"},
                      {"live --json --every 5s binance:BTCUSDT", "one JSON object each five seconds"},
                      {"live --endpoint binance=http://127.0.0.1:4100", "connect to a loopback exchange"}}},
    [CLI_DEMO] =
        {.name = "demo",
         .synopsis = "",
         .line = "the screen on a made-up market, without any network",
         .text =
             "Starts an exchange on loopback inside the program, traded by a seeded market model, and connects to it as "
             "to a real one. Needs no network, no settings and no account. The same seed makes the same market.",
         .examples = {{"demo", "look around"},
                      {"demo --venue binance,bybit,okx", "the same market on three venues"},
                      {"demo --seed 7 --speed 10", "another market, ten times as fast"}}},
    [CLI_RECORD] =
        {.name = "record",
         .synopsis = "[INSTRUMENT...]",
         .line = "the same engine and journal without a screen",
         .text =
             "Receives, checks and journals exactly what live would, without drawing. Ctrl-C or SIGTERM ends it; the "
             "journal then holds everything up to that moment.",
         .words_max = CLI_ARGS_MAX,
         .words = {{CLI_WORDS_NONE, NULL}},
         .examples = {{"record binance:BTCUSDT", "until it is stopped"},
                      {"record --for 8h --journal night.apj binance:BTCUSDT",
                       "for eight hours, to a named file"}}},
    [CLI_REPLAY] =
        {.name = "replay",
         .synopsis = "JOURNAL",
         .line = "the same screen from a journal",
         .text =
             "Plays a journal through the very same engine and panels. Any time shows the state that the live run had "
             "then. Pause, step, speed, seek and jumps to what happened are on keys. What was seen once is reached at once, "
             "backward too: states are kept along the way, in the journal as well where it is one's own to write.",
         .words_min = 1,
         .words_max = 1,
         .words = {FILE_WORD},
         .examples = {{"replay night.apj", "from the beginning"},
                      {"replay --from 14:00 --to 14:10 --loop night.apj", "ten minutes, again and again"},
                      {"replay --follow today.apj", "what another alphaplus is recording"},
                      {"replay --json --at 14:03:22 night.apj", "the state at that time, as JSON"}}},
    [CLI_IMPORT] =
        {.name = "import",
         .synopsis = "CAPTURE...",
         .line = "captures of raw frames, or CSV, to a journal",
         .text =
             "Reads lines of a receive time (Unix ns or us) and a raw frame, plain, gzip or zstd, decodes them as live "
             "would and writes a journal. Several files are merged by time. Needs --venue and --output.\n\n"
             "CSV files by Tardis (incremental_book_L2, trades, liquidations, derivative_ticker; plain or gzip) are read as "
             "well, without --venue: one market's files together make one journal.",
         .words_min = 1,
         .words_max = CLI_ARGS_MAX,
         .words = {FILE_WORD},
         .examples = {{"import --venue binance day.log.gz -o day.apj", "one capture"},
                      {"import --venue binance --instruments info.json a.zst b.zst -o ab.apj",
                       "two at once, with exact ticks and lots"},
                      {"import incremental_book_L2.csv.gz trades.csv.gz -o day.apj", "CSV by Tardis"}}},
    [CLI_EXPORT] =
        {.name = "export",
         .synopsis = "JOURNAL KIND",
         .line = "rows of a journal as csv or jsonl on standard output",
         .text =
             "KIND is one of levels, snapshots, top, quotes, trades, marks, liquidations, open_interest and book. Prices and sizes "
             "are exact decimal text. book is the whole book at the time of --at, best first.",
         .words_min = 2,
         .words_max = 2,
         .words = {FILE_WORD, {CLI_WORDS_CHOICE, KINDS}},
         .examples = {{"export day.apj trades > trades.csv", "all trades"},
                      {"export --at 14:03:22 day.apj book", "the book at a time"},
                      {"export --format jsonl --from 14:00 --to 15:00 day.apj top",
                       "an hour of best bids and asks"}}},
    [CLI_JOURNAL] =
        {.name = "journal",
         .synopsis = "WHAT JOURNAL [QUERY]",
         .line = "look into a journal, check it, query it, shorten it",
         .text =
             "WHAT is one of info, verify, sql, prune and upgrade. info prints what the journal holds: instruments, times, "
             "events, gaps, and what each takes. verify replays it "
             "and compares the digest of every published figure with the ones that the live run wrote; behind a span "
             "that the journal lost they cannot be compared, up to the next session, and it says so. sql prints the rows of "
             "one SQL query as CSV, such as: select side, sum(quantity) from trades group by side. alphaplus-journal(5) "
             "lists the tables. prune drops the oldest events and gives their room back; it can be interrupted, and is "
             "refused while the journal is being written. upgrade brings a journal of an older alphaplus up to date, in "
             "place.",
         .words_min = 2,
         .words_max = 3,
         .words = {{CLI_WORDS_CHOICE, "info|verify|sql|prune|upgrade"}, FILE_WORD, {CLI_WORDS_NONE, NULL}},
         .examples = {{"journal info day.apj", "what is in it"},
                      {"journal verify day.apj", "compare replay with the live run"},
                      {"journal sql day.apj \"$query\"", "the rows of a query, as CSV"},
                      {"journal prune --keep 30d --max-size 20G all.apj",
                       "the last 30 days, and not too much"}}},
    [CLI_SIM] =
        {.name = "sim",
         .synopsis = "[CAPTURE...]",
         .line = "the loopback exchange alone",
         .text =
             "Speaks a venue's protocol (of --venue; captures are Binance USD-M's) on a port of 127.0.0.1, from captures or "
             "from the market model, and prints its address. The market starts when the first client subscribes.\n\n"
             "GET /sim/truth?symbol=SYMBOL there is the whole book, /sim/pause stops the market when all is told, /sim/heal "
             "ends the faults and /sim/faults counts them.",
         .words_max = CLI_ARGS_MAX,
         .words = {FILE_WORD},
         .examples = {{"sim --port 4100", "the market model"},
                      {"sim --port 4100 --venue okx --faults drop=0.01,checksum=0.001",
                       "another venue, a bad line"},
                      {"sim --port 4100 --capture day.log.gz --speed 10",
                       "a recorded day, ten times as fast"}}},
    [CLI_DOCTOR] =
        {.name = "doctor",
         .synopsis = "",
         .line = "what works here: terminal, colours, locale, folders, clock",
         .text =
             "Looks at what the program needs from its surroundings, and says in words what is wrong and what to do.",
         .examples = {{"doctor", "check this terminal"},
                      {"doctor --params", "all settings and where they stand"}}},
    [CLI_HELP] = {.name = "help",
                  .synopsis = "[COMMAND]",
                  .line = "help, of one command or of all",
                  .text = "Prints the help of a command, or the list of commands.",
                  .words_max = 1,
                  .words = {{CLI_WORDS_CHOICE,
                             "live|demo|record|replay|import|export|journal|sim|doctor|help|completions"}},
                  .examples = {{"help replay", "the same as replay --help"}}},
    [CLI_COMPLETIONS] =
        {.name = "completions",
         .synopsis = "SHELL",
         .line = "completions for bash, zsh or fish, on standard output",
         .text = "Prints a script that completes commands, options and files in the named shell.",
         .words_min = 1,
         .words_max = 1,
         .words = {{CLI_WORDS_CHOICE, "bash|zsh|fish"}},
         .examples = {{"completions bash >> ~/.bash_completion", "for bash"},
                      {"completions zsh > ~/.zfunc/_alphaplus", "for zsh, with ~/.zfunc in fpath"},
                      {"completions fish > ~/.config/fish/completions/alphaplus.fish", "for fish"}}},
    [CLI_MAN] = {.name = "man",
                 .synopsis = "[PAGE]",
                 .line = "the manual page in mdoc, on standard output",
                 .text = "Prints alphaplus.1, or alphaplus-metrics.7.",
                 .words_max = 1,
                 .words = {{CLI_WORDS_CHOICE, "metrics"}},
                 .hidden = true,
                 .examples = {{"man", "for the build"}}},
};

const char *cli_command_name(enum cli_command command)
{
    return (unsigned)command < CLI_COMMANDS ? cli_commands[command].name : "?";
}

const struct cli_word *cli_word_at(const struct cli_command_row *row, size_t index)
{
    return &row->words[row->words_max <= CLI_WORDS_MAX && index < CLI_WORDS_MAX ? index : 0];
}
