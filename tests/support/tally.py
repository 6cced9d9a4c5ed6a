"""Count what meson's JSON test logs say, TAP subtests one by one, and show the failures.

usage: tally.py (LOG.json | --failed=WHAT)...   The last line is `N passed, N failed`; non-zero exit when any failed or none ran.
A test that died before the end of its plan has failed in every subtest it did not report. A log that is not there
counts as one failure: the run that should have written it did not come to it.
"""
import json
import re
import sys

PLAN = re.compile(r'^1\.\.(\d+)', re.M)
RESULT = re.compile(r'^(not ok|ok)\b([^\n]*)', re.M)
SKIP = re.compile(r'#\s*SKIP', re.I)
TAIL = 40


def count(entry):
    """(passed, failed, skipped, names of failed subtests) of one test."""
    out = entry.get('stdout') or ''
    good = entry['result'] in ('OK', 'EXPECTEDFAIL')
    plan = PLAN.search(out)
    if entry['result'] == 'SKIP':
        return 0, 0, 1, []
    if not plan:
        return (1, 0, 0, []) if good else (0, 1, 0, [])
    passed, skipped, failed = 0, 0, []
    for word, rest in RESULT.findall(out):
        if word == 'ok' and SKIP.search(rest):
            skipped += 1
        elif word == 'ok':
            passed += 1
        else:
            failed.append(rest.strip())
    silent = max(0, int(plan.group(1)) - passed - skipped - len(failed))
    if silent:
        failed.append(f'({silent} subtests never reported)')
    bad = len(failed) - (1 if silent else 0) + silent
    if not good and bad == 0:
        bad = 1  # all subtests passed and the program failed after them: a leak, a race, a bad exit
    return passed, bad, skipped, failed


def show(entry, names):
    print(f'\n--- {entry["name"]}: {entry["result"]} (status {entry.get("returncode")})')
    for name in names:
        print(f'    not ok {name}')
    for stream in ('stdout', 'stderr'):
        lines = [l for l in (entry.get(stream) or '').splitlines() if not l.startswith('ok ')]
        if lines:
            print(f'    {stream}:')
            if len(lines) > TAIL:
                # A sanitizer says what it found first, a test says it last.
                lines = lines[:TAIL // 2] + ['...'] + lines[-TAIL // 2:]
            for line in lines:
                print('    | ' + line)


def main():
    passed = failed = skipped = 0
    for log in sys.argv[1:]:
        if log.startswith('--failed='):
            print(f'\n--- {log[9:]}: failed, see above')
            failed += 1
            continue
        try:
            with open(log, encoding='utf-8', errors='replace') as f:
                entries = [json.loads(line) for line in f if line.strip()]
        except OSError:
            print(f'\n--- {log}: no test was run')
            failed += 1
            continue
        for entry in entries:
            ok, bad, skip, names = count(entry)
            passed, failed, skipped = passed + ok, failed + bad, skipped + skip
            if bad:
                show(entry, names)
    print()
    if passed + failed == 0:
        print('no test was run')
        failed = 1
    if skipped:
        print(f'{skipped} skipped')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


sys.exit(main())
