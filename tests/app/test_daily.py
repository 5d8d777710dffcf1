"""The gate of a daily run, its message when it is repeated, and what is left over from one that ended."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from msgspec import structs

from quantdeck.app import daily_market, daily_notice, daily_research
from quantdeck.app.daily_inputs import DailyPlace, newest_session
from quantdeck.app.daily_job import DailyJob
from quantdeck.app.daily_settings import DailySettings
from quantdeck.app.research_settings import Research
from quantdeck.app.settings import Settings
from quantdeck.jobs.daily_steps import StepContext, StepRun
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.findings import Finding
from quantdeck.model.history import HISTORY_DTYPE, History
from quantdeck.ports.jobs import JobQuestion
from quantdeck.records.open import open_records
from quantdeck.tape.features.store import TableStore
from quantdeck.tape.history.store import BarStore
from tests.faults.daily_rig import Said, keep_earlier_playbook
from tests.net.conftest import LeapingClock
from tests.research.cards import card
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The day after Thanksgiving: the exchange closed at 13:00 in New York.
HALF_DAY = datetime(2026, 11, 27, 22, 46, tzinfo=UTC)
DAY_NS = 86_400 * 10**9


def ns(at: datetime) -> int:
    return int(at.timestamp()) * 10**9


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DailyPlace]:
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_WEBHOOK_URL", "ALERT_WEBHOOK_URL"):
        monkeypatch.delenv(name, raising=False)
    clock = LeapingClock()
    clock.set_ns(ns(HALF_DAY))
    data = tmp_path / "data"
    with closing(open_records(data)) as records:
        yield DailyPlace(Settings(data_dir=str(data)), data, records, clock, demo=False)


def keep(place: DailyPlace, symbol: str, *days: str, wrong: bool = False) -> None:
    rows = np.zeros(len(days), HISTORY_DTYPE)
    rows["start_ns"] = np.array(days, "datetime64[ns]").astype(np.int64)
    for name in ("open", "high", "low", "close", "volume"):
        rows[name] = 100.0 + np.arange(len(days))
    if wrong:
        rows["low"] = 500.0
    told = Provenance("polygon", Delay.DELAYED, RunId("run"))
    history = History(symbol, "1d", rows, told, fetched_ns=1, calendar="XNYS")
    BarStore(place.folder).keep(history)


def context(*symbols: str, **steps: StepRun) -> StepContext:
    return StepContext("daily-1", symbols, True, {}, steps, Said())


WEEK = ("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27")


def test_newest_session_follows_half_days_and_the_change_of_the_clocks() -> None:
    half, usual = ns(HALF_DAY), ns(datetime(2026, 11, 2, 1, 31, tzinfo=UTC))

    assert newest_session(half).isoformat() == "2026-11-27"
    assert newest_session(half - 6 * 3600 * 10**9).isoformat() == "2026-11-25"
    # Friday's close was at 20:00 UTC in summer time, Monday's is at 21:00.
    assert newest_session(usual).isoformat() == "2026-10-30"
    assert newest_session(usual + 86_400 * 10**9).isoformat() == "2026-11-02"


def test_gate_leaves_out_what_is_late_wrong_or_absent(place: DailyPlace) -> None:
    keep(place, "US:AAA", *WEEK)
    keep(place, "US:BBB", *WEEK[:-1])
    keep(place, "US:CCC", *WEEK, wrong=True)

    done = asyncio.run(daily_market.quality(place, context("AAA", "BBB", "CCC", "DDD")))

    assert done.result["symbols"] == ["US:AAA"]
    assert done.said == "1 of 4 symbols are fine up to 2026-11-27"
    left_out = done.result["left_out"]
    assert left_out["US:BBB"] == "its newest bar is of 2026-11-25, and 2026-11-27 has ended"
    assert "low" in left_out["US:CCC"]
    assert "no daily bars" in left_out["US:DDD"]


def test_gate_that_is_to_stop_names_what_is_wrong(place: DailyPlace) -> None:
    keep(place, "US:AAA", *WEEK)
    keep(place, "US:BBB", *WEEK[:-1])
    strict = structs.replace(place.settings, daily=DailySettings(quality="stop"))

    with pytest.raises(NoData, match=r"US:BBB its newest bar is of 2026-11-25"):
        asyncio.run(
            daily_market.quality(
                DailyPlace(strict, place.folder, place.records, place.clock, demo=False), context()
            )
        )


def test_gate_that_nothing_passes_says_why(place: DailyPlace) -> None:
    with pytest.raises(NoData, match="no symbol has bars to go on with: US:AAA no daily bars"):
        asyncio.run(daily_market.quality(place, context("AAA")))


def test_model_that_something_speaks_against_is_kept_and_not_used(place: DailyPlace) -> None:
    params = {"num_iterations": 3.0, "min_data_in_leaf": 20.0}
    quick = structs.replace(place.settings, research=Research(folds=2, params=params))
    there = DailyPlace(quick, place.folder, place.records, place.clock, demo=False)
    TableStore(place.folder).put(synthetic_table(5, 150))
    models = there.playbooks.models
    models.put(card(id="later", last_session="2030-01-02"), "tree")
    models.make_current("later")

    done = asyncio.run(daily_research.train(there, context()))

    assert models.current() == "later"
    assert len(models.cards()) == 2
    assert any("the model in use stays later: " in note for note in done.notes)
    assert any("its data end on" in note for note in done.notes)


def notified(place: DailyPlace, at: StepContext) -> Any:
    return asyncio.run(daily_notice.notify(place, at, has_console=False))


def test_message_is_told_once_and_what_was_found_since_by_itself(place: DailyPlace) -> None:
    keep_earlier_playbook(place.folder)
    made = StepRun(name="playbook", state="done", said="made")

    first, second = (notified(place, context(playbook=made)) for _ in range(2))
    found = Finding(
        key="a",
        kind="news",
        symbol="US:AAPL",
        ts_ns=place.clock.now_ns(),
        score=1.0,
        text="AAPL: a story",
    )
    place.records.findings.add((found,), now_ns=place.clock.now_ns())
    third, fourth = (notified(place, context(playbook=made)) for _ in range(2))

    alerts = place.records.alerts.fired(limit=9)
    assert [each.message for each in alerts] == [
        "since then: 1 story",
        "session 2026-01-05: 1 trade; first AAPL, shares",
    ]
    assert alerts[0].details == "AAPL: a story"
    assert "kept among the alerts" in first.said
    assert "kept among the alerts" in third.said
    assert second.said == fourth.said == "told before, and nothing new"


def test_message_of_a_failure_names_the_step(place: DailyPlace) -> None:
    failed = StepRun(name="collect", state="failed", said="polygon: refused")

    notified(place, context(collect=failed))

    [alert] = place.records.alerts.fired(limit=9)
    assert alert.message == "failed: collect: polygon: refused"


def test_message_that_nobody_wants_is_not_kept(place: DailyPlace) -> None:
    at = StepContext("daily-1", (), False, {}, {}, Said())

    done = notified(place, at)

    assert done.said == "nobody was told, as asked"
    assert place.records.alerts.fired(limit=9) == []


def test_job_names_the_field_of_a_symbol_that_is_none(place: DailyPlace) -> None:
    job = DailyJob(place.settings, place.folder, place.records, place.clock, demo=False)

    with pytest.raises(BadInput) as refused:
        job.check(JobQuestion(kind="daily", symbols=("!",)))

    assert refused.value.field == "symbols"
