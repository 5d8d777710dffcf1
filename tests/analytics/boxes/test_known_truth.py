"""Rates against chains whose discount factor is known."""

from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.boxes import BoxRules, Status, fit_parity, rate_of_chain, synthetics
from quantdeck.model.errors import NoData
from tests.reference.synthetic_chains import (
    AT_NS,
    known_chain,
    lag_wing,
    shift_some_calls,
    without_times,
)

DAYS = (30, 60, 120, 365, 900)
RULES = BoxRules(max_se=1.0)


def _line(known):
    quotes = synthetics(known.chain, AT_NS, RULES)
    used = quotes.flags == 0
    return fit_parity(quotes.strikes[used], quotes.mids[used], quotes.halves[used])


def _many(seeds=40, change=lambda known, _: known):
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        for days in DAYS:
            yield change(known_chain(random, days=days), random)


def _errors(chains):
    pairs = [(known, _line(known)) for known in chains]
    return np.array(
        [(line.discount - known.discount) / line.discount_se for known, line in pairs]
    ), np.array([(line.forward - known.forward) / line.forward_se for known, line in pairs])


@pytest.mark.parametrize(
    "change", [lambda known, _: known, shift_some_calls], ids=["clean", "stale"]
)
def test_bars_hold_the_truth_nearly_always(change) -> None:
    discounts, forwards = _errors(_many(change=change))

    assert (np.abs(discounts) < 1.96).mean() >= 0.93
    assert (np.abs(forwards) < 1.96).mean() >= 0.93


def test_stale_quotes_are_never_published_as_opportunities() -> None:
    found = [
        (known, rate_of_chain(known.chain, AT_NS, RULES))
        for known in _many(change=shift_some_calls)
    ]

    published = [(known, rate) for known, rate in found if rate.best_lend is not None]
    too_good = [
        rate.best_lend.discount / known.discount
        for known, rate in published
        # 5 bp of rate above the truth, in the discount factor
        if rate.best_lend.discount < known.discount * np.exp(-5e-4 * rate.tau)
        or rate.best_borrow.discount > known.discount * np.exp(5e-4 * rate.tau)
    ]
    assert len(published) > 0.9 * len(found)
    assert too_good == []


def test_search_without_the_gate_would_have_published_them() -> None:
    known = shift_some_calls(
        known_chain(np.random.default_rng(1), days=365), np.random.default_rng(2)
    )

    fit = rate_of_chain(known.chain, AT_NS, RULES)

    quotes = synthetics(known.chain, AT_NS, RULES)
    costs = (quotes.buy[:, None] - quotes.sell[None, :])[np.triu_indices(len(quotes.buy), 1)]
    gaps = np.diff(np.array(np.meshgrid(quotes.strikes, quotes.strikes)), axis=0)[0].T
    naive = np.nanmin(costs / gaps[np.triu_indices(len(quotes.buy), 1)])
    assert naive < 0.9 * known.discount
    assert fit.best_lend.discount > known.discount


@pytest.mark.parametrize("share", [0.1, 0.3, 0.45])
def test_wing_that_lags_always_raises_the_alarm(share) -> None:
    # in the nearer expiries the lowest strikes have no bid, and with it nothing to lag
    wings = (
        lag_wing(known_chain(np.random.default_rng(seed), days=days), share=share)
        for seed in range(25)
        for days in (365, 900)
    )

    found = [rate_of_chain(known.chain, AT_NS, RULES) for known in wings]

    assert {rate.status for rate in found} <= {Status.NOT_SYNCHRONOUS, Status.STALE}
    assert {rate.best_lend for rate in found} == {None}


def test_alarm_says_which_strikes_lag_and_by_how_much() -> None:
    known = known_chain(np.random.default_rng(0), days=900)

    found = rate_of_chain(lag_wing(known, share=0.3, move=3.0).chain, AT_NS, RULES)

    first_in_step = known.chain.strikes[round(0.3 * len(known.chain.strikes))]
    words = found.detail.split()
    assert words[:2] == ["Strikes", "below"]
    assert float(words[2]) == pytest.approx(first_in_step, rel=0.06)
    assert float(words[10]) == pytest.approx(3.0, abs=0.6)
    assert words[-1] == "higher."


def test_chains_in_step_never_raise_the_alarm() -> None:
    statuses = {rate_of_chain(known.chain, AT_NS, RULES).status for known in _many(seeds=25)}

    assert statuses == {Status.OK}


def test_bar_of_a_lagging_chain_is_widened_to_its_limits() -> None:
    known = known_chain(np.random.default_rng(0), days=365)

    lagging = rate_of_chain(lag_wing(known, share=0.3).chain, AT_NS, RULES)

    assert lagging.se > 5 * rate_of_chain(known.chain, AT_NS, RULES).se
    assert abs(lagging.discount - known.discount) / lagging.discount < 1.96 * lagging.se * known.tau


def test_times_that_are_not_known_do_not_matter_without_an_age_limit() -> None:
    known = known_chain(np.random.default_rng(0), days=120)

    found = rate_of_chain(without_times(known).chain, AT_NS, RULES)

    assert found.rate_mid == rate_of_chain(known.chain, AT_NS, RULES).rate_mid
    assert np.isnan(found.best_lend.oldest_leg_s)


def test_line_through_too_few_strikes_is_refused() -> None:
    strikes = np.arange(5.0)

    with pytest.raises(NoData, match="needs 6 strikes"):
        fit_parity(strikes, -strikes, np.ones(5))
