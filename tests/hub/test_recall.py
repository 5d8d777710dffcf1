"""A deck that begins where the one before has ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.resample import bars_from_ticks
from quantdeck.hub.recall import recalled_since_ns
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import StoreError
from quantdeck.model.events import Kind
from quantdeck.tape.open import open_reader
from tests.hub.deck_rig import BTC, ETH, SECOND_NS, SOL, START_NS, Rig, deck_rig

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from quantdeck.analytics.resample import Bars

_MINUTE_NS = 60 * SECOND_NS
_COLUMNS = ("ts_event", "seq", "price", "size")


def _capture(folder: Path) -> None:
    """Capture a minute and a half, and end."""

    async def main() -> None:
        async with deck_rig(folder) as rig:
            rig.fill()

    asyncio.run(main())


def _restart(folder: Path, bring: Callable[[Rig], None], *, after_s: int = 0) -> Rig:
    """Begin again on the same tape, and return the rig as it was at its end."""

    async def main() -> Rig:
        async with deck_rig(folder, capture=False) as rig:
            rig.clock.ns = START_NS + (90 + after_s) * SECOND_NS
            await rig.deck.start_capture(None)
            bring(rig)
            return rig

    return asyncio.run(main())


def _bars(rig: Rig, symbol: str, timeframe: str) -> Bars:
    state = rig.machine.state
    return state.books[timeframe].bars(state.instruments.id_of(symbol))


def _batch(folder: Path, symbol: str, timeframe: str) -> Bars:
    ticks = open_reader(folder).table(Kind.AGG_TRADE, symbols=[symbol])
    columns = (ticks.column(name).to_numpy() for name in _COLUMNS)
    return bars_from_ticks(*columns, interval_ns=TIMEFRAMES[timeframe])


def _assert_same(found: Bars, expected: Bars) -> None:
    for name in ("start_ns", "open", "high", "low", "close", "volume", "trades"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name


def test_deck_started_again_shows_the_bars_of_the_tape(tmp_path: Path) -> None:
    _capture(tmp_path)

    rig = _restart(tmp_path, lambda _: None)

    for timeframe in TIMEFRAMES:
        _assert_same(_bars(rig, BTC, timeframe), _batch(tmp_path, BTC, timeframe))
        _assert_same(_bars(rig, ETH, timeframe), _batch(tmp_path, ETH, timeframe))
    assert len(_bars(rig, BTC, "1s")) == 90


def test_deck_started_again_takes_no_event_twice(tmp_path: Path) -> None:
    _capture(tmp_path)

    def send_again(rig: Rig) -> None:
        prices = [100.0 + (7 * n % 11) / 10 for n in range(100)]
        rig.feed.trades(BTC, prices)

    rig = _restart(tmp_path, send_again)

    assert rig.machine.capture.lanes[0].counts.duplicates == 90
    assert open_reader(tmp_path).table(Kind.AGG_TRADE, symbols=[BTC]).num_rows == 100
    for timeframe in TIMEFRAMES:
        _assert_same(_bars(rig, BTC, timeframe), _batch(tmp_path, BTC, timeframe))


def test_deck_started_again_shows_a_hole_but_no_gap_where_it_was_not_running(
    tmp_path: Path,
) -> None:
    _capture(tmp_path)

    def go_on_later(rig: Rig) -> None:
        rig.feed.trades(BTC, [101.0, 102.0], start_ns=START_NS + 150 * SECOND_NS, skip=400)

    rig = _restart(tmp_path, go_on_later, after_s=60)

    starts = _bars(rig, BTC, "1s").start_ns
    assert int(np.diff(starts).max()) == 61 * SECOND_NS
    assert rig.machine.ledger.gaps() == []


def test_deck_started_again_takes_what_is_fetched_of_the_time_between(tmp_path: Path) -> None:
    _capture(tmp_path)

    def fill_in(rig: Rig) -> None:
        rig.feed.trades(BTC, [103.0], start_ns=START_NS + 100 * SECOND_NS, skip=99)
        rig.feed._seq = 90
        rig.feed.trades(BTC, [102.0] * 9, start_ns=START_NS + 90 * SECOND_NS)

    rig = _restart(tmp_path, fill_in, after_s=20)

    assert rig.machine.capture.lanes[0].counts.late == 9
    _assert_same(_bars(rig, BTC, "1s"), _batch(tmp_path, BTC, "1s"))
    assert len(_bars(rig, BTC, "1s")) == 100


def test_deck_started_again_says_up_to_when_the_tape_reaches(tmp_path: Path) -> None:
    _capture(tmp_path)

    rig = _restart(tmp_path, lambda _: None)

    texts = [line.text for line in rig.machine.journal.lines()]
    assert "180 executions taken up from the tape, the last of 2025-11-20 12:01:29 UTC" in texts


def test_deck_started_again_writes_and_counts_nothing_that_was_recalled(tmp_path: Path) -> None:
    _capture(tmp_path)

    rig = _restart(tmp_path, lambda _: None)

    assert rig.machine.capture.lanes[0].counts.accepted == 0
    assert rig.machine.tape_status().rows_appended == 0


def test_deck_started_after_a_long_pause_begins_anew(tmp_path: Path) -> None:
    _capture(tmp_path)

    rig = _restart(tmp_path, lambda _: None, after_s=3 * 3600)

    assert len(_bars(rig, BTC, "1s")) == 0


def test_symbol_captured_for_the_first_time_recalls_nothing(tmp_path: Path) -> None:
    _capture(tmp_path)

    async def main() -> int:
        async with deck_rig(tmp_path, capture=False) as rig:
            await rig.deck.start_capture([SOL])
            return len(_bars(rig, SOL, "1s"))

    assert asyncio.run(main()) == 0


def test_deck_captures_though_the_tape_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> list[object]:
        raise StoreError("the manifest is damaged")

    async def main() -> tuple[list[str], list[str]]:
        async with deck_rig(tmp_path, capture=False) as rig:
            monkeypatch.setattr(rig.machine.reader, "coverage", refuse)
            started = await rig.deck.start_capture([BTC])
            return started, [line.text for line in rig.machine.journal.lines()]

    started, texts = asyncio.run(main())

    assert started == [BTC]
    assert "nothing taken up from the tape: the manifest is damaged" in texts


def test_recalled_since_is_at_most_four_hours_ago() -> None:
    assert START_NS - recalled_since_ns(START_NS, bars_kept=100_000) == 4 * 60 * _MINUTE_NS
