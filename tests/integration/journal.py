"""SQL over a journal against export and the sqlite3 shell; pruning. Usage: journal.py PROGRAM CAPTURE..."""
import csv
import io
import os
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import Checks, Program  # noqa: E402


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def sql(t, program, journal, query):
    done = program.run("journal", "sql", journal, query)
    t.check(done.returncode == 0 and not done.stderr, query[:90], f"exit {done.returncode}: {done.stderr}")
    return rows(done.stdout)


def compare_with_export(t, program, journal, instrument):
    """The same rows on both ways, to the last digit."""
    for kind, query in (
            ("trades", "SELECT recv_ns, exch_ns, id, price, quantity, side FROM trades"),
            ("levels", "SELECT recv_ns, last_id, side, price, quantity FROM order_book_deltas"),
            ("quotes", "SELECT recv_ns, exch_ns, id, bid_price, bid_quantity, ask_price, ask_quantity FROM quotes"),
            ("marks", "SELECT recv_ns, exch_ns, mark_price, index_price, funding_rate, next_funding_ns FROM marks")):
        got = sql(t, program, journal, f"{query} WHERE instrument = '{instrument}' ORDER BY seq")
        want = rows(program.run("export", "--instrument", instrument, journal, kind).stdout)
        got, want = [list(r.values()) for r in got], [list(r.values()) for r in want]
        t.check((want or kind == "marks") and got == want, f"{instrument} {kind}: {len(want)} rows as exported", f"{got[:2]} {want[:2]} {len(got)}")


def check_bars(t, program, journal, instrument):
    """Bars of a second and a minute against the trades themselves."""
    for seconds in (1, 60):
        want = {}
        trades = sql(t, program, journal, "SELECT recv_ns, side, px_int, qty_int, price * quantity AS usd FROM trades "
                     f"WHERE instrument = '{instrument}' AND is_market ORDER BY seq")
        for r in trades:
            start = int(r["recv_ns"]) // (seconds * 10**9) * seconds * 10**9
            want.setdefault(start, []).append((int(r["px_int"]), int(r["qty_int"]), r["side"], float(r["usd"])))
        got = sql(t, program, journal, "SELECT start_s, open, high, low, close, trades, buys, buy_usd, sell_usd FROM bar_sums JOIN series AS s ON "
                  f"s.id = series WHERE width_s = {seconds} AND instrument = '{instrument}' AND trades > 0")
        bad = []
        for r in got:
            rows_ = want.pop(int(r["start_s"]) * 10**9, [])
            px = [x[0] for x in rows_]
            exact = [str(x) for x in (px[0], max(px), min(px), px[-1], len(px), sum(x[2] == "buy" for x in rows_))] if px else []
            usd = [sum(x[3] for x in rows_ if x[2] == side) for side in ("buy", "sell")]
            near = all(abs(float(r[k]) - v) <= 1e-9 * max(1, v) for k, v in zip(("buy_usd", "sell_usd"), usd))
            if [r[k] for k in ("open", "high", "low", "close", "trades", "buys")] != exact or not near:
                bad.append((r, exact, usd))
        t.check(got and not bad and not want, f"{instrument}: {len(got)} bars of {seconds} s are what the trades say", f"{bad[:2]} {list(want)[:3]}")
    depth = sql(t, program, journal, f"SELECT count(*) AS n FROM bars_1s WHERE instrument = '{instrument}' AND mid_close > 0 AND spread_bps > 0 "
                "AND bid_depth_usd > 0 AND ask_depth_usd > 0 AND book_known > 0 AND book_known <= 1")
    t.check(int(depth[0]["n"]) > 5, f"{instrument}: and hold spread and depth", depth)


def check_refusals(t, program, journal):
    for what, query in (("a write", "DELETE FROM meta"), ("no SQL", "selekt"), ("nothing", " "), ("two", "SELECT 1; SELECT 2")):
        done = program.run("journal", "sql", journal, query)
        t.check(done.returncode == 2 and done.stderr.startswith("alphaplus: sql: ") and not done.stdout, f"{what} is refused", done.stderr)
    done = program.run("journal", "sql", journal)
    t.check(done.returncode == 2 and "sql" in done.stderr, "a query is needed", done.stderr)


def check_interrupt(t, program, journal):
    run = program.start("journal", "sql", journal, "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT x FROM t")
    run.stdout.read(100000)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    t.check(run.returncode == 1 and "interrupted" in err, "Ctrl-C ends a long query", f"{run.returncode} {err}")


def check_shell(t, program, journal):
    """The loadable extension, where the shell can load it: not into a build with sanitizers."""
    extension = os.path.join(os.path.dirname(program.binary), "..", "journal", "libalphaplus_journal")
    shell = shutil.which("sqlite3")
    with open(program.binary, "rb") as f:
        if not shell or b"__asan_init" in f.read():
            return
    query = "SELECT count(*), sum(qty_int) FROM order_book_deltas WHERE recv_ns BETWEEN 0 AND 9e18"
    done = subprocess.run([shell, "-readonly", "-csv", "-header", journal, f".load {extension}", query],
                          capture_output=True, text=True, timeout=60)
    want = program.run("journal", "sql", journal, query).stdout
    t.check(done.stdout.split() == want.split(), "the sqlite3 shell says the same", f"{done.stdout} {done.stderr} {want}")


def check_prune(t, program, capture_journal):
    """Two sessions; the first goes, the second stays as it was."""
    journal = program.path("two.apj")
    for seed in ("1", "2"):
        done = program.run("demo", "--seed", seed, "--json", "--for", "1s", "--journal", journal)
        t.check(done.returncode == 0, f"session {seed}", done.stderr)
    first = int(sql(t, program, journal, "SELECT first_seq FROM sessions WHERE id = 2")[0]["first_seq"])
    want = sql(t, program, journal, f"SELECT * FROM order_book_deltas WHERE seq >= {first} ORDER BY seq")
    for what, args in (("no limit", []), ("a size that is none", ["--max-size", "2X"])):
        done = program.run("journal", "prune", journal, *args)
        t.check(done.returncode == 2 and done.stderr, f"prune with {what} is refused", done.stderr)
    done = program.run("journal", "info", journal, "--keep", "1d")
    t.check(done.returncode == 2, "--keep is of prune", done.stderr)
    done = program.run("journal", "prune", "--max-size", "1K", journal)
    t.check(done.returncode == 0 and "pruned before" in done.stdout, "prune", done.stdout + done.stderr)
    got = sql(t, program, journal, "SELECT * FROM order_book_deltas ORDER BY seq")
    t.check(got and got == want, "the second session is as it was", f"{len(got)} {len(want)}")
    done = program.run("journal", "verify", journal)
    t.check(done.returncode == 0 and "pruned before" in done.stdout, "it is whole and says what is gone", done.stdout + done.stderr)
    done = program.run("journal", "info", journal)
    t.check("(pruned)" in done.stdout, "info marks the session that is gone", done.stdout)
    done = program.run("replay", "--json", "--once", journal)
    t.check(done.returncode == 0 and done.stdout, "and it replays", done.stderr)
    done = program.run("journal", "prune", "--keep", "30d", capture_journal)
    t.check(done.returncode == 0 and "nothing to prune" in done.stdout, "nothing is old enough", done.stdout + done.stderr)


def main():
    t, program = Checks(), Program(os.path.abspath(sys.argv[1]))
    journal = program.path("a.apj")
    done = program.run("import", "--venue", "binance", *sys.argv[2:], "-o", journal)
    t.check(done.returncode == 0, "import", done.stderr)
    names = [r["instrument"] for r in sql(t, program, journal, "SELECT DISTINCT instrument FROM instruments ORDER BY 1")]
    t.check(len(names) == 2, "two instruments", names)
    for name in names:
        compare_with_export(t, program, journal, name)
        check_bars(t, program, journal, name)
    quoted = sql(t, program, journal, "SELECT 'a,\"b' AS x, NULL AS y, '' AS z")
    t.check(quoted == [{"x": 'a,"b', "y": "", "z": ""}], "quotes and commas", quoted)
    check_refusals(t, program, journal)
    check_interrupt(t, program, journal)
    check_shell(t, program, journal)
    check_prune(t, program, journal)
    t.done()


main()
