"""Runs the program for tests, and says how the checks went (TAP)."""
import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time


class Checks:
    def __init__(self):
        self.n = 0
        self.failed = 0

    def check(self, good, what, why=""):
        self.n += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.n} {what}", flush=True)
        if not good and why:
            for line in str(why).splitlines()[:20]:
                print(f"# {line}", flush=True)
        return good

    def done(self):
        print(f"1..{self.n}")
        sys.exit(1 if self.failed or not self.n else 0)


class Program:
    """The binary under test with folders of its own."""

    def __init__(self, binary):
        self.binary = binary
        self.folder = tempfile.mkdtemp(prefix="alphaplus-test-")
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.env = dict(os.environ, HOME=self.folder, XDG_DATA_HOME=self.folder + "/data",
                        XDG_CONFIG_HOME=self.folder + "/config", LC_ALL="C.UTF-8", TZ="UTC")
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "no_proxy"):
            self.env.pop(name, None)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *args, timeout=120, stdin=subprocess.DEVNULL, **more):
        return subprocess.run([self.binary, *args], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.env, timeout=timeout, text=True, **more)

    def start(self, *args, more_env=None, **more):
        return subprocess.Popen([self.binary, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=dict(self.env, **(more_env or {})), text=True, **more)


def wait_for(condition, seconds, every=0.02):
    """True as soon as condition() is; False when it never was within so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True
