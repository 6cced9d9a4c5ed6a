"""No mutable file-scope state in the library layers: reads the symbols of the built archives.

usage: globals.py BUILD_DIR
"""
import pathlib
import re
import subprocess
import sys

import common

# What a layer may keep all the same, and why.
ALLOWED = {
    'ui': {'restore_state'},  # a fatal-signal handler has no other way to the bytes that give the terminal back
}
SYMBOL = re.compile(r'^[0-9a-f]+ (?P<flags>.{7}) (?P<section>\S+)\s+[0-9a-f]+ (?:\.hidden )?(?P<name>\S+)$')
MUTABLE = re.compile(r'\.(?:data(?!\.rel\.ro)|bss|tdata|tbss)|\*COM\*')


def mutable_symbols(objdump_text):
    """(object file, symbol, section) of each variable that the program could write to."""
    member = ''
    for line in objdump_text.splitlines():
        if ':     file format' in line:
            member = line.split(':')[0]
            continue
        match = SYMBOL.match(line)
        if match and MUTABLE.match(match['section']) and 'd' not in match['flags'] \
                and match['name'] != match['section']:
            yield member, match['name'].split('.')[0], match['section']


def scan(build):
    for layer in common.LIBRARY_LAYERS:
        archive = pathlib.Path(build) / 'src' / f'libap_{layer}.a'
        if not archive.exists():
            continue
        # The archives are thin: objdump reads the objects where they lie.
        text = subprocess.run(['objdump', '-t', str(archive)], capture_output=True, text=True, check=True).stdout
        for member, name, section in mutable_symbols(text):
            if name not in ALLOWED.get(layer, ()):
                yield f'src/{layer}: {member}', 0, f'{name} is mutable ({section}): keep state in a struct of the caller'


def main():
    def libraries_keep_no_mutable_globals(_tree):
        return scan(sys.argv[1])
    sys.exit(common.run([libraries_keep_no_mutable_globals]))


if __name__ == '__main__':
    main()
