"""Compile every public header alone, and once more included twice, with warnings as errors. TAP on stdout.

usage: headers.py INCLUDE_DIR CC [CC-ARGS...]
"""
import pathlib
import subprocess
import sys

FLAGS = ['-std=c17', '-D_GNU_SOURCE', '-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-x', 'c', '-']


def main():
    include = pathlib.Path(sys.argv[1])
    cc = sys.argv[2:]
    headers = sorted(include.glob('alphaplus/**/*.h'))
    if not headers:
        print('1..0 # SKIP no header yet')
        return 0
    print(f'1..{len(headers)}')
    bad = 0
    for n, path in enumerate(headers, 1):
        name = path.relative_to(include).as_posix()
        text = f'#include <{name}>\n#include <{name}>\nint alone;\n'
        run = subprocess.run(cc + ['-I', str(include)] + FLAGS, input=text, text=True, capture_output=True)
        print(f'{"ok" if run.returncode == 0 else "not ok"} {n} - {name}')
        if run.returncode:
            bad += 1
            for line in run.stderr.splitlines()[:20]:
                print('# ' + line)
        sys.stdout.flush()
    return 1 if bad else 0


sys.exit(main())
