"""What the Market page of a deck in tests is made of."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from quantdeck.hub.market_parts import MarketParts
from quantdeck.model.collected import HeldRecords, KeptRecords
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import canonical
from quantdeck.ports.jobs import JobReport
from quantdeck.tape.collected.store import RecordStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from quantdeck.model.collected import Record
    from quantdeck.ports.jobs import Job, JobQuestion, JobTeller


class MemoryWatch:
    """Fulfils `WatchStore`."""

    def __init__(self, *symbols: str) -> None:
        self._symbols = list(symbols)

    def watched(self) -> list[str]:
        return list(self._symbols)

    def watch(self, symbol: str, *, added_ns: int) -> bool:
        if symbol in self._symbols:
            return False
        self._symbols.append(symbol)
        return True

    def unwatch(self, symbol: str) -> bool:
        if symbol not in self._symbols:
            return False
        self._symbols.remove(symbol)
        return True


class MemoryRecords:
    """Fulfils `CollectedStore` with what it was given, of one source."""

    def __init__(self, *records: Record) -> None:
        self._records = records

    def keep(self, records: Any, provenance: Any, *, fetched_ns: int) -> KeptRecords:
        self._records = (*self._records, *records)
        return KeptRecords(new=len(records))

    def read(self, kind: Any, *, symbol: str | None = None, **rest: Any) -> list[Any]:
        def is_about(record: Any) -> bool:
            about = getattr(record, "symbols", None) or (getattr(record, "symbol", None),)
            return symbol is None or symbol in about

        return [each for each in self._records if isinstance(each, kind) and is_about(each)]

    def held(self, kind: Any) -> list[HeldRecords]:
        found = self.read(kind)
        return [HeldRecords("polygon", len(found), 1)] if found else []


class ToldJob:
    """Does as it is told, once it may end."""

    def __init__(self, report: JobReport | None = None) -> None:
        self.report = report or JobReport(said="all is well", requests=3, cache_hits=1, rows=2)
        self.failure: Exception | None = None
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.asked: list[JobQuestion] = []

    def check(self, question: JobQuestion) -> None:
        if "!" in "".join(question.symbols):
            raise BadInput("that is no symbol", field="symbols")

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        self.asked.append(question)
        tell.line("asking")
        tell.progress(1, 2)
        await self.may_end.wait()
        if self.failure is not None:
            raise self.failure
        return self.report


def market_parts(
    folder: Path | None,
    *,
    watched: Sequence[str] = (),
    first: Sequence[str] = (),
    records: Sequence[Record] = (),
    jobs: Mapping[str, Job] | None = None,
    begin: Sequence[JobQuestion] = (),
) -> MarketParts:
    return MarketParts(
        watchlist=MemoryWatch(*watched),
        collected=MemoryRecords(*records) if folder is None else RecordStore(folder),
        typed=lambda text: canonical(text, default_venue="US"),
        first=tuple(first),
        jobs=dict(jobs or {}),
        begin=tuple(begin),
    )


def keep(folder: Path, records: Sequence[Record], *, source: str, fetched_ns: int) -> None:
    told = Provenance(source, Delay.DELAYED, RunId("run"))
    RecordStore(folder).keep(records, told, fetched_ns=fetched_ns)
