from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.analytics.adjustment import adjusted
from quantdeck.jobs.collect_report import CollectPlan, Outcome, Part
from quantdeck.model.collected import IndicatorReading, QuoteReading, StatementLine, Story
from quantdeck.model.errors import (
    AuthFailed,
    BadInput,
    Disconnected,
    NoData,
    NotEntitled,
    RateLimited,
    StoreError,
)
from quantdeck.model.history import ActionKind, Adjustment, CorporateAction
from tests.jobs.collecting import DAY_NS, FRIDAY, NOW_NS, FakeNews, Place, midnight_ns, outcomes

if TYPE_CHECKING:
    from pathlib import Path

DAYS = (Part.DAYS, Part.SPLITS, Part.DIVIDENDS)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_collect_brings_every_part_of_every_symbol(place: Place) -> None:
    report = place.collect("US:AAPL", "US:MSFT")

    told = outcomes(report)
    assert set(told) == {(s, p.value) for s in ("US:AAPL", "US:MSFT") for p in Part}
    assert {k[1]: v for k, v in told.items() if v != "new"} == {
        "splits": "none",
        "dividends": "none",
    }
    assert len(place.history()) == 60
    assert len(place.history(interval="1m")) == 5
    assert len(place.chains.snapshots(underlying="US:MSFT")) == 1
    for kind in (QuoteReading, StatementLine, Story):
        assert len(place.records.read(kind)) == 2
    assert not report.failures
    assert not report.interrupted


def test_collect_again_changes_nothing(place: Place) -> None:
    place.collect()

    report = place.collect()

    assert set(outcomes(report).values()) <= {"same", "none"}
    assert (sum(i.new for i in report.items), sum(i.changed for i in report.items)) == (0, 0)
    assert len(place.chains.snapshots()) == 1


def test_collect_asks_for_no_bars_that_are_there(place: Place) -> None:
    place.collect(parts=DAYS)
    place.vendor.asked.clear()

    place.collect(parts=DAYS)

    assert place.vendor.asked == {"splits": 1, "dividends": 1}


def test_collect_on_a_later_day_asks_for_the_new_sessions_alone(place: Place) -> None:
    place.collect(parts=DAYS)
    place.clock.ns = NOW_NS + 4 * DAY_NS

    report = place.collect(parts=DAYS)

    assert place.vendor.spans[-1] == (date(2026, 11, 23), date(2026, 11, 24))
    assert outcomes(report)["US:AAPL", "days"] == "new"
    assert len(place.history()) == 62


def test_collect_fills_sessions_that_are_missing_among_the_newest(place: Place) -> None:
    hole = {FRIDAY - timedelta(9), FRIDAY - timedelta(8)}
    place.vendor.absent = hole
    first = place.collect(parts=DAYS)
    place.vendor.absent = set()

    second = place.collect(parts=DAYS)

    assert len(place.history()) == 60
    (told,) = [each for each in first.items if each.part is Part.DAYS]
    assert "no bar of 2 sessions, 2026-11-11 to 2026-11-12" in told.detail
    (told,) = [each for each in second.items if each.part is Part.DAYS]
    assert (told.new, told.detail) == (2, "")


def test_collect_bars_that_are_known_keep_the_run_that_brought_them(place: Place) -> None:
    place.collect(parts=DAYS)
    before = place.history().rows.copy()
    place.clock.ns = NOW_NS + 3 * DAY_NS

    place.collect(parts=DAYS)

    assert np.array_equal(place.history().rows[:60], before)


def test_collect_split_that_comes_later_adjusts_what_was_kept(place: Place) -> None:
    place.collect(parts=DAYS)
    place.vendor.actions = [CorporateAction(midnight_ns(FRIDAY), ActionKind.SPLIT, 4.0)]

    report = place.collect(parts=DAYS)

    history = place.history()
    assert outcomes(report)["US:AAPL", "splits"] == "new"
    assert history.rows["close"][0] == pytest.approx(
        4.0 * adjusted(history, Adjustment.SPLIT).close[0]
    )


def test_collect_split_that_is_taken_back_is_gone(place: Place) -> None:
    split = CorporateAction(midnight_ns(FRIDAY), ActionKind.SPLIT, 4.0)
    paid = CorporateAction(midnight_ns(FRIDAY - timedelta(7)), ActionKind.DIVIDEND, 0.5)
    place.vendor.actions = [split, paid]
    place.collect(parts=DAYS)
    place.vendor.actions = [paid]

    place.collect(parts=DAYS)

    assert place.history().actions == (paid,)


def test_collect_dividends_that_fail_leave_those_kept(place: Place) -> None:
    paid = CorporateAction(midnight_ns(FRIDAY), ActionKind.DIVIDEND, 0.5)
    place.vendor.actions = [paid]
    place.collect(parts=DAYS)
    place.vendor.actions = [CorporateAction(midnight_ns(FRIDAY), ActionKind.SPLIT, 2.0)]
    place.vendor.errors["dividends", "*"] = Disconnected("vendor", "gone")

    place.collect(parts=DAYS)

    assert {each.kind for each in place.history().actions} == {
        ActionKind.SPLIT,
        ActionKind.DIVIDEND,
    }


@pytest.mark.parametrize(
    ("method", "part"),
    [
        ("bars 1d", Part.DAYS),
        ("splits", Part.SPLITS),
        ("dividends", Part.DIVIDENDS),
        ("bars 1m", Part.MINUTES),
        ("chain", Part.CHAIN),
        ("statements", Part.FUNDAMENTALS),
        ("moving_average", Part.AVERAGE),
        ("stories", Part.NEWS),
    ],
)
def test_collect_part_that_fails_is_named_and_the_rest_kept(
    place: Place, method: str, part: Part
) -> None:
    place.vendor.errors[method, "US:AAPL"] = RateLimited("vendor", "slow down", retry_after_s=9)

    report = place.collect("US:AAPL", "US:MSFT")

    (failed,) = (each for each in report.failures if each.outcome is Outcome.FAILED)
    assert (failed.symbol, failed.part) == ("US:AAPL", part)
    assert "slow down" in failed.detail
    told = outcomes(report)
    assert all(told["US:MSFT", each.value] != "failed" for each in Part)


def test_collect_quotes_that_fail_are_named_for_every_symbol(place: Place) -> None:
    place.vendor.errors["quotes", "*"] = Disconnected("vendor", "gone")

    report = place.collect("US:AAPL", "US:MSFT")

    assert [(each.symbol, each.part) for each in report.failures] == [
        ("US:AAPL", Part.QUOTE),
        ("US:MSFT", Part.QUOTE),
    ]


def test_collect_unknown_symbol_fails_and_no_data_does_not(place: Place) -> None:
    place.vendor.errors["bars 1d", "*"] = BadInput("no such symbol")
    place.vendor.errors["statements", "*"] = NoData("no statements")

    told = outcomes(place.collect())

    assert told["US:AAPL", "days"] == "failed"
    assert told["US:AAPL", "fundamentals"] == "none"


def test_collect_stock_without_options_is_no_failure(place: Place) -> None:
    place.vendor.errors["chain", "*"] = BadInput("vendor lists no options on US:AAPL")

    report = place.collect()

    assert outcomes(report)["US:AAPL", "chain"] == "none"
    assert not report.failures


def test_collect_what_the_plan_lacks_is_asked_and_said_once(place: Place) -> None:
    place.vendor.errors["statements", "*"] = NotEntitled("vendor", "upgrade")

    report = place.collect("US:AAPL", "US:MSFT", "US:SPY")

    assert place.vendor.asked["statements"] == 1
    assert report.not_included == {"fundamentals": "vendor: upgrade"}
    told = outcomes(report)
    assert {told[s, "fundamentals"] for s in ("US:AAPL", "US:MSFT", "US:SPY")} == {
        "not in the plan"
    }
    assert not report.failures


def test_collect_refused_key_ends_the_run(place: Place) -> None:
    place.vendor.errors["quotes", "*"] = AuthFailed("vendor", "the key was refused")

    with pytest.raises(AuthFailed, match="refused"):
        place.collect("US:AAPL", "US:MSFT")

    assert place.vendor.asked == {"quotes": 1}


def test_collect_vendor_that_is_gone_is_given_up(place: Place) -> None:
    for method in ("quotes", "bars 1d", "bars 1m", "chain", "statements", "stories"):
        place.vendor.errors[method, "*"] = Disconnected("vendor", "no route")
    place.vendor.errors["moving_average", "*"] = Disconnected("vendor", "no route")

    report = place.collect(*(f"US:A{n}" for n in range(20)), parts=(Part.MINUTES, Part.CHAIN))

    assert place.vendor.requests == 5
    assert "5 failures in a row" in report.gave_up
    assert len(report.failures) == 40
    assert sum(each.outcome is Outcome.SKIPPED for each in report.failures) == 35


def test_collect_disk_that_refuses_ends_the_run(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("no room")

    monkeypatch.setattr(place.bars, "keep", refuse)

    with pytest.raises(StoreError, match="no room"):
        place.collect("US:AAPL", "US:MSFT")


def test_collect_cancelled_leaves_what_was_kept(place: Place) -> None:
    async def scenario():
        work: asyncio.Task | None = None
        done: list[Part] = []

        def stop(item) -> None:
            done.append(item.part)
            if item.part is Part.CHAIN:
                work.cancel()

        collector = place.collector("US:AAPL", "US:MSFT", progress=stop)
        work = asyncio.ensure_future(collector.run())
        with pytest.raises(asyncio.CancelledError):
            await work
        return collector.report(), done

    report, done = asyncio.run(scenario())

    assert report.interrupted
    assert [each.part for each in report.items] == done
    assert len(place.history()) == 60
    assert not place.records.read(Story)


def test_collect_after_a_cancelled_run_brings_the_rest(place: Place) -> None:
    test_collect_cancelled_leaves_what_was_kept(place)

    report = place.collect("US:AAPL", "US:MSFT")

    told = outcomes(report)
    assert told["US:AAPL", "days"] == "same"
    assert told["US:AAPL", "news"] == told["US:MSFT", "days"] == "new"


def test_collect_compares_the_vendors_average_with_ours(place: Place) -> None:
    report = place.collect(parts=(Part.DAYS, Part.AVERAGE), window=5)

    (told,) = [each for each in report.items if each.part is Part.AVERAGE]
    ours = float(place.history().rows["close"][-5:].mean())
    assert told.difference == pytest.approx(103.5 - ours)
    assert "103.5000 by vendor" in told.detail
    kept = place.records.read(IndicatorReading, source="quantdeck")
    assert [(each.name, each.value) for each in kept] == [("sma5", pytest.approx(ours))]


def test_collect_average_of_shares_that_split_is_in_todays(place: Place) -> None:
    place.vendor.actions = [CorporateAction(midnight_ns(FRIDAY), ActionKind.SPLIT, 2.0)]

    place.collect(parts=(*DAYS, Part.AVERAGE), window=5)

    close = place.history().rows["close"][-5:]
    (kept,) = place.records.read(IndicatorReading, source="quantdeck")
    assert kept.value == pytest.approx((close[:4].sum() / 2.0 + close[4]) / 5.0)


def test_collect_too_few_bars_for_an_average_is_said(place: Place) -> None:
    report = place.collect(parts=(Part.DAYS, Part.AVERAGE), sessions=10)

    (told,) = [each for each in report.items if each.part is Part.AVERAGE]
    assert told.detail == "too few daily bars for an average of 50 of our own"
    assert told.difference is None


def test_collect_chain_that_changed_is_kept_beside_the_last(place: Place) -> None:
    place.collect(parts=(Part.CHAIN,))
    place.vendor.bid = 2.0
    place.clock.ns += 10**9

    report = place.collect(parts=(Part.CHAIN,))

    assert outcomes(report) == {("US:AAPL", "chain"): "new"}
    assert len(place.chains.snapshots()) == 2


def test_collect_headlines_that_were_told_are_not_kept_twice(place: Place) -> None:
    place.news = FakeNews()

    report = place.collect("US:AAPL")

    kept = place.records.read(Story, source="headlines")
    assert [each.headline for each in kept] == ["Something that nobody else has told yet"]
    assert outcomes(report)["", "news"] == "new"


def test_collect_headlines_that_fail_leave_the_vendors_news(place: Place) -> None:
    place.news = FakeNews(AuthFailed("headlines", "no such key"))

    report = place.collect("US:AAPL", "US:MSFT")

    assert [(each.symbol, each.part) for each in report.failures] == [("", Part.NEWS)]
    assert len(place.records.read(Story, source="vendor")) == 2


@pytest.mark.parametrize("at_once", [1, 3])
def test_collect_tells_every_step(place: Place, at_once: int) -> None:
    place.news = FakeNews()
    told: list[object] = []
    collector = place.collector("US:A", "US:B", "US:C", progress=told.append, at_once=at_once)

    report = asyncio.run(collector.run())

    assert len(told) == collector.steps == len(report.items) == 3 * len(Part) + 1


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"symbols": ()}, "--symbols"),
        ({"symbols": ("US:A",), "parts": ()}, "days"),
        ({"symbols": ("US:A",), "sessions": 0}, "sessions"),
        ({"symbols": ("US:A",), "window": 1}, "window"),
    ],
)
def test_plan_that_makes_no_sense_is_refused(wanted, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        CollectPlan(**wanted)
