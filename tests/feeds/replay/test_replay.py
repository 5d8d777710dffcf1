"""Playing recordings at a speed, on a clock turned by hand."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest

from quantdeck.feeds.binance import USDM, Decoder
from quantdeck.feeds.replay import FrameRecording, ReplayFeed, TapeRecording
from quantdeck.feeds.replay.feed import parse_speed
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, FeedState, Gap, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable

_S = 1_000_000_000
_T0 = 1_795_000_000 * _S


class FakeClock:
    """Sleeping takes no time, but the time passes."""

    def __init__(self) -> None:
        self.elapsed_ns = 0
        self._later: list[tuple[int, object]] = []

    def after(self, seconds, call) -> None:
        self._later.append((self.elapsed_ns + int(seconds * _S), call))

    def now_ns(self) -> int:
        return _T0 + self.elapsed_ns

    def monotonic_ns(self) -> int:
        return self.elapsed_ns

    async def sleep(self, seconds: float) -> None:
        self.elapsed_ns += int(seconds * _S)
        while self._later and self._later[0][0] <= self.elapsed_ns:
            self._later.pop(0)[1]()
        await asyncio.sleep(0)


def _frame(number, root="BTCUSDT"):
    return (
        f'{{"stream":"x","data":{{"e":"aggTrade","E":1,"s":"{root}","a":{number},"p":"1","q":"1",'
        f'"T":{number},"m":true}}}}'
    )


def _file(tmp_path, frames):
    path = tmp_path / "frames"
    path.write_text("".join(f"{recv_ns} {frame}\n" for recv_ns, frame in frames))
    return path


def _feed(path, sink, *, clock=None, on_data=lambda: None, broken=None, **options):
    table = InstrumentTable()
    return ReplayFeed(
        "binance-usdm",
        make=lambda gate: FrameRecording(
            [path],
            decode=Decoder(USDM, gate, table).decode,
            on_broken=[].append if broken is None else broken.append,
        ),
        sink=sink,
        on_data=on_data,
        instruments=table,
        clock=clock or FakeClock(),
        **options,
    )


def test_run_at_full_speed_plays_everything_with_its_own_receipt(tmp_path, recorder):
    frames = [(_T0 + n * _S, _frame(n)) for n in range(5000)]
    feed = _feed(_file(tmp_path, frames), recorder, speed=None)

    asyncio.run(feed.run())

    assert [row[1] for row in recorder.of("agg_trade")] == [_T0 + n * _S for n in range(5000)]
    assert feed.is_done
    assert feed.statuses()[0].state is FeedState.STOPPED
    assert feed.statuses()[0].messages == 5000


@pytest.mark.parametrize(("speed", "seconds"), [(1.0, 9.0), (10.0, 0.9)])
def test_run_at_a_speed_takes_the_recorded_time_divided_by_it(tmp_path, recorder, speed, seconds):
    clock = FakeClock()
    frames = [(_T0 + n * _S, _frame(n)) for n in range(10)]
    feed = _feed(_file(tmp_path, frames), recorder, clock=clock, speed=speed)

    asyncio.run(feed.run())

    assert len(recorder.events) == 10
    assert clock.elapsed_ns / _S == pytest.approx(seconds, abs=0.05)


def test_run_over_a_long_silence_cuts_the_wait_short(tmp_path, recorder):
    clock = FakeClock()
    frames = [(_T0, _frame(1)), (_T0 + 3600 * _S, _frame(2))]
    feed = _feed(_file(tmp_path, frames), recorder, clock=clock, longest_pause_s=2.0)

    asyncio.run(feed.run())

    assert len(recorder.events) == 2
    assert clock.elapsed_ns / _S < 2.5


def test_pause_holds_the_place_and_resume_goes_on(tmp_path, recorder):
    frames = [(_T0 + n * _S, _frame(n)) for n in range(10)]
    clock = FakeClock()
    held = []

    def pause_once():
        if len(recorder.events) == 5 and not held:
            feed.pause()
            clock.after(100.0, look)

    def look():
        held.append((len(recorder.events), feed.statuses()[0].detail))
        feed.resume()

    feed = _feed(_file(tmp_path, frames), recorder, clock=clock, on_data=pause_once)

    asyncio.run(feed.run())

    assert held == [(5, "paused")]
    assert len(recorder.events) == 10


def test_stop_ends_the_run_where_it_is(tmp_path, recorder):
    frames = [(_T0 + n * _S, _frame(n)) for n in range(10)]

    def stop():
        feed.stop()

    feed = _feed(_file(tmp_path, frames), recorder, on_data=stop)

    asyncio.run(feed.run())

    assert len(recorder.events) == 1
    assert feed.is_done


def test_run_without_room_waits_for_it(tmp_path, recorder):
    answers = iter([False, False, True])
    clock = FakeClock()
    feed = _feed(
        _file(tmp_path, [(_T0, _frame(1))]),
        recorder,
        clock=clock,
        speed=None,
        has_room=lambda: next(answers),
    )

    asyncio.run(feed.run())

    assert len(recorder.events) == 1
    assert clock.elapsed_ns > 0


def test_run_at_full_speed_gives_others_their_turn(tmp_path, recorder):
    frames = [(_T0 + n, _frame(n)) for n in range(20_000)]
    feed = _feed(_file(tmp_path, frames), recorder, speed=None)
    turns = 0

    async def other():
        nonlocal turns
        while not feed.is_done:
            turns += 1
            await asyncio.sleep(0)

    async def both():
        await asyncio.gather(feed.run(), other())

    asyncio.run(both())

    assert turns >= 9


def test_on_data_is_called_after_every_portion(tmp_path, recorder):
    calls = []
    frames = [(_T0 + n, _frame(n)) for n in range(5000)]
    feed = _feed(
        _file(tmp_path, frames),
        recorder,
        speed=None,
        on_data=lambda: calls.append(len(recorder.events)),
    )

    asyncio.run(feed.run())

    assert calls == [2000, 4000, 5000]


def test_set_symbols_plays_only_those(tmp_path, recorder):
    frames = [(_T0, _frame(1)), (_T0 + 1, _frame(2, "ETHUSDT"))]
    feed = _feed(_file(tmp_path, frames), recorder, speed=None)

    async def scenario():
        await feed.set_symbols(["BINANCE-USDM:ETHUSDT"])
        await feed.run()

    asyncio.run(scenario())

    assert [row[2] for row in recorder.of("agg_trade")] == [2]
    assert feed.symbols() == ["BINANCE-USDM:ETHUSDT"]


def test_symbols_unless_chosen_are_those_met(tmp_path, recorder):
    frames = [(_T0, _frame(1)), (_T0 + 1, _frame(2, "ETHUSDT"))]
    feed = _feed(_file(tmp_path, frames), recorder, speed=None)

    asyncio.run(feed.run())
    instruments = asyncio.run(feed.instruments())

    assert feed.symbols() == ["BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT"]
    assert [(each.base, each.quote) for each in instruments] == [("BTC", "USDT"), ("ETH", "USDT")]


def test_run_undecodable_frame_is_reported_by_line_and_counted(tmp_path, recorder):
    broken = []
    path = _file(tmp_path, [(_T0, _frame(1)), (_T0 + 1, "garbage"), (_T0 + 2, _frame(3))])
    feed = _feed(path, recorder, speed=None, broken=broken)

    asyncio.run(feed.run())

    assert [row[2] for row in recorder.of("agg_trade")] == [1, 3]
    assert [(each.file, each.line) for each in broken] == [("frames", 2)]
    assert feed.statuses()[0].bad_messages == 1


def test_repair_of_a_recording_is_no_data(tmp_path, recorder):
    feed = _feed(_file(tmp_path, [(_T0, _frame(1))]), recorder)
    gap = Gap("binance-usdm", "BINANCE-USDM:BTCUSDT", "agg_trade", 1, 2, _T0)

    with pytest.raises(NoData):
        asyncio.run(feed.repair(gap))


def _rows(kind, count, symbol):
    rows = np.zeros(count, DTYPES[kind])
    rows["ts_event"] = rows["ts_recv"] = _T0 + np.arange(count)
    rows["seq"] = np.arange(count)
    rows["symbol"] = symbol
    return rows


def test_run_tape_recording_gives_rows_back_with_this_process_ids(recorder):
    table = InstrumentTable()
    table.id_of("BINANCE:OTHER")
    origin = Provenance("binance-usdm", Delay.REALTIME, RunId("r"))
    trades, quotes = _rows(Kind.TRADE, 3000, 1), _rows(Kind.QUOTE, 2, 0)
    trades["price"] = 7.5
    batches = [Batch(Kind.TRADE, trades, origin), Batch(Kind.QUOTE, quotes, origin)]
    feed = ReplayFeed(
        "binance-usdm",
        make=lambda gate: TapeRecording(
            iter([(["BINANCE:A", "BINANCE:B"], batch) for batch in batches]),
            sink=gate,
            instruments=table,
        ),
        sink=recorder,
        on_data=lambda: None,
        instruments=table,
        clock=FakeClock(),
        speed=None,
    )

    asyncio.run(feed.run())

    assert recorder.of("trade")[2999] == (
        _T0 + 2999,
        _T0 + 2999,
        2999,
        7.5,
        0.0,
        table.id_of("BINANCE:B"),
        0,
        0,
    )
    assert [row[7] for row in recorder.of("quote")] == [table.id_of("BINANCE:A")] * 2
    assert table.symbol(recorder.of("trade")[0][5]) == "BINANCE:B"


def test_run_tape_recording_reads_beside_the_event_loop(recorder):
    origin = Provenance("binance-usdm", Delay.REALTIME, RunId("r"))
    readers = []

    def batches():
        for number in range(20):
            readers.append(threading.get_ident())
            rows = _rows(Kind.TRADE, 3000, 0)
            rows["ts_recv"] += 3000 * number
            yield ["BINANCE:A"], Batch(Kind.TRADE, rows, origin)

    feed = ReplayFeed(
        "binance-usdm",
        make=lambda gate: TapeRecording(batches(), sink=gate, instruments=InstrumentTable()),
        sink=recorder,
        on_data=lambda: None,
        instruments=InstrumentTable(),
        clock=FakeClock(),
        speed=1.0,
    )

    asyncio.run(feed.run())

    received = [row[1] for row in recorder.of("trade")]
    assert received == [_T0 + number for number in range(60_000)]
    assert feed.is_done
    assert [reader == threading.get_ident() for reader in readers] == [True] + [False] * 19


@pytest.mark.parametrize("text", ["0", "-1", "fast", "", "inf", "nan"])
def test_parse_speed_nonsense_is_bad_input(text):
    with pytest.raises(BadInput, match="is not a speed"):
        parse_speed(text)


def test_replay_of_the_recorded_day_decodes_every_line(shared_data, recorder):
    folder = shared_data / "binance-usdm-raw-ws"
    table, broken = InstrumentTable(), []
    decoders = []

    def make(gate):
        decoders.append(Decoder(USDM, gate, table))
        return FrameRecording(
            [folder / "btcusdt_20240808.gz", folder / "ethusdt_20240808.gz"],
            decode=decoders[0].decode,
            on_broken=broken.append,
        )

    feed = ReplayFeed(
        "binance-usdm",
        make=make,
        sink=recorder,
        on_data=lambda: None,
        instruments=table,
        clock=FakeClock(),
        speed=None,
    )

    asyncio.run(feed.run())

    assert len(recorder.of("trade")) == 21_313 + 14_076
    assert len(recorder.of("quote")) == 66_089 + 53_992
    assert decoders[0].ignored == {"depthUpdate": 6_551 + 6_586, "depthSnapshot": 2}
    assert broken == []
    assert feed.statuses()[0].messages == 168_609
