from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.analytics.volatility import (
    Regime,
    RegimeRules,
    rolling_close_volatility,
    volatility_regimes,
)
from quantdeck.model.errors import BadInput, NoData

RULES = RegimeRules(lookback=60, confirm=4)


def planted(*, calm: int = 200, loud: int = 60, seed: int = 7) -> np.ndarray:
    """Return a rolling volatility of returns that are five times as large in the middle."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(size=2 * calm + loud) * 0.01
    moves[calm : calm + loud] *= 5.0
    return rolling_close_volatility(np.exp(np.cumsum(moves)), window=10, periods_per_year=252)


def test_regimes_find_planted_turbulence_soon_after_it_begins() -> None:
    found = volatility_regimes(planted(), rules=RULES)

    loud = [c for c in found.changes if c.after is Regime.TURBULENT and 195 < c.confirmed < 215]
    assert len(loud) == 1
    assert loud[0].confirmed - loud[0].began == RULES.confirm - 1
    assert found.state[loud[0].confirmed] == 1.0
    assert found.state[loud[0].confirmed - 1] != 1.0


@pytest.mark.parametrize("cut", [90, 150, 203, 206, 230, 300, 444])
def test_regimes_of_a_shorter_series_are_the_same_rows(cut: int) -> None:
    whole = volatility_regimes(planted(), rules=RULES)

    part = volatility_regimes(planted()[:cut], rules=RULES)

    assert np.array_equal(part.state, whole.state[:cut], equal_nan=True)
    assert np.array_equal(part.rank, whole.rank[:cut], equal_nan=True)
    assert part.changes == tuple(c for c in whole.changes if c.confirmed < cut)


@given(st.integers(0, 1000), st.integers(0, 199))
def test_regimes_of_noise_do_not_look_ahead(seed: int, after: int) -> None:
    values = np.exp(np.random.default_rng(seed).normal(size=300))
    changed = values.copy()
    changed[100 + after :] *= 7.0

    before = volatility_regimes(values, rules=RULES)
    found = volatility_regimes(changed, rules=RULES)

    assert np.array_equal(before.state[: 100 + after], found.state[: 100 + after], equal_nan=True)


def test_regime_is_not_left_while_the_rank_stays_within_the_margin() -> None:
    values = np.concatenate((np.linspace(1.0, 2.0, 60), [3.0] * 10, [1.9, 3.0] * 5))

    found = volatility_regimes(values, rules=RegimeRules(lookback=60, confirm=2, margin=0.15))

    assert found.current is Regime.TURBULENT


def test_regimes_pass_over_absent_values() -> None:
    values = planted()
    holes = np.insert(values, 300, [np.nan] * 3)

    found = volatility_regimes(holes, rules=RULES)

    assert np.isnan(found.state[300:303]).all()
    expected = volatility_regimes(values, rules=RULES)
    assert np.array_equal(np.delete(found.state, [300, 301, 302]), expected.state, equal_nan=True)


def test_regime_of_a_flat_volatility_is_normal() -> None:
    found = volatility_regimes(np.full(100, 0.2), rules=RULES)

    assert found.current is Regime.NORMAL
    assert len(found.changes) == 1


def test_regimes_of_too_few_values_say_how_many() -> None:
    with pytest.raises(NoData, match="63"):
        volatility_regimes(np.ones(62), rules=RULES)


@pytest.mark.parametrize(
    "rules",
    [
        RegimeRules(calm=0.0),
        RegimeRules(turbulent=1.0),
        RegimeRules(calm=0.5, turbulent=0.6),
        RegimeRules(confirm=0),
        RegimeRules(lookback=3),
    ],
)
def test_regime_rules_that_contradict_each_other_are_refused(rules: RegimeRules) -> None:
    with pytest.raises(BadInput):
        volatility_regimes(planted(), rules=rules)
