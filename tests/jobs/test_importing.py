from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quantdeck.hub.gaps import GapLedger
from quantdeck.hub.lane import Lane
from quantdeck.jobs.importing import ImportReport, import_recording
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import StoreError
from quantdeck.model.feed import Delay, GapState, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader, open_writer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quantdeck.model.events import Batch

BTC = "BINANCE-USDM:BTCUSDT"


class _Recording:
    """Plays these trade numbers, a few at a time, and ends."""

    def __init__(self, rings: RingSet, lane: Lane, numbers: Sequence[int]) -> None:
        self._rings, self._lane, self._numbers = rings, lane, numbers

    async def run(self) -> None:
        for start in range(0, len(self._numbers), 3):
            for n in self._numbers[start : start + 3]:
                self._rings.trade(n * 1000, n * 1000 + 5, n, 100.0 + n, 1.0, 0, 1, 0)
            self._lane.drain()
            await asyncio.sleep(0)


def _import(folder: Path, numbers: Sequence[int], *, fails: bool = False) -> ImportReport:
    clock, table = SystemClock(), InstrumentTable()
    table.id_of(BTC)
    writer = open_writer(folder, table, clock=clock)
    ledger, rings = GapLedger(writer.record_gap, clock), RingSet(4096)

    def take(batch: Batch) -> bool:
        if fails and batch.rows["seq"][0] > 3:
            raise StoreError("the tape has stopped")
        writer.append_wait(batch)
        return True

    lane = Lane(
        Provenance("binance-usdm", Delay.IMPORTED, RunId("run-1")),
        rings=rings,
        instruments=table,
        ledger=ledger,
        consumers=[],
        tape=take,
        clock=clock,
    )
    feed: Any = _Recording(rings, lane, numbers)
    try:
        return asyncio.run(
            import_recording(
                feed,
                lane,
                ledger=ledger,
                writer=writer,
                reader=open_reader(folder),
                monotonic_ns=clock.monotonic_ns,
                tell=lambda _: None,
            )
        )
    finally:
        writer.close()


def test_import_recording_reports_what_is_new(tmp_path: Path) -> None:
    report = _import(tmp_path, range(1, 11))

    assert report.new == {f"trade {BTC}": 10}
    assert (report.events, report.already_there, report.duplicates, report.gaps) == (10, 0, 0, 0)


def test_import_recording_again_adds_only_what_is_new(tmp_path: Path) -> None:
    _import(tmp_path, range(1, 11))

    report = _import(tmp_path, range(6, 16))

    assert (report.new, report.already_there) == ({f"trade {BTC}": 5}, 5)
    seq = open_reader(tmp_path).sql("SELECT seq FROM trades", timeout_s=30, max_rows=100)
    assert np.sort(seq.column("seq").to_numpy()).tolist() == list(range(1, 16))


def test_import_recording_counts_what_it_holds_twice(tmp_path: Path) -> None:
    report = _import(tmp_path, [1, 2, 2, 3, 1, 4])

    assert (report.events, report.duplicates) == (4, 2)


def test_import_recording_with_a_hole_puts_it_on_record_as_lost(tmp_path: Path) -> None:
    report = _import(tmp_path, [1, 2, 5, 6])

    (gap,) = open_reader(tmp_path).gaps()
    assert report.gaps == 1
    assert (gap.first_seq, gap.last_seq, gap.state) == (3, 4, GapState.LOST)


def test_import_recording_when_the_tape_stops_keeps_what_was_written(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the tape has stopped"):
        _import(tmp_path, range(1, 11), fails=True)

    rows = open_reader(tmp_path).sql("SELECT seq FROM trades", timeout_s=30, max_rows=100)
    assert sorted(rows.column("seq").to_pylist()) == [1, 2, 3]


def test_import_recording_counts_the_holes_that_stay_and_no_others(tmp_path: Path) -> None:
    # 3, 4 and 10 stay out, 7 comes late.
    report = _import(tmp_path, [1, 2, 5, 6, 8, 7, 9, 11])

    assert report.gaps == 2
    assert sorted(g.first_seq for g in open_reader(tmp_path).gaps()) == [3, 10]
