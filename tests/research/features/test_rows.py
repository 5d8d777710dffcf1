"""Figures of rows and sessions, held to pandas and scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import linregress, rankdata

from quantdeck.research.features import rows


def _gappy(seed: int, sessions: int = 60) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = np.exp(rng.normal(0.0, 0.1, (4, sessions)).cumsum(axis=1)).round(3)
    values[rng.random(values.shape) < 0.15] = np.nan
    values[3] = np.nan
    return values


def _by_row(values: np.ndarray, make: object) -> np.ndarray:
    out = np.full(values.shape, np.nan)
    for source, place in zip(values, out, strict=True):
        known = np.isfinite(source)
        place[known] = make(pd.Series(source[known])).to_numpy()
    return out


WINDOWED = {
    "mean": lambda x, w: x.rolling(w).mean(),
    "deviation": lambda x, w: x.rolling(w).std(),
    "highest": lambda x, w: x.rolling(w).max(),
    "lowest": lambda x, w: x.rolling(w).min(),
    "lag": lambda x, w: x.shift(w),
    "change": lambda x, w: x.pct_change(w, fill_method=None),
}


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), window=st.integers(2, 25))
@pytest.mark.parametrize("name", WINDOWED)
def test_rows_of_known_sessions_agree_with_pandas(name: str, seed: int, window: int) -> None:
    values = _gappy(seed)

    found = getattr(rows, name)(values, window)

    judge = _by_row(values, lambda x: WINDOWED[name](x, window))
    np.testing.assert_allclose(found, judge, rtol=1e-9, atol=1e-12)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), window=st.integers(2, 25))
def test_standing_counts_those_before_that_are_lower(seed: int, window: int) -> None:
    values = _gappy(seed).round(1)

    found = rows.standing(values, window)

    def share(x: np.ndarray) -> float:
        return float(((x[:-1] < x[-1]) + 0.5 * (x[:-1] == x[-1])).mean())

    judge = _by_row(values, lambda x: x.rolling(window).apply(share, raw=True))
    np.testing.assert_allclose(found, judge, atol=1e-12)


def test_smoothed_agrees_with_exponential_weights_after_its_seed() -> None:
    values = _gappy(3)

    found = rows.smoothed(values, 5)

    known = values[0][np.isfinite(values[0])]
    seeded = np.concatenate(([known[:5].mean()], known[5:]))
    judge = pd.Series(seeded).ewm(alpha=0.2, adjust=False).mean()
    np.testing.assert_allclose(found[0][np.isfinite(found[0])], judge)


def test_line_agrees_with_scipy_over_the_sessions_of_both() -> None:
    y, x = _gappy(1), _gappy(2)

    slope, left, share = rows.line(y, x, 20)

    both = np.isfinite(x[0]) & np.isfinite(y[0])
    last = np.flatnonzero(both)[-1]
    u, v = x[0][both][-20:], y[0][both][-20:]
    judge = linregress(u, v)
    rest = v - judge.intercept - judge.slope * u
    assert slope[0, last] == pytest.approx(judge.slope)
    assert share[0, last] == pytest.approx(judge.rvalue**2)
    assert left[0, last] == pytest.approx(np.sqrt((rest**2).sum() / 18.0))


def test_line_on_something_that_stands_still_is_unknown() -> None:
    slope, _, share = rows.line(_gappy(1)[:1], np.ones((1, 60)), 5)

    assert np.isnan(slope).all()
    assert np.isnan(share).all()


def test_log_change_of_a_price_of_zero_is_no_number() -> None:
    found = rows.log_change(np.array([[1.0, 0.0, 1.0]]))

    assert not np.isfinite(found).any()


def test_session_mean_is_over_those_that_have_a_figure() -> None:
    values = _gappy(5)

    found = rows.session_mean(values)

    np.testing.assert_allclose(found, pd.DataFrame(values).mean().to_numpy())


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), places=st.integers(0, 2))
def test_session_rank_agrees_with_scipy(seed: int, places: int) -> None:
    values = _gappy(seed).T.round(places)

    found = rows.session_rank(values)

    for t in range(values.shape[1]):
        known = np.isfinite(values[:, t])
        if known.sum() > 1:
            judge = (rankdata(values[known, t].astype(np.float32)) - 0.5) / known.sum()
            np.testing.assert_allclose(found[known, t], judge, rtol=1e-6)
        assert np.isnan(found[~known, t]).all()


def test_session_rank_of_one_symbol_is_unknown() -> None:
    assert np.isnan(rows.session_rank(np.array([[1.0, 2.0]]))).all()


@pytest.mark.parametrize("name", ["mean", "deviation", "highest", "lag", "smoothed", "standing"])
def test_rows_read_views_of_any_stride(name: str) -> None:
    values = _gappy(8)

    found = getattr(rows, name)(np.asfortranarray(values)[:, ::2], 4)

    np.testing.assert_array_equal(found, getattr(rows, name)(values[:, ::2].copy(), 4))
