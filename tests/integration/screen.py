"""The screen in a real terminal: tmux runs the program, keys go in, the picture comes out. Usage: screen.py PROGRAM CAPTURE"""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import Checks, Program, wait_for  # noqa: E402


class Tmux:
    count = 0

    def __init__(self, program, cols, rows):
        Tmux.count += 1
        self.socket = program.path(f"tmux-{Tmux.count}")
        self.env = program.env
        self.call("new-session", "-d", "-x", str(cols), "-y", str(rows), "sh")
        self.call("set-option", "-g", "status", "off")
        self.call("resize-window", "-x", str(cols), "-y", str(rows))

    def call(self, *args):
        return subprocess.run(["tmux", "-f", "/dev/null", "-S", self.socket, *args], env=self.env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=20)

    def type(self, text):
        self.call("send-keys", "-l", text)

    def keys(self, *names):
        self.call("send-keys", *names)

    def text(self):
        return self.call("capture-pane", "-p").stdout

    def sees(self, pattern, seconds=30):
        return wait_for(lambda: re.search(pattern, self.text()), seconds, 0.1)

    def resize(self, cols, rows):
        self.call("resize-window", "-x", str(cols), "-y", str(rows))

    def close(self):
        self.call("kill-server")


def run_command(tmux, program, *args):
    tmux.type(" ".join([program.binary, *args]) + "; echo status=$?")
    tmux.keys("Enter")


def check_size(t, program, cols, rows):
    what = f"{cols}x{rows}"
    tmux = Tmux(program, cols, rows)
    try:
        run_command(tmux, program, "demo", "--seed", "3")
        t.check(tmux.sees(r"LIVE"), f"{what}: LIVE is on the screen", tmux.text())
        t.check(tmux.sees(r"BTCUSDT"), f"{what}: the instrument is on the screen", tmux.text())
        t.check(tmux.sees(r"FIRST"), f"{what}: first to die is on the screen", tmux.text())
        lines = tmux.text().splitlines()
        t.check(len(lines) <= rows and all(len(line) <= cols for line in lines), f"{what}: fits")
        tmux.type("?")
        t.check(tmux.sees(r"(?i)help"), f"{what}: help", tmux.text())
        tmux.type("q")
        tmux.resize(30, 5)
        t.check(tmux.sees(r"need \d+x\d+"), f"{what}: too small is said", tmux.text())
        tmux.resize(cols, rows)
        t.check(tmux.sees(r"FIRST"), f"{what}: comes back from too small", tmux.text())
        tmux.type("q")
        t.check(tmux.sees(r"status=0"), f"{what}: q quits", tmux.text())
        t.check("LIVE" not in tmux.text() or "status=0" in tmux.text(), f"{what}: the terminal is given back")
    finally:
        tmux.close()


def program_pid(tmux, program):
    pane = tmux.call("display-message", "-p", "#{pane_pid}").stdout.strip()
    done = subprocess.run(["pgrep", "-P", pane], stdout=subprocess.PIPE, text=True)
    return int(done.stdout.split()[0]) if done.stdout.split() else 0


def check_signals(t, program):
    for name, number in (("SIGTERM", "TERM"), ("SIGHUP", "HUP"), ("SIGSEGV", "SEGV")):
        tmux = Tmux(program, 80, 24)
        try:
            run_command(tmux, program, "demo")
            if not tmux.sees("LIVE"):
                t.check(False, f"{name}: the demo runs", tmux.text())
                continue
            subprocess.run(["kill", "-" + number, str(program_pid(tmux, program))])
            t.check(tmux.sees(r"status=\d+"), f"{name}: ends", tmux.text())
            tmux.type("stty -a | tr ' ' '\\n' | grep -x -e echo -e icanon")
            tmux.keys("Enter")
            t.check(tmux.sees(r"(?m)^echo$") and tmux.sees(r"(?m)^icanon$"), f"{name}: the terminal's modes are restored", tmux.text())
        finally:
            tmux.close()
    tmux = Tmux(program, 80, 24)
    try:
        tmux.type("set -m")
        tmux.keys("Enter")
        run_command(tmux, program, "demo")
        tmux.sees("LIVE")
        tmux.keys("C-z")
        t.check(tmux.sees(r"(?i)stopped|suspended"), "C-z gives the terminal to the shell", tmux.text())
        tmux.type("fg")
        tmux.keys("Enter")
        t.check(tmux.sees("LIVE"), "fg brings the screen back", tmux.text())
        tmux.type("q")
        t.check(tmux.sees("status="), "and it quits", tmux.text())
    finally:
        tmux.close()


def check_replay(t, program, capture):
    journal = program.path("screen.apj")
    program.run("import", "--venue", "binance", capture, "-o", journal)
    tmux = Tmux(program, 120, 40)
    try:
        run_command(tmux, program, "replay", journal)
        t.check(tmux.sees("REPLAY"), "replay says REPLAY", tmux.text())
        tmux.keys("Space")
        t.check(tmux.sees("(?i)paus"), "space pauses", tmux.text())
        tmux.type("q")
        t.check(tmux.sees("status=0"), "q quits the replay", tmux.text())
    finally:
        tmux.close()


def check_term(t, program):
    tmux = Tmux(program, 80, 24)
    try:
        tmux.type(f"TERM=no-such-terminal {program.binary} demo; echo status=$?")
        tmux.keys("Enter")
        t.check(tmux.sees("status=1") and "TERM" in tmux.text(), "an unknown TERM is told", tmux.text())
    finally:
        tmux.close()
    tmux = Tmux(program, 80, 24)
    try:
        tmux.type(f"NO_COLOR=1 {program.binary} demo --frames 5; echo status=$?")
        tmux.keys("Enter")
        t.check(tmux.sees("status=0"), "NO_COLOR, and --frames ends it", tmux.text())
        tmux.type(f"TERM=vt100 LC_ALL=C {program.binary} demo; echo status=$?")
        tmux.keys("Enter")
        t.check(tmux.sees("LIVE"), "a vt100 in ASCII shows the screen", tmux.text())
        tmux.type("q")
        t.check(tmux.sees("status=0"), "and gives it back", tmux.text())
    finally:
        tmux.close()


def main():
    t, program = Checks(), Program(sys.argv[1])
    if not shutil.which("tmux"):
        t.check(False, "tmux is installed")
        t.done()
    for cols, rows in ((80, 24), (120, 40), (200, 60)):
        check_size(t, program, cols, rows)
    check_signals(t, program)
    check_replay(t, program, sys.argv[2])
    check_term(t, program)
    t.done()


main()
