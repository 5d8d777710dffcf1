from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quantdeck.analytics.correlation import rolling_correlation
from quantdeck.analytics.pairs import (
    Ticks,
    adf,
    align_ticks,
    half_life,
    hedge_spread,
    ols_hedge,
    pair_study,
    rolling_hedge,
    rolling_zscore,
)
from quantdeck.model.errors import NoData
from tests.reference.slow_pairs import slow_line, slow_score

SEEDS = st.integers(0, 2**32 - 1)
SCALES = st.floats(1e-3, 1e3)

ODD_VALUES = st.lists(
    st.one_of(st.floats(-1e6, 1e6), st.sampled_from([0.0, 1.0, math.nan, math.inf, -math.inf])),
    max_size=80,
)


def pair(seed: int, n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.01, size=n)))
    y = x ** random.uniform(-2.0, 2.0) * np.exp(random.normal(scale=0.02, size=n))
    return y, x


@given(SEEDS, SCALES, SCALES)
@settings(max_examples=50)
def test_hedge_ratio_of_levels_scales_with_y_and_with_one_over_x(seed, scale_y, scale_x) -> None:
    y, x = pair(seed)

    scaled = ols_hedge(scale_y * y, scale_x * x, log=False)

    expected = ols_hedge(y, x, log=False).hedge_ratio * scale_y / scale_x
    assert scaled.hedge_ratio == pytest.approx(expected, rel=1e-9)


@given(SEEDS, SCALES, SCALES)
@settings(max_examples=50)
def test_hedge_ratio_of_logs_does_not_depend_on_units(seed, scale_y, scale_x) -> None:
    y, x = pair(seed)

    scaled = ols_hedge(scale_y * y, scale_x * x)

    assert scaled.hedge_ratio == pytest.approx(ols_hedge(y, x).hedge_ratio, rel=1e-9, abs=1e-12)


@given(SEEDS)
@settings(max_examples=50)
def test_residuals_are_orthogonal_to_x_and_to_the_constant(seed) -> None:
    y, x = pair(seed)

    spread = hedge_spread(ols_hedge(y, x), y, x)

    scale = np.abs(spread).sum()
    deviation = np.log(x) - np.log(x).mean()
    assert abs(spread.sum()) < 1e-11 * scale
    assert abs(spread @ deviation) < 1e-11 * scale * np.abs(deviation).max()


@given(SEEDS, st.integers(2, 60), st.floats(-1e3, 1e3), SCALES)
@settings(max_examples=50)
def test_zscore_does_not_depend_on_level_or_scale(seed, window, level, scale) -> None:
    spread = np.random.default_rng(seed).normal(size=200)

    moved = rolling_zscore(level + scale * spread, window=window)

    allowed = 1e-9 * max(1.0, abs(level) / scale)
    np.testing.assert_allclose(moved, rolling_zscore(spread, window=window), atol=allowed)


@given(SEEDS, st.integers(2, 60))
@settings(max_examples=50)
def test_zscore_of_the_negative_is_the_negative(seed, window) -> None:
    spread = np.random.default_rng(seed).normal(size=200)

    assert np.array_equal(
        rolling_zscore(-spread, window=window),
        -rolling_zscore(spread, window=window),
        equal_nan=True,
    )


@given(ODD_VALUES, st.integers(2, 12))
@settings(max_examples=200)
def test_zscore_of_odd_values_is_that_of_its_window_or_nan(values, window: int) -> None:
    scores = rolling_zscore(values, window=window)

    for i, score in enumerate(scores):
        inside = values[max(0, i - window + 1) : i + 1]
        if len(inside) < window or not all(map(math.isfinite, inside)) or len({*inside}) == 1:
            assert math.isnan(score)
        elif math.isfinite(score):
            assert score == pytest.approx(slow_score(inside), rel=1e-6, abs=1e-6)


@given(ODD_VALUES, SEEDS, st.integers(3, 12))
@settings(max_examples=200)
def test_rolling_hedge_of_odd_values_is_that_of_its_window_or_nan(values, seed, window) -> None:
    x = np.array(values)
    y = np.random.default_rng(seed).normal(size=len(x))

    fit = rolling_hedge(y, x, window=window)

    for i in np.flatnonzero(np.isfinite(fit.hedge_ratio)):
        inside = slice(i - window + 1, i + 1)
        exact = slow_line(y[inside], x[inside])
        reach = float(np.ptp(x[inside]))
        assert fit.hedge_ratio[i] * reach == pytest.approx(exact.slope * reach, rel=1e-6, abs=1e-6)
        assert fit.spread[i] == pytest.approx(exact.last_residual, rel=1e-6, abs=1e-6)


@given(ODD_VALUES, SEEDS, st.integers(2, 12))
@settings(max_examples=100)
def test_rolling_correlation_of_odd_values_is_within_its_bounds_or_nan(
    values, seed, window
) -> None:
    other = np.random.default_rng(seed).normal(size=len(values))

    rolling = rolling_correlation(values, other, window=window)

    assert (np.isnan(rolling) | (np.abs(rolling) <= 1.0)).all()


@given(SEEDS, st.integers(20, 90), st.integers(1, 60))
@settings(max_examples=50)
def test_rolling_hedge_of_a_tail_equals_that_of_the_whole(seed, window, more) -> None:
    y, x = pair(seed, 300)

    tail = rolling_hedge(y[-window - more :], x[-window - more :], window=window)

    whole = rolling_hedge(y, x, window=window)
    np.testing.assert_allclose(tail.zscore[-more:], whole.zscore[-more:], rtol=1e-9, atol=1e-9)


@given(SEEDS, st.floats(-100.0, 100.0), SCALES)
@settings(max_examples=50)
def test_adf_does_not_depend_on_level_or_scale(seed, level, scale) -> None:
    series = np.cumsum(np.random.default_rng(seed).normal(size=80))

    moved = adf(level + scale * series, autolag=None, max_lag=2)

    plain = adf(series, autolag=None, max_lag=2)
    assert moved.statistic == pytest.approx(plain.statistic, rel=1e-6)


@given(SEEDS, st.floats(-10.0, 10.0), SCALES)
@settings(max_examples=50)
def test_half_life_does_not_depend_on_level_or_scale(seed, level, scale) -> None:
    spread = np.random.default_rng(seed).normal(size=100).cumsum()

    moved = half_life(level + scale * spread)

    assert moved.phi == pytest.approx(half_life(spread).phi, rel=1e-7)


TICKS = st.lists(st.tuples(st.integers(0, 30), st.floats(1.0, 2.0)), max_size=30)


def as_ticks(rows: list[tuple[int, float]]) -> Ticks:
    ts = np.array([ts for ts, _ in rows], np.int64)
    return Ticks(ts, np.arange(len(rows)), np.array([price for _, price in rows], np.float64))


@given(TICKS, TICKS)
@settings(max_examples=100)
def test_aligned_ticks_are_the_last_at_or_before_each_time(rows_y, rows_x) -> None:
    pair = align_ticks(as_ticks(rows_y), as_ticks(rows_x))

    for ts, y, x in zip(pair.ts_ns, pair.y, pair.x, strict=True):
        for price, rows in ((y, rows_y), (x, rows_x)):
            newest = max(t for t, _ in rows if t <= ts)
            assert price == [p for t, p in rows if t == newest][-1]
    both = {ts for ts, _ in rows_y + rows_x}
    begun = max(min((t for t, _ in rows), default=math.inf) for rows in (rows_y, rows_x))
    assert pair.ts_ns.tolist() == sorted(ts for ts in both if ts >= begun)


@given(ODD_VALUES, SEEDS, st.integers(3, 30), st.booleans())
@settings(max_examples=150)
def test_pair_study_of_odd_prices_gives_an_answer_or_a_reason(values, seed, window, log) -> None:
    x = np.random.default_rng(seed).uniform(1.0, 2.0, size=len(values))

    study = pair_study(values, x, window=window, log=log)

    for part in ("hedge", "spread", "zscore", "correlation", "adf", "engle_granger", "summary"):
        assert (getattr(study, part) is None) == (part in study.reasons)


@given(SEEDS)
@settings(max_examples=30)
def test_adf_of_any_short_series_is_finite_or_refused(seed) -> None:
    random = np.random.default_rng(seed)
    series = random.integers(0, 3, size=random.integers(0, 40)).astype(float)

    try:
        result = adf(series)
    except NoData:
        assume(False)

    assert math.isfinite(result.statistic)
    assert 0.0 <= result.pvalue <= 1.0
