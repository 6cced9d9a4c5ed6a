"""Reference values of information shares (Hasbrouck 1995), component shares (Gonzalo & Granger 1995) and leadership (Putnins 2013).

usage: infoshare.py OUT VECTORS      (python3-numpy; reads twomarkets.csv)
"""
import json
import os
import sys

import numpy as np

LAGS = 5


def information_share(psi, omega, order):
    """Of each market, with the disturbances orthogonalised in this order."""
    order = list(order)
    f = np.linalg.cholesky(omega[np.ix_(order, order)])
    parts = (psi[order] @ f) ** 2
    shares = np.empty(2)
    shares[order] = parts / (psi @ omega @ psi)
    return shares


def main():
    prices = np.loadtxt(os.path.join(sys.argv[2], "twomarkets.csv"), delimiter=",", skiprows=1)
    d = np.diff(prices, axis=0)
    rows = range(LAGS, len(d))
    x = np.array([np.concatenate(([1.0, prices[t, 0] - prices[t, 1]], *(d[t - k] for k in range(1, LAGS + 1)))) for t in rows])
    y = d[LAGS:]
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    residuals = y - x @ beta
    alpha, omega = beta[1], residuals.T @ residuals / len(y)
    component = np.array([alpha[1], -alpha[0]]) / (alpha[1] - alpha[0])
    first, second = information_share(component, omega, (0, 1)), information_share(component, omega, (1, 0))
    mid = (first + second) / 2
    ratio = abs(mid[0] * component[1] / (mid[1] * component[0]))
    leadership = ratio / (ratio + 1 / ratio)
    out = {"lags": LAGS, "alpha": alpha.tolist(), "omega": omega.tolist(), "CS": component.tolist(), "IS_order12": first.tolist(),
           "IS_order21": second.tolist(), "IS_mid": mid.tolist(), "ILS": [leadership, 1 - leadership]}
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        json.dump(out, f, indent=1)
        f.write("\n")


main()
