"""Implied volatilities by three libraries of others, in an environment of their own.

Reads calls out of the money from a file, writes volatilities to another, and prints the least processor time
of each library, one thread.
"""

from __future__ import annotations

import json
import sys
import time

import iv_engine
import lbriv
import numpy as np
import pyvolr


def main() -> None:
    """Solve every call by every library."""
    source, target, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    given = np.load(source)
    forward, strike, tau, price = (given[name] for name in ("forward", "strike", "tau", "price"))
    right = np.ones(len(price), np.int8)
    one = np.ones(len(price))
    total, delta, gamma, vega = np.empty((4, len(price)))

    def by_lbriv() -> np.ndarray:
        lbriv.compute_trades_greeks(price, forward, strike, right, one, total, delta, gamma, vega)
        return total / np.sqrt(tau)

    def by_iv_engine() -> np.ndarray:
        return iv_engine.batch.implied_volatilities(
            price, forward, strike, tau, is_call=True, parallel=False
        )

    def by_pyvolr() -> np.ndarray:
        return pyvolr.black76.implied_vol(
            price, "c", F=forward, K=strike, T=tau, r=0.0, on_error="ignore"
        )

    found, taken = {}, {}
    for name, solve in (
        ("lbriv (and 3 greeks)", by_lbriv),
        ("iv-engine", by_iv_engine),
        ("pyvolr", by_pyvolr),
    ):
        least = np.inf
        for _ in range(rounds + 1):
            begun = time.process_time()
            found[name] = solve()
            least = min(least, time.process_time() - begun)
        taken[name] = least
    np.savez(target, **found)
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
