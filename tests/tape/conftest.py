"""What the tests of the tape share: rows, a clock turned by hand, tapes that are closed again."""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pytest

from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.tape.layout import Layout
from quantdeck.tape.manifest import Manifest
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.options import TapeOptions
from quantdeck.tape.seal import seal
from quantdeck.tape.segment import SegmentFile

BTC, ETH = "BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT"
DAY_NS = 86_400 * 10**9
NOON_NS = 1_763_640_000_000_000_000
RUN = Provenance("binance-usdm", Delay.REALTIME, RunId("run-1"))


class HandClock:
    """A clock that only moves when told."""

    def __init__(self) -> None:
        self.ns = NOON_NS

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * 1e9)


def rows(kind=Kind.TRADE, *, first=0, count=10, symbol=0, start_ns=NOON_NS, step_ns=10**6):
    """Return rows whose values follow from their numbers."""
    made = np.zeros(count, dtype=DTYPES[kind])
    seq = np.arange(first, first + count)
    made["seq"] = seq
    made["ts_event"] = start_ns + seq * step_ns
    made["ts_recv"] = made["ts_event"] + 500
    made["symbol"] = symbol
    for name in DTYPES[kind].names:
        if DTYPES[kind][name].kind == "f":
            made[name] = 100 + seq % 7
    return made


def batch(kind=Kind.TRADE, *, provenance=RUN, **what) -> Batch:
    return Batch(kind, rows(kind, **what), provenance)


def wait_until(is_so, seconds=10.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.001)


class BareTape:
    """A tape without threads: segments are written and sealed when a test says so."""

    def __init__(self, root) -> None:
        self.layout = Layout(root)
        self.layout.wal.mkdir(parents=True)
        self.layout.parquet.mkdir()
        self.manifest = Manifest(self.layout.manifest)
        self.reader = open_reader(root)
        self.instruments = InstrumentTable()
        for symbol in (BTC, ETH):
            self.instruments.id_of(symbol)
        self._count = 0

    def write(self, *batches):
        self._count += 1
        path = self.layout.wal / f"{self._count:04d}.seg"
        file = SegmentFile(path, self.instruments, created_ns=0)
        file.append(batches)
        file.close()
        return path

    def seal(self, *batches) -> int:
        return seal(self.layout, self.manifest, [self.write(*batches)])

    def files(self):
        return sorted(p for p in self.layout.parquet.rglob("*") if p.is_file())


@pytest.fixture
def bare(tmp_path):
    tape = BareTape(tmp_path / "tape")
    yield tape
    tape.manifest.close()


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def instruments():
    table = InstrumentTable()
    for symbol in (BTC, ETH):
        table.id_of(symbol)
    return table


@pytest.fixture
def opened(tmp_path, instruments, clock):
    """Return a function that opens a writer; all are closed at the end."""
    tapes = []

    def open_it(folder=tmp_path / "tape", **options):
        settings = TapeOptions(**{"drain_interval_ms": 1, **options})
        tape = open_writer(folder, instruments, clock=clock, options=settings)
        tapes.append(tape)
        return tape

    yield open_it
    for tape in tapes:
        tape.close()


@pytest.fixture
def kit():
    """Return the functions above, which a test module cannot import."""
    return SimpleNamespace(
        rows=rows,
        batch=batch,
        wait_until=wait_until,
        run=RUN,
        btc=BTC,
        eth=ETH,
        noon=NOON_NS,
        day=DAY_NS,
    )
