"""What was planted comes back: from the prices, and from the trades that a client sees."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.tsa.stattools import adfuller

from quantdeck.sims.flow import ECHO_MS
from quantdeck.sims.listings import PAIRS, Listing, PlantedPair
from quantdeck.sims.market import Market
from quantdeck.sims.paths import listing_of
from tests.sims.harness import START_MS

_HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(seed=7, began_ms=START_MS)


def _fit(y: np.ndarray, x: np.ndarray) -> tuple[float, np.ndarray]:
    design = np.stack((np.ones(len(x)), x), axis=1)
    coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
    return float(coefficients[1]), y - design @ coefficients


def _half_life(spread: np.ndarray) -> float:
    centred = spread - spread.mean()
    slope = float(np.dot(centred[:-1], centred[1:]) / np.dot(centred[:-1], centred[:-1]))
    return math.log(2) / -math.log(slope)


def _half_life_under_noise(spread: np.ndarray, *, lag: int) -> float:
    # Closes of two symbols are not of the same moment. That noise has no memory, so it drops out
    # of a ratio of autocovariances at two lags.
    centred = spread - spread.mean()
    near, far = (float(np.dot(centred[:-k], centred[k:])) for k in (lag, 2 * lag))
    return lag * math.log(2) / math.log(near / far)


def _adf_pvalue(series: np.ndarray) -> float:
    return float(adfuller(series, maxlag=2, autolag=None, result_object=True).pvalue)


def _closes(market: Market, listing: Listing, start_ms: int, end_ms: int) -> np.ndarray:
    candles = market.usdm.candles(listing, "1s", (start_ms, end_ms - 1_000), end_ms - 1)
    return np.log(candles["close"] * listing.tick)


def _name(pair: PlantedPair) -> str:
    return f"{pair.y} on {pair.x}"


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_hedge_ratio_comes_back_from_prices(market: Market, pair: PlantedPair) -> None:
    start = START_MS - 24 * _HOUR_MS
    y, x = (market.truth.log_prices(s, start, START_MS) for s in (pair.y, pair.x))

    hedge_ratio, _ = _fit(y, x)

    assert hedge_ratio == pytest.approx(pair.hedge_ratio, abs=0.06)


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_spread_comes_back_from_prices(market: Market, pair: PlantedPair) -> None:
    spread = market.truth.spread(pair, START_MS - 48 * _HOUR_MS, START_MS)

    assert _half_life(spread) == pytest.approx(pair.half_life_s, rel=0.35)
    assert spread.std() == pytest.approx(pair.spread_deviation, rel=0.2)
    assert abs(spread.mean()) < 0.3 * pair.spread_deviation


def test_pair_comes_back_from_trades(market: Market) -> None:
    pair = PAIRS[0]
    y_listing, x_listing = listing_of(pair.y), listing_of(pair.x)
    assert y_listing
    assert x_listing
    start = START_MS // 1_000 * 1_000 - 8 * _HOUR_MS
    y, x = (_closes(market, item, start, start + 8 * _HOUR_MS) for item in (y_listing, x_listing))

    hedge_ratio, spread = _fit(y, x)

    assert hedge_ratio == pytest.approx(pair.hedge_ratio, abs=0.1)
    assert _half_life_under_noise(spread, lag=10) == pytest.approx(pair.half_life_s, rel=0.3)
    assert _adf_pvalue(spread[::10]) < 0.01


def test_independent_symbols_are_not_cointegrated(market: Market) -> None:
    names = market.truth.independent()
    start = START_MS - 48 * _HOUR_MS
    prices = [market.truth.log_prices(name, start, START_MS, every_ms=60_000) for name in names]

    pairs = [(a, b) for a in range(len(names)) for b in range(a)]
    pvalues = [_adf_pvalue(_fit(prices[a], prices[b])[1]) for a, b in pairs]

    # At 5 % with the plain Dickey-Fuller values a few of 15 come out below by chance.
    assert np.median(pvalues) > 0.1


def test_orders_come_in_clusters(market: Market) -> None:
    listing = listing_of("BTCUSDT")
    assert listing
    stamps = np.concatenate(
        [
            part.flow.order_ms[part.first : part.end]
            for part in market.usdm.orders(listing, START_MS - _HOUR_MS, START_MS, limit=10_000_000)
        ]
    )

    minute, within = np.divmod(stamps, 60_000)
    near = [
        np.mean(np.diff(within[minute == m]) < ECHO_MS / 10)
        / -math.expm1(-np.sum(minute == m) * ECHO_MS / 10 / 60_000)
        for m in np.unique(minute)
        if np.sum(minute == m) > 50
    ]

    # A Poisson process of the same intensity would have a ratio of 1.
    assert np.mean(near) > 1.02
