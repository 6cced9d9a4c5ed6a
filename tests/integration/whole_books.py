"""A venue whose books come whole (Hyperliquid): frames made here from numbers, in at one end of the program and out at the other.
Usage: whole_books.py PROGRAM"""
import csv
import io
import json
import os
import random
import sys
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import Checks, Program  # noqa: E402

DEPTH = 20


def rows_of(first, step):
    return [{"px": f"{first + step * k}.0", "sz": f"{random.randint(1, 10**6) / 10**5:.5f}", "n": 1} for k in range(DEPTH)]


def make(path, n):
    """A capture of n books with a trade and a context behind each; what was put into it."""
    random.seed(7)
    px, ms, books, trades = 110427, 1700000000000, [], []
    with open(path, "w") as f:
        def write(ns, channel, data):
            f.write(f"{ns} {json.dumps({'channel': channel, 'data': data}, separators=(',', ':'))}\n")

        for i in range(n):
            ms, px = ms + 500, px + random.choice((-30, -1, 0, 1, 30))
            bids, asks = rows_of(px, -1), rows_of(px + 1, 1)
            books.append((ms * 10**6, bids, asks))
            write(ms * 10**6, "l2Book", {"coin": "BTC", "levels": [bids, asks], "time": ms})
            side = random.choice("AB")
            trades.append((i + 1, Decimal(px), side))
            write(ms * 10**6 + 1, "trades", [{"coin": "BTC", "side": side, "px": f"{px}.0", "sz": "0.5", "time": ms, "tid": i + 1}])
            write(ms * 10**6 + 2, "activeAssetCtx", {"coin": "BTC", "ctx": {
                "funding": "0.0000125", "openInterest": "27353.17682", "oraclePx": f"{px}.0", "markPx": f"{px}.5", "midPx": None}})
    return books, trades


def export(program, journal, kind):
    return list(csv.DictReader(io.StringIO(program.run("export", journal, kind).stdout)))


def main():
    t, program = Checks(), Program(sys.argv[1])
    capture, journal = program.path("whole.capture"), program.path("whole.apj")
    books, trades = make(capture, 300)
    done = program.run("import", "--venue", "hyperliquid", capture, "-o", journal)
    t.check(done.returncode == 0 and " 0 gaps" in done.stderr and " 0 frames that could not be read" in done.stderr,
            "imports without a gap", done.stderr)
    got = [(int(r["recv_ns"]), Decimal(r["bid_px"]), Decimal(r["bid_qty"]), Decimal(r["ask_px"]), Decimal(r["ask_qty"]))
           for r in export(program, journal, "top")]
    want = [(ns, Decimal(b[0]["px"]), Decimal(b[0]["sz"]), Decimal(a[0]["px"]), Decimal(a[0]["sz"])) for ns, b, a in books]
    t.check(got == want, f"best bid and ask after each of {len(want)} books")
    got = [(r["side"], Decimal(r["px"]), Decimal(r["qty"])) for r in export(program, journal, "book")]
    want = [(side, Decimal(x["px"]), Decimal(x["sz"])) for side, rows in zip(("bid", "ask"), books[-1][1:]) for x in rows]
    t.check(got == want, "nothing of older books is left at the end")
    got = [(int(r["id"]), Decimal(r["px"]), r["side"]) for r in export(program, journal, "trades")]
    t.check(got == [(i, px, "sell" if side == "A" else "buy") for i, px, side in trades], f"all {len(trades)} trades by their takers")
    t.check(len(export(program, journal, "marks")) == len(books), "a mark from each context")
    done = program.run("journal", "verify", journal)
    t.check(done.returncode == 0, "the journal verifies", done.stdout + done.stderr)
    t.done()


main()
