"""Each lint rule must be able to fail, and must let good code pass. TAP on stdout."""
import sys

import banned
import commits
import common
import globals as global_state
import layers
import sizes
import text

C = 'src/book/page.c'
HEADER = 'include/alphaplus/book/page.h'


def includes(path):
    return f'#include <{path}>\n'


def function(lines=1, branch='if (x)\n', branches=0):
    body = branch * branches + 'x++;\n' * (lines - branches)
    return f'static int f(int x)\n{{\n{body}}}\n'


# rule: ([trees that must fail], [trees that must pass])
CASES = {
    layers.layers_look_down_only: ([
        {C: includes('alphaplus/net/feed.h')},
        {C: '#include "alphaplus/ui/canvas.h"\n'},
        {C: '#include "../risk/margin.h"\n'},
        {'src/ui/panels/depth.c': includes('alphaplus/journal/journal.h')},
        {'src/base/text.c': includes('alphaplus/model/event.h')},
        {HEADER: '#include "level.h"\n'},
        {'src/misc/odd.c': 'int x;\n'},
    ], [
        {C: includes('alphaplus/model/event.h') + includes('alphaplus/book/book.h') + '#include "page.h"\n'},
        {C: '/* #include <alphaplus/net/feed.h> */\n'},
        {'src/ui/panels/depth.c': '#include "../canvas.h"\n'},
        {'src/app/wire.c': includes('alphaplus/net/feed.h')},
    ]),
    layers.system_headers_are_allowed: ([
        {C: includes('jansson.h')},
        {C: includes('time.h')},
        {'src/engine/market.c': includes('sys/time.h')},
        {'src/venue/okx.c': includes('sys/socket.h')},
        {'src/net/feed.c': includes('sqlite3.h')},
        {'src/ui/canvas.c': includes('curses.h')},
        {'src/app/wire.c': includes('curses.h')},
        {'src/app/wire.c': includes('sqlite3.h')},
        {'include/alphaplus/venue/venue.h': includes('jansson.h')},
    ], [
        {C: includes('stdint.h') + includes('string.h')},
        {'src/ui/term_curses.c': includes('curses.h')},
        {'src/venue/okx.c': includes('jansson.h')},
        {'src/app/wire.c': includes('uv.h') + includes('sys/prctl.h')},
    ]),
    layers.the_build_has_the_same_table: ([
        {'src/meson.build': "layers = {\n  'base': [],\n}\n"},
    ], [
        {'src/meson.build': 'layers = {\n' + ''.join(
            f"  '{layer}': [{', '.join(repr(u) for u in layers.TABLE[layer][0].split())}],\n"
            for layer in common.LIBRARY_LAYERS) + '}\n'},
    ]),
    banned.no_unsafe_functions: ([
        {C: 'void f(char *a) { strcpy(a, a); }\n'},
        {'tests/unit/book/test_page.c': 'void f(char *a) { atoi (a); }\n'},
        {'tests/unit/book/test_page.c': 'void f(void) { assert_float_equal(1, 1, 0); }\n'},
    ], [
        {C: '/* strcpy(a, b) */ const char *x = "atof(1)"; int y = my_sprintf(x);\n'},
    ]),
    banned.only_app_starts_processes: ([
        {'src/ui/help.c': 'void f(void) { system("x"); }\n'},
    ], [
        {'src/app/mail.c': 'void f(void) { popen("x", "r"); }\n'},
    ]),
    banned.libraries_neither_speak_nor_exit: ([
        {C: 'void f(void) { printf("x"); }\n'},
        {C: 'void f(void) { exit(1); }\n'},
        {'src/net/feed.c': 'void f(void) { fprintf(stderr, "x"); }\n'},
    ], [
        {'src/config/file.c': 'void f(FILE *out) { fprintf(out, "x"); x->exit(1); }\n'},
        {'src/app/main.c': 'int main(void) { printf("x"); exit(0); }\n'},
    ]),
    banned.pure_layers_read_no_clock_and_no_file: ([
        {C: 'long f(void) { return time(NULL); }\n'},
        {'src/analytics/flow.c': 'void f(void) { clock_gettime(0, &ts); }\n'},
        {'src/engine/market.c': 'void f(void) { fopen("x", "r"); }\n'},
    ], [
        {'src/net/feed.c': 'void f(void) { clock_gettime(0, &ts); }\n'},
        {C: 'int f(struct event *e) { return event_time(e) + e->time(e); }\n'},
    ]),
    banned.numbers_keep_the_c_locale: ([
        {'src/app/main.c': 'int main(void) { setlocale(LC_ALL, ""); }\n'},
        {'src/app/main.c': 'int main(void) { setlocale(LC_NUMERIC, ""); }\n'},
    ], [
        {'src/app/main.c': 'int main(void) { setlocale(LC_CTYPE, ""); }\n'},
    ]),
    banned.tests_do_not_sleep: ([
        {'tests/unit/book/test_page.c': 'void f(void) { usleep(10); }\n'},
    ], [
        {'tests/unit/book/test_page.c': 'void f(void) { fake_sleep(10); }\n'},
    ]),
    sizes.files_are_short: ([
        {C: 'int x;\n' * 901}, {HEADER: 'int x;\n' * 301},
    ], [
        {C: 'int x;\n' * 900}, {HEADER: 'int x;\n' * 300},
    ]),
    sizes.functions_are_short: ([
        {C: function(78)},
        {C: 'struct a b = {1};\nenum { X };\n' + function(90)},
    ], [
        {C: function(77)},
        {C: 'static const int t[] = {\n' + '1,\n' * 200 + '};\n'},
        {C: 'struct s {\n' + 'int x;\n' * 100 + '};\n'},
        {C: '#define F(x) { \\\n' + 'x \\\n' * 100 + '}\n' + function(3)},
    ]),
    sizes.functions_are_simple: ([
        {C: function(60, branches=30)},
        {C: function(3, 'x = x > 1 ? 2 : x && x || x;\n' * 11, 1)},
    ], [
        {C: function(60, branches=29)},
        {C: function(60, 'case 1: /* if if */ x = 1;\n', 40)},
    ]),
    sizes.no_umbrella_headers: ([
        {HEADER: ''.join(includes(f'alphaplus/model/h{i}.h') for i in range(9))},
    ], [
        {HEADER: ''.join(includes(f'alphaplus/model/h{i}.h') for i in range(8)) + includes('stdint.h')},
    ]),
    text.no_tabs: ([{C: '\tint x;\n'}, {'README.md': 'a\tb\n'}], [{C: '    int x;\n'}]),
    text.no_trailing_blanks: ([{C: 'int x; \n'}, {C: 'int x;\r\n'}], [{C: 'int x;\n\n'}]),
    text.files_end_with_one_newline: ([{C: 'int x;'}, {C: 'int x;\n\n'}], [{C: 'int x;\n'}, {C: ''}]),
    text.no_paths_of_one_machine: ([
        {C: '/* see /' + 'home/ann/x */\n'}, {'README.md': 'in /' + 'work/main\n'},
        {'README.md': 'the ' + 'hand' + 'book/design.md\n'},
    ], [
        {C: '/* see /usr/share and https://x.org/home/x */\n'},
    ]),
    text.every_c_file_is_built: ([
        {C: '', 'src/book/meson.build': "book_src = files(\n  # 'page.c',\n)\n"},
        {'tests/unit/book/test_page.c': '', 'tests/unit/book/meson.build': 'unit_tests = {\n}\n'},
        {'tests/fuzz/fuzz_page.c': '', 'tests/fuzz/meson.build': ''},
    ], [
        {C: '', 'src/book/meson.build': "book_src = files(\n  'page.c',\n)\n"},
        {'src/ui/panels/depth.c': '', 'src/ui/meson.build': "ui_src = files('panels/depth.c')\n"},
        {'tests/unit/book/test_page.c': '', 'tests/unit/book/meson.build': "unit_tests = {\n  'page': [],\n}\n"},
    ]),
}

SUBJECTS = {
    'book: skip the gap': True, 'tests/lint: hold the table': True, 'build, ci: go faster': True,
    'fixed stuff': False, 'Book: Skip': False, 'book: skip it.': False, 'book:': False, 'book: ' + 'x' * 80: False,
}

OBJDUMP = """libap_x.a:     file format elf64-x86-64
x.c.o:     file format elf64-x86-64

0000000000000000 l    d  .bss\t0000000000000000 .bss
0000000000000000 l     O .data.rel.ro.local\t0000000000000010 table
0000000000000000 l     O .rodata\t0000000000000010 digits
0000000000000000 l     O .bss\t0000000000000004 count
0000000000000004 l     O .bss\t0000000000000004 calls.0
0000000000000000 l     O .data.rel.local\t0000000000000010 names
0000000000000000 l       .tbss\t0000000000000004 mine
0000000000000004       O *COM*\t0000000000000004 shared
0000000000000000 g     F .text\t0000000000000010 f
"""

NM = {
    'base': 'x.c.o:\n0000000000000010 T text_copy\n0000000000000000 R table\n',
    'book': 'y.c.o:\n0000000000000000 T book_init\n                 U text_copy\n',
    'risk': 'z.c.o:\n0000000000000000 D table\n',
}


def checks():
    for rule, (bad, good) in CASES.items():
        for i, texts in enumerate(bad):
            yield f'{rule.__name__} fails, case {i}', bool(list(rule(common.Tree(texts=texts))))
        for i, texts in enumerate(good):
            found = list(rule(common.Tree(texts=texts)))
            yield f'{rule.__name__} passes, case {i} {found or ""}', not found
    for module in (layers, banned, sizes, text):
        for rule in module.RULES:
            yield f'{rule.__name__} has cases', rule in CASES
    for subject, good in SUBJECTS.items():
        yield f'subject {subject[:40]}', (commits.fault_of(subject) is None) == good
    twice = global_state.defined_twice(NM)
    yield f'symbols defined twice {twice}', twice == [('table', ['base', 'risk'])]
    found = {name for _, name, _ in global_state.mutable_symbols(OBJDUMP)}
    yield f'mutable symbols {sorted(found)}', found == {'count', 'calls', 'names', 'mine', 'shared'}


def main():
    results = list(checks())
    print(f'1..{len(results)}')
    for n, (name, passed) in enumerate(results, 1):
        print(f'{"ok" if passed else "not ok"} {n} - {name.replace("#", "")}')
    return 0 if all(passed for _, passed in results) else 1


sys.exit(main())
