"""Files of trades on their way into a running deck."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.analytics.resample import bars_from_ticks
from quantdeck.hub import uploads
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.model.events import Kind
from quantdeck.model.uploads import BadUpload
from quantdeck.tape.open import open_reader
from quantdeck.views.payloads import Mode, RowsPayload
from tests.hub.deck_rig import BTC, ETH, SECOND_NS, SOL, START_NS, Rig, deck_rig

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from pathlib import Path

    from quantdeck.model.uploads import UploadReport

_A, _B = "UPLOAD:AAA", "UPLOAD:BBB"
_FIELDS = ("start_ns", "open", "high", "low", "close", "volume", "trades")


def _run(
    folder: Path, work: Callable[[Rig], Coroutine[None, None, None]], **options: object
) -> None:
    async def main() -> None:
        async with deck_rig(folder, **options) as rig:  # type: ignore[arg-type]
            await work(rig)

    asyncio.run(main())


def _lines(trades: Iterable[tuple[int, str, float, float]]) -> str:
    return "".join(f"{ts},{symbol},{price!r},{size!r}\n" for ts, symbol, price, size in trades)


async def _upload(
    rig: Rig, text: str, *, venue: str = "UPLOAD", partial: bool = False
) -> UploadReport:
    file = rig.deck.upload_folder() / "file.csv"
    await asyncio.to_thread(file.write_text, f"ts,symbol,price,size\n{text}")
    return await rig.deck.upload(file, venue=venue, partial=partial)


def _pair(count: int = 90, start_ns: int = START_NS) -> str:
    prices = [100.0 + (7 * n % 11) / 10 for n in range(count)]
    return _lines(
        trade
        for n, price in enumerate(prices)
        for trade in (
            (start_ns + n * SECOND_NS, "aaa", price, 1.0),
            (start_ns + n * SECOND_NS, "bbb", 2 * price + (n % 3) / 10, 2.0),
        )
    )


def _taped(folder: Path, symbol: str, kind: Kind = Kind.TRADE) -> list[tuple[int, int, float]]:
    table = open_reader(folder).table(kind, symbols=[symbol])
    columns = (table.column(name).to_pylist() for name in ("ts_event", "seq", "price"))
    return list(zip(*columns, strict=True))


def _bars(rig: Rig, symbol: str, timeframe: str = "1s") -> dict[str, list[float]]:
    state = rig.machine.state
    bars = state.books[timeframe].bars(state.id_of(symbol))
    return {name: getattr(bars, name).tolist() for name in _FIELDS}


def _bars_of_tape(folder: Path, symbol: str, kind: Kind) -> dict[str, list[float]]:
    table = open_reader(folder).table(kind, symbols=[symbol])
    columns = [table.column(name).to_numpy() for name in ("ts_event", "seq", "price", "size")]
    bars = bars_from_ticks(*columns, interval_ns=SECOND_NS)
    return {name: getattr(bars, name).tolist() for name in _FIELDS}


def test_upload_is_on_the_tape_with_its_provenance_and_in_memory(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        report = await _upload(
            rig, _lines([(START_NS, "aaa", 5.0, 1.0), (START_NS, "aaa", 6.0, 1.0)])
        )

        assert (report.rows, report.new, report.already_there) == (2, 2, 0)
        assert report.symbols == {_A: 2}
        assert _bars(rig, _A)["close"] == [6.0]
        table = open_reader(tmp_path).table(Kind.TRADE)
        assert set(table.column("source").to_pylist()) == {"upload"}
        assert set(table.column("delay").to_pylist()) == {"imported"}
        assert set(table.column("ingest_run_id").to_pylist()) == {report.run_id}

    _run(tmp_path, work)


def test_upload_of_the_same_file_again_adds_nothing(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        await _upload(rig, _pair())
        before = _bars(rig, _A)

        report = await _upload(rig, _pair())

        assert (report.new, report.already_there) == (0, 180)
        assert _bars(rig, _A) == before
        assert len(_taped(tmp_path, _A)) == 90

    _run(tmp_path, work)


def test_upload_of_the_same_file_to_another_deck_of_the_tape_adds_nothing(tmp_path: Path) -> None:
    async def first(rig: Rig) -> None:
        await _upload(rig, _pair())

    async def second(rig: Rig) -> None:
        assert (await _upload(rig, _pair(95))).new == 10

    _run(tmp_path, first)
    _run(tmp_path, second)
    assert len(_taped(tmp_path, _A)) == 95


def test_upload_of_older_trades_amends_the_bars_as_if_all_had_come_in_order(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        half = SECOND_NS // 2
        await _upload(
            rig, _lines((START_NS + n * half, "aaa", 10.0 + n, 1.0) for n in range(20, 40))
        )
        await _upload(rig, _lines((START_NS + n * half, "aaa", 50.0 - n, 2.0) for n in range(30)))

        assert _bars(rig, _A) == _bars_of_tape(tmp_path, _A, Kind.TRADE)
        ticks = rig.machine.state.ticks.ticks(rig.machine.state.id_of(_A))
        assert (np.diff(ticks.ts_ns) >= 0).all()
        assert len(ticks) == 50

    _run(tmp_path, work)


def test_upload_to_a_captured_symbol_joins_its_stream_and_leaves_out_what_was_captured(
    tmp_path: Path,
) -> None:
    async def work(rig: Rig) -> None:
        rig.fill()
        captured = [
            (START_NS + n * SECOND_NS, "btcusdt", 100.0 + (7 * n % 11) / 10, 2.0) for n in range(5)
        ]
        earlier = [(START_NS - (n + 1) * SECOND_NS, "btcusdt", 90.0, 1.0) for n in range(4)]

        report = await _upload(rig, _lines([*captured, *earlier]), venue="binance-usdm")

        assert (report.symbols, report.new, report.already_there) == ({BTC: 9}, 4, 5)
        assert len(_taped(tmp_path, BTC, Kind.AGG_TRADE)) == 94
        assert _bars(rig, BTC) == _bars_of_tape(tmp_path, BTC, Kind.AGG_TRADE)
        assert rig.machine.capture.lanes[0].counts.duplicates == 0
        rig.feed.trades(BTC, [123.0], start_ns=rig.clock.ns)
        assert _bars(rig, BTC)["close"][-1] == 123.0

    _run(tmp_path, work)


def test_capture_that_begins_again_recalls_uploads_beside_what_was_captured(tmp_path: Path) -> None:
    async def first(rig: Rig) -> None:
        rig.fill()
        older = _lines((START_NS - (n + 1) * SECOND_NS, "btcusdt", 90.0, 1.0) for n in range(4))
        await _upload(rig, older, venue="BINANCE-USDM")

    async def second(rig: Rig) -> None:
        rig.clock.ns = START_NS + 90 * SECOND_NS
        await rig.deck.start_capture(None)

        assert _bars(rig, BTC) == _bars_of_tape(tmp_path, BTC, Kind.AGG_TRADE)
        assert rig.machine.capture.lanes[0].counts.duplicates == 0
        assert rig.machine.ledger.gaps() == []

    _run(tmp_path, first)
    _run(tmp_path, second, capture=False)


def test_uploaded_pair_can_be_studied_with_the_capture_stopped(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        await _upload(rig, _pair(500))

        times, study = await rig.deck.pair_study({"y": _B, "x": _A})
        stats = await rig.deck.answer("pairs.stats", {"y": _B, "x": _A})

        assert len(times) == study.rows
        assert study.hedge is not None
        assert (stats.state.word, stats.state.source) == ("replay", "upload")

    _run(tmp_path, work, capture=False)


def test_uploaded_symbols_are_offered_after_the_captured_ones(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        await _upload(rig, _pair() + f"{START_NS},{BTC},1.0,1.0\n")

        assert rig.deck.status().uploaded == [_A, _B]
        assert rig.deck.symbols() == [BTC, ETH]

    _run(tmp_path, work)


def test_deck_that_begins_again_has_the_uploaded_symbols(tmp_path: Path) -> None:
    async def first(rig: Rig) -> None:
        await _upload(rig, _pair())

    async def second(rig: Rig) -> None:
        left = rig.deck.upload_folder() / "left.tmp"
        await asyncio.to_thread(left.write_text, "half of a file")
        rig.deck.run()
        await rig.until(lambda: rig.deck.status().uploaded == [_A, _B])

        assert _bars(rig, _A) == _bars_of_tape(tmp_path, _A, Kind.TRADE)
        assert not left.exists()

    _run(tmp_path, first)
    _run(tmp_path, second)


def test_upload_with_a_bad_line_changes_nothing(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        with pytest.raises(
            BadUpload, match=r"nothing was taken, since 1 line cannot be used: line 182"
        ):
            await _upload(rig, _pair() + "08/09/2024,aaa,1,1\n")

        assert rig.deck.status().uploaded == []
        assert open_reader(tmp_path).coverage() == []
        with pytest.raises(NoData):
            rig.machine.state.id_of(_A)

    _run(tmp_path, work, capture=False)


def test_upload_in_part_takes_the_good_lines_and_names_the_others(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        report = await _upload(rig, _pair() + "08/09/2024,aaa,1,1\n", partial=True)

        assert (report.new, report.bad, report.lines[0].line) == (180, 1, 182)
        assert "1 line left out" in report.message

    _run(tmp_path, work)


def test_upload_in_part_without_a_good_line_is_refused(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        with pytest.raises(BadUpload, match="no line can be used"):
            await _upload(rig, "08/09/2024,aaa,1,1\n", partial=True)

    _run(tmp_path, work)


def test_upload_with_a_venue_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        with pytest.raises(BadInput, match="is not a venue"):
            await _upload(rig, _pair(), venue="a/b")

    _run(tmp_path, work)


def test_two_uploads_at_once_are_taken_one_after_the_other(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        folder = rig.deck.upload_folder()
        for name in "ab":
            text = f"ts,symbol,price,size\n{_pair()}"
            await asyncio.to_thread((folder / name).write_text, text)

        reports = await asyncio.gather(
            *(rig.deck.upload(folder / name, venue="UPLOAD", partial=False) for name in "ab")
        )

        assert sorted(report.new for report in reports) == [0, 180]

    _run(tmp_path, work)


def test_upload_while_a_recording_is_played_is_refused(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        with pytest.raises(Conflict):
            await rig.deck.upload(tmp_path, venue="UPLOAD", partial=False)

        assert (await rig.deck.answer("exports.upload", {})).state.word == "empty"

    _run(tmp_path, work, mode=Mode.REPLAY)


def test_buffer_holds_the_trades_of_all_symbols_by_time(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        with pytest.raises(NoData, match="press Start, or upload"):
            await rig.deck.buffer(None)
        await _upload(rig, _pair(3))

        table = await rig.deck.buffer(None)
        one = await rig.deck.buffer(_B)
        panel = await rig.deck.answer("exports.buffer", {})

        assert table.column("symbol").to_pylist() == [_A, _B] * 3
        assert one.column("price").to_pylist() == table.column("price").to_pylist()[1::2]
        assert isinstance(panel, RowsPayload)
        assert [(row["symbol"], row["rows"]) for row in panel.rows] == [
            ("all symbols", 6), (_A, 3), (_B, 3),
        ]  # fmt: skip

    _run(tmp_path, work, capture=False)


def test_upload_of_a_symbol_that_is_on_the_tape_alone_takes_up_what_is_there(
    tmp_path: Path,
) -> None:
    async def first(rig: Rig) -> None:
        rig.fill()

    async def second(rig: Rig) -> None:
        await rig.deck.start_capture([SOL])
        earlier = _lines([(START_NS - SECOND_NS, "btcusdt", 90.0, 1.0)])

        await _upload(rig, earlier, venue="BINANCE-USDM")

        assert _bars(rig, BTC) == _bars_of_tape(tmp_path, BTC, Kind.AGG_TRADE)
        assert len(_bars(rig, BTC)["close"]) == 91

    _run(tmp_path, first)
    _run(tmp_path, second, capture=False)


def test_upload_of_more_symbols_than_memory_takes_leaves_the_rest_to_the_tape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_SYMBOLS", 1)

    async def work(rig: Rig) -> None:
        report = await _upload(rig, _pair(3))

        assert (report.new, rig.deck.status().uploaded) == (6, [_A])
        assert len(_taped(tmp_path, _B)) == 3
        assert (await _upload(rig, _pair(4))).new == 2
        assert len(_bars(rig, _A)["close"]) == 4

    _run(tmp_path, work)
