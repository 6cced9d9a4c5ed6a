#!/usr/bin/env python3
"""Turn files into one private C header, so that the program carries them.

usage: embed.py NAME OUTPUT.h FILE...

    static const struct NAME_file { const char *name; const char *data; size_t size; } NAME_files[];
    static const size_t NAME_file_n;

`name` is the file's name without folder and suffix ("themes/mono.ini": "mono"), in sorted order; `data` is its bytes and a
NUL that `size` does not count. The header is for one .c file only. In src/<layer>/meson.build:

    embedded_themes = custom_target('themes_embed',
      input: files('../../themes/mono.ini', '../../themes/light.ini'),
      output: 'themes_embed.h',
      command: [find_program('../../tools/embed.py'), 'themes', '@OUTPUT@', '@INPUT@'])
    ui_src += embedded_themes

and in the .c file: #include "ui/themes_embed.h".
"""
import pathlib
import re
import sys


def array(data):
    data += b'\0'
    rows = (data[at:at + 24] for at in range(0, len(data), 24))
    return ',\n'.join('    ' + ', '.join(str(byte - 256 if byte > 127 else byte) for byte in row) for row in rows)


def main():
    if len(sys.argv) < 4 or not re.fullmatch(r'[a-z][a-z0-9_]*', sys.argv[1]):
        sys.exit(__doc__)
    name, output = sys.argv[1:3]
    files = sorted((pathlib.Path(path) for path in sys.argv[3:]), key=lambda path: path.stem)
    stems = [path.stem for path in files]
    for stem in stems:
        if stems.count(stem) > 1 or not re.fullmatch(r'[A-Za-z0-9_.-]+', stem):
            sys.exit(f'embed.py: cannot take the name {stem!r}')
    out = [f'/* Made by tools/embed.py of {len(files)} files. */', '#include <stddef.h>', '']
    for number, path in enumerate(files):
        out.append(f'static const signed char {name}_data_{number}[] = {{\n{array(path.read_bytes())}\n}};')
    out.append(f'static const struct {name}_file {{\n    const char *name;\n    const char *data;\n    size_t size;')
    out.append(f'}} {name}_files[] = {{')
    for number, stem in enumerate(stems):
        data = f'{name}_data_{number}'
        out.append(f'    {{"{stem}", (const char *){data}, sizeof({data}) - 1}},')
    out.append('};')
    out.append(f'static const size_t {name}_file_n = {len(files)};')
    pathlib.Path(output).write_text('\n'.join(out) + '\n')


main()
