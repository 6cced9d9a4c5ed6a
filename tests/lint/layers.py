"""Who may include whom. The table is the architecture: a change here is a change of the design."""
import posixpath
import re

import common

C = {'assert', 'complex', 'ctype', 'errno', 'float', 'inttypes', 'iso646', 'limits', 'math', 'stdalign', 'stdarg',
     'stdatomic', 'stdbool', 'stddef', 'stdint', 'stdio', 'stdlib', 'stdnoreturn', 'string', 'strings'}
TIME = {'time', 'sys/time'}
THREAD = {'pthread', 'sched', 'semaphore'}
FILES = {'fcntl', 'unistd', 'dirent', 'fnmatch', 'glob', 'sys/stat', 'sys/statvfs', 'sys/types', 'sys/mman', 'sys/file',
         'sys/uio', 'sys/param'}
NETWORK = {'sys/socket', 'sys/un', 'netinet/in', 'netinet/tcp', 'arpa/inet', 'netdb', 'poll', 'net/if', 'ifaddrs'}
TERMINAL = {'termios', 'sys/ioctl', 'langinfo', 'locale', 'wchar', 'wctype', 'signal'}

# layer: (layers of ours below it, system headers without ".h")
TABLE = {
    'base': ('', C | TIME | THREAD | FILES | {'signal', 'wchar', 'wctype', 'linux/futex', 'sys/syscall',
                                              'sys/eventfd', 'sys/random', 'sys/resource', 'poll', 'sys/utsname',
                                              'gnu/libc-version', 'cpuid', 'immintrin'}),
    'model': ('base', C | {'sys/mman'}),
    'book': ('base model', C),
    'analytics': ('base model book', C),
    'risk': ('base model book', C),
    'engine': ('base model book analytics risk', C | THREAD),
    'venue': ('base model', C | {'jansson'}),
    'capture': ('base', C | FILES | {'zlib', 'zstd', 'zstd_errors'}),
    'net': ('base model venue', C | TIME | THREAD | FILES | NETWORK
            | {'libwebsockets', 'uv', 'signal', 'sys/random', 'openssl/*'}),
    'journal': ('base model', C | TIME | THREAD | FILES | {'sqlite3', 'sqlite3ext', 'zstd', 'zstd_errors'}),
    'replay': ('base model journal capture venue', C | TIME | THREAD | FILES),
    'sim': ('base model capture', C | TIME | THREAD | FILES | NETWORK | {'libwebsockets', 'uv', 'signal'}),
    'config': ('base model', C | FILES | {'ini', 'pwd', 'locale', 'getopt'}),
    'ui': ('base model config', C | FILES | TERMINAL),
    'app': (' '.join(common.LIBRARY_LAYERS), None),
}
# Headers that one file of a layer may have beyond its table, and no other file of the tree.
ALONE = {
    'src/ui/term_curses.c': {'curses', 'ncurses', 'ncursesw/curses', 'term', 'ncursesw/term', 'panel'},
}
# app wires, it does not do the work of these.
NOT_APP = {'jansson': False, 'sqlite3': True, 'curses': True, 'ncurses': True, 'ncursesw/curses': True, 'term': True,
           'libwebsockets': True, 'ini': True}

INCLUDE = r'^[ \t]*#[ \t]*include[ \t]+(<([^>\n]+)>|"([^"\n]+)")'


def _includes(tree, name):
    """(line, path, is_quoted); read from the raw text, where literals still have their insides."""
    code = tree.code(name)
    for line, match in common.search_lines(tree.text(name), INCLUDE):
        if '#' in code.split('\n')[line - 1]:  # else it is inside a comment
            yield line, match.group(2) or match.group(3), match.group(3) is not None


def layers_look_down_only(tree):
    """An include of ours is of the same layer or of one the table allows, and by its public path."""
    for name in tree.sources('src/', 'include/'):
        layer, public = common.layer_of(name)
        if layer not in TABLE:
            yield name, 1, 'lies in no layer of the table'
            continue
        for line, path, quoted in _includes(tree, name):
            parts = path.split('/')
            if parts[0] == 'alphaplus':
                if len(parts) < 3 or parts[1] not in TABLE:
                    yield name, line, f'{path} is of no layer'
                elif parts[1] != layer and parts[1] not in TABLE[layer][0].split():
                    yield name, line, f'{layer} may not use {parts[1]} ({path})'
            elif quoted and public:
                yield name, line, f'a public header includes others as <alphaplus/...>, not "{path}"'
            elif quoted:
                full = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
                if not full.startswith(f'src/{layer}/'):
                    yield name, line, f'"{path}" is private to another folder'


def system_headers_are_allowed(tree):
    """JSON, sockets, curses, SQLite and clocks stay where the table puts them."""
    for name in tree.sources('src/', 'include/'):
        layer, public = common.layer_of(name)
        if layer not in TABLE:
            continue
        for line, path, quoted in _includes(tree, name):
            if quoted or path.startswith('alphaplus/'):
                continue
            head = path[:-2] if path.endswith('.h') else path
            allowed = TABLE[layer][1]
            if head in ALONE.get(name, ()):
                continue
            if any(head in heads for heads in ALONE.values()):
                yield name, line, f'<{path}> belongs to {" ".join(f for f in ALONE if head in ALONE[f])} alone'
            elif allowed is None:
                if NOT_APP.get(head):
                    yield name, line, f'app wires the layers; <{path}> is the work of one below'
            elif head not in allowed and head.split('/')[0] + '/*' not in allowed:
                yield name, line, f'<{path}> is not for {layer}'
            elif public and head not in C | THREAD:
                yield name, line, f'<{path}> in a public header shows the works to the layers above'


def the_build_has_the_same_table(tree):
    """src/meson.build links exactly what the table lets a layer include."""
    name = 'src/meson.build'
    if name not in tree.names:
        return
    found = re.search(r'^layers = \{(.*?)^\}', tree.text(name), flags=re.S | re.M)
    linked = dict(re.findall(r"'(\w+)':\s*\[(.*?)\]", found.group(1), flags=re.S)) if found else {}
    for layer in common.LIBRARY_LAYERS:
        uses = set(re.findall(r"'(\w+)'", linked.get(layer, "'?'")))
        if uses != set(TABLE[layer][0].split()):
            yield name, 1, f'{layer} links {sorted(uses)}, the table says {TABLE[layer][0].split()}'


RULES = [layers_look_down_only, system_headers_are_allowed, the_build_has_the_same_table]

if __name__ == '__main__':
    common.main(RULES)
