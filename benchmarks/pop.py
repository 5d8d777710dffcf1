"""Probability of profit: the exact sum over pieces of the payoff against a million simulated prices.

Peers are quantdeck's own simulation (NumPy, arrays), the same loop compiled by Numba on one thread, and a
Python function called price by price, of which 10,000 are timed and scaled. The errors are those of
this run.
"""

from __future__ import annotations

import argparse
import math

import numba
import numpy as np
from timing import compare, one_thread, show

from quantdeck.analytics.strategies import (
    Leg,
    Lognormal,
    Strategy,
    iron_condor_payoff,
    lognormal_sampler,
    odds,
    payoff_line,
    pop_simulated,
)

FORWARD, DEVIATION = 100.0, 0.08
STRATEGIES = {
    "call spread": (Leg("call", 100, 1, 4.0), Leg("call", 110, -1, 0.7)),
    "straddle": (Leg("call", 100, 1, 3.2), Leg("put", 100, 1, 3.2)),
    "iron condor": (
        Leg("put", 88, 1, 0.3),
        Leg("put", 92, -1, 0.7),
        Leg("call", 108, -1, 0.9),
        Leg("call", 112, 1, 0.4),
    ),
    "butterfly": (Leg("call", 92, 1, 8.6), Leg("call", 100, -2, 3.2), Leg("call", 108, 1, 0.9)),
    "ratio": (Leg("call", 100, 1, 3.2), Leg("call", 108, -2, 0.9)),
}


@numba.njit(cache=False)
def _loop(
    x: np.ndarray, y: np.ndarray, last: float, normal: np.ndarray, forward: float, s: float
) -> float:
    wins = 0
    for i in range(len(normal)):
        price = forward * math.exp(s * normal[i] - 0.5 * s * s)
        at = len(x) - 1
        while at > 0 and x[at] > price:
            at -= 1
        slope = last if at + 1 == len(x) else (y[at + 1] - y[at]) / (x[at + 1] - x[at])
        wins += y[at] + slope * (price - x[at]) > 0.0
    return wins / len(normal)


def main() -> None:
    """Print one row per strategy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    one_thread()
    law, sampler = Lognormal(FORWARD, DEVIATION), lognormal_sampler(FORWARD, DEVIATION)
    rows = []
    for name, legs in STRATEGIES.items():
        line = payoff_line(Strategy(name, legs))
        exact = odds(line, law)
        drawn = pop_simulated(line.at, sampler, paths=options.paths)
        timings = compare(
            lambda line=line: odds(line, law),
            {
                "numpy": lambda line=line: pop_simulated(line.at, sampler, paths=options.paths),
                "numba": lambda line=line: _loop(
                    line.prices,
                    line.profits,
                    line.last_slope,
                    np.random.default_rng(7).standard_normal(options.paths),
                    FORWARD,
                    DEVIATION,
                ),
            },
            rounds=options.rounds,
            repeat=2_000,
        )
        rows.append(
            (
                name,
                f"{timings['quantdeck'].seconds * 1e6:.1f}",
                f"{timings['numpy'].ratio:,.0f}",
                f"{timings['numba'].ratio:,.0f}",
                f"{100 * exact.probability:.3f} %",
                f"{abs(drawn.probability - exact.probability):.1e}",
                f"{drawn.error:.1e}",
                f"{abs(drawn.expected_profit - exact.expected_profit):.1e}",
                f"{drawn.expected_error:.1e}",
            )
        )
    show(
        f"Probability of profit and expected value, exact against {options.paths:,} prices",
        (
            "",
            "us, exact",
            "numpy / ours",
            "numba / ours",
            "POP",
            "|POP diff|",
            "s.e.",
            "|EV diff|",
            "s.e.",
        ),
        rows,
    )
    _one_by_one(law)


def _one_by_one(law: Lognormal) -> None:
    prices = lognormal_sampler(FORWARD, DEVIATION)(np.random.default_rng(7), 10_000).tolist()
    line = payoff_line(Strategy("Condor", STRATEGIES["iron condor"]))

    def loop() -> float:
        return sum(iron_condor_payoff(s, 88, 92, 108, 112, 0.5) > 0 for s in prices) / len(prices)

    timings = compare(lambda: odds(line, law), {"python": loop}, rounds=3, repeat=2_000)
    seconds = timings["python"].seconds * 100.0
    print(f"\nA Python function price by price: {seconds:.1f} s for 1,000,000 prices (scaled)")


if __name__ == "__main__":
    main()
