from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantdeck.analytics.lead_lag import LeadLag, lead_lag
from quantdeck.analytics.price_grid import PriceGrid
from quantdeck.model.errors import BadInput


def grid_of(returns: np.ndarray, *, absent: float = 0.0, seed: int = 0) -> PriceGrid:
    log_close = np.concatenate((np.zeros((len(returns), 1)), np.cumsum(returns, axis=1)), axis=1)
    gone = np.random.default_rng(seed).random(log_close.shape) < absent
    return PriceGrid(np.arange(log_close.shape[1]) * 10, np.where(gone, np.nan, log_close))


def followed(lag: int, *, rows: int = 600, share: float = 1.0) -> LeadLag:
    random = np.random.default_rng(8)
    leader = random.normal(size=rows)
    follower = share * np.concatenate((np.zeros(lag), leader[: rows - lag]))
    follower += random.normal(size=rows)
    grid = grid_of(np.array([leader, follower]))
    return lead_lag(grid, interval_ns=10, rows=rows + 1, most=4)


@pytest.mark.parametrize("lag", [-3, -1, 0, 2])
@pytest.mark.parametrize("absent", [0.0, 0.2])
def test_correlation_at_lag_equals_pandas(lag: int, absent: float) -> None:
    random = np.random.default_rng(4)
    grid = grid_of(random.normal(size=(3, 400)), absent=absent)
    returns = pd.DataFrame(grid.log_close.T).diff()

    found = lead_lag(grid, interval_ns=10, rows=401, most=3)

    expected = [[returns[a].corr(returns[b].shift(-lag)) for b in range(3)] for a in range(3)]
    np.testing.assert_allclose(found.correlation[3 + lag], expected, atol=1e-10)


def test_peak_of_follower_is_its_delay_and_its_sign_who_leads() -> None:
    peak = followed(2).peak()

    assert (peak[0, 1], peak[1, 0]) == (2.0, -2.0)


def test_asymmetry_of_leader_is_positive() -> None:
    ratio = followed(1).asymmetry()

    assert ratio[0, 1] == pytest.approx(-ratio[1, 0])
    assert ratio[0, 1] > 0.8


def test_peak_of_unrelated_returns_shows_no_lead_in_nearly_all_matrices() -> None:
    random = np.random.default_rng(12)
    peaks = [
        lead_lag(grid_of(returns), interval_ns=10, rows=401, most=5).peak()
        for returns in random.normal(size=(60, 12, 400))
    ]

    # 5 % are expected to show one
    assert sum(np.nansum(np.abs(peak)) > 0.0 for peak in peaks) <= 6


def test_band_of_returns_of_one_variance_is_that_of_their_count() -> None:
    random = np.random.default_rng(9)
    grid = grid_of(random.normal(size=(2, 4000)))

    found = lead_lag(grid, interval_ns=10, rows=4001, most=1)

    assert found.band()[1, 0, 1] == pytest.approx(1.96 / np.sqrt(4000.0), rel=0.05)


def test_band_of_returns_that_are_volatile_together_is_wider() -> None:
    random = np.random.default_rng(10)
    volatility = np.exp(random.normal(size=4000))
    grid = grid_of(random.normal(size=(2, 4000)) * volatility)

    found = lead_lag(grid, interval_ns=10, rows=4001, most=0)

    assert found.band()[0, 0, 1] > 2.0 * 1.96 / np.sqrt(4000.0)


def test_peak_of_unrelated_returns_with_jumps_is_hardly_ever_a_lead() -> None:
    random = np.random.default_rng(14)
    peaks = [
        lead_lag(grid_of(returns), interval_ns=10, rows=401, most=5).peak()
        for returns in random.standard_t(3.0, size=(60, 12, 400))
    ]

    assert sum(np.nansum(np.abs(peak)) > 0.0 for peak in peaks) <= 6


def test_returns_over_an_interval_in_which_nobody_traded_are_not_known() -> None:
    random = np.random.default_rng(1)
    whole = grid_of(random.normal(size=(2, 200)))
    kept = np.arange(201) != 100
    grid = PriceGrid(whole.start_ns[kept], whole.log_close[:, kept])

    found = lead_lag(grid, interval_ns=10, rows=201, most=0)

    assert found.count[0, 0, 1] == 198


def test_lead_lag_of_instrument_that_does_not_move_is_absent() -> None:
    returns = np.zeros((2, 100))
    returns[0] = np.random.default_rng(3).normal(size=100)

    found = lead_lag(grid_of(returns), interval_ns=10, rows=101, most=1)

    assert np.isnan(found.now()[0, 1])
    assert np.isnan(found.peak()[0, 1])


def test_lead_lag_of_nothing_has_no_instrument() -> None:
    empty = PriceGrid(np.empty(0, np.int64), np.empty((0, 0)))

    assert lead_lag(empty, interval_ns=1, rows=10, most=2).peak().shape == (0, 0)


def test_lead_lag_of_negative_lags_is_refused() -> None:
    with pytest.raises(BadInput, match="lags must be >= 0"):
        lead_lag(grid_of(np.zeros((1, 5))), interval_ns=1, rows=5, most=-1)
