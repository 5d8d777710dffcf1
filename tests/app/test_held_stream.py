from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.held_stream import HeldStream
from quantdeck.app.plans import Surroundings
from quantdeck.app.portfolio_stream import listed_symbols
from quantdeck.app.quote_lines import json_line, sqlite_row, text_line
from quantdeck.hub.capture import FeedPlan
from quantdeck.model.errors import AuthFailed, BadInput
from quantdeck.model.feed import Delay, FeedState, FeedStatus, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable, venue_of
from quantdeck.net.clock import SystemClock
from quantdeck.tape.sqlite_copy import SqliteCopy

if TYPE_CHECKING:
    from pathlib import Path

BTC, ETH, AAPL = "BINANCE:BTCUSDT", "BINANCE:ETHUSDT", "US:AAPL"
NS = 1_000_000_000


class FakeFeed:
    """Knows no symbol with an X, and quotes what it is asked for."""

    def __init__(self, source: str, sink, on_data, table: InstrumentTable) -> None:
        self.source, self.state = source, FeedState.LIVE
        self._sink, self._on_data, self._table = sink, on_data, table
        self._symbols: list[str] = []
        self._count = 0

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def set_symbols(self, symbols) -> None:
        if unknown := [symbol for symbol in symbols if "X" in symbol]:
            raise BadInput(f"{unknown[0]} is not traded here")
        self._symbols = list(symbols)

    def symbols(self) -> list[str]:
        return list(self._symbols)

    def statuses(self) -> list[FeedStatus]:
        return [FeedStatus(self.source, self.state, 0, Delay.REALTIME, "key refused")]

    def quote(self, symbol: str, bid: float) -> None:
        number = self._table.id_of(symbol)
        self._count += 1
        self._sink.quote(
            self._count * NS, 9 * NS, self._count, bid, bid + 1, float("nan"), 5.0, number, 0
        )
        self._on_data()


class FakeOpener:
    """Opens one feed a venue."""

    def __init__(self, around: Surroundings) -> None:
        self.feeds: dict[str, FakeFeed] = {}
        self._around = around

    def group(self, symbol: str) -> str | None:
        return venue_of(symbol) if venue_of(symbol) != "NOWHERE" else None

    async def plan(self, group: str) -> FeedPlan:
        if group == "LOCKED":
            raise AuthFailed(group, "no key was found")

        def make(sink, on_data) -> FakeFeed:
            self.feeds[group] = FakeFeed(group, sink, on_data, self._around.instruments)
            return self.feeds[group]

        provenance = Provenance(group, Delay.REALTIME, RunId("r"))
        return FeedPlan(provenance, group, (), make, numbered=False)


class FakeWriter:
    def __init__(self) -> None:
        self.batches: list = []

    def append(self, batch) -> bool:
        self.batches.append(batch)
        return True

    def record_gap(self, gap) -> None:
        return


class Rig:
    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        around = Surroundings(SystemClock(), InstrumentTable(), RunId("r"), folder)
        self.opener, self.writer = FakeOpener(around), FakeWriter()
        self.stream = HeldStream(self.opener, self.writer, around, rows=1024, say=self.said.append)

    def go(self, *steps) -> None:
        async def run() -> None:
            for step in steps:
                await self.stream.want(step) if isinstance(step, list) else step()
            await self.stream.close()

        asyncio.run(run())

    def streamed(self) -> dict[str, list[str]]:
        return {name: feed.symbols() for name, feed in self.opener.feeds.items()}


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_stream_follows_new_positions_and_drops_closed_ones(rig: Rig) -> None:
    rig.go([BTC], [BTC, ETH, AAPL], [ETH])

    assert rig.streamed() == {"BINANCE": [ETH], "US": []}
    assert rig.said[-1] == "US: nothing"


def test_symbol_that_a_vendor_does_not_know_keeps_no_other_from_being_streamed(rig: Rig) -> None:
    rig.go([BTC, "BINANCE:XYZ", ETH], [BTC, "BINANCE:XYZ", ETH])

    assert rig.streamed() == {"BINANCE": [BTC, ETH]}
    assert rig.said == [
        "BINANCE: BINANCE:XYZ is not traded here",
        f"BINANCE: {BTC}, {ETH}",
    ]


def test_symbol_without_a_vendor_is_told_once(rig: Rig) -> None:
    rig.go(["NOWHERE:A"], ["NOWHERE:A"])

    assert rig.said == ["NOWHERE:A is not streamed: no vendor of it is used here"]


def test_refused_key_ends_the_stream(rig: Rig) -> None:
    def refuse() -> None:
        rig.opener.feeds["US"].state = FeedState.FAILED

    with pytest.raises(AuthFailed, match="key refused"):
        rig.go([AAPL], refuse, rig.stream.look)


def test_vendor_without_a_key_keeps_no_other_from_streaming(rig: Rig) -> None:
    rig.go(["LOCKED:A", BTC], ["LOCKED:A", BTC])

    assert rig.streamed() == {"BINANCE": [BTC]}
    assert [text for text in rig.said if "LOCKED" in text] == [
        "LOCKED:A not streamed: LOCKED: no key was found"
    ]


def test_only_vendor_without_a_key_ends_the_stream(rig: Rig) -> None:
    with pytest.raises(AuthFailed, match="no key was found"):
        rig.go(["LOCKED:A"])


def test_quotes_go_to_the_tape_and_the_newest_to_a_sqlite_file(rig: Rig, tmp_path: Path) -> None:
    def quote() -> None:
        rig.opener.feeds["BINANCE"].quote(BTC, 99.0)
        rig.opener.feeds["BINANCE"].quote(BTC, 100.0)

    rig.go([BTC], quote)
    newest = rig.stream.quotes.drain()
    copy = SqliteCopy(tmp_path / "market_data.db", tmp_path)
    copy.put_quotes([sqlite_row(*each) for each in newest])
    copy.put_quotes([sqlite_row(*each) for each in newest])

    with sqlite3.connect(tmp_path / "market_data.db") as connection:
        rows = connection.execute(
            "SELECT symbol, time, bid, bid_size, source, delay FROM realtime_quotes"
        ).fetchall()
    connection.close()
    time = "1970-01-01T00:00:02+00:00"
    assert rows == [(BTC, time, 100.0, None, "BINANCE", "realtime")]
    assert len(rig.writer.batches) == 2
    assert rig.stream.quotes.count == 2
    (symbol, row, _) = newest[0]
    assert text_line(symbol, row) == (
        f"1970-01-01T00:00:02.000Z  {BTC}  bid 100  ask 101  bid_size -  ask_size 5"
    )
    assert '"bid_size": null' in json_line(symbol, row)


def test_symbols_of_a_list_are_those_whose_quantities_do_not_cancel(tmp_path: Path) -> None:
    path = tmp_path / "portfolio.csv"
    path.write_text("symbol,quantity,price\nAAPL,10,100\nMSFT,5,50\nAAPL,-10,120\n")

    assert listed_symbols(path) == ["US:MSFT"]
    assert listed_symbols(tmp_path / "none.csv") == []
