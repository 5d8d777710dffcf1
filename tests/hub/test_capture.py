from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from quantdeck.hub.capture import Capture, FeedPlan
from quantdeck.model.errors import BadInput, VenueError
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import Instrument, InstrumentKind, InstrumentTable
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.feed import FeedStatus, Gap


class _Feed:
    def __init__(self, venue: str, *, listed: Sequence[str], answers: bool = True) -> None:
        self.venue = venue
        self.source = venue.lower()
        self.listed = [f"{venue}:{root}" for root in listed]
        self.answers = answers
        self.set_calls = 0
        self._symbols: list[str] = []

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        self.set_calls += 1
        for symbol in symbols:
            if symbol not in self.listed:
                raise BadInput(f"{symbol} is not traded")
        self._symbols = list(symbols)

    def symbols(self) -> list[str]:
        return list(self._symbols)

    def statuses(self) -> list[FeedStatus]:
        return []

    async def instruments(self) -> list[Instrument]:
        if not self.answers:
            raise VenueError(self.source, "no answer")
        return [Instrument(s, InstrumentKind.SPOT, "B", "Q") for s in self.listed]

    async def repair(self, gap: Gap) -> int:
        return 0


def _capture(*feeds: _Feed) -> Capture:
    plans = [
        FeedPlan(
            Provenance(feed.source, Delay.SIMULATED, RunId("r")),
            feed.venue,
            (f"{feed.venue}:BTCUSDT",),
            lambda sink, on_data, feed=feed: feed,  # type: ignore[misc]
        )
        for feed in feeds
    ]
    return Capture(
        plans,
        instruments=InstrumentTable(),
        ring_rows=4096,
        ledger=None,
        consumers=[],
        tape=None,
        clock=SystemClock(),
    )


def _two() -> tuple[_Feed, _Feed]:
    usdm = _Feed("BINANCE-USDM", listed=["BTCUSDT", "ETHUSDT"])
    return usdm, _Feed("BINANCE", listed=["BTCUSDT"])


def test_capture_start_without_symbols_takes_the_plans() -> None:
    usdm, spot = _two()
    capture = _capture(usdm, spot)

    started = asyncio.run(capture.start(None))

    assert started == ["BINANCE-USDM:BTCUSDT", "BINANCE:BTCUSDT"]
    assert capture.is_on


def test_capture_symbols_as_typed_go_to_the_feed_of_their_venue() -> None:
    usdm, spot = _two()
    capture = _capture(usdm, spot)

    asyncio.run(capture.start(["ethusdt", "binance:btcusdt", "ETHUSDT"]))

    assert usdm.symbols() == ["BINANCE-USDM:ETHUSDT"]
    assert spot.symbols() == ["BINANCE:BTCUSDT"]


def test_capture_unknown_symbol_changes_nothing_anywhere() -> None:
    usdm, spot = _two()
    capture = _capture(usdm, spot)
    asyncio.run(capture.start(["BTCUSDT"]))

    with pytest.raises(BadInput, match="NOPE"):
        asyncio.run(capture.start(["ETHUSDT", "BINANCE:NOPE"]))

    assert usdm.symbols() == capture.symbols() == ["BINANCE-USDM:BTCUSDT"]


def test_capture_unknown_venue_names_the_known() -> None:
    with pytest.raises(BadInput, match=r"KRAKEN.*BINANCE-USDM, BINANCE"):
        asyncio.run(_capture(*_two()).start(["KRAKEN:XBTUSD"]))


def test_capture_same_symbols_again_touches_no_feed() -> None:
    usdm, _ = _two()
    capture = _capture(usdm)
    asyncio.run(capture.start(["BTCUSDT"]))

    asyncio.run(capture.start(["btcusdt"]))

    assert usdm.set_calls == 1


def test_capture_stop_keeps_the_choice_for_the_next_start() -> None:
    usdm, _ = _two()
    capture = _capture(usdm)
    asyncio.run(capture.start(["ETHUSDT"]))

    asyncio.run(capture.stop())

    assert (usdm.symbols(), capture.is_on) == ([], False)
    assert asyncio.run(capture.start(None)) == ["BINANCE-USDM:ETHUSDT"]


def test_capture_instruments_of_those_that_answer() -> None:
    usdm, spot = _two()
    spot.answers = False

    found = asyncio.run(_capture(usdm, spot).instruments())

    assert [i.symbol for i in found] == usdm.listed


def test_capture_instruments_when_nobody_answers_raises() -> None:
    with pytest.raises(VenueError, match="no answer"):
        asyncio.run(_capture(_Feed("BINANCE", listed=[], answers=False)).instruments())
