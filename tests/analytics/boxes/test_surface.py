"""Rates by strike and over all pairs."""

from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.boxes import BoxRules, box_surface, rate_of_chain, strike_rates
from tests.analytics.boxes.quoted import AT_NS, line_chain

CHAIN, RULES = line_chain(), BoxRules(fee_per_contract=0.65)
FIT = rate_of_chain(CHAIN, AT_NS, RULES)


def test_surface_holds_every_pair_once() -> None:
    surface = box_surface(CHAIN, FIT, RULES)

    upper = np.triu(np.ones((30, 30), bool), 1)
    assert np.isfinite(surface.mid[upper]).all()
    assert np.isnan(surface.mid[~upper]).all()
    assert surface.mid[upper] == pytest.approx(np.full(435, FIT.rate_mid))
    assert (surface.volume[upper] == 100).all()


def test_best_of_the_surface_are_the_limits_of_the_expiry() -> None:
    surface = box_surface(CHAIN, FIT, RULES)

    assert np.nanmax(surface.lend) == pytest.approx(FIT.rate_lend)
    assert np.nanmin(surface.borrow) == pytest.approx(FIT.rate_borrow)


def test_thinned_surface_keeps_both_ends() -> None:
    surface = box_surface(CHAIN, FIT, RULES, most_strikes=7)

    assert surface.mid.shape == (7, 7)
    assert surface.strikes[[0, -1]].tolist() == CHAIN.strikes[[0, -1]].tolist()


def test_best_over_strikes_are_the_limits_of_the_expiry() -> None:
    by_strike = strike_rates(CHAIN, FIT, RULES)

    assert by_strike.mid == pytest.approx(np.full(30, FIT.rate_mid))
    assert by_strike.lend.max() == pytest.approx(FIT.rate_lend)
    assert by_strike.borrow.min() == pytest.approx(FIT.rate_borrow)
    assert (by_strike.volume == 200).all()


def test_widths_and_rates_outside_the_rules_are_left_out() -> None:
    surface = box_surface(CHAIN, FIT, BoxRules(min_gap=100, max_gap=200, max_abs_rate=0.2))

    width = surface.strikes[None, :] - surface.strikes[:, None]
    shown = np.isfinite(surface.mid)
    assert set(np.unique(width[shown])) == {100.0, 150.0, 200.0}
    assert np.nanmax(np.abs(surface.lend)) <= 0.2


def test_american_chain_has_no_surface() -> None:
    american = line_chain(root="SPY")
    fit = rate_of_chain(american, AT_NS, RULES)

    assert strike_rates(american, fit, RULES).strikes.size == 0
    assert box_surface(american, fit, RULES).mid.shape == (0, 0)
