"""Bars and executions of the past, from pages as told."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.feeds.alpaca.bars import bar_pages
from quantdeck.feeds.alpaca.endpoints import STOCK_GRADES
from quantdeck.feeds.alpaca.history import AlpacaHistory
from quantdeck.feeds.alpaca.prints import print_flags
from quantdeck.feeds.alpaca.requests import BarPage, BarRow, StockTradePage, StockTradeRow, rfc3339
from quantdeck.model.errors import BadInput, BadMessage
from quantdeck.model.events import Flag
from quantdeck.model.instruments import InstrumentTable
from tests.net.conftest import LeapingClock

_NS = 10**9
_MINUTE = 60 * _NS


class Rest:
    """Gives the pages it was made with, one after the other."""

    def __init__(self, *pages) -> None:
        self.pages = list(pages)
        self.asked = []

    async def ask(self, path, params, *, shape):
        self.asked.append((path, params))
        return self.pages.pop(0)


def bar(ns):
    return BarRow(rfc3339(ns), 1.0, 3.0, 0.5, 2.0, 9.0, 4)


def trade(ns, number, **fields):
    return StockTradeRow(rfc3339(ns), 5.0, 7.0, number, **fields)


def history(rest, grade="iex"):
    clock = LeapingClock()
    made = AlpacaHistory(rest, STOCK_GRADES[grade], instruments=InstrumentTable(), clock=clock)
    return made, clock.now_ns()


def fetched(*pages, symbol="US:SPY", timeframe="1Min", adjustment="split"):
    async def run():
        asked = bar_pages(
            rest,
            symbol,
            timeframe,
            span_ns=(0, _MINUTE),
            feed="iex",
            adjustment=adjustment,
        )
        return [page async for page in asked]

    rest = Rest(*pages)
    return asyncio.run(run()), rest.asked


def test_bars_follow_every_page():
    first = BarPage({"SPY": [bar(0)]}, "more")

    pages, asked = fetched(first, BarPage({}, "more"), BarPage({"SPY": [bar(_MINUTE)]}))

    assert [row.t for page in pages for row in page] == [rfc3339(0), rfc3339(_MINUTE)]
    assert [params.get("page_token") for _, params in asked] == [None, "more", "more"]
    assert asked[0][0] == "/v2/stocks/bars"
    assert (asked[0][1]["feed"], asked[0][1]["adjustment"]) == ("iex", "split")
    assert asked[0][1]["end"] == rfc3339(_MINUTE - 1)


def test_bars_of_options_have_neither_feed_nor_adjustment():
    _, asked = fetched(BarPage(), symbol="OPRA:SPXW261218C05000000")

    assert asked[0][0] == "/v1beta1/options/bars"
    assert not {"feed", "adjustment"} & set(asked[0][1])


@pytest.mark.parametrize("wrong", [{"timeframe": "1min"}, {"adjustment": "none"}])
def test_bars_of_no_such_kind_are_refused_unasked(wrong):
    with pytest.raises(BadInput):
        fetched(**wrong)


def test_past_bars_are_the_newest_in_order_of_time():
    rest = Rest(BarPage({"SPY": [bar(3 * _MINUTE), bar(2 * _MINUTE)]}, "x"), BarPage({"SPY": []}))
    made, _ = history(rest)

    rows = asyncio.run(made.bars("US:SPY", "1m", start_ns=0, end_ns=3 * _MINUTE))

    assert rows["ts_event"].tolist() == [2 * _MINUTE, 3 * _MINUTE]
    assert rows["trades"].tolist() == [4, 4]
    assert [params["limit"] for _, params in rest.asked] == [3, 1]


def test_past_of_delayed_data_is_asked_of_all_venues_up_to_the_delay():
    rest = Rest(StockTradePage())
    made, now_ns = history(rest, "delayed_sip")

    asyncio.run(made.trades("US:SPY", since_ns=now_ns, most=10, at_least=0, sink=None))

    (_, params) = rest.asked[0]
    assert (params["feed"], params["end"]) == ("sip", rfc3339(now_ns - 930 * _NS))


def test_past_executions_are_as_many_as_wanted_even_if_older(recorder):
    made, now_ns = history(rest := Rest())
    rest.pages.append(
        StockTradePage({"SPY": [trade(now_ns - age * _NS, age, z="A") for age in (1, 50, 60)]})
    )

    count = asyncio.run(
        made.trades("US:SPY", since_ns=now_ns - 10 * _NS, most=10, at_least=2, sink=recorder)
    )

    assert count == 2
    assert [row[2] for row in recorder.of("trade")] == [50, 1]
    assert {row[-1] for row in recorder.of("trade")} == {Flag.REPAIRED}


def test_past_execution_without_a_time_is_a_bad_message(recorder):
    made, now_ns = history(Rest(StockTradePage({"SPY": [StockTradeRow("soon", 1.0, 1.0, 1)]})))

    with pytest.raises(BadMessage):
        asyncio.run(made.trades("US:SPY", since_ns=now_ns, most=1, at_least=0, sink=recorder))


@pytest.mark.parametrize(
    ("conditions", "tape", "excluded"),
    [(["@"], "A", 0), (["@", "T", "I"], "C", 0), (["B"], "C", 0), (["B"], "A", 1), (["W"], "C", 1)],
)
def test_print_flags_leave_out_what_is_no_market_print(conditions, tape, excluded):
    assert bool(print_flags(conditions, tape) & Flag.EXCLUDED) == bool(excluded)
