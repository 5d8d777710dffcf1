"""The first pair a newcomer sees is cointegrated, and what is fetched at the start shows it."""

from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.pairs import PairStudy, align_bars, pair_study
from quantdeck.analytics.resample import Bars, bars_from_ticks
from quantdeck.app.plans import DEMO_MINUTES, DEMO_RATE, DEMO_SEED, DEMO_TRADES
from quantdeck.sims.market import Market
from quantdeck.sims.paths import listing_of

_LOOKBACK, _WINDOW = 500, 60
_SECOND_NS = 1_000_000_000
_FIRST_MS = 1_795_246_442_000
_APART_MS = 3 * 86_400_000 + 4_271_000


def _bars(market: Market, symbol: str, began_ms: int, now_ms: int) -> Bars:
    listing = listing_of(symbol)
    assert listing
    parts = market.usdm.orders_before(listing, began_ms, limit=DEMO_TRADES)
    parts += market.usdm.orders(listing, began_ms + 1, now_ms, limit=1_000_000)
    times, prices = (
        np.concatenate([values(part)[part.first : part.end] for part in parts])
        for values in (lambda part: part.flow.order_ms, lambda part: part.flow.price)
    )
    recent = times >= began_ms - DEMO_MINUTES * 60_000
    return bars_from_ticks(
        times[recent] * 1_000_000,
        np.arange(np.count_nonzero(recent)),
        prices[recent] * listing.tick,
        np.ones(np.count_nonzero(recent)),
        interval_ns=_SECOND_NS,
    )


def _study(began_ms: int, now_ms: int) -> PairStudy:
    market = Market(seed=DEMO_SEED, began_ms=began_ms, rate=DEMO_RATE)
    y, x = (_bars(market, symbol, began_ms, now_ms) for symbol in ("ETHUSDT", "BTCUSDT"))
    rows = align_bars(y, x).tail(_LOOKBACK)
    return pair_study(rows.y, rows.x, window=_WINDOW)


@pytest.mark.parametrize("after_ms", [2_000, 30_000])
def test_first_pair_is_told_to_be_cointegrated_at_nearly_every_start(after_ms: int) -> None:
    starts = [_FIRST_MS + number * _APART_MS for number in range(40)]

    tests = [_study(start, start + after_ms).engle_granger for start in starts]

    pvalues = np.array([np.nan if test is None else test.pvalue for test in tests])
    assert np.mean(pvalues < 0.05) >= 0.95
