from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.jobs.backfill import BackfillReport, BackfillRequest, backfill, sessions_between
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, ActionKind, CorporateAction, History
from quantdeck.tape.history.store import BarStore
from tests.jobs.collecting import DAY_NS, NOW_NS, TurnedClock, midnight_ns

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.ports.history import HistoryRequest

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 13)
EVERY = [FIRST + timedelta(n) for n in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]


class Source:
    """Has a bar of every weekday but those that are absent."""

    source = "vendor"

    def __init__(self, *absent: date, price: float = 5.0, run: str = "new") -> None:
        self.absent, self.price, self.run = set(absent), price, run
        self.asked: list[tuple[date, date]] = []
        self.actions: tuple[CorporateAction, ...] = ()

    async def history(self, request: HistoryRequest) -> History:
        days = [date(1970, 1, 1) + timedelta(request.start_ns // DAY_NS)]
        while midnight_ns(days[-1]) + DAY_NS < request.end_ns:
            days.append(days[-1] + timedelta(1))
        self.asked.append((days[0], days[-1]))
        there = [day for day in days if day.weekday() < 5 and day not in self.absent]
        if not there:
            raise NoData("vendor has nothing of this span")
        return history(there, price=self.price, run=self.run, actions=self.actions)


def history(days, *, price=1.0, run="old", actions=()) -> History:
    rows = np.zeros(len(days), HISTORY_DTYPE)
    rows["start_ns"] = [midnight_ns(day) for day in days]
    for name in ("open", "high", "low", "close"):
        rows[name] = price
    return History(
        symbol="US:AAPL",
        interval="1d",
        rows=rows,
        provenance=Provenance("vendor", Delay.REALTIME, RunId(run)),
        fetched_ns=NOW_NS,
        currency="USD",
        calendar="XNYS",
        actions=tuple(actions),
    )


def fill(store: BarStore, source: Source, **request) -> BackfillReport:
    wanted = {"symbol": "US:AAPL", "first": FIRST, "last": LAST, **request}
    return asyncio.run(backfill(store, source, BackfillRequest(**wanted), clock=TurnedClock()))


@pytest.fixture
def store(tmp_path: Path) -> BarStore:
    return BarStore(tmp_path)


def test_backfill_of_nothing_fetches_every_session(store: BarStore) -> None:
    report = fill(store, Source())

    assert list(report.missing) == list(report.filled) == EVERY
    assert (report.expected, report.bars, report.absent) == (10, 10, ())
    assert len(store.read("US:AAPL", "1d")) == 10


def test_backfill_fetches_missing_sessions_and_leaves_the_others(store: BarStore) -> None:
    store.keep(history([day for day in EVERY if day not in (EVERY[3], EVERY[6])]))

    report = fill(store, Source())

    assert list(report.filled) == [EVERY[3], EVERY[6]]
    close = store.read("US:AAPL", "1d").rows["close"]
    assert close.tolist() == [5.0 if n in (3, 6) else 1.0 for n in range(10)]


def test_backfill_where_nothing_is_missing_asks_nobody(store: BarStore) -> None:
    store.keep(history(EVERY))
    source = Source()

    report = fill(store, source)

    assert (report.expected, report.missing, source.asked) == (10, (), [])


def test_backfill_again_asks_for_what_the_vendor_lacks_alone(store: BarStore) -> None:
    source = Source(EVERY[4])
    first = fill(store, source)

    second = fill(store, source)

    assert first.absent == second.absent == (EVERY[4],)
    assert second.missing == (EVERY[4],)
    assert second.bars == 0


def test_backfill_vendor_without_any_says_so(store: BarStore) -> None:
    report = fill(store, Source(*EVERY))

    assert (list(report.absent), report.filled) == (EVERY, ())
    assert store.kept() == []


def test_backfill_before_what_is_kept_brings_the_actions_between(store: BarStore) -> None:
    store.keep(history([date(2026, 11, 20)]))
    source = Source()
    split = CorporateAction(midnight_ns(date(2026, 11, 17)), ActionKind.SPLIT, 4.0)
    source.actions = (split,)

    fill(store, source)

    assert source.asked == [(FIRST, date(2026, 11, 20))]
    kept = store.read("US:AAPL", "1d")
    assert kept.actions == (split,)
    assert len(kept) == 11


def test_backfill_keeps_actions_outside_its_span(store: BarStore) -> None:
    paid = CorporateAction(midnight_ns(date(2026, 9, 15)), ActionKind.DIVIDEND, 0.5)
    store.keep(history([date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 16)], actions=[paid]))

    fill(store, Source())

    assert store.read("US:AAPL", "1d").actions == (paid,)


def test_backfill_sessions_to_come_are_not_missing(store: BarStore) -> None:
    report = fill(store, Source(), first=date(2026, 11, 19), last=date(2026, 11, 30))

    # Thanksgiving is no session.
    assert (report.expected, report.unended) == (2, 5)


def test_sessions_of_a_market_that_never_closes_are_all_days() -> None:
    days, unended = sessions_between("24/7", date(2026, 11, 19), date(2026, 11, 22), NOW_NS)

    assert days == [date(2026, 11, 19), date(2026, 11, 20)]
    assert unended == 2


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"first": LAST, "last": FIRST}, "earlier day first"),
        ({"interval": "2d"}, "--interval"),
        ({"first": date(1980, 1, 1)}, "calendar"),
        ({"last": date(2060, 1, 1)}, "calendar"),
    ],
)
def test_backfill_span_that_cannot_be_is_refused(store: BarStore, wanted, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        fill(store, Source(), **wanted)
