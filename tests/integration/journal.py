"""SQL over a journal against export and the sqlite3 shell; pruning. Usage: journal.py PROGRAM CAPTURE..."""
import csv
import gzip
import io
import os
import re
import shutil
import signal
import subprocess
import sys
from decimal import Decimal

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


def check_typed(t, program, journal, instrument):
    """The same rows under a header that says what they hold."""
    for kind, want in (("trades", "recv_ns:int64,exch_ns:int64,id:uint64,px:decimal(38,D),qty:decimal(38,D),side:string"),
                       ("snapshots", "recv_ns:int64,final_id:uint64,side:string,px:decimal(38,D),qty:decimal(38,D)")):
        plain, typed = [program.run("export", "--instrument", instrument, "--format", f, journal, kind).stdout for f in ("csv", "typed")]
        head, _, body = typed.partition("\n")
        names = next(csv.reader([head]))
        t.check(body and body == plain.partition("\n")[2], f"{instrument}: {kind}, typed: the same rows", head)
        t.check(re.sub(r"38,\d+\)", "38,D)", ",".join(names)) == want, f"{instrument}: {kind}, typed: its header", names)
        first = next(csv.reader([body.partition("\n")[0]]))
        digits = [int(m.group(1)) == len(v.partition(".")[2]) for n, v in zip(names, first) if (m := re.search(r"38,(\d+)", n))]
        t.check(digits and all(digits), f"{instrument}: {kind}, typed: as many decimals as it says", f"{names} {first}")


def us(ns):
    return int(ns) // 1000


def check_tardis(t, program, journal, instrument):
    """The same market written as Tardis writes it, imported again: the same trades, and the same book in the end."""
    symbol = instrument.split(":")[1]
    snapshot = sql(t, program, journal, f"SELECT recv_ns, last_id, side, price, quantity FROM order_book_snapshots WHERE instrument = '{instrument}' "
                   "AND seq = (SELECT max(seq) FROM order_book_snapshots WHERE instrument = '%s') ORDER BY seq" % instrument)
    deltas = sql(t, program, journal, f"SELECT recv_ns, exch_ns, last_id, side, price, quantity FROM order_book_deltas WHERE instrument = '{instrument}' "
                 f"AND last_id > {snapshot[0]['last_id']} ORDER BY seq")
    trades = sql(t, program, journal, f"SELECT recv_ns, exch_ns, id, side, price, quantity FROM trades WHERE instrument = '{instrument}' ORDER BY seq")
    start = min(us(deltas[0]["recv_ns"]), us(snapshot[0]["recv_ns"]))
    files = {name: program.path(f"{symbol}_{name}.csv.gz") for name in ("incremental_book_L2", "trades")}
    with gzip.open(files["incremental_book_L2"], "wt") as f:
        f.write("exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n")
        for r in snapshot:
            f.write(f"binance-futures,{symbol},{start},{start},true,{r['side']},{r['price']},{r['quantity']}\n")
        for r in deltas:
            f.write(f"binance-futures,{symbol},{us(r['exch_ns'])},{us(r['recv_ns'])},false,{r['side']},{r['price']},{r['quantity']}\n")
    with gzip.open(files["trades"], "wt") as f:
        f.write("exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n")
        for r in trades:
            f.write(f"binance-futures,{symbol},{us(r['exch_ns'])},{us(r['recv_ns'])},{r['id']},{r['side']},{r['price']},{r['quantity']}\n")
    again = program.path(f"{symbol}-tardis.apj")
    done = program.run("import", *files.values(), "-o", again)
    t.check(done.returncode == 0, f"{instrument}: written as CSV by Tardis, and imported", done.stderr)
    # As many decimals as there are: zeros at the end say nothing.
    book = [[(r["side"], Decimal(r["px"]), Decimal(r["qty"])) for r in rows(program.run("export", "--instrument", instrument, j, "book").stdout)]
            for j in (journal, again)]
    t.check(len(book[0]) > 100 and book[0] == book[1], f"{instrument}: the same book", f"{len(book[0])} {len(book[1])}")
    got, want = [[(r["id"], r["side"], Decimal(r["price"]), Decimal(r["quantity"])) for r in some]
                 for some in (sql(t, program, again, "SELECT id, side, price, quantity FROM trades ORDER BY seq"), trades)]
    t.check(got == want, f"{instrument}: the same {len(trades)} trades")
    done = program.run("journal", "verify", again)
    t.check(done.returncode == 0, f"{instrument}: whole", done.stdout + done.stderr)


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
        check_tardis(t, program, journal, name)
        check_typed(t, program, journal, name)
    quoted = sql(t, program, journal, "SELECT 'a,\"b' AS x, NULL AS y, '' AS z")
    t.check(quoted == [{"x": 'a,"b', "y": "", "z": ""}], "quotes and commas", quoted)
    check_refusals(t, program, journal)
    check_interrupt(t, program, journal)
    check_shell(t, program, journal)
    check_prune(t, program, journal)
    t.done()


main()
