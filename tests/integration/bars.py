"""Bars and figures of trades against plain sums over recorded frames, read here by Python's own JSON. Usage: bars.py PROGRAM CAPTURE..."""
import csv
import gzip
import io
import json
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import Checks, Program  # noqa: E402

NS = 10**9
DAY = 86400 * NS


class Truth:
    """Trades, and the touch as it stood, from a book that is a dict."""

    def __init__(self, path):
        self.trades, self.touches, updates, book, joined = [], [], [], None, False
        for line in gzip.open(path, "rt"):
            stamp, frame = line.split(" ", 1)
            recv, d = int(stamp) * (1000 if len(stamp) == 16 else 1), json.loads(frame)
            self.last_ns = recv
            d = d.get("data", d)
            if "lastUpdateId" in d:
                book = {"b": {float(p): float(q) for p, q in d["bids"]}, "a": {float(p): float(q) for p, q in d["asks"]}}
                last = d["lastUpdateId"]
                self.known_ns = recv
                for u in updates:
                    joined = self.apply(book, u, last, joined, recv)
            elif d.get("e") == "depthUpdate" and book is None:
                updates.append(d)
            elif d.get("e") == "depthUpdate":
                joined = self.apply(book, d, last, joined, recv)
            elif d.get("e") == "trade" and d.get("X", "MARKET") == "MARKET":
                self.trades.append((recv, float(d["p"]), float(d["q"]), d["m"]))

    def apply(self, book, d, last, joined, recv):
        if not joined and d["u"] <= last:
            return False
        for key in "ba":
            for px, qty in d[key]:
                if float(qty):
                    book[key][float(px)] = float(qty)
                else:
                    book[key].pop(float(px), None)
        self.touches.append((recv, max(book["b"]), min(book["a"])))
        return True

    def trades_in(self, start, end):
        return [t for t in self.trades if start <= t[0] < end]

    def mids(self, start, end):
        """(first, highest, lowest, last mid, time-weighted spread in bps) of [start, end), the book true throughout."""
        while self.at + 1 < len(self.touches) and self.touches[self.at + 1][0] <= start:
            self.at += 1
        # several updates at the very beginning, at one time: each is a touch of the bar
        i, mids, weighted = self.at, [], 0.0
        while i < len(self.touches) and self.touches[i][0] < end:
            since, bid, ask = self.touches[i]
            until = self.touches[i + 1][0] if i + 1 < len(self.touches) else end
            dt = min(until, end) - max(since, start)
            mids.append((bid + ask) / 2)
            weighted += 2e4 * (ask - bid) / (bid + ask) * dt
            i += 1
        return mids[0], max(mids), min(mids), mids[-1], weighted / (end - start)


def near(a, b, tolerance=1e-9):
    return abs(a - b) <= tolerance * max(1.0, abs(a), abs(b))


def wrong_trades(bar, trades):
    """What of the bar is not what the trades say."""
    buys = [t for t in trades if not t[3]]
    sells = [t for t in trades if t[3]]
    want = {"trades": len(trades), "buys": len(buys), "buy_usd": sum(p * q for _, p, q, _ in buys), "sell_usd": sum(p * q for _, p, q, _ in sells),
            "buy_qty": sum(t[2] for t in buys), "sell_qty": sum(t[2] for t in sells)}
    if trades:
        prices = [t[1] for t in trades]
        want.update(open=prices[0], high=max(prices), low=min(prices), close=prices[-1],
                    vwap=sum(p * q for _, p, q, _ in trades) / sum(t[2] for t in trades))
    return [f"{k}: {bar[k]}, not {v}" for k, v in want.items() if not near(float(bar[k]), v)]


def wrong_mids(bar, truth):
    start = int(bar["start_ns"])
    want = dict(zip(("mid_open", "mid_high", "mid_low", "mid_close", "spread_bps"), truth.mids(start, start + int(bar["width_s"]) * NS)))
    return [f"{k}: {bar[k]}, not {v}" for k, v in want.items() if not near(float(bar[k]), v, 1e-8)]


def check_bars(t, program, journal, name, truth):
    done = program.run("journal", "sql", journal, "select * from bars order by width_s, start_ns")
    t.check(done.returncode == 0, f"{name}: the journal holds bars", done.stderr)
    bad, known, seconds = [], 0, 0
    for bar in csv.DictReader(io.StringIO(done.stdout)):
        start, width = int(bar["start_ns"]), int(bar["width_s"])
        bad += [(width, start, w) for w in wrong_trades(bar, truth.trades_in(start, start + width * NS))]
        seconds += width == 1
        if width == 1:
            truth.at = 0 if start < truth.known_ns else truth.at
        if width == 1 and float(bar["book_known"]) == 1.0 and start + NS <= truth.last_ns:
            known += 1
            bad += [(width, start, w) for w in wrong_mids(bar, truth)]
    t.check(not bad and seconds >= (truth.last_ns - truth.trades[0][0]) // NS and known > 10,
            f"{name}: {seconds} seconds are the sums of their {len(truth.trades)} trades, {known} the book's", bad[:5])


def check_figures(t, program, journal, name, truth):
    done = program.run("replay", journal, "--json", "--at", str(truth.last_ns // NS * NS))
    line = json.loads(done.stdout)
    market, now = line["instruments"][0], line["time_ns"]
    value = {k: v["value"] for k, v in market["metrics"].items()}
    today = truth.trades_in(now // DAY * DAY, now)
    size = sum(q for _, _, q, _ in today)
    vwap = sum(p * q for _, p, q, _ in today) / size
    want = {"trade.vwap.day": vwap, "trade.vwap.sd": math.sqrt(sum(q * (p - vwap)**2 for _, p, q, _ in today) / size),
            "trade.cvd.day": sum(-p * q if sell else p * q for _, p, q, sell in today)}
    bad = [(k, value[k], v) for k, v in want.items() if not near(value[k], v, 1e-8)]
    t.check(not bad, f"{name}: VWAP, its deviation and CVD of the day", bad)
    detail = market["detail"]
    rows = detail["profile_day"]["rows"]
    t.check(near(sum(r[1] + r[2] for r in rows), size) and near(sum(r[1] for r in rows), sum(x[2] for x in today if not x[3])),
            f"{name}: the profile holds all that was traded", (rows[:3], size))
    minute = today[-1][0] // (60 * NS) * 60 * NS
    foot = detail["footprint_1m"][0]["rows"]
    t.check(near(sum(r[1] + r[2] for r in foot), sum(x[2] for x in truth.trades_in(minute, now))), f"{name}: and the footprint", foot[:3])


def main():
    t, program = Checks(), Program(sys.argv[1])
    for path in sys.argv[2:]:
        name = os.path.basename(path).replace(".gz", "")
        truth, journal = Truth(path), program.path(name + ".apj")
        done = program.run("import", "--venue", "binance", path, "-o", journal)
        if t.check(done.returncode == 0, f"{name}: imports", done.stderr):
            check_bars(t, program, journal, name, truth)
            check_figures(t, program, journal, name, truth)
    t.done()


if __name__ == "__main__":
    main()
