"""Faults of the loopback exchange, alone and together, into a recording live session. When the faults end the book
must heal and be the exchange's own, level by level; the fault is seen in the program's counters, the journal verifies, and the
instrument that was not aimed at stays untouched. Usage: faults.py PROGRAM [NAME...]"""
import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import Checks, Program, wait_for  # noqa: E402

DEADLINE_S = 60


class Live:
    """A recording session on an exchange with faults; its newest line is at hand."""

    def __init__(self, program, name, spec, speed, *symbols):
        self.program, self.symbols = program, symbols
        self.journal = program.path(name + ".apj")
        self.sim = program.start("sim", "--seed", "11", "--speed", speed, "--faults", spec)
        self.url = self.sim.stdout.readline().strip()
        self.lines, self.err = [], ""
        self.live = program.start("live", "--json", "--every", "100ms", "--journal", self.journal, "--endpoint", "binance=" + self.url,
                                  *["binance:" + s for s in symbols])
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for text in self.live.stdout:
            self.lines.append(json.loads(text))
            del self.lines[:-20]
        self.err = self.live.stderr.read()

    def ask(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return json.loads(answer.read())

    def books(self):
        return {i["name"].split(":")[1]: i["book"] for i in self.lines[-1]["instruments"]} if self.lines else {}

    def are_true(self):
        books = self.books()
        return len(books) == len(self.symbols) and all(b["state"] == "TRUE" for b in books.values())

    def stays_true(self):
        """For half a second of engine time."""
        return len(self.lines) >= 6 and all(i["book"]["state"] == "TRUE" for line in self.lines[-6:] for i in line["instruments"])

    def stands_still(self):
        recent = [[i["book"]["events"] for i in line["instruments"]] for line in self.lines[-6:]]
        return len(recent) == 6 and all(r == recent[0] for r in recent)

    def pause(self):
        return wait_for(lambda: self.ask("/sim/pause")["paused"], 20, 0.1) and wait_for(self.stands_still, 20)

    def stop(self):
        if self.live.poll() is None:
            self.live.send_signal(signal.SIGTERM)
        try:
            self.live.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.live.kill()
        self.reader.join()
        self.sim.send_signal(signal.SIGTERM)
        self.sim.communicate(timeout=20)

    def differs(self, symbol, line, truth):
        """What the recorded book and the exchange's own do not share, within the prices the program knows."""
        book = next(i["book"] for i in line["instruments"] if i["name"].endswith(symbol))
        if book["state"] != "TRUE":
            return f"not true: {book}"
        low, high = Decimal(book["known_low"]), Decimal(book["known_high"])
        done = self.program.run("export", self.journal, "book", "--at", str(line["time_ns"]), "--instrument", "binance:" + symbol)
        ours = set()
        for row in done.stdout.splitlines()[1:]:
            side, px, qty = row.split(",")
            ours.add((side, Decimal(px), Decimal(qty)))
        theirs = {(side, Decimal(px), Decimal(qty)) for side, key in (("bid", "bids"), ("ask", "asks")) for px, qty in truth[key]}
        ours, theirs = ({r for r in rows if low <= r[1] <= high} for rows in (ours, theirs))
        if len(ours) < 100:
            return f"only {len(ours)} levels {done.stderr}"
        return f"{len(ours)} levels, {sorted(ours ^ theirs)[:6]}" if ours != theirs else ""


def feed(key):
    return lambda live: sum(f[key] for f in live.lines[-1]["feeds"]) > 0


def book(key):
    return lambda live: live.books()["BTCUSDT"][key] > 0


GAPS = book("gaps")


def wait_kinds(live, kinds):
    return wait_for(lambda: all(live.ask("/sim/faults")[k] > 0 for k in kinds), DEADLINE_S, 0.2)


AIM = ",symbol=BTCUSDT"
# name: SPEC, is it seen
CASES = {
    "drop": ("drop=0.01" + AIM, GAPS),
    "dup": ("dup=0.05" + AIM, None),
    "reorder": ("reorder=0.02" + AIM, GAPS),
    "delay": ("delay=0.01:300ms" + AIM, None),
    "truncate": ("truncate=0.01" + AIM, feed("bad_frames")),
    "corrupt": ("corrupt=0.01", None),
    "crossed": ("crossed=0.05" + AIM, book("crossed")),
    "negative": ("negative=0.05" + AIM, feed("bad_frames")),
    "close": ("close=1s", feed("reconnects")),
    "reset": ("reset=1s", feed("reconnects")),
    "silence": ("silence=1s:2s" + AIM, GAPS),
    "burst": ("burst=1s:5000" + AIM, None),
    "rest500": ("rest500=0.5,drop=0.02" + AIM, GAPS),
    "reststale": ("reststale=0.5,drop=0.02" + AIM, GAPS),
    "restempty": ("restempty=0.5,drop=0.02" + AIM, GAPS),
    # A garbled byte that is no UTF-8 ends the whole connection, and with it the other book: so it is not aimed.
    "together": ("drop=0.005,dup=0.02,reorder=0.005,truncate=0.005,corrupt=0.005,rest500=0.2", feed("bad_frames")),
}


def run_case(program, name):
    """[(good, what, why)]"""
    spec, is_seen = CASES[name]
    out = []
    kinds = [item.split("=")[0] for item in spec.split(",") if not item.startswith("symbol")]
    live = Live(program, name, spec, "3", "BTCUSDT", "ETHUSDT")
    try:
        good = wait_kinds(live, kinds) and (not is_seen or wait_for(lambda: live.lines and is_seen(live), DEADLINE_S))
        out.append((good, f"{name}: it happens and is seen", (live.ask("/sim/faults"), live.lines[-1:])))
        live.ask("/sim/heal")
        start = time.monotonic()
        out.append((wait_for(live.stays_true, DEADLINE_S), f"{name}: it heals", live.lines and live.lines[-1]["feeds"] + [live.books()]))
        healed = time.monotonic() - start
        out.append((live.pause() and live.are_true(), f"{name}: the market rests", live.books()))
        line = live.lines[-1]
        truth = {s: live.ask("/sim/truth?symbol=" + s) for s in live.symbols}
        if AIM in spec:
            other = live.books()["ETHUSDT"]
            out.append((other["gaps"] == 0 and other["resyncs"] == 0 and other["crossed"] == 0, f"{name}: the other book is untouched", other))
    finally:
        live.stop()
    out.append((live.live.returncode == 0, f"{name}: it ends in order", f"{live.live.returncode} {live.err[-2000:]}"))
    for s in live.symbols:
        why = live.differs(s, line, truth[s])
        out.append((not why, f"{name}: the book of {s} is the exchange's own", f"{why} healed in {healed:.1f} s"))
    done = program.run("journal", "verify", live.journal)
    out.append((done.returncode == 0 and " 0 digests" not in done.stdout, f"{name}: the journal verifies", done.stdout + done.stderr))
    if is_seen is GAPS:
        done = program.run("journal", "info", live.journal)
        out.append(("engine: ids do not follow" in done.stdout, f"{name}: the gap is in the journal", done.stdout))
    return out


def main():
    t, program = Checks(), Program(sys.argv[1])
    bad = program.run("sim", "--faults", "drop=2")
    t.check(bad.returncode != 0 and "drop" in bad.stderr, "a wrong chance is refused in words", bad.stderr)
    bad = program.run("sim", "--faults", "foo=1")
    t.check(bad.returncode != 0 and "foo" in bad.stderr and "reorder" in bad.stderr, "an unknown fault names the known ones", bad.stderr)
    names = sys.argv[2:] or list(CASES)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(run_case, program, name) for name in names]:
            for good, what, why in future.result():
                t.check(good, what, why)
    t.done()


main()
