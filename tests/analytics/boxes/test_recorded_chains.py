"""Rates of recorded SPX chains: smooth, inside their own limits, a little above Treasury."""

from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.boxes import (
    BenchmarkRate,
    BoxRules,
    Convention,
    Status,
    benchmark_rates,
    fit_curve,
    rates_of_snapshot,
)
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.tape.chains.files import read_chain

ORIGIN = Provenance("file", Delay.IMPORTED, RunId("test"))
TREASURY = {
    "spx_2022-02-05": ((182, 0.0056), (365, 0.0089), (730, 0.0131)),
    "spx_2024-01-07": ((182, 0.0524), (365, 0.0484), (730, 0.0440)),
}


@pytest.fixture(scope="module", params=sorted(TREASURY))
def recorded(request, shared_data):
    path = shared_data / "spx-chains" / f"{request.param}.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not among the recorded data")
    snapshot = read_chain(path, form="vendor-csv", provenance=ORIGIN).snapshot
    return request.param, rates_of_snapshot(snapshot, BoxRules())


def _sound(rates, *, least_days=30):
    return [rate for rate in rates if rate.status is Status.OK and rate.days >= least_days]


def test_every_sound_rate_lies_within_its_own_limits(recorded) -> None:
    _, rates = recorded

    sound = _sound(rates, least_days=0)

    assert len(sound) > 20
    assert all(rate.rate_lend < rate.rate_mid < rate.rate_borrow for rate in sound)


def test_sound_rates_are_up_to_sixty_points_above_treasury(recorded) -> None:
    name, rates = recorded
    bills = [BenchmarkRate(*each, Convention.BOND_EQUIVALENT) for each in TREASURY[name][:2]]
    notes = [BenchmarkRate(*each, Convention.SEMIANNUAL) for each in TREASURY[name][2:]]

    sound = [rate for rate in _sound(rates) if 182 <= rate.days <= 730]

    above = np.array([rate.rate_mid for rate in sound]) - benchmark_rates(
        [*bills, *notes], [rate.days for rate in sound]
    )
    assert len(sound) > 10
    assert above.min() > 0
    assert above.max() < 0.006


def test_long_expiries_without_real_quotes_are_called_stale(recorded) -> None:
    _, rates = recorded

    long = [rate for rate in rates if rate.days > 1000]

    assert len(long) >= 3
    assert {rate.status for rate in long} == {Status.STALE}
    assert {rate.best_lend for rate in long} == {None}


def test_both_roots_of_a_date_agree_within_their_bars(recorded) -> None:
    _, rates = recorded
    sound = {(rate.root, rate.expiry): rate for rate in _sound(rates)}

    pairs = [
        (rate, sound["SPXW", expiry])
        for (root, expiry), rate in sound.items()
        if root == "SPX" and ("SPXW", expiry) in sound
    ]

    assert pairs
    for morning, evening in pairs:
        bar = math.hypot(morning.se, evening.se)
        assert abs(morning.rate_mid - evening.rate_mid) < 2.5 * bar


def test_curve_is_smooth_only_when_both_payments_are_a_business_day_late(shared_data) -> None:
    # at 5 % a day more or less is 18 basis points of a month's rate
    path = shared_data / "spx-chains" / "spx_2024-01-07.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not among the recorded data")
    snapshot = read_chain(path, form="vendor-csv", provenance=ORIGIN).snapshot

    late, early, plain = (
        _roughness(rates_of_snapshot(snapshot, BoxRules(settle_days=settle, cash_days=cash)))
        for settle, cash in ((1, 1), (1, 0), (0, 0))
    )

    assert late < 0.6 * early
    assert late < 0.6 * plain


def _roughness(rates) -> float:
    near = [rate for rate in _sound(rates, least_days=20) if rate.days <= 200]
    tau, mids, errors = (
        np.array([getattr(rate, name) for rate in near]) for name in ("tau", "rate_mid", "se")
    )
    return float(np.sqrt(np.mean(((mids - fit_curve(near).rate(tau)) / errors) ** 2)))


def test_chain_of_2011_is_read_as_near_zero_rates(shared_data) -> None:
    path = shared_data / "spx-2011" / "SPX-Options-24jan2011.csv"
    if not path.exists():
        pytest.skip(f"{path.name} is not among the recorded data")
    snapshot = read_chain(path, form="spx-2011", provenance=ORIGIN).snapshot

    sound = _sound(rates_of_snapshot(snapshot, BoxRules()), least_days=60)

    assert sound
    assert all(0 < rate.rate_mid < 0.02 for rate in sound)
    assert all(rate.rate_lend < rate.rate_mid < rate.rate_borrow for rate in sound)
