"""The newest quote of every symbol that is streamed: printed now and again, and put into a SQLite file."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.model.events import Kind

if TYPE_CHECKING:
    from quantdeck.model.events import Rows
    from quantdeck.model.feed import Provenance
    from quantdeck.model.instruments import InstrumentTable

_SIDES = ("bid", "ask", "bid_size", "ask_size")


class NewestQuotes:
    """Takes batches from lanes. Owned by ``quantdeck portfolio-stream``.

    Parameters
    ----------
    instruments : InstrumentTable
        Names the symbols.

    Attributes
    ----------
    count : int
        Quotes so far.
    """

    def __init__(self, instruments: InstrumentTable) -> None:
        self.count = 0
        self._instruments = instruments
        self._newest: dict[int, tuple[Any, Provenance]] = {}

    def take(self, provenance: Provenance, kind: Kind, rows: Rows) -> None:
        """Take in a batch; all but quotes are passed over.

        Parameters
        ----------
        provenance : Provenance
            What the data are.
        kind : Kind
            Of the events.
        rows : structured array
            The events.
        """
        if kind is not Kind.QUOTE:
            return
        self.count += len(rows)
        # The last of each symbol: what `unique` finds first in the reversed batch.
        numbers, first = np.unique(rows["symbol"][::-1], return_index=True)
        for number, at in zip(numbers.tolist(), first.tolist(), strict=True):
            self._newest[number] = (rows[len(rows) - 1 - at].copy(), provenance)

    def drain(self) -> list[tuple[str, Any, Provenance]]:
        """Return the newest quote of each symbol of which one came since the last call."""
        newest, self._newest = self._newest, {}
        return [
            (self._instruments.symbol(number), row, provenance)
            for number, (row, provenance) in newest.items()
        ]


def sqlite_row(symbol: str, row: Any, provenance: Provenance) -> tuple[Any, ...]:
    """Return a quote as a row of the table ``realtime_quotes``.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    row : structured scalar
        The quote.
    provenance : Provenance
        What it is.
    """
    fetched = _iso(int(row["ts_recv"]))
    told = (provenance.source, provenance.delay.value, fetched, provenance.run_id)
    sides = (_known(row[name]) for name in _SIDES)
    return (symbol, _iso(int(row["ts_event"])), *sides, None, None, None, *told)


def text_line(symbol: str, row: Any) -> str:
    """Return a quote as a line of text."""
    figures = (
        f"{name} {'-' if (v := _known(row[name])) is None else f'{v:.10g}'}" for name in _SIDES
    )
    return "  ".join((_moment(int(row["ts_event"])), symbol, *figures))


def json_line(symbol: str, row: Any) -> str:
    """Return a quote as a JSON object in a line."""
    figures = {name: _known(row[name]) for name in _SIDES}
    return json.dumps({"time": _moment(int(row["ts_event"])), "symbol": symbol, **figures})


def _known(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


# As the other rows of the table have it.
def _iso(ns: int) -> str:
    whole, part = divmod(ns, 1_000_000_000)
    moment = datetime.fromtimestamp(whole, UTC).replace(microsecond=part // 1000)
    return moment.isoformat(timespec="seconds" if not part else "microseconds")


def _moment(ns: int) -> str:
    ms = ns // 1_000_000
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"
