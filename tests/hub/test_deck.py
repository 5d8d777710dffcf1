from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.model.events import Kind
from quantdeck.views.payloads import Mode
from tests.hub.deck_rig import BTC, ETH, SECOND_NS, SOL, START_NS, deck_rig

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.hub.deck_rig import Rig


def on(folder: Path, work: Callable[[Rig], Awaitable[Any]], mode: Mode = Mode.LIVE) -> Any:
    async def main() -> Any:
        async with deck_rig(folder, mode) as rig:
            return await work(rig)

    return asyncio.run(main())


async def bars(rig: Rig, symbol: str = BTC, timeframe: str = "1s", **limits: Any) -> Any:
    question = {"start_ns": None, "end_ns": None, "limit": 50, **limits}
    return (await rig.deck.bars(symbol, timeframe, **question)).to_pylist()


def test_deck_start_takes_symbols_as_typed_and_writes_it_down(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        started = await rig.deck.start_capture(["solusdt", "BTCUSDT"])
        return started, rig.deck.symbols(), rig.machine.journal.lines()[0].text

    started, symbols, line = on(tmp_path, work)

    assert started == symbols == [SOL, BTC]
    assert line == f"capture of {SOL}, {BTC}"


def test_deck_stop_and_start_go_on_with_the_same_symbols(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        await rig.deck.stop_capture()
        await rig.deck.stop_capture()
        stopped = rig.feed.symbols(), rig.deck.status().capturing
        await rig.deck.start_capture(None)
        return stopped, rig.feed.symbols(), rig.deck.status().capturing

    assert on(tmp_path, work) == (([], False), [BTC, ETH], True)


def test_deck_start_with_an_unknown_symbol_changes_nothing(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        with pytest.raises(BadInput, match="NOPE is not traded"):
            await rig.deck.start_capture(["btcusdt", "nope"])
        return rig.deck.symbols()

    assert on(tmp_path, work) == [BTC, ETH]


@pytest.mark.parametrize("call", ["start", "stop"])
def test_deck_of_a_replay_captures_nothing(tmp_path: Path, call: str) -> None:
    async def work(rig: Rig) -> None:
        if call == "start":
            await rig.deck.start_capture(None)
        else:
            await rig.deck.stop_capture()

    with pytest.raises(Conflict, match="being played"):
        on(tmp_path, work, Mode.REPLAY)


@pytest.mark.parametrize("timeframe", ["1s", "1m", "5m"])
def test_deck_bars_from_memory_are_those_of_the_tape(tmp_path: Path, timeframe: str) -> None:
    async def work(rig: Rig) -> Any:
        rig.fill()
        await rig.sync()
        seconds = {"1s": 1, "1m": 60, "5m": 300}[timeframe]
        first_ns = START_NS // (seconds * SECOND_NS) * seconds * SECOND_NS
        count = {"1s": 90, "1m": 2, "5m": 1}[timeframe]
        memory = await bars(rig, timeframe=timeframe, limit=count)
        tape = await bars(rig, timeframe=timeframe, start_ns=first_ns)
        return count, memory, tape[:50]

    count, memory, tape = on(tmp_path, work)

    assert len(memory) == count
    assert memory[:50] == tape


def test_deck_bars_beyond_memory_come_from_the_tape(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        rig.fill()
        await rig.sync()
        return await bars(rig, limit=500), await bars(rig, limit=90)

    more, exactly = on(tmp_path, work)

    assert more == exactly


def test_deck_bars_page_by_page_are_all_of_them(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        rig.fill()
        await rig.sync()
        pages: list[Any] = []
        start_ns = START_NS
        while page := await bars(rig, start_ns=start_ns, limit=40):
            pages += page
            start_ns = page[-1]["start_ns"] + 1
        return pages, await bars(rig, limit=90)

    pages, whole = on(tmp_path, work)

    assert pages == whole


def test_deck_bars_before_a_moment_are_the_newest_before_it(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        rig.fill()
        await rig.sync()
        return await bars(rig, end_ns=START_NS + 30 * SECOND_NS, limit=5)

    found = on(tmp_path, work)

    assert [bar["start_ns"] for bar in found] == [
        START_NS + n * SECOND_NS for n in (25, 26, 27, 28, 29)
    ]


@pytest.mark.parametrize(
    ("symbol", "timeframe", "error", "words"),
    [
        (BTC, "7m", BadInput, "no bars of '7m'; there are 1s, 1m, 5m"),
        (SOL, "1s", NoData, "SOLUSDT is on the tape"),
    ],
)
def test_deck_bars_that_are_not_there_say_so(
    tmp_path: Path, symbol: str, timeframe: str, error: type[Exception], words: str
) -> None:
    async def work(rig: Rig) -> None:
        rig.fill()
        await rig.sync()
        await bars(rig, symbol, timeframe)

    with pytest.raises(error, match=words):
        on(tmp_path, work)


def test_deck_ticks_are_the_newest_oldest_first(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        rig.fill()
        await rig.sync()
        return (await rig.deck.ticks(Kind.AGG_TRADE, BTC, limit=3)).column("seq").to_pylist()

    assert on(tmp_path, work) == [88, 89, 90]


def test_deck_study_of_a_pair_has_a_time_for_each_row(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        rig.fill()
        return await rig.deck.pair_study({"y": ETH, "x": BTC, "window": "20"})

    times, study = on(tmp_path, work)

    # The ninetieth row may still grow.
    assert len(times) == study.rows == 89
    assert times[0] == START_NS // 1_000_000


def test_deck_is_ready_while_it_writes_and_tells_its_mode(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        rig.fill()
        return rig.deck.health()

    health = on(tmp_path, work, Mode.DEMO)

    assert (health.ready, health.detail, health.mode, health.tape) == (
        True,
        "",
        "demo",
        "writing",
    )


def test_deck_pages_offer_the_first_symbols_as_a_pair(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        return rig.deck.pages()

    controls = {c.id: c.default for page in on(tmp_path, work) for c in page.controls}

    assert (controls["y"], controls["x"]) == (ETH, BTC)


def test_deck_bars_of_a_market_that_hardly_trades_are_as_many_as_asked_for(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        for minute in range(40):
            rig.feed.trades(BTC, [10.0], start_ns=START_NS + 60 * minute * SECOND_NS)
        await rig.sync()
        return await bars(rig, limit=30, end_ns=START_NS + 3600 * SECOND_NS)

    found = on(tmp_path, work)

    assert [bar["start_ns"] for bar in found] == [
        START_NS + 60 * minute * SECOND_NS for minute in range(10, 40)
    ]


def test_deck_newest_bars_reach_back_to_the_first_execution(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        for second in (5, 240):
            rig.feed.trades(BTC, [10.0], start_ns=START_NS + second * SECOND_NS)
        await rig.sync()
        return await bars(rig, timeframe="1m", limit=4, end_ns=START_NS + 300 * SECOND_NS)

    found = on(tmp_path, work)

    assert [bar["start_ns"] for bar in found] == [START_NS, START_NS + 240 * SECOND_NS]


def test_deck_bars_from_a_start_read_no_more_of_the_tape_than_they_need(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        rig.feed.trades(BTC, [10.0] * 600)
        await rig.sync()
        read: list[int] = []
        table = rig.machine.reader.table

        def counted(*what: Any, **which: Any) -> Any:
            found = table(*what, **which)
            read.append(found.num_rows)
            return found

        rig.machine.reader.table = counted  # type: ignore[method-assign]
        return await bars(rig, start_ns=START_NS + 100 * SECOND_NS, limit=3), sum(read)

    found, rows = on(tmp_path, work)

    assert [bar["start_ns"] for bar in found] == [
        START_NS + second * SECOND_NS for second in (100, 101, 102)
    ]
    assert rows < 10


def test_deck_bars_from_a_start_go_on_over_a_silence(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        for second in (0, 50, 3000):
            rig.feed.trades(BTC, [10.0], start_ns=START_NS + second * SECOND_NS)
        await rig.sync()
        everything = await bars(rig, start_ns=0, limit=3)
        nothing = await bars(rig, start_ns=START_NS + 3001 * SECOND_NS)
        return everything, nothing

    everything, nothing = on(tmp_path, work)

    assert [bar["start_ns"] - START_NS for bar in everything] == [
        second * SECOND_NS for second in (0, 50, 3000)
    ]
    assert nothing == []
