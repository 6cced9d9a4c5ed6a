"""Faults of the loopback exchange, alone and together, into a recording live session. When the faults end the book
must heal and be the exchange's own, level by level; the fault is seen in the program's counters, the journal verifies, and the
instrument that was not aimed at stays untouched.
Usage: faults.py PROGRAM [--clock SHIM] [--all | VENUE/NAME...]"""
import concurrent.futures
import os
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from exchange import VENUES, Session  # noqa: E402
from program import Checks, Program, wait_for  # noqa: E402

HAPPEN_S = 60
HEAL_S = 90


def feed(key):
    return lambda s: s.feeds(key) > 0


def book(key):
    return lambda s: s.books()[s.symbols[0]][key] > 0


GAPS = book("gaps")
ANY = None

# name: SPEC, is it seen, are both books hit ("{}" in SPEC: the instrument aimed at)
AIM = ",symbol={}"
CASES = {
    "drop": ("drop=0.01" + AIM, GAPS),
    "dup": ("dup=0.05" + AIM, ANY),
    "reorder": ("reorder=0.02" + AIM, GAPS),
    "delay": ("delay=0.01:300ms" + AIM, ANY),
    "truncate": ("truncate=0.01" + AIM, feed("bad_frames")),
    "corrupt": ("corrupt=0.01", ANY),
    "crossed": ("crossed=0.05" + AIM, book("crossed")),
    "negative": ("negative=0.05" + AIM, feed("bad_frames")),
    "close": ("close=1s", feed("reconnects")),
    "reset": ("reset=1s", feed("reconnects")),
    "life": ("life=3s", feed("reconnects")),
    "silence": ("silence=1s:2s" + AIM, GAPS),
    "stall": ("stall=1s:1s", ANY),
    "burst": ("burst=1s:20000" + AIM, ANY),
    "clock": ("clock=500ms:30s", ANY),
    "rest500": ("rest500=0.5,drop=0.02" + AIM, GAPS),
    "rest429": ("rest429=0.5:1s,drop=0.02" + AIM, GAPS),
    "rest418": ("rest418=0.5:1s,drop=0.02" + AIM, GAPS),
    "rest451": ("rest451=0.5:1s,drop=0.02" + AIM, GAPS),
    "resttimeout": ("resttimeout=0.2,drop=0.02" + AIM, GAPS),
    "reststale": ("reststale=0.5,drop=0.02" + AIM, GAPS),
    "restempty": ("restempty=0.5,drop=0.02" + AIM, GAPS),
    "checksum": ("checksum=0.02" + AIM, GAPS),
    "nochecksum": ("nochecksum=1", ANY),
    # Nothing of one instrument after its subscription: the connection is made anew when that has lasted.
    "wrong-route": ("wrong-route=0.7" + AIM, ANY),
    # A garbled byte that is no UTF-8 ends the whole connection, and with it the other book: so it is not aimed.
    "together": ("drop=0.005,dup=0.02,reorder=0.005,truncate=0.005,corrupt=0.005,rest500=0.2", feed("bad_frames")),
    "harsh": ("drop=0.01,dup=0.02,reorder=0.01,delay=0.005:200ms,truncate=0.005,corrupt=0.005,crossed=0.01,negative=0.005,close=4s,"
              "reset=4s,silence=8s:1s,stall=8s:500ms,burst=5s:5000,clock=3s:5s,rest500=0.2,rest429=0.1:1s,resttimeout=0.05,"
              "reststale=0.2,restempty=0.2", feed("reconnects")),
}
SNAPSHOTS = [name for name in CASES if name.startswith("rest")]
# What a venue's own rule cannot see (books that come whole), or does not have.
NOT_THERE = {
    "binance": {"checksum", "nochecksum"},
    "binance-spot": {"checksum", "nochecksum"},
    "binance-coinm": {"checksum", "nochecksum"},
    "bybit": {"checksum", "nochecksum", *SNAPSHOTS},
    "okx": set(SNAPSHOTS),
    "hyperliquid": {"checksum", "nochecksum", *SNAPSHOTS},
}
UNSEEN = {"hyperliquid": {"drop", "reorder", "silence"}}
CHECKED_IN_THE_JOURNAL = {"drop", "reorder", "silence", "checksum"}


def spec_of(name, venue):
    """Without what the venue does not have."""
    items = CASES[name][0].format(VENUES[venue][0][0]).split(",")
    return ",".join(i for i in items if i.split("=")[0] not in NOT_THERE[venue])


def wait_kinds(session, kinds):
    return wait_for(lambda: all(session.ask("/sim/faults")[k] > 0 for k in kinds), HAPPEN_S, 0.2)


def run_case(program, case):
    """[(good, what, why)]"""
    venue, name = case.split("/")
    spec, is_seen = spec_of(name, venue), CASES[name][1]
    if name in UNSEEN.get(venue, ()):
        is_seen = ANY
    out = []
    kinds = [item.split("=")[0] for item in spec.split(",") if not item.startswith("symbol")]
    if name == "harsh":  # those that are rare need not all come
        kinds = ["drop", "dup", "reorder", "truncate", "close", "reset", "silence", "stall", "clock"]
    session = Session(program, case, venue, spec)
    try:
        good = wait_kinds(session, kinds) and (not is_seen or wait_for(lambda: session.lines and is_seen(session), HAPPEN_S))
        out.append((good, f"{case}: it happens and is seen", (session.ask("/sim/faults"), session.lines[-1:])))
        session.heal()
        start = time.monotonic()
        out.append((wait_for(session.stays_true, HEAL_S), f"{case}: it heals", session.lines and session.lines[-1]["feeds"] + [session.books()]))
        healed = time.monotonic() - start
        out.append((session.pause() and session.are_true(), f"{case}: the market rests", session.books()))
        line = session.lines[-1]
        truth = {s: session.ask("/sim/truth?symbol=" + s) for s in session.symbols}
        if AIM in CASES[name][0] and name != "wrong-route":
            other = session.books()[session.symbols[1]]
            out.append((other["gaps"] == 0 and other["resyncs"] == 0 and other["crossed"] == 0, f"{case}: the other book is untouched", other))
    finally:
        session.stop()
    out.append((session.live.returncode == 0, f"{case}: it ends in order", f"{session.live.returncode} {session.err[-2000:]}"))
    for s in session.symbols:
        why = session.differs(s, line, truth[s])
        out.append((not why, f"{case}: the book of {s} is the exchange's own, healed in {healed:.1f} s", why))
    done = program.run("journal", "verify", session.journal)
    out.append((done.returncode == 0 and " 0 digests" not in done.stdout, f"{case}: the journal verifies", done.stdout + done.stderr))
    if is_seen is GAPS and name in CHECKED_IN_THE_JOURNAL:
        done = program.run("journal", "info", session.journal)
        wanted = "checksum" if name == "checksum" else "engine: ids do not follow"
        out.append((wanted in done.stdout, f"{case}: the gap is in the journal", done.stdout))
    return out


def run_clock(program, shim):
    """The machine's own clock jumps an hour on, two back, and a year on: the books stay true, and the journal says so."""
    path = program.path("clock")
    with open(path, "wb") as f:
        f.write(struct.pack("<q", 0))
    env = {"LD_PRELOAD": shim, "AP_CLOCK_FILE": path, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
    session, out = Session(program, "clock", "binance", "dup=0.0001", env=env), []
    try:
        out.append((wait_for(session.stays_true, HEAL_S), "clock: the books are true", session.lines[-1:]))
        for hours in (1, -1, 8760):
            with open(path, "r+b") as f:
                f.write(struct.pack("<q", hours * 3600 * 10**9))
            last = session.lines[-1]["time_ns"]
            on = wait_for(lambda last=last: session.lines[-1]["time_ns"] >= last + 3 * 10**9, 20)
            out.append((on and session.are_true(), f"clock: true, and time goes on as it did, {hours} h from now", session.lines[-1:]))
        session.heal()
        out.append((session.pause() and session.are_true(), "clock: the market rests", session.books()))
        books = session.books()
        out.append((all(b["gaps"] == 0 for b in books.values()), "clock: no gap", books))
        line, truth = session.lines[-1], {s: session.ask("/sim/truth?symbol=" + s) for s in session.symbols}
    finally:
        session.stop()
    for s in session.symbols:
        why = session.differs(s, line, truth[s])
        out.append((not why, f"clock: the book of {s} is the exchange's own", why))
    done = program.run("journal", "verify", session.journal)
    out.append((done.returncode == 0, "clock: the journal verifies", done.stdout + done.stderr))
    return out


def all_cases():
    return [f"{venue}/{name}" for name in CASES for venue in VENUES if name not in NOT_THERE[venue]]


def main():
    t, program, args = Checks(), Program(sys.argv[1]), sys.argv[2:]
    shim = None
    if args[:1] == ["--clock"]:
        shim, args = args[1], args[2:]
    bad = program.run("sim", "--faults", "drop=2")
    t.check(bad.returncode != 0 and "drop" in bad.stderr, "a wrong chance is refused in words", bad.stderr)
    bad = program.run("sim", "--faults", "foo=1")
    t.check(bad.returncode != 0 and "foo" in bad.stderr and "reorder" in bad.stderr, "an unknown fault names the known ones", bad.stderr)
    bad = program.run("sim", "--venue", "nowhere")
    t.check(bad.returncode != 0 and "nowhere" in bad.stderr and "okx" in bad.stderr, "an unknown venue names the known ones", bad.stderr)
    names = all_cases() if args == ["--all"] else args
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("AP_PARALLEL", "4"))) as pool:
        runs = [pool.submit(run_clock, program, shim)] if shim else []
        for future in runs + [pool.submit(run_case, program, name) for name in names]:
            for good, what, why in future.result():
                t.check(good, what, why)
    t.done()


main()
