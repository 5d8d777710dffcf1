from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from quantdeck.analytics.detection.chain_days import ChainDay, chain_day, session_of, usual_volume
from quantdeck.analytics.detection.unusual_options import (
    FAR_BONUS,
    OptionActivityRules,
    chance_of,
    unusual_options,
)
from quantdeck.model.chains import ChainSnapshot, ExpiryChain, SideQuotes
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.options import ExerciseStyle, Settlement

CONTRACTS = 300
FIRST = date(2026, 3, 2)


class Desk:
    """Sessions of one underlying whose contracts trade around a usual volume each."""

    def __init__(self, seed: int, *, spread: float = 1.0) -> None:
        self.random = np.random.default_rng(seed)
        self.usual = np.exp(self.random.normal(4.0, 1.5, CONTRACTS))
        self.open = self.usual * np.exp(self.random.normal(1.5, 0.7, CONTRACTS))
        self.spread = spread

    def day(self, number: int) -> ChainDay:
        noise = np.exp(self.random.normal(0.0, self.spread, CONTRACTS))
        volume = self.random.poisson(self.usual * noise).astype(np.float64)
        return ChainDay(
            session=FIRST + timedelta(days=number),
            taken_ns=number,
            underlying="US:SPY",
            source="polygon",
            names=np.array([f"SPY|2026-04-17|C|{1000 + n}" for n in range(CONTRACTS)]),
            days=np.full(CONTRACTS, 40.0),
            distance=np.zeros(CONTRACTS),
            is_call=np.arange(CONTRACTS) % 2 == 0,
            volume=volume,
            open_interest=self.open,
            premium=volume * 250.0,
        )

    def days(self, count: int) -> list[ChainDay]:
        return [self.day(number) for number in range(count)]


def with_volume(day: ChainDay, at: int, volume: float, **changes: object) -> ChainDay:
    volumes, premium = day.volume.copy(), day.premium.copy()
    volumes[at], premium[at] = volume, volume * 250.0
    return replace(day, volume=volumes, premium=premium, **changes)


def test_unusual_options_of_few_sessions_say_so() -> None:
    days = Desk(1).days(4)

    found, why = unusual_options(days[-1], days[:-1])

    assert found == ()
    assert why == "SPY: not enough data: 3 of 5 sessions before with option volumes are kept"


def test_unusual_options_without_volumes_say_so() -> None:
    days = Desk(1).days(7)
    silent = replace(days[-1], volume=np.full(CONTRACTS, np.nan))

    assert unusual_options(silent, days[:-1]) == ((), "SPY: polygon tells no volume of options")


def test_unusual_options_find_a_contract_that_trades_far_above_its_usual() -> None:
    desk = Desk(2)
    days = desk.days(9)
    today = with_volume(days[-1], 7, 400.0 * desk.usual[7])

    found, _ = unusual_options(today, days[:-1])

    told = {each.key: each.text for each in found}
    assert "times what is open, usually" in told[f"options|{today.session}|SPY|2026-04-17|C|1007"]


def test_unusual_options_within_what_is_open_are_not_told() -> None:
    desk = Desk(2)
    days = desk.days(9)
    today = with_volume(days[-1], 7, 400.0 * desk.usual[7], open_interest=np.full(CONTRACTS, 1e9))

    found, _ = unusual_options(today, days[:-1])

    assert [each for each in found if "1007" in each.key] == []


def test_unusual_options_far_and_short_dated_count_for_more() -> None:
    desk = Desk(3)
    days = desk.days(9)
    near = with_volume(days[-1], 7, 400.0 * desk.usual[7])
    far = replace(near, distance=np.full(CONTRACTS, 0.2), days=np.full(CONTRACTS, 7.0))

    scores = [
        max(each.score for each in unusual_options(day, days[:-1])[0] if "1007" in each.key)
        for day in (near, far)
    ]

    assert scores[1] - scores[0] == pytest.approx(FAR_BONUS)


def test_unusual_options_tell_puts_that_outweigh_calls() -> None:
    desk = Desk(4, spread=0.3)
    days = desk.days(12)
    volume = np.where(days[-1].is_call, days[-1].volume, days[-1].volume * 6)

    found, _ = unusual_options(replace(days[-1], volume=volume), days[:-1])

    assert any(each.key.endswith("|puts") for each in found)


def test_unusual_options_under_the_null_come_as_rarely_as_promised() -> None:
    rules = OptionActivityRules()
    contracts = totals = 0
    for seed in range(30):
        days = Desk(100 + seed).days(9)
        found, _ = unusual_options(days[-1], days[:-1], rules)
        contracts += sum("|SPY|" in each.key for each in found)
        totals += sum("|US:SPY|" in each.key for each in found)

    # 30 sessions: 7.5 contracts by rank before the further conditions, 0.6 totals by Student's t.
    assert contracts <= 16
    assert totals <= 4


def test_usual_volume_of_a_contract_without_a_trade_counts_as_nought() -> None:
    days = Desk(5).days(3)
    silent = replace(days[0], volume=np.full(CONTRACTS, np.nan))

    usual = usual_volume(days[2], [silent, days[1]])

    assert usual == pytest.approx(days[1].volume / 2)


def test_usual_volume_of_a_new_contract_is_not_known() -> None:
    days = Desk(6).days(2)
    names = days[0].names.tolist()
    names[3] = "SPY|2026-04-17|C|1003.5"

    usual = usual_volume(replace(days[0], names=np.array(names)), [days[1]])

    assert np.flatnonzero(np.isnan(usual)).tolist() == [3]


def test_chance_of_a_value_among_figures_that_do_not_differ_is_not_known() -> None:
    assert np.isnan(chance_of(2.0, np.ones(6)))


def test_chance_of_is_uniform_under_the_null() -> None:
    random = np.random.default_rng(7)
    chances = [chance_of(float(x[0]), x[1:]) for x in random.normal(size=(2000, 9))]

    assert np.mean(np.array(chances) < 0.05) == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize(
    ("utc", "session"),
    [
        (1_723_124_400, "2024-08-08"),  # Thursday 09:40 in New York
        (1_723_123_200, "2024-08-07"),  # Thursday 09:20
        (1_723_413_600, "2024-08-09"),  # Sunday evening
        (1_723_463_400, "2024-08-09"),  # Monday 07:50
    ],
)
def test_session_of_a_moment_is_the_one_that_has_begun(utc: int, session: str) -> None:
    assert session_of(utc * 10**9).isoformat() == session


def test_chain_day_names_contracts_in_order_with_their_figures() -> None:
    calls, puts = SideQuotes.empty(2), SideQuotes.empty(2)
    calls = replace(
        calls, bid=np.array([1.0, 0.5]), ask=np.array([2.0, 1.5]), volume=np.array([3.0, 4.0])
    )
    chain = ExpiryChain(
        root="SPY",
        underlying="US:SPY",
        expiry=date(2024, 8, 16),
        settlement=Settlement.PM,
        style=ExerciseStyle.AMERICAN,
        multiplier=100.0,
        strikes=np.array([90.0, 110.0]),
        calls=calls,
        puts=puts,
        spot=100.0,
    )
    of = Provenance("polygon", Delay.DELAYED, RunId("r"))

    day = chain_day(ChainSnapshot(1_723_147_200 * 10**9, "delayed", of, (chain,)))

    assert day.names.tolist() == sorted(day.names.tolist())
    at = day.names.tolist().index("SPY|2024-08-16|C|110")
    assert (day.premium[at], day.days[at]) == (400.0, 8.0)
    assert day.distance[at] == pytest.approx(0.1)
    assert day.traded() == 7.0
