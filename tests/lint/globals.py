"""No mutable file-scope state in the library layers, and no name that two of them define: reads the built archives.

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


def defined_twice(names):
    """(symbol, the layers) of each global symbol that more than one of {layer: `nm -g --defined-only` text} defines."""
    owners = {}
    for layer, text in names.items():
        for line in text.splitlines():
            match = re.match(r'[0-9a-f]+ [A-Z] (\S+)$', line)
            if match:
                owners.setdefault(match[1], set()).add(layer)
    return [(name, sorted(layers)) for name, layers in sorted(owners.items()) if len(layers) > 1]


def scan_names(build):
    archives = sorted((pathlib.Path(build) / 'src').glob('**/libap_*.a'))
    # The linker takes whichever it meets first, and says nothing.
    names = {a.stem[len('libap_'):]: subprocess.run(['nm', '-g', '--defined-only', str(a)], capture_output=True, text=True,
                                                    check=True).stdout for a in archives}
    for name, layers in defined_twice(names):
        yield f'src/{layers[0]}', 0, f'{name} is defined in {" and ".join(layers)}'


def main():
    def libraries_keep_no_mutable_globals(_tree):
        return scan(sys.argv[1])

    def no_symbol_is_defined_in_two_layers(_tree):
        return scan_names(sys.argv[1])
    sys.exit(common.run([libraries_keep_no_mutable_globals, no_symbol_is_defined_in_two_layers]))


if __name__ == '__main__':
    main()
