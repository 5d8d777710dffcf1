"""Tapes under test: one alone on its machine, or several whose sealed files lie in a store."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.ports.catalog import SharedPlace
from quantdeck.tape.catalogs import attach, open_catalog
from quantdeck.tape.columns import schema
from quantdeck.tape.layout import Layout
from quantdeck.tape.open import open_reader
from quantdeck.tape.seal import seal
from quantdeck.tape.segment import SegmentFile
from tests.scale.weed_server import weed_program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BTC, ETH = "BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT"
DAY_NS = 86_400 * 10**9
NOON_NS = 1_763_640_000_000_000_000
RUN = Provenance("binance-usdm", Delay.REALTIME, RunId("run-1"))


def batch(kind=Kind.TRADE, *, first=0, rows=10, symbol=0, start_ns=NOON_NS, provenance=RUN):
    """Return rows whose values follow from their numbers."""
    made = np.zeros(rows, dtype=DTYPES[kind])
    seq = np.arange(first, first + rows)
    made["seq"] = seq
    made["ts_event"] = start_ns + seq * 10**6
    made["ts_recv"] = made["ts_event"] + 500
    made["symbol"] = symbol
    for name in DTYPES[kind].names:
        if DTYPES[kind][name].kind == "f":
            made[name] = 100 + seq % 7
    return Batch(kind, made, provenance)


class Killed(BaseException):
    """What a kill is for the code that it strikes."""


def killed(*_args, **_what):
    """Do what a process that is killed there does."""
    raise Killed


def store_place(request, tmp_path: Path):
    """Return the store that a fixture's parameter names, empty; or skip."""
    weed_program()
    from quantdeck.scale.objects import StorePlace

    if request.param == "delta-folder":
        return StorePlace(f"file://{tmp_path}/store")
    server = request.getfixturevalue("server")
    return StorePlace(f"s3://tape/{uuid4().hex[:8]}", server.endpoint, keys=server.keys())


def shared_place(place) -> SharedPlace:
    """Return a store whose log is asked at every read."""
    from quantdeck.scale.delta import DeltaLog
    from quantdeck.scale.objects import ObjectStore

    columns = {kind.value: schema(kind) for kind in Kind}
    log = DeltaLog(place, columns, SystemClock(), fresh_s=0)
    return SharedPlace(ObjectStore(place), log)


class SealedTape:
    """A tape without threads: segments are written and sealed when a test says so.

    Parameters
    ----------
    root : Path
        Its folder; one that is there is opened again.
    shared : SharedPlace or None
        Where its sealed files go.
    """

    _numbers = count(1)

    def __init__(self, root: Path, shared: SharedPlace | None) -> None:
        self.root, self.shared = root, shared
        self.layout = Layout(root, shared)
        self.layout.wal.mkdir(parents=True, exist_ok=True)
        self.layout.parquet.mkdir(exist_ok=True)
        if shared is not None:
            self.layout.outgoing.mkdir(exist_ok=True)
            self.layout = replace(self.layout, name=attach(self.layout, shared, machine="deck"))
        self.catalog = open_catalog(self.layout, SystemClock())
        self.reader = open_reader(root, shared)
        self.instruments = InstrumentTable()
        for symbol in (BTC, ETH):
            self.instruments.id_of(symbol)

    def write(self, *batches):
        path = self.layout.wal / f"{next(self._numbers):04d}.seg"
        file = SegmentFile(path, self.instruments, created_ns=0)
        file.append(batches)
        file.close()
        return path

    def seal(self, *batches) -> int:
        return self.seal_again(self.write(*batches))

    def seal_again(self, *paths) -> int:
        return seal(self.layout, self.catalog, paths)

    def again(self) -> SealedTape:
        """Open the folder as the next process does."""
        self.catalog.close()
        return SealedTape(self.root, self.shared)

    def seqs(self, kind=Kind.TRADE) -> list[int]:
        return self.reader.table(kind, columns=["seq"]).column("seq").to_pylist()

    def paths(self) -> list[str]:
        return [file.path for file in self.catalog.snapshot().files]


class Opening:
    """Opens tapes of one test, and closes them at its end.

    Parameters
    ----------
    folder : Path
        Where their folders are.
    shared : callable
        Returns the store as another process would open it, or None.
    """

    def __init__(self, folder: Path, shared: Callable[[], SharedPlace | None]) -> None:
        self._folder, self._shared = folder, shared
        self._tapes: list[SealedTape] = []

    def __enter__(self) -> Opening:
        return self

    def __exit__(self, *_) -> None:
        for tape in self._tapes:
            tape.catalog.close()

    def tape(self, name: str = "tape", *, alone: bool = False) -> SealedTape:
        self._tapes.append(SealedTape(self._folder / name, None if alone else self._shared()))
        return self._tapes[-1]
