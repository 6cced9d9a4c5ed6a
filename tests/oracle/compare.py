"""Are two JSON files the same, every number within 1e-9? Says where they first differ. usage: compare.py NEW COMMITTED"""
import json
import math
import sys


def difference(a, b, where):
    if isinstance(a, bool) or isinstance(b, bool) or isinstance(a, str) or a is None:
        return None if a == b else where
    if isinstance(a, dict) and isinstance(b, dict):
        if a.keys() != b.keys():
            return f"{where}: keys {sorted(a.keys() ^ b.keys())}"
        return next(filter(None, (difference(a[key], b[key], f"{where}.{key}") for key in a)), None)
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return f"{where}: {len(a)} and {len(b)} values"
        return next(filter(None, (difference(x, y, f"{where}[{i}]") for i, (x, y) in enumerate(zip(a, b)))), None)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return None if math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) else f"{where}: {a!r} and {b!r}"
    return f"{where}: of another kind"


def main():
    with open(sys.argv[1], encoding="utf-8") as new, open(sys.argv[2], encoding="utf-8") as committed:
        found = difference(json.load(new), json.load(committed), "$")
    if found:
        print(f"    {found}")
    sys.exit(found is not None)


main()
