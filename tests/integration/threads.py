"""The whole program under the thread sanitizer: it must do its work and no race may be reported. Usage: threads.py PROGRAM CAPTURE"""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import Checks, Program, wait_for  # noqa: E402


def clean(t, what, status, err, out="-"):
    t.check(status == 0 and out and "ThreadSanitizer" not in err, what, f"exit {status}\n{err}")


def check_run(t, program, what, *args):
    done = program.run(*args)
    clean(t, what, done.returncode, done.stderr, done.stdout + done.stderr)
    return done.stdout


def check_record(t, program, capture):
    """Two processes and a socket between them; the recorder is ended by a signal."""
    journal = program.path("record.apj")
    sim = program.start("sim", "--capture", capture, "--speed", "5", "--loop")
    live = program.start("record", "--json", "--journal", journal, "--endpoint", "binance=" + sim.stdout.readline().strip(),
                         "binance:BTCUSDT")
    lines = [live.stdout.readline() for _ in range(3)]
    for what, process in (("record", live), ("sim", sim)):
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        clean(t, f"{what}, ended by a signal", process.returncode, err)
    t.check(all(json.loads(line)["seq"] >= 0 for line in lines), "record said something", lines)
    check_run(t, program, "the recorded journal verifies", "journal", "verify", journal)


def check_screen(t, program, what, *args):
    """Frames on a pseudo terminal; what they look like is for other tests."""
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    with open(program.path("screen.err"), "w+", encoding="utf-8") as err:
        p = subprocess.Popen([program.binary, *args], stdin=far, stdout=far, stderr=err,
                             env=dict(program.env, TERM="xterm-256color"), start_new_session=True)
        os.close(far)
        drawn = 0

        def ended():
            nonlocal drawn
            if not select.select([near], [], [], 0.1)[0]:
                return False
            try:
                drawn += len(os.read(near, 65536))
            except OSError:  # the other end is closed: the program has ended
                return True
            return False

        over = wait_for(ended, 120, 0)
        if not over:
            p.kill()
        status = p.wait()
        os.close(near)
        err.seek(0)
        clean(t, what, status, err.read(), over and drawn > 1000)


def main():
    t, program = Checks(), Program(sys.argv[1])
    journal, imported = program.path("demo.apj"), program.path("import.apj")
    out = check_run(t, program, "demo, with a journal", "demo", "--json", "--every", "500ms", "--for", "4s", "--journal", journal)
    t.check(len(out.splitlines()) >= 6, "demo gives lines", out)
    check_run(t, program, "replay", "replay", journal, "--json", "--every", "1s")
    check_run(t, program, "journal verify", "journal", "verify", journal)
    check_run(t, program, "import", "import", "--venue", "binance", sys.argv[2], "-o", imported)
    check_run(t, program, "export", "export", imported, "trades")
    check_record(t, program, sys.argv[2])
    check_screen(t, program, "demo on a screen", "demo", "--frames", "60", "--speed", "5")
    check_screen(t, program, "replay on a screen", "replay", journal, "--frames", "30")
    t.done()


main()
