"""Recorded frames of Bybit and OKX in, exported rows out: against the frames themselves, read here by Python's own JSON and decimals;
OKX's own checksums, recomputed here, say that the plain book is the venue's. Usage: oracle_venues.py PROGRAM CAPTURE..."""
import collections
import csv
import gzip
import io
import json
import os
import re
import sys
import zlib
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import Checks, Program  # noqa: E402

MS = 10**6


class Truth:
    """What the frames say of one instrument, by the simplest code that can say it."""

    def __init__(self):
        self.levels, self.quotes, self.trades, self.marks, self.tops, self.interest = [], [], [], [], [], []
        self.book, self.texts, self.id, self.state = {"bid": {}, "ask": {}}, {}, None, {}
        self.checksums, self.widths = 0, set()

    def on_book(self, recv, exch, is_snapshot, bids, asks, last_id, prev_id):
        if is_snapshot:
            self.book = {"bid": {}, "ask": {}}
        else:
            assert self.id == prev_id, "the capture itself has a gap"
        self.id = last_id
        for side, rows in (("bid", bids), ("ask", asks)):
            for px, qty, *_ in rows:
                if not is_snapshot:
                    self.levels.append((recv, last_id or 0, side, Decimal(px), Decimal(qty)))
                self.book[side].pop(Decimal(px), None)
                if Decimal(qty):
                    self.book[side][Decimal(px)] = Decimal(qty)
                    self.texts[Decimal(px)] = (px, qty)
        if self.book["bid"] and self.book["ask"]:
            bid, ask = max(self.book["bid"]), min(self.book["ask"])
            assert bid < ask, "the capture itself is crossed"
            if not is_snapshot:
                self.tops.append((recv, exch, last_id or 0, bid, self.book["bid"][bid], ask, self.book["ask"][ask]))
        self.widths.add((len(self.book["bid"]), len(self.book["ask"])))

    def check_sum(self, want):
        bids = sorted(self.book["bid"], reverse=True)[:25]
        asks = sorted(self.book["ask"])[:25]
        parts = []
        for i in range(25):
            for side in (bids, asks):
                if i < len(side):
                    parts += self.texts[side[i]]
        assert zlib.crc32(":".join(parts).encode()) == want % 2**32, "the plain book is not the venue's"
        self.checksums += 1


def read_capture(path):
    for line in gzip.open(path, "rt"):
        stamp, frame = line.split(" ", 1)
        yield int(stamp), json.loads(frame)


def read_bybit(path):
    truths = collections.defaultdict(Truth)
    for recv, m in read_capture(path):
        kind, d = m.get("topic", "").split(".")[0], m.get("data")
        if kind == "orderbook":
            exch = m["cts"] * MS
            t = truths[d["s"]]
            t.on_book(recv, exch, m["type"] == "snapshot", d["b"], d["a"], d["u"], t.id and d["u"] - 1)
        elif kind == "publicTrade":
            for x in d:
                truths[x["s"]].trades.append((recv, x["T"] * MS, x["seq"], Decimal(x["p"]), Decimal(x["v"]), x["S"].lower()))
        elif kind == "tickers":
            t = truths[d["symbol"]]
            t.state = dict(t.state if m["type"] == "delta" else {}, **d)
            s, exch = t.state, m["ts"] * MS
            if {"markPrice", "indexPrice", "fundingRate", "nextFundingTime"} & set(d):
                t.marks.append((recv, exch, Decimal(s["markPrice"]), Decimal(s["indexPrice"]), Decimal(s["fundingRate"]),
                                int(s["nextFundingTime"]) * MS))
            if "singleOpenInterest" in d:
                t.interest.append((recv, exch, Decimal(s["singleOpenInterest"])))
    return truths


def read_okx(path):
    truths = collections.defaultdict(Truth)
    for recv, m in read_capture(path):
        for d in m.get("data", []):
            channel, t, exch = m["arg"]["channel"], truths[m["arg"]["instId"]], int(d["ts"]) * MS
            if channel.startswith("books"):
                t.on_book(recv, exch, m["action"] == "snapshot", d["bids"], d["asks"], d.get("seqId"), d.get("prevSeqId"))
                t.check_sum(d["checksum"])
            elif channel == "tickers" and d["bidPx"] and d["askPx"]:
                t.quotes.append((recv, exch, 0, *(Decimal(d[k]) for k in ("bidPx", "bidSz", "askPx", "askSz"))))
            elif channel == "trades":
                t.trades.append((recv, exch, int(d["tradeId"]), Decimal(d["px"]), Decimal(d["sz"]), d["side"]))
    return truths


def rows(program, journal, kind, *more):
    done = program.run("export", journal, kind, *more)
    if done.returncode:
        raise SystemExit(f"export {kind}: {done.stderr}")
    return list(csv.DictReader(io.StringIO(done.stdout)))


def check_instrument(t, program, journal, name, truth):
    def got(kind, **columns):
        return [tuple(how(r[c]) for c, how in columns.items()) for r in rows(program, journal, kind, "--instrument", name)]

    d = Decimal
    t.check(got("levels", recv_ns=int, final_id=int, side=str, px=d, qty=d) == truth.levels, f"{name}: {len(truth.levels)} level updates")
    tops = got("top", recv_ns=int, exch_ns=int, final_id=int, bid_px=d, bid_qty=d, ask_px=d, ask_qty=d)
    t.check(tops == truth.tops, f"{name}: best bid and ask after each of {len(truth.tops)} updates, as by a plain book")
    t.check(got("quotes", recv_ns=int, exch_ns=int, id=int, bid_px=d, bid_qty=d, ask_px=d, ask_qty=d) == truth.quotes,
            f"{name}: {len(truth.quotes)} quotes")
    t.check(got("trades", recv_ns=int, exch_ns=int, id=int, px=d, qty=d, side=str) == truth.trades, f"{name}: {len(truth.trades)} trades")
    t.check(got("marks", recv_ns=int, exch_ns=int, mark=d, index=d, funding_rate=d, next_funding_ns=int) == truth.marks,
            f"{name}: {len(truth.marks)} marks, put together from what changed")
    t.check(got("open_interest", recv_ns=int, exch_ns=int, open_interest=d) == truth.interest, f"{name}: {len(truth.interest)} open interests")
    if truth.book["bid"] or truth.book["ask"]:
        want = [("bid", p, truth.book["bid"][p]) for p in sorted(truth.book["bid"], reverse=True)]
        want += [("ask", p, truth.book["ask"][p]) for p in sorted(truth.book["ask"])]
        t.check(got("book", side=str, px=d, qty=d) == want, f"{name}: all {len(want)} levels of the book at the end")


def run_import(program, venue, path, journal, *more):
    return program.run("import", "--venue", venue, path, "-o", journal, *more)


def check_damage(t, program, venue, path):
    """A frame left out, or a checksum that is another: one gap, and no other frame is at fault."""
    lines = gzip.open(path, "rt").read().splitlines()
    if venue == "okx":
        at = [i for i, line in enumerate(lines) if '"action":"update"' in line][20]
        lines[at] = re.sub('"checksum":-?[0-9]+', '"checksum":12345', lines[at])
        what = "a checksum that is another"
    else:
        at = [i for i, line in enumerate(lines) if '"orderbook' in line and '"delta"' in line][20]
        del lines[at]
        what = "a book update left out"
    broken = program.path(f"broken-{venue}.gz")
    with gzip.open(broken, "wt") as f:
        f.write("\n".join(lines) + "\n")
    done = run_import(program, venue, broken, program.path(f"broken-{venue}.apj"))
    t.check(done.returncode == 0 and " 1 gap" in done.stderr and " 0 frames that could not be read" in done.stderr,
            f"{venue}: {what} is one gap", done.stderr)


def main():
    t, program = Checks(), Program(sys.argv[1])
    damaged = set()
    for path in sys.argv[2:]:
        name = os.path.basename(path).replace(".gz", "")
        venue = name.split("_")[0]
        truths = (read_bybit if venue == "bybit" else read_okx)(path)
        journal = program.path(name + ".apj")
        done = run_import(program, venue, path, journal)
        if not t.check(done.returncode == 0, f"{name}: imports", done.stderr):
            continue
        t.check(" 0 gaps" in done.stderr and " 0 frames that could not be read" in done.stderr, f"{name}: no gaps, no bad frames",
                done.stderr)
        checksums = sum(x.checksums for x in truths.values())
        t.check(checksums > 0 or venue != "okx", f"{name}: {checksums} checksums of the venue hold for the plain book as well")
        t.check(venue != "bybit" or all(x.widths == {(200, 200)} for x in truths.values()), f"{name}: 200 levels a side all the time")
        for symbol, truth in truths.items():
            check_instrument(t, program, journal, f"{venue}:{symbol}", truth)
        done = program.run("journal", "verify", journal)
        t.check(done.returncode == 0, f"{name}: the journal verifies", done.stdout + done.stderr)
        if venue not in damaged:
            damaged.add(venue)
            check_damage(t, program, venue, path)
    t.done()


main()
