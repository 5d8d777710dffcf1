"""Bars, days and histories from pages as told."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from quantdeck.feeds.answer_cache import AnswerCache
from quantdeck.feeds.polygon.bars import (
    NEW_YORK,
    bar_pages,
    midnight_ns,
    open_close,
    previous_close,
    timeframe_of,
)
from quantdeck.feeds.polygon.history import PolygonHistory
from quantdeck.model.errors import BadInput, NoData, NotEntitled
from quantdeck.model.feed import Delay, RunId
from quantdeck.model.history import ActionKind
from quantdeck.ports.history import HistoryRequest
from tests.feeds.polygon.vendor import NOT_ENTITLED, Vendor, listed, refused
from tests.net.conftest import LeapingClock

_NS = 10**9


def _bar(day, close=10.0, **fields):
    t = int(datetime(day.year, day.month, day.day, tzinfo=NEW_YORK).timestamp() * 1000)
    return {
        "t": t,
        "o": 9.0,
        "h": 11.0,
        "l": 8.0,
        "c": close,
        "v": 1000,
        "vw": 9.9,
        "n": 7,
        **fields,
    }


def _request(first, end, symbol="US:AAPL", interval="1d"):
    return HistoryRequest(symbol, interval, midnight_ns(first), midnight_ns(end))


def _history(bars, *, splits=(), dividends=(), status="OK", request=None, simulated=False):
    vendor = Vendor(
        {
            "/range/": {"status": status, "results": bars},
            "splits": {"status": "OK", "results": list(splits)},
            "dividends": {"status": "OK", "results": list(dividends)},
        }
    )
    asked = PolygonHistory(vendor.rest, run_id=RunId("run"), simulated=simulated)
    return vendor, vendor.run(
        asked.history(request or _request(date(2026, 11, 2), date(2026, 11, 10)))
    )


def test_days_start_at_midnight_utc_of_their_date_in_summer_and_winter():
    days = [date(2026, 10, 30), date(2026, 11, 2)]

    _, history = _history(
        [_bar(day) for day in days], request=_request(date(2026, 10, 30), date(2026, 11, 3))
    )

    assert history.rows["start_ns"].tolist() == [midnight_ns(day) for day in days]
    assert (history.calendar, history.currency, history.interval) == ("XNYS", "USD", "1d")


def test_prices_are_asked_for_as_traded_with_all_actions_of_the_span():
    split = {"ticker": "AAPL", "execution_date": "2026-11-03", "split_from": 1, "split_to": 4}
    paid = {"ticker": "AAPL", "ex_dividend_date": "2026-11-04", "cash_amount": 0.26}

    vendor, history = _history(
        [_bar(date(2026, 11, d)) for d in (2, 3, 4)], splits=[split], dividends=[paid]
    )

    assert dict(vendor.asked[0].url.params)["adjusted"] == "false"
    assert [(a.kind, a.value, a.ex_ns) for a in history.actions] == [
        (ActionKind.SPLIT, 4.0, midnight_ns(date(2026, 11, 3))),
        (ActionKind.DIVIDEND, 0.26, midnight_ns(date(2026, 11, 4))),
    ]
    limits = dict(vendor.asked[1].url.params)
    assert limits["execution_date.gte"] == "2026-11-02"
    assert limits["execution_date.lte"] == "2026-11-04"


def test_actions_that_cannot_be_are_left_out():
    splits = [
        {"ticker": "AAPL", "execution_date": "2026-11-03", "split_from": 0, "split_to": 4},
        {"ticker": "OTHER", "execution_date": "2026-11-03", "split_from": 1, "split_to": 4},
        {"ticker": "AAPL", "execution_date": "soon", "split_from": 1, "split_to": 4},
    ]

    vendor, history = _history([_bar(date(2026, 11, 2))], splits=splits)

    assert history.actions == ()
    assert vendor.rest.unreadable == 1


def test_day_that_has_not_ended_is_left_out():
    # The clock stands at 2026-11-18 11:06 UTC.
    days = [date(2026, 11, 17), date(2026, 11, 18)]

    _, history = _history(
        [_bar(day) for day in days], request=_request(date(2026, 11, 17), date(2026, 11, 20))
    )

    assert history.rows["start_ns"].tolist() == [midnight_ns(days[0])]


def test_rows_without_prices_and_repeated_rows_leave_one_of_each_start():
    day, next_day = date(2026, 11, 2), date(2026, 11, 3)
    rows = [_bar(next_day, 12.0), _bar(day, 10.0), _bar(day, 11.0), {"t": _bar(day)["t"] + 1}, {}]

    vendor, history = _history(rows)

    assert history.rows["close"].tolist() == [11.0, 12.0]
    assert vendor.rest.unreadable == 1


def test_late_data_are_labelled_and_simulated_ones_stay_simulated():
    _, late = _history([_bar(date(2026, 11, 2))], status="DELAYED")
    _, simulated = _history([_bar(date(2026, 11, 2))], status="DELAYED", simulated=True)

    assert (late.provenance.delay, late.feed) == (Delay.DELAYED, "delayed")
    assert (simulated.provenance.delay, simulated.feed) == (Delay.SIMULATED, "delayed")


def test_fractions_of_shares_count_where_they_are_told():
    _, history = _history([_bar(date(2026, 11, 2), dv="1000.5")])

    assert history.rows["volume"].tolist() == [1000.5]


def test_span_without_bars_is_no_data():
    with pytest.raises(NoData, match="US:AAPL"):
        _history([])


def test_minutes_of_late_data_end_where_the_delay_begins():
    vendor = Vendor({})
    now_ms = vendor.clock.now_ns() // 1_000_000 // 60_000 * 60_000
    rows = [{**_bar(date(2026, 11, 18)), "t": now_ms - 60_000 * n} for n in (20, 17, 15, 5, 1)]
    request = HistoryRequest("US:AAPL", "1m", (now_ms - 3_600_000) * 10**6, now_ms * 10**6)

    _, history = _history(rows, status="DELAYED", request=request)

    assert ((now_ms * 10**6 - history.rows["start_ns"]) // 60 // _NS).tolist() == [20, 17]


def test_history_of_an_option_has_no_actions_and_its_own_ticker():
    request = _request(date(2026, 11, 2), date(2026, 11, 10), "OPRA:SPXW261218C05000000")

    vendor, history = _history([_bar(date(2026, 11, 2))], request=request)

    assert history.actions == ()
    assert "/ticker/O:SPXW261218C05000000/range/1/day/2026-11-02/2026-11-09" in vendor.paths()[0]


def test_history_that_the_plan_lacks_is_not_entitled():
    vendor = Vendor({"/range/": refused(403, **NOT_ENTITLED)})
    asked = PolygonHistory(vendor.rest, run_id=RunId("run"))

    with pytest.raises(NotEntitled, match="upgrade"):
        vendor.run(asked.history(_request(date(2026, 11, 2), date(2026, 11, 10))))


class _Plan:
    """A plan that reaches so many years back, and what it was asked for."""

    def __init__(self, years, now):
        self.oldest = date(now.year - years, now.month, now.day)
        self.firsts = []

    def __call__(self, request):
        first = date.fromisoformat(request.url.path.split("/")[-2])
        self.firsts.append(first)
        if first < self.oldest:
            return refused(403, status="NOT_AUTHORIZED", message=_TOO_OLD)
        return {"status": "OK", "results": [_bar(date(2026, 11, 3))]}


_TOO_OLD = "Your plan doesn't include this data timeframe. Please upgrade your plan."


def _planned(years):
    clock = LeapingClock()
    now = datetime.fromtimestamp(clock.now_ns() // _NS, UTC).date()
    plan = _Plan(years, now)
    lists = {"splits": {"results": []}, "dividends": {"results": []}}
    vendor = Vendor({"/range/": plan, **lists}, clock=clock)
    return plan, vendor, PolygonHistory(vendor.rest, run_id=RunId("run")), now


@pytest.mark.parametrize(("years", "questions"), [(2, 3), (5, 2), (10, 1)])
def test_history_begins_where_the_plan_does_and_that_is_remembered(years, questions):
    plan, vendor, source, now = _planned(years)
    request = _request(date(now.year - 8, 1, 2), date(now.year + 1, 1, 2))

    async def twice():
        await source.history(request)
        first = len(plan.firsts)
        await source.history(request)
        return first

    first = vendor.run(twice())

    assert (first, len(plan.firsts)) == (questions, questions + 1)
    assert plan.firsts[-1] >= plan.oldest


def test_span_that_lies_before_the_plan_is_refused_in_the_vendors_words():
    _, vendor, source, now = _planned(2)

    with pytest.raises(NotEntitled, match=r"does not reach back .* data timeframe"):
        vendor.run(source.history(_request(date(now.year - 8, 1, 2), date(now.year - 7, 1, 2))))


def test_history_from_a_kept_answer_is_as_old_as_it_is(tmp_path):
    clock = LeapingClock()
    bars = {"status": "OK", "results": [_bar(date(2026, 11, 2))]}
    vendor = Vendor(
        {"/range/": bars, "splits": {"status": "OK"}, "dividends": {"status": "OK"}},
        clock=clock,
        answers=AnswerCache(tmp_path, ttl_s=3600, clock=clock),
    )
    asked = PolygonHistory(vendor.rest, run_id=RunId("run"))
    begun_ns = clock.now_ns()

    async def ask_twice():
        await asked.history(_request(date(2026, 11, 2), date(2026, 11, 10)))
        clock.pass_time(600)
        return await asked.history(_request(date(2026, 11, 2), date(2026, 11, 10)))

    assert vendor.run(ask_twice()).fetched_ns == begun_ns


def test_minutes_asked_for_within_a_minute_are_one_question(tmp_path):
    clock = LeapingClock()
    vendor = Vendor(
        {"/range/": {"status": "OK", "results": []}},
        clock=clock,
        answers=AnswerCache(tmp_path, ttl_s=3600, clock=clock),
    )
    now_ns = clock.now_ns() // (60 * _NS) * 60 * _NS

    async def ask():
        for end_s in (5, 25, 65):
            span = (now_ns - 3600 * _NS, now_ns + end_s * _NS)
            asked = bar_pages(
                vendor.rest, "US:A", timeframe_of("1Min"), span_ns=span, adjusted=False
            )
            await listed(asked)

    vendor.run(ask())

    assert len(vendor.asked) == 2


def test_interval_that_is_not_kept_is_refused():
    with pytest.raises(BadInput, match="1m, 1h, 1d"):
        _history([], request=_request(date(2026, 11, 2), date(2026, 11, 10), interval="5m"))


@pytest.mark.parametrize("text", ["0Min", "Min", "5min", "1Quarter", "-1Day", ""])
def test_timeframe_that_is_none_is_refused(text):
    with pytest.raises(BadInput, match="timeframe"):
        timeframe_of(text)


def test_bars_outside_the_span_are_left_out():
    vendor = Vendor(
        {"/range/": {"status": "OK", "results": [_bar(date(2026, 11, d)) for d in (1, 2)]}}
    )
    span = (midnight_ns(date(2026, 11, 2)), midnight_ns(date(2026, 11, 3)))

    pages = vendor.run(
        listed(bar_pages(vendor.rest, "US:AAPL", timeframe_of("1Day"), span_ns=span, adjusted=True))
    )

    assert [len(chunk.rows) for chunk in pages] == [1]


def test_previous_close_is_that_of_the_day_in_new_york():
    vendor = Vendor(
        {"/prev": {"status": "OK", "results": [{**_bar(date(2026, 11, 17)), "T": "AAPL"}]}}
    )

    day, bar = vendor.run(previous_close(vendor.rest, "US:AAPL"))

    assert (day, bar.c) == (date(2026, 11, 17), 10.0)


def test_open_and_close_of_a_holiday_is_no_data():
    vendor = Vendor({"open-close": refused(404, status="NOT_FOUND", message="Data not found.")})

    with pytest.raises(NoData):
        vendor.run(open_close(vendor.rest, "US:AAPL", date(2026, 11, 26)))


def test_open_and_close_tell_the_prices_around_the_session():
    told = {"status": "OK", "symbol": "AAPL", "from": "2026-11-17", "open": 1.0, "close": 2.0}
    vendor = Vendor({"open-close": {**told, "afterHours": 2.5, "preMarket": 0.9}})

    day = vendor.run(open_close(vendor.rest, "US:AAPL", date(2026, 11, 17)))

    assert (day.open, day.close, day.after_hours, day.pre_market) == (1.0, 2.0, 2.5, 0.9)


def test_midnight_is_that_of_utc():
    at = np.datetime64(midnight_ns(date(2026, 3, 8)), "ns")

    assert at == np.datetime64("2026-03-08T00:00")
    assert datetime.fromtimestamp(midnight_ns(date(2026, 3, 8)) / _NS, UTC).hour == 0
