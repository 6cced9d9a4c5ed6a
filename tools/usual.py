#!/usr/bin/env python3
"""Quantiles of what was usual in recorded days, for data/usual.csv.

usage: usual.py PROGRAM VENUE=CAPTURE[,CAPTURE...]... > data/usual.csv

Each group of captures (files that follow one another) is imported and replayed; pace, spread and 10-bp depth of every second in
which they were known count once. Instruments that several groups have are taken together.
"""
import json
import os
import subprocess
import sys
import tempfile

FIGURES = (("pace", "trade.pace.10s"), ("spread", "book.spread.tw_bps"), ("depth", "book.depth.10"))
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SECONDS_MIN = 120


def quantile(values, p):
    """R's type 7."""
    at = (len(values) - 1) * p
    low = int(at)
    return values[low] + (at - low) * (values[min(low + 1, len(values) - 1)] - values[low])


def gather(program, venue, captures, seen):
    with tempfile.TemporaryDirectory() as folder:
        journal = os.path.join(folder, "usual.apj")
        subprocess.run([program, "import", "--venue", venue, *captures, "-o", journal], check=True, stderr=subprocess.DEVNULL)
        replay = subprocess.Popen([program, "replay", "--json", "--every", "1s", journal], stdout=subprocess.PIPE, text=True)
        for line in replay.stdout:
            for market in json.loads(line)["instruments"]:
                for figure, metric in FIGURES:
                    value = market["metrics"][metric]
                    if value["state"] == "OK":
                        seen.setdefault((market["name"], figure), []).append(value["value"])
        if replay.wait() != 0:
            sys.exit("usual.py: the replay failed")


def main():
    if len(sys.argv) < 3 or any("=" not in group for group in sys.argv[2:]):
        sys.exit(__doc__)
    seen = {}
    for group in sys.argv[2:]:
        venue, captures = group.split("=", 1)
        gather(sys.argv[1], venue, captures.split(","), seen)
    print("# What was usual in recorded days: quantiles over seconds, by instrument. Made by tools/usual.py; see NOTICE.")
    print("# name,figure," + ",".join(f"p{round(p * 100):02d}" for p in QUANTILES) + ",seconds")
    for (name, figure), values in sorted(seen.items()):
        if len(values) >= SECONDS_MIN:
            values.sort()
            print(f"{name},{figure}," + ",".join(f"{quantile(values, p):.6f}" for p in QUANTILES) + f",{len(values)}")


main()
