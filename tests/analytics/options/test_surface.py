"""Surfaces of made-up and recorded chains: planted volatilities come back, none allows arbitrage."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from quantdeck.analytics.boxes import BoxRules, rates_of_snapshot
from quantdeck.analytics.options import (
    DeltaKind,
    OptionTerms,
    Reason,
    black_price,
    expected_move,
    fit_surface,
    moneyness,
    skew,
    smile_of_chain,
    strike_of_delta,
    strike_profile,
)
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.chains import ExpiryChain, SideQuotes
from quantdeck.model.errors import NoData
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.options import ExerciseStyle, Settlement
from quantdeck.sims.options.truth import atm_variance
from quantdeck.sims.options.truth import smile as planted_smile
from quantdeck.tape.chains.files import read_chain

AT_NS = 1_781_280_000_000_000_000
EXPIRIES = (date(2026, 7, 17), date(2026, 9, 18), date(2026, 12, 18), date(2027, 6, 17))
SPOT = 6000.0


def _chain(expiry, style=ExerciseStyle.EUROPEAN):
    tau = us_sessions().vol_time(AT_NS, expiry, Settlement.PM)
    forward, discount = SPOT * math.exp(0.025 * tau), math.exp(-0.04 * tau)
    deviation = math.sqrt(float(atm_variance(np.array(tau))))
    strikes = np.round(forward * np.exp(np.linspace(-4.0, 2.5, 60) * deviation), 1)
    variance = planted_smile(np.log(strikes / forward), atm_variance(np.array(tau)))
    sigma = np.sqrt(variance / tau)
    sides = []
    for is_call in (True, False):
        terms = OptionTerms.of(forward, strikes, tau=tau, is_call=is_call, discount=discount)
        value = black_price(terms, sigma)
        many = np.full(len(strikes), 100.0 if is_call else 150.0)
        half = np.minimum(0.05 + 0.002 * value, 0.1 * value)
        times = np.full(len(strikes), AT_NS)
        sides.append(SideQuotes(value - half, value + half, many, many, times, many, many))
    chain = ExpiryChain(
        root="SPXW",
        underlying="US:SPX",
        expiry=expiry,
        settlement=Settlement.PM,
        style=style,
        multiplier=100.0,
        strikes=strikes,
        calls=sides[0],
        puts=sides[1],
        spot=SPOT,
    )
    return chain, forward, discount, sigma


@pytest.fixture(scope="module")
def planted():
    made = [_chain(expiry) for expiry in EXPIRIES]
    smiles = [smile_of_chain(c, AT_NS, forward=f, discount=d) for c, f, d, _ in made]
    return made, smiles, fit_surface(smiles)


def test_smile_of_chain_finds_the_planted_volatility_of_every_mid(planted) -> None:
    made, smiles, _ = planted

    for (_, _, _, sigma), smile in zip(made, smiles, strict=True):
        assert not smile.quoted.reason.any()
        assert smile.quoted.mid == pytest.approx(sigma, abs=1e-9)
        assert np.all(smile.quoted.bid < smile.quoted.mid)
        assert np.all(smile.quoted.mid < smile.quoted.ask)


def test_smile_of_chain_says_why_a_quote_has_no_volatility() -> None:
    chain, forward, discount, _ = _chain(EXPIRIES[0])
    chain.calls.bid[-1] = 0.0
    chain.calls.bid[-2] = chain.calls.ask[-2] + 1.0
    chain.calls.ask[-3] = np.nan

    found = smile_of_chain(chain, AT_NS, forward=forward, discount=discount).quoted

    assert found.reason[-3:].tolist() == [Reason.NO_QUOTE, Reason.CROSSED, Reason.ZERO_BID]
    assert np.isnan(found.mid[-3:]).all()


def test_smile_of_an_american_chain_is_refused() -> None:
    chain, forward, discount, _ = _chain(EXPIRIES[0], ExerciseStyle.AMERICAN)

    with pytest.raises(NoData, match="exercised early"):
        smile_of_chain(chain, AT_NS, forward=forward, discount=discount)


def test_surface_of_planted_smiles_is_that_surface_without_arbitrage(planted) -> None:
    _, _, surface = planted

    for found in surface.smiles:
        at_money = float(atm_variance(np.array(found.fit.tau)))
        k = np.linspace(-3.0, 2.0, 21) * math.sqrt(at_money)
        truth = np.sqrt(planted_smile(k, np.array(at_money)) / found.fit.tau)
        assert found.volatility(k) == pytest.approx(truth, abs=1.5e-3)
    assert not surface.has_arbitrage


def test_surface_between_expiries_has_total_variance_linear_in_time(planted) -> None:
    _, _, surface = planted
    first, second = surface.tau[:2]

    found = surface.total_variance(0.05, [first, 0.5 * (first + second), second])

    assert found[1] == pytest.approx(0.5 * (found[0] + found[2]), rel=1e-12)


def test_surface_outside_of_its_expiries_keeps_their_volatility(planted) -> None:
    _, _, surface = planted
    times = surface.tau

    early = surface.volatility(-0.02, [0.3 * times[0], times[0]])
    late = surface.volatility(-0.02, [times[-1], 2.0 * times[-1]])

    assert early[0] == pytest.approx(early[1], rel=1e-12)
    assert late[0] == pytest.approx(late[1], rel=1e-12)
    assert np.isnan(surface.total_variance(0.0, 0.0))


def test_term_structure_forward_variances_add_up(planted) -> None:
    _, _, surface = planted

    found = surface.term_structure()

    steps = np.diff(found.tau, prepend=0.0)
    total = np.cumsum(found.forward_volatility**2 * steps)
    assert np.sqrt(total / found.tau) == pytest.approx(found.volatility, rel=1e-12)


def test_strike_of_delta_has_that_delta(planted) -> None:
    _, _, surface = planted
    found = surface.smiles[1]

    call, put = strike_of_delta(found, 0.25), strike_of_delta(found, -0.25)

    deltas = moneyness(found, [call, put]).call_delta
    assert deltas == pytest.approx([0.25, 0.75], abs=1e-9)


def test_strike_of_spot_delta_hedges_with_that_much_stock(planted) -> None:
    _, _, surface = planted
    found = surface.smiles[2]

    strike = strike_of_delta(found, 0.25, kind=DeltaKind.SPOT)

    carry = found.quotes.discount * found.quotes.forward / SPOT
    assert carry * moneyness(found, [strike]).call_delta[0] == pytest.approx(0.25, abs=1e-9)


def test_skew_of_an_index_smile_leans_to_puts(planted) -> None:
    _, _, surface = planted

    found = [skew(smile) for smile in surface.smiles]

    assert all(one.risk_reversal < 0.0 < one.butterfly for one in found)
    assert all(one.slope < 0.0 for one in found)
    assert all(one.put_strike < one.call_strike for one in found)


def test_expected_move_of_a_straddle_is_four_fifths_of_a_deviation(planted) -> None:
    _, smiles, _ = planted

    found = expected_move(smiles[0])

    expected = math.sqrt(2.0 / math.pi) * smiles[0].discount * found.deviation
    assert found.straddle == pytest.approx(expected, rel=0.002)
    assert found.low < smiles[0].forward < found.high


def test_strike_profile_counts_puts_against_calls(planted) -> None:
    made, smiles, _ = planted

    found = strike_profile(made[0][0], smiles[0])

    greeks = smiles[0].call_greeks.gamma
    assert found.put_call_ratio == pytest.approx(1.5)
    assert found.gamma == pytest.approx(-50.0 * greeks * 100.0 * SPOT**2 * 0.01)
    assert found.net_gamma < 0.0
    assert math.isnan(found.flip)
    middle = int(np.argmin(np.abs(found.levels - SPOT)))
    assert found.gamma_at[middle] == pytest.approx(found.net_gamma, rel=1e-9)


@pytest.fixture(scope="module", params=["spx_2022-02-05", "spx_2024-01-07"])
def recorded(request, shared_data):
    path = shared_data / "spx-chains" / f"{request.param}.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not among the recorded data")
    origin = Provenance("file", Delay.IMPORTED, RunId("test"))
    snapshot = read_chain(path, form="vendor-csv", provenance=origin).snapshot
    smiles = []
    for chain, rate in zip(snapshot.chains, rates_of_snapshot(snapshot, BoxRules()), strict=True):
        if rate.forward > 0.0:
            smiles.append(
                smile_of_chain(
                    chain, snapshot.taken_ns, forward=rate.forward, discount=rate.discount
                )
            )
    return smiles, fit_surface(smiles)


def test_surface_of_a_recorded_chain_has_no_arbitrage(recorded) -> None:
    _, surface = recorded

    fits = [found.fit for found in surface.smiles]

    assert len(fits) > 35
    assert not surface.has_arbitrage
    assert min(fit.density_least for fit in fits) > 0.0
    assert all(fit.calendar_least >= 0.0 for fit in fits[1:])


def test_surface_of_a_recorded_chain_is_within_half_a_volatility_point(recorded) -> None:
    _, surface = recorded

    errors = [found.fit.rms_error for found in surface.smiles]

    assert float(np.median(errors)) < 0.005
    assert max(errors) < 0.01
