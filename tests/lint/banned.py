"""Functions that do not belong in this tree, or not in this part of it."""
import common

CALL = r'(?<![\w.>])({})\s*\('

UNSAFE = {
    'strcpy': 'cannot know the room', 'strcat': 'cannot know the room', 'stpcpy': 'cannot know the room',
    'sprintf': 'use snprintf', 'vsprintf': 'use vsnprintf', 'gets': 'cannot know the room',
    'strncpy': 'leaves no end mark', 'strtok': 'keeps hidden state',
    'atoi': 'hides errors', 'atol': 'hides errors', 'atoll': 'hides errors', 'atof': 'hides errors and obeys the locale',
    'alloca': 'has no ceiling', 'tmpnam': 'races', 'mktemp': 'races', 'rand': 'use a seeded generator',
    'assert_float_equal': 'casts to float; compare doubles yourself',
    'assert_float_not_equal': 'casts to float; compare doubles yourself',
}
PROCESS = ('system', 'popen', 'fork', 'vfork', 'execl', 'execlp', 'execle', 'execv', 'execvp', 'execve', 'posix_spawn',
           'posix_spawnp')
SPEAKING = ('printf', 'vprintf', 'puts', 'putchar', 'perror', 'psignal', 'err', 'errx', 'warn', 'warnx', 'syslog', 'exit',
            '_exit', '_Exit', 'quick_exit')
CLOCKS = ('clock_gettime', 'gettimeofday', 'time', 'clock', 'timespec_get', 'ftime', 'clock_system', 'localtime',
          'localtime_r', 'gmtime', 'mktime', 'nanosleep', 'usleep', 'sleep', 'clock_nanosleep', '__rdtsc')
FILE_IO = ('fopen', 'fdopen', 'freopen', 'open', 'openat', 'creat', 'read', 'write', 'fread', 'fwrite', 'fputs', 'fprintf',
           'getenv', 'socket', 'connect', 'ioctl')
THE_TERMINAL = 'src/ui/term_curses.c'  # what it writes to stdout is the screen
SLEEPS = ('sleep', 'usleep', 'nanosleep', 'clock_nanosleep')


def _calls(tree, names, words):
    pattern = CALL.format('|'.join(words))
    for name in names:
        for line, match in common.search_lines(tree.code(name), pattern):
            yield name, line, match.group(1)


def _of_layers(tree, *layers):
    return [n for n in tree.sources('src/', 'include/') if common.layer_of(n)[0] in layers]


def no_unsafe_functions(tree):
    for name, line, word in _calls(tree, tree.sources('src/', 'include/', 'tests/'), UNSAFE):
        yield name, line, f'{word}() {UNSAFE[word]}'


def only_app_starts_processes(tree):
    for name, line, word in _calls(tree, _of_layers(tree, *common.LIBRARY_LAYERS), PROCESS):
        yield name, line, f'{word}() belongs in app'


def libraries_neither_speak_nor_exit(tree):
    names = _of_layers(tree, *common.LIBRARY_LAYERS)
    for name, line, word in _calls(tree, names, SPEAKING):
        yield name, line, f'{word}(): a library layer returns, it does not print or exit'
    for name in names:
        if name == THE_TERMINAL:
            continue
        for line, _ in common.search_lines(tree.code(name), r'\bf(?:printf|puts|flush)\s*\([^;]*\bstd(?:err|out)\b'):
            yield name, line, 'a library layer does not print'


def pure_layers_read_no_clock_and_no_file(tree):
    names = _of_layers(tree, 'model', 'book', 'analytics', 'risk', 'engine')
    for name, line, word in _calls(tree, names, CLOCKS + FILE_IO):
        yield name, line, f'{word}(): this layer is a pure function of its events'


def numbers_keep_the_c_locale(tree):
    names = tree.sources('src/', 'include/', 'tests/')
    for name in names:
        for line, match in common.search_lines(tree.code(name), r'\bsetlocale\s*\(\s*(LC_(?:ALL|NUMERIC))\b'):
            yield name, line, f'{match.group(1)} would change how prices are read: LC_CTYPE only'


def tests_do_not_sleep(tree):
    for name, line, word in _calls(tree, tree.sources('tests/'), SLEEPS):
        yield name, line, f'{word}(): drive a fake clock, or wait for the thing itself'


RULES = [no_unsafe_functions, only_app_starts_processes, libraries_neither_speak_nor_exit,
         pure_layers_read_no_clock_and_no_file, numbers_keep_the_c_locale, tests_do_not_sleep]

if __name__ == '__main__':
    common.main(RULES)
