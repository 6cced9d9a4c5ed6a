"""Reference values of lead-lag (Hayashi & Yoshida 2005), straight from the definition: all pairs of intervals that overlap.

usage: hy.py OUT VECTORS      (nothing but Python; reads hy_a.csv and hy_b.csv)
"""
import csv
import json
import math
import os
import sys

GRID_MS = range(-3000, 3001, 50)
SHOWN_MS = (-3000, -2500, -2000, -1500, -1000, -500, 0, 500, 700, 750, 800, 1000, 1500, 2000, 2500, 3000)


def read(path):
    with open(path, encoding="utf-8") as f:
        return [(int(row["t_ms"]), float(row["x"])) for row in csv.DictReader(f)]


def changes(points):
    return [(a[0], b[0], b[1] - a[1]) for a, b in zip(points, points[1:])]


def covariance(a, b, lag):
    """Sum of products where (t, t'] of a and (u - lag, u' - lag] of b overlap, and how many there are."""
    products, start = [], 0
    for low, high, dx in a:
        while start < len(b) and b[start][1] - lag <= low:
            start += 1
        at = start
        while at < len(b) and b[at][0] - lag < high:
            products.append(dx * b[at][2])
            at += 1
    return math.fsum(products), len(products)


def main():
    folder = sys.argv[2]
    a, b = (changes(read(os.path.join(folder, name))) for name in ("hy_a.csv", "hy_b.csv"))
    rv_a, rv_b = (math.fsum(d * d for _, _, d in x) for x in (a, b))
    scale = math.sqrt(rv_a * rv_b)
    rho = {lag: covariance(a, b, lag)[0] / scale for lag in GRID_MS}
    best = max(rho, key=lambda lag: abs(rho[lag]))
    cov0, overlaps = covariance(a, b, 0)
    out = {"hy_cov0": cov0, "overlaps": overlaps, "rv_a": rv_a, "rv_b": rv_b, "rho0": rho[0], "best_lag_ms": best, "best_rho": rho[best],
           "llr_squared": math.fsum(rho[x] ** 2 for x in rho if x > 0) / math.fsum(rho[x] ** 2 for x in rho if x < 0),
           "rho": {str(lag): rho[lag] for lag in SHOWN_MS}}
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        json.dump(out, f, indent=1)
        f.write("\n")


main()
