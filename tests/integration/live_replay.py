"""Live is replay: recorded frames through a real socket into a live session; its lines, its journal, and the journal's replay must
say the same. Usage: live_replay.py PROGRAM CAPTURE"""
import json
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import Checks, Program, wait_for  # noqa: E402


def first_line(process):
    return process.stdout.readline().strip()


def live_lines(program, url, journal, seconds, *instruments):
    live = program.start("live", "--json", "--every", "500ms", "--for", f"{seconds}s", "--journal", journal, "--endpoint",
                         "binance=" + url, *instruments)
    out, err = live.communicate(timeout=seconds + 30)
    return [json.loads(line) for line in out.splitlines()], live.returncode, err


def check_replay(t, program, journal, lines, what):
    picked = lines[1::max(1, len(lines) // 6)] + lines[-1:]
    bad = []
    for line in picked:
        done = program.run("replay", journal, "--json", "--at", str(line["time_ns"]))
        again = json.loads(done.stdout) if done.stdout else {}
        for said in (line, again):
            said.pop("host", None)  # about the machine and the moment: no replay can say the same
        if again != line:
            keys = [k for k in line if again.get(k) != line[k]]
            bad.append(f"at {line['time']}: {keys} {line['digest']} {again.get('digest')} {done.stderr}")
    t.check(len(picked) > 3 and not bad, f"{what}: replay says the same as live at {len(picked)} times", "\n".join(bad))
    done = program.run("journal", "verify", journal)
    t.check(done.returncode == 0 and " 0 digests" not in done.stdout, f"{what}: the journal verifies", done.stdout + done.stderr)


def check_capture(t, program, capture):
    sim = program.start("sim", "--capture", capture, "--speed", "5")
    journal = program.path("live.apj")
    try:
        lines, status, err = live_lines(program, first_line(sim), journal, 6, "binance:BTCUSDT")
    finally:
        sim.send_signal(signal.SIGTERM)
        sim.communicate(timeout=20)
    t.check(status == 0 and len(lines) >= 8, f"capture: live over a socket gives lines", f"{status} {len(lines)} {err}")
    book = lines[-1]["instruments"][0]["book"]
    t.check(book["state"] == "TRUE" and book["gaps"] == 0 and book["events"] > 0, "capture: the book is true, without gaps", book)
    check_replay(t, program, journal, lines, "capture")


def check_market(t, program):
    sim = program.start("sim", "--seed", "7", "--speed", "2")
    journal = program.path("market.apj")
    try:
        lines, status, err = live_lines(program, first_line(sim), journal, 6, "binance:BTCUSDT", "binance:ETHUSDT")
    finally:
        sim.send_signal(signal.SIGTERM)
        sim.communicate(timeout=20)
    t.check(status == 0 and len(lines) >= 8, "market: live gives lines", f"{status} {len(lines)} {err}")
    last = lines[-1]
    t.check(all(i["book"]["state"] == "TRUE" for i in last["instruments"]) and len(last["instruments"]) == 2,
            "market: both books are true", last["instruments"])
    t.check(all(i["mark"] and i["last"] for i in last["instruments"]), "market: marks and trades arrive")
    t.check(all(f["state"] == "LIVE" for f in last["feeds"]), "market: the feed says LIVE", last["feeds"])
    check_replay(t, program, journal, lines, "market")


def check_kill(t, program):
    """kill -9 in the middle: what was committed is there, and it verifies."""
    sim = program.start("sim", "--seed", "9", "--speed", "5")
    url, journal = first_line(sim), program.path("killed.apj")
    live = program.start("record", "--journal", journal, "--endpoint", "binance=" + url, "binance:BTCUSDT")
    try:
        def has_events():
            done = program.run("journal", "info", journal)
            return done.returncode == 0 and " DEPTH " in done.stdout
        t.check(wait_for(has_events, 30), "kill: a journal that is being written can be read")
        live.kill()
        live.communicate(timeout=20)
        done = program.run("journal", "verify", journal)
        t.check(done.returncode == 0, "kill: what was committed verifies", done.stdout + done.stderr)
        first = program.run("replay", journal, "--json", "--once")
        again = program.run("record", "--for", "2s", "--journal", journal, "--endpoint", "binance=" + url, "binance:BTCUSDT")
        t.check(again.returncode == 0, "kill: recording goes on in the same file", again.stderr)
        done = program.run("journal", "verify", journal)
        t.check(done.returncode == 0 and "whole" in done.stdout, "kill: both sessions verify", done.stdout + done.stderr)
        second = program.run("replay", journal, "--json", "--once")
        t.check(json.loads(second.stdout)["seq"] > json.loads(first.stdout)["seq"], "kill: the second session stands behind the first")
    finally:
        live.kill()
        sim.send_signal(signal.SIGTERM)
        sim.communicate(timeout=20)


def check_ends(t, program):
    """Closed pipes and signals end it quietly."""
    sim = program.start("sim")
    url = first_line(sim)
    try:
        live = program.start("live", "--json", "--every", "100ms", "--no-journal", "--endpoint", "binance=" + url, "binance:BTCUSDT")
        live.stdout.readline()
        live.stdout.close()
        live.wait(timeout=20)
        t.check(live.returncode == 0 and live.stderr.read() == "", "a closed pipe ends it quietly", live.returncode)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            journal = program.path(f"ends-{number.name}.apj")
            live = program.start("record", "--journal", journal, "--endpoint", "binance=" + url, "binance:BTCUSDT")
            wait_for(lambda: os.path.exists(journal), 10)
            live.send_signal(number)
            try:
                live.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                live.kill()
            t.check(live.returncode == 0, f"signal {number.name} ends a recording in order", live.returncode)
    finally:
        sim.send_signal(signal.SIGTERM)
        sim.communicate(timeout=20)


def main():
    t, program = Checks(), Program(sys.argv[1])
    check_capture(t, program, sys.argv[2])
    check_market(t, program)
    check_kill(t, program)
    check_ends(t, program)
    t.done()


main()
