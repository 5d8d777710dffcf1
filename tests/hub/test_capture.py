from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING

import pytest

from quantdeck.hub.capture import Capture, FeedPlan
from quantdeck.hub.gaps import GapLedger
from quantdeck.model.errors import BadInput, NoData, VenueError
from quantdeck.model.feed import Delay, FeedState, FeedStatus, Provenance, RunId
from quantdeck.model.instruments import Instrument, InstrumentKind, InstrumentTable
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.feed import Gap
    from quantdeck.ports.feed import EventSink, OnData


class _Feed:
    sink: EventSink
    on_data: OnData

    def __init__(self, venue: str, *, listed: Sequence[str], answers: bool = True) -> None:
        self.venue = venue
        self.source = venue.lower()
        self.listed = [f"{venue}:{root}" for root in listed]
        self.answers = answers
        self.set_calls = 0
        self.detail = ""
        self.is_held: asyncio.Event | None = None
        self.repaired: list[tuple[int, int]] = []
        self.gone: set[int] = set()
        self._symbols: list[str] = []

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        self.set_calls += 1
        if self.is_held is not None:
            await self.is_held.wait()
        for symbol in symbols:
            if symbol not in self.listed:
                raise BadInput(f"{symbol} is not traded")
        self._symbols = list(symbols)

    def symbols(self) -> list[str]:
        return list(self._symbols)

    def statuses(self) -> list[FeedStatus]:
        state = FeedState.LIVE if self._symbols else FeedState.STOPPED
        detail = self.detail if self._symbols else "nothing to capture"
        return [FeedStatus(self.source, state, 0, Delay.SIMULATED, detail)]

    async def instruments(self) -> list[Instrument]:
        if not self.answers:
            raise VenueError(self.source, "no answer")
        return [Instrument(s, InstrumentKind.SPOT, "B", "Q") for s in self.listed]

    async def repair(self, gap: Gap) -> int:
        self.repaired.append((gap.first_seq, gap.last_seq))
        if gap.first_seq in self.gone:
            raise NoData("no longer offered")
        return gap.missing


def _made(feed: _Feed, sink: EventSink, on_data: OnData) -> _Feed:
    feed.sink, feed.on_data = sink, on_data
    return feed


def _capture(*feeds: _Feed, ledger: GapLedger | None = None) -> Capture:
    plans = [
        FeedPlan(
            Provenance(feed.source, Delay.SIMULATED, RunId("r")),
            feed.venue,
            (f"{feed.venue}:BTCUSDT",),
            functools.partial(_made, feed),
        )
        for feed in feeds
    ]
    return Capture(
        plans,
        instruments=InstrumentTable(),
        ring_rows=4096,
        ledger=ledger,
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


def test_capture_statuses_when_stopped_say_by_whom() -> None:
    capture = _capture(*_two())

    async def main() -> list[list[str]]:
        told: list[list[str]] = []
        await capture.start(["BTCUSDT"])
        told.append([status.detail for status in capture.statuses()])
        await capture.stop()
        told.append([status.detail for status in capture.statuses()])
        await capture.start(None)
        told.append([status.detail for status in capture.statuses()])
        return told

    running, stopped, again = asyncio.run(main())

    assert running == again == ["", "nothing to capture"]
    assert stopped == ["capture was stopped by the user"] * 2


def test_capture_instruments_of_those_that_answer() -> None:
    usdm, spot = _two()
    spot.answers = False

    found = asyncio.run(_capture(usdm, spot).instruments())

    assert [i.symbol for i in found] == usdm.listed


def test_capture_instruments_when_nobody_answers_raises() -> None:
    with pytest.raises(VenueError, match="no answer"):
        asyncio.run(_capture(_Feed("BINANCE", listed=[], answers=False)).instruments())


def test_capture_stop_while_a_start_is_under_way_has_the_last_word() -> None:
    usdm, _ = _two()
    capture = _capture(usdm)

    async def main() -> None:
        usdm.is_held = asyncio.Event()
        starting = asyncio.create_task(capture.start(["BTCUSDT"]))
        await asyncio.sleep(0)
        stopping = asyncio.create_task(capture.stop())
        await asyncio.sleep(0)
        usdm.is_held.set()
        await asyncio.gather(starting, stopping)

    asyncio.run(main())

    assert (usdm.symbols(), capture.is_on) == ([], False)


def test_capture_removed_symbol_leaves_no_gap_when_it_is_captured_again() -> None:
    usdm, _ = _two()
    gaps: list[Gap] = []
    capture = _capture(usdm, ledger=GapLedger(gaps.append, SystemClock()))

    def trade(seq: int) -> None:
        usdm.sink.trade(seq * 1000, seq * 1000, seq, 10.0, 1.0, 0, 1, 0)
        usdm.on_data()

    async def main() -> None:
        await capture.start(["BTCUSDT", "ETHUSDT"])
        trade(1)
        await capture.start(["ETHUSDT"])
        trade(2)
        await capture.start(["BTCUSDT"])
        trade(900)

    asyncio.run(main())

    assert gaps == []
    assert capture.lanes[0].counts.accepted == 2


async def _with_gap(usdm: _Feed, *filled: int) -> tuple[Capture, Gap]:
    """Return a capture that misses 2 to 2999, less those filled in since."""
    found: list[Gap] = []
    capture = _capture(usdm, ledger=GapLedger(found.append, SystemClock()))
    await capture.start(["BTCUSDT"])
    for seq in (1, 3000, *filled):
        usdm.sink.trade(seq * 1000, seq * 1000, seq, 10.0, 1.0, 0, 1, 0)
    usdm.on_data()
    return capture, found[0]


def test_capture_repair_asks_only_for_what_is_still_missing() -> None:
    usdm, _ = _two()

    async def main() -> int:
        capture, gap = await _with_gap(usdm, *range(2, 1001), 2998, 2999)
        return await capture.repair(gap)

    count = asyncio.run(main())

    assert usdm.repaired == [(1001, 2997)]
    assert count == 1997


def test_capture_repair_asks_for_numbers_close_together_at_once() -> None:
    usdm, _ = _two()

    async def main() -> None:
        capture, gap = await _with_gap(usdm, *range(2, 2600), *range(2601, 3000, 7))
        await capture.repair(gap)

    asyncio.run(main())

    assert usdm.repaired == [(2600, 2999)]


def test_capture_repair_of_what_is_partly_gone_fetches_the_rest_and_says_so() -> None:
    usdm, _ = _two()
    usdm.gone = {2}

    async def main() -> None:
        capture, gap = await _with_gap(usdm, *range(1000, 2000))
        with pytest.raises(NoData, match="no longer offered"):
            await capture.repair(gap)

    asyncio.run(main())

    assert usdm.repaired == [(2, 999), (2000, 2999)]


def test_capture_is_closed_only_where_every_market_of_the_symbols_is() -> None:
    usdm, spot = _two()
    capture = _capture(usdm, spot)
    asyncio.run(capture.start(None))
    spot.detail = "market closed, opens Mon 14:30 UTC"

    assert capture.closed(["BINANCE:BTCUSDT"]) == "market closed, opens Mon 14:30 UTC"
    assert capture.closed(capture.symbols()) == ""
