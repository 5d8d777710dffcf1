from __future__ import annotations

import dataclasses
import math
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.alerts.parse import parse
from quantdeck.analytics.boxes import tenor_rate
from quantdeck.analytics.boxes.example import example_chain
from quantdeck.analytics.boxes.types import BoxRules, Status
from quantdeck.hub.alert_rate_history import HELD_NS, KeptRate, RateHistory, kept_rates
from quantdeck.hub.alert_trial import try_rule
from quantdeck.jobs.boxes import CollectPlan, keep_snapshot
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.open import open_reader
from quantdeck.views.boxes import RateLine
from tests.hub.test_alert_metrics import call

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.tape.reader import Reader

SECOND = 1_000_000_000
START = 1_786_147_200 * SECOND


def _kept(at_s: float, days: int, rate: float, status: Status = Status.OK) -> KeptRate:
    at_ns = START + int(at_s * SECOND)
    return KeptRate(
        at_ns, "US:SPX", "SPXW", status, days, days / 365, rate, 0.001, rate - 0.002, rate + 0.002
    )


def _read(history: RateHistory, text: str, at_s: float) -> float:
    return history.bind(call(text)).read(START + int(at_s * SECOND))


def test_history_gives_the_newest_snapshot_of_a_moment() -> None:
    rates = [_kept(0, 30, 0.04), _kept(0, 90, 0.05), _kept(600, 30, 0.03), _kept(600, 90, 0.04)]
    history = RateHistory(rates, None)

    found = [_read(history, "box_rate(SPXW, 60d)", at) for at in (-1, 0, 599, 600)]

    assert math.isnan(found[0])
    assert found[1] == found[2] == tenor_rate(rates[:2], 60)[0]
    assert found[3] == tenor_rate(rates[2:], 60)[0]


def test_history_answers_by_root_and_by_underlying() -> None:
    history = RateHistory([_kept(0, 30, 0.04), _kept(0, 90, 0.05)], None)

    assert _read(history, "box_lend(SPXW)", 0) == pytest.approx(0.048)
    assert _read(history, "box_borrow(US:SPX)", 0) == pytest.approx(0.042)
    assert math.isnan(_read(history, "box_lend(SPY)", 0))


def test_history_passes_over_what_was_not_sound() -> None:
    rates = [_kept(0, 30, 0.04), _kept(0, 60, 0.9, Status.STALE), _kept(0, 90, 0.05)]

    history = RateHistory(rates, None)

    assert _read(history, "box_rate(SPXW, 60d)", 0) < 0.06


def test_snapshot_speaks_for_an_hour_at_most() -> None:
    history = RateHistory([_kept(0, 30, 0.04)], None)
    bound = history.bind(call("box_rate(SPXW, 30d)"))

    assert bound.read(START + HELD_NS) == 0.04
    assert math.isnan(bound.read(START + HELD_NS + 1))
    assert bound.why(START + HELD_NS + 1) == "no snapshot of SPXW within an hour"


def test_age_of_the_history_is_since_the_newest_snapshot() -> None:
    history = RateHistory([_kept(0, 30, 0.04), _kept(600, 30, 0.04)], None)

    assert [_read(history, "box_age()", at) for at in (599, 660)] == [599.0, 60.0]
    assert math.isnan(_read(history, "box_age()", -1))


def test_history_compares_with_the_benchmark_that_it_is_given() -> None:
    line = RateLine(np.array([1.0, 101.0]), np.array([0.03, 0.04]), "bills")

    assert _read(RateHistory([], line), "treasury(51d)", 0) == pytest.approx(0.035)
    assert math.isnan(_read(RateHistory([], None), "treasury(51d)", 0))


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Two snapshots of one chain, an hour and a half apart."""
    chain, at_ns = example_chain()
    provenance = Provenance("alpaca", Delay.REALTIME, RunId("a"))
    dates = (date(2026, 7, 31), date(2026, 12, 31))
    chains = tuple(dataclasses.replace(chain, root="SPXW", expiry=day) for day in dates)
    plan = CollectPlan(requests=(), rules=BoxRules(), tenors_days=(91,))
    for taken_ns in (at_ns, at_ns + 3 * HELD_NS // 2):
        snapshot = ChainSnapshot(taken_ns, "opra", provenance, chains)
        keep_snapshot(ChainStore(tmp_path), plan, snapshot)
    return open_reader(tmp_path)


def test_kept_rates_are_those_of_the_store(reader: Reader) -> None:
    _, at_ns = example_chain()

    rates = kept_rates(reader, start_ns=at_ns, end_ns=at_ns + 1)

    assert [(rate.root, rate.ts_ns) for rate in rates] == [("SPXW", at_ns)] * 2


def test_trial_of_box_rates_plays_the_snapshots(reader: Reader) -> None:
    _, at_ns = example_chain()

    trial = try_rule(parse("box_lend(SPXW) > -100% for 1m"), reader, start_ns=at_ns - 600 * SECOND)

    assert trial.end_ns == at_ns + 3 * HELD_NS // 2 + 1
    # Unknown before the first, and for the half hour in which the first has grown too old.
    assert trial.unknown_s["box_lend(SPXW)"] == pytest.approx(600 + 1800, abs=20)
    assert trial.fired == 1
