"""Recorded frames in, exported rows out: against the frames themselves, read here by Python's own JSON and decimals, and against
the venue's own best bid and ask. Usage: oracle.py PROGRAM CAPTURE..., with "_spot_" in the names of those of the spot market."""
import csv
import gzip
import io
import json
import os
import sys
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import Checks, Program  # noqa: E402


def read_capture(path):
    for line in gzip.open(path, "rt"):
        stamp, frame = line.split(" ", 1)
        frame = json.loads(frame)
        yield int(stamp) * (1000 if len(stamp) == 16 else 1), frame.get("data", frame)


# Two quotes of the recorded spot market differ from its own book.
ODD_IDS = {50093478171, 50093480538}


def venue_of(path):
    return "binance-spot" if "_spot_" in os.path.basename(path) else "binance"


class Truth:
    """What the frames say, by the simplest code that can say it."""

    def __init__(self, path):
        self.levels, self.quotes, self.trades, self.marks = [], [], [], []
        self.depth, self.snapshot = [], None
        for recv, d in read_capture(path):
            kind = d.get("e", "snapshot" if "lastUpdateId" in d else "bookTicker")
            getattr(self, "on_" + kind)(recv, d)

    def on_snapshot(self, recv, d):
        self.snapshot = d

    def on_depthUpdate(self, recv, d):
        self.symbol = d["s"]
        self.depth.append((recv, d))
        for side, key in (("bid", "b"), ("ask", "a")):
            for px, qty in d[key]:
                self.levels.append((recv, d["u"], side, Decimal(px), Decimal(qty)))

    def on_bookTicker(self, recv, d):
        self.quotes.append((recv, d.get("T", 0) * 10**6, d["u"], Decimal(d["b"]), Decimal(d["B"]), Decimal(d["a"]), Decimal(d["A"])))

    def on_trade(self, recv, d):
        side = "sell" if d["m"] else "buy"
        self.trades.append((recv, d["T"] * 10**6, d["t"], Decimal(d["p"]), Decimal(d["q"]), side))

    def on_markPriceUpdate(self, recv, d):
        self.marks.append((recv, Decimal(d["p"]), Decimal(d["i"]), Decimal(d["r"]), d["T"] * 10**6))

    def replay(self):
        """(ids and best prices after each applied update, the book at the end)"""
        last = self.snapshot["lastUpdateId"]
        book = {"b": {Decimal(p): Decimal(q) for p, q in self.snapshot["bids"]},
                "a": {Decimal(p): Decimal(q) for p, q in self.snapshot["asks"]}}
        tops, joined = [], False
        for recv, d in self.depth:
            if not joined and d["u"] <= last:
                continue
            before = d.get("pu", d["U"] - 1)
            assert before <= last if not joined else before == last, "the capture itself has a gap"
            joined, last = True, d["u"]
            for key in "ba":
                for px, qty in d[key]:
                    book[key].pop(Decimal(px), None)
                    if Decimal(qty):
                        book[key][Decimal(px)] = Decimal(qty)
            bid, ask = max(book["b"]), min(book["a"])
            tops.append((recv, d["u"], before, bid, book["b"][bid], ask, book["a"][ask]))
        return tops, book


def rows(program, journal, kind, *more):
    done = program.run("export", journal, kind, *more)
    if done.returncode:
        raise SystemExit(f"export {kind}: {done.stderr}")
    return list(csv.DictReader(io.StringIO(done.stdout)))


def check_capture(t, program, path):
    name = os.path.basename(path).replace(".gz", "")
    truth, is_spot = Truth(path), venue_of(path) == "binance-spot"
    journal = program.path(name + ".apj")
    done = program.run("import", "--venue", venue_of(path), path, "-o", journal)
    if not t.check(done.returncode == 0, f"{name}: imports", done.stderr):
        return
    t.check(" 0 gaps" in done.stderr and " 0 frames that could not be read" in done.stderr, f"{name}: no gaps, no bad frames",
            done.stderr)
    got = [(int(r["recv_ns"]), int(r["final_id"]), r["side"], Decimal(r["px"]), Decimal(r["qty"])) for r in rows(program, journal, "levels")]
    t.check(got == truth.levels, f"{name}: all {len(truth.levels)} level updates")
    got = [(int(r["recv_ns"]), int(r["exch_ns"]), int(r["id"]), Decimal(r["bid_px"]), Decimal(r["bid_qty"]), Decimal(r["ask_px"]),
            Decimal(r["ask_qty"])) for r in rows(program, journal, "quotes")]
    t.check(got == truth.quotes and got, f"{name}: all {len(truth.quotes)} quotes")
    got = [(int(r["recv_ns"]), int(r["exch_ns"]), int(r["id"]), Decimal(r["px"]), Decimal(r["qty"]), r["side"])
           for r in rows(program, journal, "trades")]
    t.check(got == truth.trades and got, f"{name}: all {len(truth.trades)} trades")
    got = [(int(r["recv_ns"]), Decimal(r["mark"]), Decimal(r["index"]), Decimal(r["funding_rate"]), int(r["next_funding_ns"]))
           for r in rows(program, journal, "marks")]
    t.check(got == truth.marks, f"{name}: all {len(truth.marks)} marks")

    tops, book = truth.replay()
    exported = rows(program, journal, "top")
    before = {final: prev for _, final, prev, *_ in tops}  # spot gives none, its own first id says it
    got = [(int(r["recv_ns"]), int(r["final_id"]), before.get(int(r["final_id"])) if is_spot else int(r["prev_id"]), Decimal(r["bid_px"]), Decimal(r["bid_qty"]),
            Decimal(r["ask_px"]), Decimal(r["ask_qty"])) for r in exported]
    t.check(got == tops, f"{name}: best bid and ask after each of {len(tops)} updates, as by a plain book")
    compared, wrong = compare_with_quotes(got, truth.quotes)
    wrong = [w for w in wrong if w[2][0] not in ODD_IDS]
    t.check(compared > 0 and not wrong, f"{name}: {compared} of {len(got)} equal to the venue's own best bid and ask", wrong[:5])

    got = [(r["side"], Decimal(r["px"]), Decimal(r["qty"])) for r in rows(program, journal, "book")]
    want = [("bid", p, book["b"][p]) for p in sorted(book["b"], reverse=True)] + [("ask", p, book["a"][p]) for p in sorted(book["a"])]
    t.check(got == want, f"{name}: all {len(want)} levels of the book at the end")
    done = program.run("journal", "verify", journal)
    t.check(done.returncode == 0, f"{name}: the journal verifies", done.stdout + done.stderr)


def compare_with_quotes(tops, quotes):
    """The quote with the largest id in (prev_id, final_id], by id, not by arrival."""
    by_id = sorted((q[2], q[3:]) for q in quotes)
    compared, wrong, at = 0, [], 0
    for recv, final, prev, *best in tops:
        while at < len(by_id) and by_id[at][0] <= final:
            at += 1
        if at and by_id[at - 1][0] > prev:
            compared += 1
            if tuple(best) != by_id[at - 1][1]:
                wrong.append((final, best, by_id[at - 1]))
    return compared, wrong


def check_two(t, program, paths):
    """Several captures at once are merged by time and stay apart."""
    journal = program.path("two.apj")
    done = program.run("import", "--venue", venue_of(paths[0]), *paths, "-o", journal)
    t.check(done.returncode == 0 and " 0 gaps" in done.stderr, "two instruments at once", done.stderr)
    times, same = [], True
    for path in paths:
        truth = Truth(path)
        got = rows(program, journal, "trades", "--instrument", "binance:" + truth.symbol)
        same = same and [int(r["id"]) for r in got] == [x[2] for x in truth.trades]
        times += [int(r["recv_ns"]) for r in got]
    t.check(same and times, "each keeps its own trades")
    done = program.run("export", journal, "trades")
    t.check(done.returncode == 1 and "--instrument" in done.stderr, "an export of several must choose", done.stderr)


def main():
    t, program = Checks(), Program(sys.argv[1])
    for path in sys.argv[2:]:
        check_capture(t, program, path)
    pair = [p for p in sys.argv[2:] if "usdm" in p and "2024" in p][:2]
    if len(pair) == 2:
        check_two(t, program, pair)
    t.done()


main()
