"""Judge three option strategies under a lognormal price: limits, odds and margin, and a simulation beside them.

python examples/09_judge_an_option_strategy.py
"""

from __future__ import annotations

import math

from quantdeck.analytics.strategies import Leg, Market, Strategy, study_strategy

CONDOR = (
    Leg("put", 90, 1, 0.45),
    Leg("put", 95, -1, 1.30),
    Leg("call", 105, -1, 1.40),
    Leg("call", 110, 1, 0.50),
)
STRATEGIES = (
    Strategy("Iron condor", CONDOR),
    Strategy("Long straddle", (Leg("call", 100, 1, 3.6), Leg("put", 100, 1, 3.3))),
    Strategy("Covered call", (Leg("share", math.nan, 1, 100.0), Leg("call", 105, -1, 1.4))),
)


def amount(value: float) -> str:
    """Return a figure of a table."""
    return "unlimited" if math.isinf(value) else f"{value:.2f}"


def main() -> None:
    """Print a row for each strategy and belief of the price."""
    market = Market(spot=100.0, forward=100.4, discount=0.996, deviation=0.086)
    print(f"{'':<15}{'believed of the price':<26}{'P(profit)':>10}{'EV':>7}  breakevens")
    for strategy in STRATEGIES:
        found = study_strategy(strategy, market)
        zeros = ", ".join(f"{x:.2f}" for x in found.breakevens)
        for odds in found.odds:
            print(
                f"{strategy.name:<15}{odds.measure:<26}{100 * odds.probability:>9.1f}%"
                f"{odds.expected_profit:>7.2f}  {zeros}"
            )
        limits = found.extremes
        print(
            f"{'':<15}largest loss {amount(limits.max_loss)}, profit {amount(limits.max_profit)}, "
            f"capital tied up {amount(found.margin.capital)}"
        )


if __name__ == "__main__":
    main()
