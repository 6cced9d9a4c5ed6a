"""The command line against bad input: clear words, the right exit status, nothing harmed. Usage: cli.py PROGRAM CAPTURE"""
import gzip
import json
import os
import sqlite3
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import Checks, Program  # noqa: E402

COMMANDS = ["live", "demo", "record", "replay", "import", "export", "journal", "sim", "doctor"]


def refused(t, program, what, args, status, *words, **more):
    done = program.run(*args, **more)
    text = done.stderr.strip()
    good = done.returncode == status and text and all(w in text for w in words) and "Sanitizer" not in text
    t.check(good, what, f"exit {done.returncode}: {text or '(silent)'}")


def check_help(t, program):
    done = program.run("--help")
    t.check(done.returncode == 0 and all(c in done.stdout for c in COMMANDS), "--help names every command", done.stdout)
    for command in COMMANDS:
        done = program.run(command, "--help")
        t.check(done.returncode == 0 and command in done.stdout and "alphaplus" in done.stdout and not done.stderr,
                f"{command} --help", done.stdout + done.stderr)
    done = program.run("--version")
    t.check(done.returncode == 0 and done.stdout.startswith("alphaplus "), "--version", done.stdout)
    for shell in ("bash", "zsh", "fish"):
        done = program.run("completions", shell)
        t.check(done.returncode == 0 and all(c in done.stdout for c in COMMANDS), f"completions {shell}", done.stderr)


def check_usage(t, program):
    refused(t, program, "unknown command", ["repaly", "x"], 2, "replay")
    refused(t, program, "unknown option", ["demo", "--jsn"], 2, "--json")
    refused(t, program, "option without its value", ["replay", "x", "--at"], 2, "--at")
    refused(t, program, "not an instrument", ["live", "binance:", "--no-journal"], 1, "binance:")
    refused(t, program, "unknown venue", ["live", "binanse:BTCUSDT", "--no-journal"], 1, "binan")
    refused(t, program, "bad endpoint", ["live", "--endpoint", "nonsense", "binance:BTCUSDT", "--no-journal"], 2, "--endpoint")
    refused(t, program, "bad duration", ["demo", "--json", "--every", "soon"], 2, "--every")
    refused(t, program, "export of an unknown kind", ["export", "x", "quarks"], 2, "quotes")
    refused(t, program, "completions of an unknown shell", ["completions", "tcsh"], 2, "bash")
    refused(t, program, "screen without a terminal", ["demo"], 1, "terminal")


def check_captures(t, program, capture):
    out = program.path("never.apj")
    args = lambda path: ["import", "--venue", "binance", path, "-o", out]  # noqa: E731
    refused(t, program, "capture that is not there", args(program.path("nowhere.gz")), 1, "nowhere.gz")
    refused(t, program, "capture that is a directory", args(program.folder), 1, program.folder)
    empty = program.path("empty.gz")
    open(empty, "w").close()
    refused(t, program, "empty capture", args(empty), 1, "empty.gz")
    binary = program.path("binary")
    with open(binary, "wb") as f:
        f.write(bytes(range(256)) * 400)
    refused(t, program, "binary capture", args(binary), 1, "binary")
    cut = program.path("cut.gz")
    with open(cut, "wb") as f:
        f.write(open(capture, "rb").read()[:20000])
    refused(t, program, "gzip that is cut", args(cut), 1, "cut.gz")
    t.check(not os.path.exists(out) or os.path.getsize(out) > 0, "no empty journal is left behind")
    two = program.path("two")
    with open(two, "w") as f:
        f.write('1700000000000000000 {"stream":"a@depth","data":{"e":"depthUpdate","E":1,"T":1,"s":"AUSDT","U":1,"u":2,"pu":0,"b":[],"a":[]}}\n')
        f.write('1700000000000000001 {"stream":"b@depth","data":{"e":"depthUpdate","E":1,"T":1,"s":"BUSDT","U":1,"u":2,"pu":0,"b":[],"a":[]}}\n')
        f.write('1700000000000000002 {"lastUpdateId":1,"E":1,"T":1,"bids":[],"asks":[]}\n')
    refused(t, program, "a bare snapshot that could be of two", args(two), 1, "snapshot")
    refused(t, program, "unknown venue", ["import", "--venue", "mtgox", capture, "-o", out], 1, "mtgox")
    refused(t, program, "unwritable place", ["import", "--venue", "binance", capture, "-o", "/proc/nope.apj"], 1, "/proc/nope.apj")
    bad = program.path("bad.gz")
    with gzip.open(capture, "rt") as f, gzip.open(bad, "wt") as g:
        for i, line in enumerate(f):
            g.write(line)
            if i == 100:
                g.write('1721347022000000000 {"stream":"btcusdt@trade","data":{"e":"trade","p":"1e5","q":"NaN"}}\n')
                g.write("garbage without a time\n")
                g.write("1721347022000000001 {{{{{{{{{{\n")
    journal = program.path("bad.apj")
    done = program.run("import", "--venue", "binance", bad, "-o", journal)
    t.check(done.returncode == 0 and "0 gaps" in done.stderr and " 0 frames" not in done.stderr, "bad frames are counted, the book goes on",
            done.stderr)
    refused(t, program, "a journal that is already there", ["import", "--venue", "binance", capture, "-o", journal], 1, "already")


def check_journals(t, program, capture):
    good = program.path("good.apj")
    program.run("import", "--venue", "binance", capture, "-o", good)
    for name, make in {
        "not there": lambda p: None,
        "empty": lambda p: open(p, "w").close(),
        "text": lambda p: open(p, "w").write("hello " * 1000),
        "a foreign database": lambda p: sqlite3.connect(p).executescript("create table t(x); insert into t values(1);"),
        "a newer schema": lambda p: newer(good, p),
        "cut": lambda p: open(p, "wb").write(open(good, "rb").read()[:40000]),
    }.items():
        path = program.path(name.replace(" ", "-") + ".apj")
        make(path)
        for command in (["replay", path, "--json", "--once"], ["journal", "info", path], ["export", path, "trades"]):
            refused(t, program, f"journal that is {name}: {command[0]}", command, 1, os.path.basename(path))
    flipped = program.path("flipped.apj")
    data = bytearray(open(good, "rb").read())
    for page in range(4096, len(data), 4096):
        for at in range(page + 2000, page + 2064):
            data[at] ^= 0x55
    open(flipped, "wb").write(data)
    refused(t, program, "journal with flipped bits: verify", ["journal", "verify", flipped], 1, "flipped.apj")
    done = program.run("replay", good, "--json", "--at", "yesterday")
    t.check(done.returncode == 2 and "--at" in done.stderr, "a time that is none", done.stderr)
    readonly = program.path("readonly.apj")
    open(readonly, "wb").write(open(good, "rb").read())
    os.chmod(readonly, stat.S_IRUSR)
    done = program.run("replay", readonly, "--json", "--once")
    t.check(done.returncode == 0 and json.loads(done.stdout)["seq"] > 0, "a journal that cannot be written is replayed", done.stderr)


def newer(good, path):
    open(path, "wb").write(open(good, "rb").read())
    db = sqlite3.connect(path)
    db.execute("pragma user_version = 9999")
    db.commit()
    db.close()


def check_settings(t, program):
    os.makedirs(program.path("config/alphaplus"), exist_ok=True)
    path = program.path("config/alphaplus/settings.ini")
    with open(path, "w") as f:
        f.write("[screen]\nfps = 1000\nthem = x\n[nonsense]\na = b\n")
    refused(t, program, "settings with faults: all are told, with their lines", ["doctor", "--params"], 1, "settings.ini:2:", "settings.ini:3:", "settings.ini:4:")
    with open(path, "w") as f:
        f.write("[screen]\nfps = 20\n")
    done = program.run("doctor", "--params")
    t.check(done.returncode == 0 and "fps" in done.stdout and "20" in done.stdout, "doctor --params shows them", done.stdout)
    os.remove(path)
    done = program.run("doctor")
    t.check(done.returncode == 0 and "clock" in done.stdout, "doctor finds nothing wrong here", done.stdout + done.stderr)
    own = program.path("positions.ini")
    with open(own, "w") as f:
        f.write("[position]\naccount = x\ninstrument = binance:BTCUSDT\nside = sideways\nsize = -1\nentry = abc\n")
    refused(t, program, "positions with faults", ["live", "--positions", own, "--no-journal", "--json"], 1, "positions.ini", "side")


def check_params(t, program, capture):
    path = program.path("params.ini")
    with open(path, "w") as f:
        f.write("[params]\nimbalance.tau_bps = 400\nimbalanc.tau = 3\nquarks = 1\n")
    refused(t, program, "parameters with faults: all are told", ["doctor", "--params", "--config", path], 1, "params.ini:2:", "0.1 and 100",
            "params.ini:3:", "imbalance.tau_bps?", "params.ini:4:")
    with open(path, "w") as f:
        f.write("[params]\n; wider\nimbalance.tau_bps = 80\n")
    done = program.run("doctor", "--params", "--config", path)
    t.check(done.returncode == 0 and "params.imbalance.tau_bps = 80 bps (default 3, 0.1 to 100" in done.stdout and "params.ini:3)" in done.stdout,
            "doctor --params says what is in force and where it is from", done.stdout)
    value = {}
    for name, more in (("default", []), ("wide", ["--config", path])):
        journal = program.path(f"params-{name}.apj")
        program.run("import", "--venue", "binance", capture, "-o", journal, *more)
        state = program.run("replay", "--json", "--once", journal)
        value[name] = json.loads(state.stdout)["instruments"][0]["metrics"]["book.imbalance.distance"]["value"]
        verified = program.run("journal", "verify", journal)
        t.check(verified.returncode == 0, f"a replay computes with what its session had: {name}", verified.stdout + verified.stderr)
    t.check(value["default"] is not None and value["default"] != value["wide"], "a parameter has its effect", str(value))


def check_closed(t, program, capture):
    journal = program.path("closed.apj")
    program.run("import", "--venue", "binance", capture, "-o", journal)
    for kind in ("levels", "top", "trades"):
        p = subprocess.Popen([program.binary, "export", journal, kind], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=program.env)
        p.stdout.read(10)
        p.stdout.close()
        err = p.stderr.read()
        p.wait(timeout=60)
        t.check(p.returncode == 0 and err == b"", f"export {kind} into a closed pipe ends quietly", f"{p.returncode} {err}")
    done = subprocess.run(["sh", "-c", '"$0" export "$1" trades >/dev/full', program.binary, journal], stderr=subprocess.PIPE,
                          env=program.env, text=True, timeout=60)
    t.check(done.returncode == 1 and "write" in done.stderr, "a full disk behind standard output is told", done.stderr)
    done = subprocess.run(["sh", "-c", '"$0" export "$1" trades >&- <&-', program.binary, journal], stderr=subprocess.PIPE, env=program.env,
                          text=True, timeout=60)
    t.check(done.returncode == 1 and done.stderr and "Sanitizer" not in done.stderr, "closed standard output is told", done.stderr)


def main():
    t, program = Checks(), Program(sys.argv[1])
    check_help(t, program)
    check_usage(t, program)
    check_captures(t, program, sys.argv[2])
    check_journals(t, program, sys.argv[2])
    check_settings(t, program)
    check_params(t, program, sys.argv[2])
    check_closed(t, program, sys.argv[2])
    t.done()


main()
