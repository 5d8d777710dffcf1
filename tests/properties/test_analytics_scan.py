"""A scan says of every pair what the study of that pair says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.pairs import AlignedPair, PairFinding, align_bars, pair_study
from quantdeck.analytics.pairs.scan import ScanRules, scan_pairs
from quantdeck.analytics.pairs.screen import ScanSeries
from quantdeck.analytics.resample import Bars

INTERVAL = 1_000


def universe(seed: int, *, symbols: int, rows: int, absent: float) -> list[ScanSeries]:
    """Random walks, some of them tied to the one before, with bars missing here and there."""
    random = np.random.default_rng(seed)
    series: list[ScanSeries] = []
    log_price = np.zeros(rows)
    for number in range(symbols):
        walk = np.cumsum(random.normal(scale=1e-3, size=rows))
        if number % 3 == 1:
            spread = np.convolve(random.normal(scale=1e-3, size=rows), 0.8 ** np.arange(60))[:rows]
            log_price = 1.3 * log_price + spread
        else:
            log_price = math.log(100.0 + 50.0 * number) + walk
        there = random.random(rows) >= absent
        # A bar that still grows ends each series.
        there[-1] = True
        price = np.exp(log_price[there])
        start = np.flatnonzero(there).astype(np.int64) * INTERVAL
        one = np.ones(len(price))
        bars = Bars(start, price, price, price, price, one, one.astype(np.int64))
        series.append(ScanSeries(f"S{number}", bars))
    return series


def pair_of(series: list[ScanSeries], found: PairFinding, rules: ScanRules) -> AlignedPair:
    bars = {each.symbol: each.bars[: len(each.bars) - 1] for each in series}
    cut = {name: each[max(0, len(each) - 2 * rules.lookback) :] for name, each in bars.items()}
    return align_bars(cut[found.y], cut[found.x]).tail(rules.lookback)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(60, 700),
    lookback=st.integers(40, 600),
    absent=st.sampled_from([0.0, 0.05, 0.3]),
)
def test_scan_equals_study_of_every_pair(
    seed: int, rows: int, lookback: int, absent: float
) -> None:
    series = universe(seed, symbols=4, rows=rows, absent=absent)
    rules = ScanRules(lookback=lookback, window=20, min_share=0.1)

    scan = scan_pairs(series, rules, interval_ns=INTERVAL)

    for found in scan.pairs:
        pair = pair_of(series, found, rules)
        study = pair_study(pair.y, pair.x, window=20)
        whole = pair_study(pair.y, pair.x, window=len(pair) - 1)
        assert study.engle_granger is not None
        assert study.engle_granger_reverse is not None
        assert study.hedge is not None
        assert study.half_life is not None
        expected = {
            "rows": study.used,
            "pvalue_y": study.engle_granger.pvalue,
            "pvalue_x": study.engle_granger_reverse.pvalue,
            "statistic": study.engle_granger.statistic,
            "lag": study.engle_granger.lag,
            "hedge_ratio": study.hedge.hedge_ratio,
            "intercept": study.hedge.intercept,
            "half_life": math.nan if study.half_life.rows is None else study.half_life.rows,
            "zscore": study.last_zscore,
            "correlation": whole.last_correlation,
        }
        made = {name: getattr(found, name) for name in expected}
        assert made == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), absent=st.sampled_from([0.0, 0.6, 0.95]))
def test_scan_has_every_pair_once(seed: int, absent: float) -> None:
    series = universe(seed, symbols=5, rows=120, absent=absent)

    scan = scan_pairs(series, ScanRules(lookback=100, window=20), interval_ns=INTERVAL)

    named = sorted(tuple(sorted((p.y, p.x))) for p in (*scan.pairs, *scan.untested))
    assert named == [(f"S{i}", f"S{j}") for i in range(5) for j in range(i + 1, 5)]
    assert all(pair.reason for pair in scan.untested)
