"""Reference labels for clusters of liquidations: scikit-learn's DBSCAN on simulated points. Writes tests/data/vectors/liq_clusters.json.

usage: liq_clusters.py OUT      (python3-sklearn of Debian 12)
"""
import json
import sys

import numpy as np
from sklearn.cluster import DBSCAN


def points(rng, n, bursts):
    """Times in units of 30 s, log prices in units of 0.1 %, notional: noise over 400 units, and bursts."""
    x = [rng.uniform(0, 400, n)]
    y = [np.cumsum(rng.normal(0, 1.5, n))]
    for _ in range(bursts):
        size = int(rng.integers(5, 40))
        x.append(rng.uniform(0, 400) + rng.exponential(0.3, size).cumsum() / 4)
        y.append(rng.uniform(-10, 10) - np.abs(rng.normal(0, 0.4, size)).cumsum() / 4)
    x, y = np.concatenate(x), np.concatenate(y)
    order = np.argsort(x, kind="stable")
    return x[order].round(6), y[order].round(6), rng.lognormal(9, 1.6, len(x)).round(2)


def case(rng, n, bursts, by_weight):
    x, y, weight = points(rng, n, bursts)
    # scikit-learn knows one limit, of points or of their weight: each is held to it alone
    limit = int(np.quantile(weight, 0.95)) if by_weight else 5
    found = DBSCAN(eps=1.0, min_samples=limit).fit(np.c_[x, y], sample_weight=weight if by_weight else None)
    core = np.zeros(len(x), int)
    core[found.core_sample_indices_] = 1
    return {"eps": 1.0, "points_min": 1 if by_weight else 5, "weight_min": limit if by_weight else 0.0,
            "x": x.tolist(), "y": y.tolist(), "weight": weight.tolist(), "labels": found.labels_.tolist(),
            "core": core.tolist(), "clusters": int(found.labels_.max() + 1)}


def main():
    rng = np.random.default_rng(7)
    cases = [case(rng, 120, 4, False), case(rng, 120, 4, True), case(rng, 10, 0, False), case(rng, 60, 9, True)]
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump({"cases": cases}, out)
        out.write("\n")


if __name__ == "__main__":
    main()
