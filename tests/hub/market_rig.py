"""What the Market page of a deck in tests is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.market_parts import MarketParts
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import canonical
from quantdeck.tape.collected.store import RecordStore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quantdeck.model.collected import Record


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


def market_parts(
    folder: Path, *, watched: Sequence[str] = (), first: Sequence[str] = ()
) -> MarketParts:
    return MarketParts(
        watchlist=MemoryWatch(*watched),
        collected=RecordStore(folder),
        typed=lambda text: canonical(text, default_venue="US"),
        first=tuple(first),
    )


def keep(folder: Path, records: Sequence[Record], *, source: str, fetched_ns: int) -> None:
    told = Provenance(source, Delay.DELAYED, RunId("run"))
    RecordStore(folder).keep(records, told, fetched_ns=fetched_ns)
