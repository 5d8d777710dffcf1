"""Study three pairs of the simulated market and compare with what was planted there.

Needs nothing but this package: the prices come from a seeded model with known parameters.

    python examples/01_pair_study_on_simulated_prices.py
"""

from __future__ import annotations

import numpy as np

from quantdeck.analytics.pairs import PairStudy, pair_study
from quantdeck.sims.market import Market, Truth

HOUR_MS = 3_600_000
START_MS = 1_786_147_200_000  # any full hour; the market is a function of seed and time
BAR_MS = 5_000
PAIRS = (("ETHUSDT", "BTCUSDT"), ("AVAXUSDT", "SOLUSDT"), ("LTCUSDT", "BTCUSDT"))


def study(truth: Truth, y: str, x: str) -> PairStudy:
    """Return the study of two symbols over six hours of 5-second prices."""
    end_ms = START_MS + 6 * HOUR_MS
    prices = [
        np.exp(truth.log_prices(symbol, START_MS, end_ms, every_ms=BAR_MS)) for symbol in (y, x)
    ]
    return pair_study(*prices, window=120)


def main() -> None:
    """Print one row per pair."""
    truth = Market(seed=7, began_ms=START_MS).truth
    planted = {(pair.y, pair.x): pair for pair in truth.pairs}
    print(f"{'pair':<20}{'hedge ratio':>20}{'half-life [s]':>18}{'cointegration p':>18}{'z':>7}")
    for y, x in PAIRS:
        found = study(truth, y, x)
        pair = planted.get((y, x))
        ratio = "-" if found.hedge is None else f"{found.hedge.hedge_ratio:.3f}"
        rows = None if found.half_life is None else found.half_life.rows
        life = "-" if rows is None else f"{rows * BAR_MS / 1000:.0f}"
        pvalue = "-" if found.engle_granger is None else f"{found.engle_granger.pvalue:.2g}"
        if pair is not None:
            ratio, life = f"{ratio} ({pair.hedge_ratio:.2f})", f"{life} ({pair.half_life_s:.0f})"
        last = "-" if found.last_zscore is None else f"{found.last_zscore:+.1f}"
        print(f"{y[:-4]}/{x[:-4]:<16}{ratio:>20}{life:>18}{pvalue:>18}{last:>7}")
    print("In brackets: planted. LTC and BTC are independent.")


if __name__ == "__main__":
    main()
