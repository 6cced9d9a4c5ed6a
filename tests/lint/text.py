"""How every text file looks, and that each C file is built by someone."""
import posixpath
import re

import common

TEXT = ('.c', '.h', '.py', '.sh', '.md', '.build', '.txt', '.yml', '.yaml', '.js', '.mjs', '.json', '.ini', '.theme', '.1',
        '.5', '.7', '.supp', '.dict')
TEXT_NAMES = ('dev', '.ci/run', 'LICENSE', '.editorconfig', '.clang-format', '.clang-tidy', '.gitignore', 'tests/lint/run',
              'tests/bench/peers/run')
# Where the files of one person's machine lie.
# (papers of ours that are not in this tree count as such; split, so that this file does not name one)
PAPERS = ('hand' + 'book/', 'shared/' + 'hand' + 'book')
HOMES = ('home', 'root', 'Users', 'mnt', 'srv', 'work', 'workspace', 'workspaces')


def _texts(tree):
    for name in tree.names:
        if (name.endswith(TEXT) or name in TEXT_NAMES) and not name.startswith(common.DATA):
            yield name


def no_tabs(tree):
    for name in _texts(tree):
        for line, _ in common.search_lines(tree.text(name), r'\t'):
            yield name, line, 'a tab'


def no_trailing_blanks(tree):
    for name in _texts(tree):
        for line, _ in common.search_lines(tree.text(name), r'[ \t\r]+$'):
            yield name, line, 'blanks (or a carriage return) at the end of the line'


def files_end_with_one_newline(tree):
    for name in _texts(tree):
        text = tree.text(name)
        if text and (not text.endswith('\n') or text.endswith('\n\n')):
            yield name, text.count('\n') + 1, 'the file must end with one newline'


def no_paths_of_one_machine(tree):
    pattern = r'(?<![\w.$}~*)\]>-])/(?:' + '|'.join(HOMES) + r')/\w'
    for name in _texts(tree):
        if name == 'tests/lint/text.py':
            continue
        for line, match in common.search_lines(tree.text(name), pattern):
            yield name, line, f'{match.group(0)}... is a path of one machine'
        for line, match in common.search_lines(tree.text(name), '|'.join(PAPERS)):
            yield name, line, f'{match.group(0)} is not in this tree'


def every_c_file_is_built(tree):
    """src: the file stands in its layer's meson.build; tests: its name stands in the list of its folder."""
    for name in tree.names:
        if not name.endswith('.c') or name.startswith(common.DATA):
            continue
        parts = name.split('/')
        if parts[0] == 'src':
            build = f'src/{parts[1]}/meson.build'
            word = name[len(f'src/{parts[1]}/'):]
        elif parts[:2] == ['tests', 'support']:
            build, word = '', ''
        elif parts[0] == 'tests':
            build = posixpath.dirname(name) + '/meson.build'
            word = re.sub(r'^(?:test|fuzz|bench)_', '', posixpath.basename(name)[:-2])
        else:
            continue
        known = tree.text(build) if build in tree.names else ''
        # Comments in a meson file build nothing.
        known = re.sub(r'#[^\n]*', '', known)
        plain = posixpath.basename(name)
        if build and f"'{word}'" not in known and f"'{plain}'" not in known:
            yield name, 1, f'nobody builds it: {build} does not name it'


RULES = [no_tabs, no_trailing_blanks, files_end_with_one_newline, no_paths_of_one_machine, every_c_file_is_built]

if __name__ == '__main__':
    common.main(RULES)
