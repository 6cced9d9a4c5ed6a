"""The manual pages: alphaplus.1 and alphaplus-metrics.7 are what the program prints, and mandoc finds nothing wrong. Usage: man.py PROGRAM PAGE..."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import Checks, Program  # noqa: E402


def main():
    t, program = Checks(), Program(sys.argv[1])
    pages = sys.argv[2:]
    made = {"alphaplus.1": ["man"], "alphaplus-metrics.7": ["man", "metrics"]}
    for page in pages:
        name = os.path.basename(page)
        if name in made:
            printed = program.run(*made[name])
            t.check(printed.returncode == 0 and printed.stdout, f"the program prints {name}", printed.stderr)
            with open(page, encoding="utf-8") as f:
                t.check(f.read() == printed.stdout, f"{name} is that page", f"alphaplus {' '.join(made[name])} > man/{name} makes it anew")
        if shutil.which("mandoc"):
            lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, timeout=60)
            t.check(lint.returncode == 0, f"mandoc reads {name} without a warning", lint.stdout)
    t.done()


main()
