"""Commit subjects say `area: effect`. Looks at the commits that no remote branch has yet, the last ones at most."""
import re
import subprocess
import sys

import common

SUBJECT = re.compile(r'[a-z0-9][a-z0-9_./+-]*(?:, ?[a-z0-9_./+-]+)*: \S.*')
LONGEST = 80
LAST = '-30'


def fault_of(subject):
    if subject.startswith(('Merge ', 'Revert ')):
        return None
    if not SUBJECT.fullmatch(subject):
        return 'is not `area: effect`'
    if len(subject) > LONGEST:
        return f'has {len(subject)} characters; {LONGEST} is the cap'
    if subject.endswith('.'):
        return 'ends with a full stop'
    return None


def commit_subjects_say_area_and_effect(tree):
    try:
        log = subprocess.run(['git', '-C', str(tree.root), 'log', LAST, '--format=%h %s', 'HEAD', '--not', '--remotes'],
                             capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return
    for entry in log.splitlines():
        commit, _, subject = entry.partition(' ')
        fault = fault_of(subject)
        if fault:
            yield f'commit {commit}', 0, f'"{subject}" {fault}'


RULES = [commit_subjects_say_area_and_effect]

if __name__ == '__main__':
    if len(sys.argv) > 1:
        sys.exit(fault_of(sys.argv[1]) or 0)
    common.main(RULES)
