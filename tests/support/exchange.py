"""A session of the program on a loopback exchange, and the exchange's own truth to hold its book to."""
import json
import signal
import subprocess
import threading
import urllib.request
from decimal import Decimal

from program import wait_for

# venue: two of its symbols, the fewest levels that a comparison must hold
VENUES = {
    "binance": (("BTCUSDT", "ETHUSDT"), 100),
    "binance-spot": (("BTCUSDT", "ETHUSDT"), 100),
    "binance-coinm": (("BTCUSD_PERP", "ETHUSD_PERP"), 100),
    "bybit": (("BTCUSDT", "ETHUSDT"), 100),
    "okx": (("BTC-USDT-SWAP", "ETH-USDT-SWAP"), 100),
    "hyperliquid": (("BTC", "ETH"), 20),
}


class Session:
    """A recording session on an exchange with faults; its newest lines are at hand."""

    def __init__(self, program, name, venue, spec, speed="3", seed="11", env=None):
        self.program, self.venue = program, venue
        self.symbols, self.fewest = VENUES[venue]
        self.journal = program.path(name.replace("/", "-") + ".apj")
        self.sim = program.start("sim", "--venue", venue, "--seed", seed, "--speed", speed, "--faults", spec)
        self.url = self.sim.stdout.readline().strip()
        self.lines, self.err = [], ""
        self.told = self.told_before = 0  # lines in all; before the faults ended
        self.live = program.start("live", "--json", "--every", "100ms", "--journal", self.journal, "--endpoint", f"{venue}={self.url}",
                                  *[f"{venue}:{s}" for s in self.symbols], more_env=env)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for text in self.live.stdout:
            self.lines.append(json.loads(text))
            self.told += 1
            del self.lines[:-20]
        self.err = self.live.stderr.read()

    def ask(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return json.loads(answer.read())

    def books(self):
        return {i["name"].split(":")[1]: i["book"] for i in self.lines[-1]["instruments"]} if self.lines else {}

    def feeds(self, key):
        return sum(f[key] for f in self.lines[-1]["feeds"]) if self.lines else 0

    def heal(self):
        """No more faults; what lines said up to here, they said of a session that one may just have hit."""
        self.ask("/sim/heal")
        self.told_before = self.told

    def are_true(self):
        books = self.books()
        return len(books) == len(self.symbols) and all(b["state"] == "TRUE" for b in books.values())

    def stays_true(self):
        """For a second of engine time since the faults ended, with a feed that says that it is live."""
        lines = self.lines[-10:]
        return (self.told - self.told_before >= 11 and all(f["state"] == "LIVE" for f in lines[-1]["feeds"])
                and all(len(line["instruments"]) == len(self.symbols) and i["book"]["state"] == "TRUE" for line in lines for i in line["instruments"]))

    def stands_still(self):
        recent = [[i["book"]["events"] for i in line["instruments"]] for line in self.lines[-6:]]
        return len(recent) == 6 and all(r == recent[0] for r in recent)

    def pause(self):
        """The market rests, and what it told last has had a second of engine time to arrive."""
        if not wait_for(lambda: self.ask("/sim/pause")["paused"], 20, 0.1):
            return False
        last = self.lines[-1]["time_ns"]
        return wait_for(lambda: self.lines[-1]["time_ns"] >= last + 10**9 and self.stands_still(), 20)

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
        book = next(i["book"] for i in line["instruments"] if i["name"].endswith(":" + symbol))
        if book["state"] != "TRUE":
            return f"not true: {book}"
        low, high = Decimal(book["known_low"]), Decimal(book["known_high"])
        done = self.program.run("export", self.journal, "book", "--at", str(line["time_ns"]), "--instrument", f"{self.venue}:{symbol}")
        ours = set()
        for row in done.stdout.splitlines()[1:]:
            side, px, qty = row.split(",")
            ours.add((side, Decimal(px), Decimal(qty)))
        theirs = {(side, Decimal(px), Decimal(qty)) for side, key in (("bid", "bids"), ("ask", "asks")) for px, qty in truth[key]}
        ours, theirs = ({r for r in rows if low <= r[1] <= high} for rows in (ours, theirs))
        if len(ours) < self.fewest:
            return f"only {len(ours)} levels {done.stderr}"
        return f"{len(ours)} levels, {sorted(ours ^ theirs)[:6]}" if ours != theirs else ""
