"""The committed vectors are those that the manifest names, each with its hash. TAP on stdout.

usage: manifest.py VECTORS            checks
       manifest.py VECTORS --write    makes the manifest anew

What a script of this folder can make is made and compared by ./dev oracle; this is the quick check that nothing changed unseen.
"""
import hashlib
import os
import sys

NAME = "MANIFEST"


def hashes(folder):
    found = {}
    for name in sorted(os.listdir(folder)):
        if name != NAME:
            with open(os.path.join(folder, name), "rb") as f:
                found[name] = hashlib.sha256(f.read()).hexdigest()
    return found


def read(path):
    with open(path, encoding="utf-8") as f:
        return {name: value for value, name in (line.split() for line in f)}


def main():
    folder = sys.argv[1]
    path = os.path.join(folder, NAME)
    found = hashes(folder)
    if "--write" in sys.argv[2:]:
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(f"{value}  {name}\n" for name, value in found.items())
        return
    known = read(path)
    faults = [f"{name}: not in {NAME}" for name in found if name not in known]
    faults += [f"{name}: in {NAME}, but not there" for name in known if name not in found]
    faults += [f"{name}: is not what {NAME} says" for name in found if name in known and found[name] != known[name]]
    for fault in faults:
        print(f"# {fault}")
    print("not ok 1 vectors" if faults else "ok 1 vectors")
    if faults:
        print("# a vector that changed on purpose: ./dev oracle --write")
    print("1..1")
    sys.exit(bool(faults))


main()
