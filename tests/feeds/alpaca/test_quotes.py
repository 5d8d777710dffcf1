"""Quotes that are fetched: those a subscription begins with, and those beyond the plan."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.feeds.alpaca.numbers import Numbers
from quantdeck.feeds.alpaca.quotes import QuoteFetcher
from quantdeck.feeds.alpaca.requests import QuoteRow, Snapshot, rfc3339_ns
from quantdeck.model.errors import Disconnected
from quantdeck.model.events import Flag
from quantdeck.model.instruments import InstrumentTable
from quantdeck.model.options import contract_of
from tests.net.conftest import LeapingClock

_NAMES = ["SPXW261218C05000000", "SPXW261218P05000000"]
_OLD, _NEW = "2026-11-18T11:00:00.5Z", "2026-11-18T11:00:01Z"


class Rest:
    """What is asked, and one quote for everything."""

    def __init__(self, time=_NEW, failures=0) -> None:
        self.time = time
        self.failures = failures
        self.asked = []

    def _row(self):
        return QuoteRow(self.time, 1.0, 2.0, 1.5, 3.0)

    async def option_quotes(self, symbols):
        self.asked.append(("options", list(symbols)))
        if self.failures:
            self.failures -= 1
            raise Disconnected("alpaca", "no")
        return {symbol: self._row() for symbol in symbols}

    async def stock_quotes(self, symbols):
        self.asked.append(("stocks", list(symbols)))
        return {symbol: self._row() for symbol in symbols}

    async def snapshots(self, underlying, filters):
        self.asked.append((underlying, filters))
        yield {name: Snapshot(self._row()) for name in [*_NAMES, "SPXW261218C09999000"]}


class Bench:
    """A fetcher on a clock on which waiting takes no time."""

    def __init__(self, recorder, rest) -> None:
        self.clock = LeapingClock()
        self.rest = rest
        self.drains = 0
        self.table, self.numbers = InstrumentTable(), Numbers()
        self.fetcher = QuoteFetcher(
            rest,
            sink=recorder,
            instruments=self.table,
            numbers=self.numbers,
            on_data=self._drained,
            clock=self.clock,
            poll_s=15.0,
            requests_per_minute=200,
        )

    def _drained(self):
        self.drains += 1

    def run(self, until):
        async def run():
            task = asyncio.create_task(self.fetcher.run())
            for _ in range(1000):
                await asyncio.sleep(0)
                if until():
                    break
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert until()

        asyncio.run(run())


def test_wanted_quotes_of_both_markets_are_fetched_once(recorder):
    bench = Bench(recorder, Rest())
    bench.fetcher.want([f"OPRA:{_NAMES[0]}", "US:SPY"])

    bench.run(lambda: not bench.fetcher.waiting)

    assert bench.rest.asked == [("options", [_NAMES[0]]), ("stocks", ["SPY"])]
    first, second = recorder.of("quote")
    assert first[0] == first[2] == rfc3339_ns(_NEW)
    assert first[3:] == (1.0, 1.5, 2.0, 3.0, 0, int(Flag.REPAIRED))
    assert second[7] == bench.table.id_of("US:SPY")
    assert bench.drains == 2


@pytest.mark.parametrize(("known", "taken"), [(_OLD, 1), (_NEW, 0)])
def test_fetched_quote_counts_only_if_it_is_newer_than_the_stream_s(recorder, known, taken):
    bench = Bench(recorder, Rest(_NEW))
    symbol = bench.table.id_of(f"OPRA:{_NAMES[0]}")
    bench.numbers.make_room(symbol)
    bench.numbers.next_quote(symbol, rfc3339_ns(known), (9.0, 9.5, 1.0, 1.0))
    bench.fetcher.want([f"OPRA:{_NAMES[0]}"])

    bench.run(lambda: not bench.fetcher.waiting)

    assert len(recorder.of("quote")) == bench.drains == taken


def test_failure_is_told_and_tried_again(recorder):
    bench = Bench(recorder, Rest(failures=1))
    bench.fetcher.want([f"OPRA:{_NAMES[0]}"])
    problems = []

    def done():
        problems.append(bench.fetcher.problem)
        return not bench.fetcher.waiting

    bench.run(done)

    assert any("quotes cannot be fetched" in problem for problem in problems)
    assert bench.fetcher.problem == ""
    assert len(recorder.of("quote")) == 1


def test_polling_asks_for_updates_only_after_the_first_round(recorder):
    bench = Bench(recorder, Rest())
    bench.fetcher.poll([contract_of(name) for name in _NAMES])

    bench.run(lambda: len(bench.rest.asked) >= 3)

    filters = [asked[1] for asked in bench.rest.asked]
    assert "updated_since" not in filters[0]
    assert filters[1]["updated_since"] < filters[2]["updated_since"]
    assert filters[0]["expiration_date_lte"] == "2026-12-18"
    assert {row[7] for row in recorder.of("quote")} == {
        bench.table.id_of(f"OPRA:{name}") for name in _NAMES
    }
    assert bench.clock.slept_s[0] == pytest.approx(15.0, abs=0.1)


def test_polling_begins_anew_when_a_contract_is_added(recorder):
    bench = Bench(recorder, Rest())
    bench.fetcher.poll([contract_of(_NAMES[0])])
    bench.run(lambda: len(bench.rest.asked) >= 2)
    bench.rest.asked.clear()
    bench.fetcher.poll([contract_of(name) for name in _NAMES])

    bench.run(lambda: len(bench.rest.asked) >= 1)

    assert "updated_since" not in bench.rest.asked[0][1]
