"""What the lint rules share. A rule is a function of a Tree that yields faults as (path, line, text)."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY_LAYERS = ('base', 'model', 'book', 'analytics', 'risk', 'engine', 'venue', 'capture', 'net', 'journal',
                  'replay', 'sim', 'config', 'ui')
# Bytes that are what they are: captures, corpora, expected screens.
DATA = ('tests/data/', 'tests/fuzz/corpus/', 'tests/golden/expected/')


def strip_code(text):
    """The same C text, line for line, with comments and the insides of literals blanked."""
    def blank(match):
        word = match.group(0)
        if word[0] == '/':
            return re.sub(r'[^\n]', ' ', word)
        return word[0] + re.sub(r'[^\n]', ' ', word[1:-1]) + word[-1]
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


class Tree:
    """The files of a source tree: those git knows or would add, or a dictionary in the rules' own tests."""

    def __init__(self, root=ROOT, texts=None):
        self.root = root
        self._texts = dict(texts or {})
        self._code = {}
        self.names = sorted(texts) if texts is not None else self._list()

    def _list(self):
        try:
            out = subprocess.run(['git', '-C', str(self.root), 'ls-files', '-co', '--exclude-standard'],
                                 capture_output=True, text=True, check=True).stdout.split('\n')
        except (OSError, subprocess.CalledProcessError):
            out = [p.relative_to(self.root).as_posix() for p in self.root.rglob('*')]
            out = [n for n in out if not n.startswith(('build/', '.git/'))]
        return sorted({n for n in out if n and (self.root / n).is_file()})

    def text(self, name):
        if name not in self._texts:
            self._texts[name] = (self.root / name).read_bytes().decode('utf-8', 'replace')
        return self._texts[name]

    def code(self, name):
        if name not in self._code:
            self._code[name] = strip_code(self.text(name))
        return self._code[name]

    def sources(self, *prefixes):
        """C files and headers below the given folders."""
        return [n for n in self.names if n.endswith(('.c', '.h')) and n.startswith(prefixes)
                and not n.startswith(DATA)]


def layer_of(name):
    """(layer, is_public) of a source file, or (None, False) outside src/ and include/."""
    parts = name.split('/')
    if parts[0] == 'src' and len(parts) > 2:
        return parts[1], False
    if parts[:2] == ['include', 'alphaplus'] and len(parts) > 3:
        return parts[2], True
    return None, False


def search_lines(text, pattern):
    """(line number, match) of each hit."""
    for match in re.finditer(pattern, text, flags=re.M):
        yield text.count('\n', 0, match.start()) + 1, match


def run(rules, tree=None):
    """Print `ok NAME` or `not ok NAME` and the faults, for each rule; the exit status."""
    tree = tree or Tree()
    bad = 0
    for rule in rules:
        faults = sorted(set(rule(tree)))
        name = rule.__name__.replace('_', ' ')
        print(f'{"not ok" if faults else "ok"} {name}')
        for path, line, text in faults[:100]:
            print(f'    {path}:{line}: {text}')
        if len(faults) > 100:
            print(f'    ... and {len(faults) - 100} more')
        bad += bool(faults)
    return 1 if bad else 0


def main(rules):
    sys.exit(run(rules))
