"""How big things may grow. `sizes.py --notices` lists what is large but allowed."""
import re
import sys

import common

FILE_FAULT, FILE_NOTICE = 900, 500
HEADER_FAULT, HEADER_NOTICE = 300, 150
FUNCTION_FAULT, FUNCTION_NOTICE = 80, 40
BRANCHES_FAULT, BRANCHES_NOTICE = 30, 20
UMBRELLA = 8

BRANCH = re.compile(r'\b(?:if|for|while)\b|&&|\|\||\?')


def _blank_directives(code):
    """Preprocessor lines, with their continuations, as empty lines."""
    return re.sub(r'^[ \t]*#(?:[^\n\\]|\\\n|\\.)*', lambda m: '\n' * m.group(0).count('\n'), code, flags=re.M)


def functions(code):
    """(name, first line, lines, branches) of each function of stripped C text."""
    code = _blank_directives(code)
    depth = start = body = 0
    name = None
    for match in re.finditer(r'[{};]', code):
        at, char = match.start(), match.group(0)
        if char == '{':
            if depth == 0:
                head = code[start:at]
                call = re.search(r'(\w+)\s*\(', head)
                name = call.group(1) if call and head.rstrip().endswith(')') and '=' not in head else None
                body = at
            depth += 1
        elif char == '}':
            depth -= 1
            if depth == 0 and name:
                first = start + len(code[start:]) - len(code[start:].lstrip())
                yield (name, code.count('\n', 0, first) + 1, code.count('\n', first, at) + 1,
                       len(BRANCH.findall(code[body:at])) + 1)
                name = None
        if depth == 0 and char != '{':
            start = at + 1


def _file_sizes(tree, fault):
    for name in tree.sources('src/', 'include/', 'tests/'):
        lines = tree.text(name).count('\n')
        header = name.endswith('.h')
        cap = (HEADER_FAULT if header else FILE_FAULT) if fault else (HEADER_NOTICE if header else FILE_NOTICE)
        if lines > cap:
            yield name, 1, f'{lines} lines; {cap} is the cap' if fault else f'{lines} lines'


def files_are_short(tree):
    yield from _file_sizes(tree, True)


def functions_are_short(tree):
    for name in tree.sources('src/', 'include/', 'tests/'):
        for function, line, lines, _ in functions(tree.code(name)):
            if lines > FUNCTION_FAULT:
                yield name, line, f'{function} has {lines} lines; {FUNCTION_FAULT} is the cap'


def functions_are_simple(tree):
    for name in tree.sources('src/', 'include/', 'tests/'):
        for function, line, _, branches in functions(tree.code(name)):
            if branches > BRANCHES_FAULT:
                yield name, line, f'{function} has {branches} ways through; {BRANCHES_FAULT} is the cap'


def no_umbrella_headers(tree):
    for name in tree.sources('src/', 'include/'):
        if not name.endswith('.h'):
            continue
        found = re.findall(r'^[ \t]*#[ \t]*include[ \t]+(?:<alphaplus/|")', tree.text(name), flags=re.M)
        if len(found) > UMBRELLA:
            yield name, 1, f'includes {len(found)} headers of ours; {UMBRELLA} is the cap'


def notices(tree):
    for name, _, text in _file_sizes(tree, False):
        print(f'{name}: {text}')
    for name in tree.sources('src/', 'include/'):
        for function, line, lines, branches in functions(tree.code(name)):
            if lines > FUNCTION_NOTICE or branches > BRANCHES_NOTICE:
                print(f'{name}:{line}: {function}: {lines} lines, {branches} ways through')


RULES = [files_are_short, functions_are_short, functions_are_simple, no_umbrella_headers]

if __name__ == '__main__':
    if '--notices' in sys.argv:
        notices(common.Tree())
    else:
        common.main(RULES)
