"""Strikes, moneyness and deltas as axes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from quantdeck.analytics.options import strike_of_delta, study_chains
from quantdeck.analytics.options.strike_axis import StrikeAxis, strikes_on, surface_grid
from quantdeck.model.errors import NoData
from tests.analytics.options.planted_chains import AT_NS, planted_chains


@pytest.fixture(scope="module")
def study():
    return study_chains(planted_chains(), AT_NS)


@pytest.mark.parametrize("axis", list(StrikeAxis))
def test_every_axis_rises_with_the_strike(study, axis) -> None:
    expiry = study.expiries[0]

    found = strikes_on(axis, expiry, expiry.smile.strikes)

    assert np.all(np.diff(found) > 0.0)


def test_delta_axis_has_the_put_of_25_delta_at_a_quarter(study) -> None:
    expiry = study.expiries[1]
    strikes = [strike_of_delta(expiry.fitted, delta) for delta in (-0.25, 0.25)]

    found = strikes_on(StrikeAxis.DELTA, expiry, strikes)

    assert found == pytest.approx([0.25, 0.75], abs=1e-9)


def test_delta_axis_needs_a_fitted_smile(study) -> None:
    expiry = study.expiries[0].without_fit("too few quotes")

    with pytest.raises(NoData, match="too few quotes"):
        strikes_on(StrikeAxis.DELTA, expiry, [6000.0])


def test_axis_of_an_expiry_without_volatilities_has_no_data(study) -> None:
    expiry = replace(study.expiries[0], smile=None, refusal="it is past")

    with pytest.raises(NoData, match="it is past"):
        strikes_on(StrikeAxis.STRIKE, expiry, [6000.0])


@pytest.mark.parametrize("axis", list(StrikeAxis))
def test_surface_grid_has_the_smile_of_every_expiry(study, axis) -> None:
    found = surface_grid(study.surface, axis, columns=41)

    assert found.fitted.shape == found.quoted.shape == (3, 41)
    assert found.names[0] == "SPXW 2026-07-17"
    known = np.isfinite(found.fitted) & np.isfinite(found.quoted)
    assert known.mean() > 0.5
    assert np.abs(found.fitted - found.quoted)[known].max() < 0.02


def test_surface_grid_says_nothing_beyond_the_quotes(study) -> None:
    found = surface_grid(study.surface, StrikeAxis.STRIKE, columns=41)

    shortest = study.surface.smiles[0]
    outside = np.log(found.x / shortest.quotes.forward) < shortest.fit.low
    assert outside.any()
    assert np.isnan(found.fitted[0, outside]).all()
