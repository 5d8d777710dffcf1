"""The board: the last quote, mark and execution of every symbol."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.events import DTYPES, Flag, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.events import Rows

_NEVER = -(1 << 62)
_SHOWN = (Kind.TRADE, Kind.AGG_TRADE, Kind.QUOTE, Kind.MARK)

TRADES = (Kind.TRADE, Kind.AGG_TRADE)
"""Kinds of execution."""


@dataclass(frozen=True, slots=True)
class LastTrade:
    """The newest execution of a symbol.

    Parameters
    ----------
    price, size : float
        [currency], [units of the instrument]
    side : int
        +1 where the taker bought, -1 where the taker sold, 0 unknown.
    ts_event, ts_recv : int
        The venue's stamp and ours, UTC. [ns]
    """

    price: float
    size: float
    side: int
    ts_event: int
    ts_recv: int


@dataclass(frozen=True, slots=True)
class Top:
    """Best bid and ask of a symbol; an absent side is None in price and size.

    Parameters
    ----------
    bid, ask, bid_size, ask_size : float or None
        [currency], [units of the instrument]
    ts_event, ts_recv : int
        The venue's stamp and ours, UTC. [ns]
    """

    bid: float | None
    ask: float | None
    bid_size: float | None
    ask_size: float | None
    ts_event: int
    ts_recv: int

    @property
    def width(self) -> float | None:
        """Ask minus bid; None where a side is absent."""
        return None if self.bid is None or self.ask is None else self.ask - self.bid

    @property
    def mid(self) -> float | None:
        """Half way between bid and ask; None where a side is absent."""
        return None if self.bid is None or self.ask is None else (self.bid + self.ask) / 2.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Mark price of a perpetual and its funding; None for what the venue does not say.

    Parameters
    ----------
    mark_price, index_price : float or None
        [currency]
    funding_rate : float or None
        Decimal per funding interval.
    next_funding_ns : int
        When it is next paid, UTC. [ns]
    ts_event, ts_recv : int
        The venue's stamp and ours, UTC. [ns]
    """

    mark_price: float | None
    index_price: float | None
    funding_rate: float | None
    next_funding_ns: int
    ts_event: int
    ts_recv: int


class Board:
    """The newest row of every symbol and kind.

    Owned by the hub and fed on its event loop; a batch costs the same for one symbol as for many.

    Examples
    --------
    >>> from quantdeck.model.events import QUOTE_DTYPE
    >>> rows = np.zeros(2, QUOTE_DTYPE)
    >>> rows["bid"], rows["ask"], rows["ts_recv"] = [9.0, 9.5], [11.0, float("nan")], [1, 2]
    >>> board = Board()
    >>> board.update(Kind.QUOTE, rows)
    >>> top = board.top(0)
    >>> top.bid, top.ask, top.width, board.last_recv_ns(0)
    (9.5, None, None, 2)
    """

    def __init__(self) -> None:
        self._last = {kind: _blank(kind, 8) for kind in _SHOWN}

    def update(self, kind: Kind, rows: Rows) -> None:
        """Take in a batch; late rows change nothing.

        Parameters
        ----------
        kind : Kind
            Layout of the rows. Bars are passed over.
        rows : structured array of shape (n,)
            Events in order of arrival, as `Continuity` gives them.
        """
        if kind not in self._last or not len(rows):
            return
        late = rows["flags"] & np.uint8(Flag.LATE)
        if late.any():
            rows = rows[late == 0]
        symbols = rows["symbol"]
        table = self._last[kind]
        top = int(symbols.max(initial=0))
        if top >= len(table):
            table = self._last[kind] = np.concatenate((table, _blank(kind, top + 1)))
        # Of several rows of one symbol the last stays. As raw bytes, one copy a row.
        raw = f"V{rows.itemsize}"
        table.view(raw)[symbols] = rows.view(raw)

    def trade(self, symbol_id: int) -> LastTrade | None:
        """Return the newest execution of a symbol, single or aggregated, or None.

        Parameters
        ----------
        symbol_id : int
            Id of the instrument.
        """
        rows = [self._row(kind, symbol_id) for kind in TRADES]
        known = [row for row in rows if row is not None]
        if not known:
            return None
        row = max(known, key=lambda row: (int(row["ts_event"]), int(row["ts_recv"])))
        return LastTrade(
            float(row["price"]),
            float(row["size"]),
            int(row["side"]),
            int(row["ts_event"]),
            int(row["ts_recv"]),
        )

    def top(self, symbol_id: int) -> Top | None:
        """Return the best bid and ask of a symbol, or None before the first.

        Parameters
        ----------
        symbol_id : int
            Id of the instrument.
        """
        row = self._row(Kind.QUOTE, symbol_id)
        if row is None:
            return None
        has_bid, has_ask = not math.isnan(row["bid"]), not math.isnan(row["ask"])
        return Top(
            float(row["bid"]) if has_bid else None,
            float(row["ask"]) if has_ask else None,
            _present(row["bid_size"]) if has_bid else None,
            _present(row["ask_size"]) if has_ask else None,
            int(row["ts_event"]),
            int(row["ts_recv"]),
        )

    def mark(self, symbol_id: int) -> Mark | None:
        """Return the mark price of a symbol, or None before the first.

        Parameters
        ----------
        symbol_id : int
            Id of the instrument.
        """
        row = self._row(Kind.MARK, symbol_id)
        if row is None:
            return None
        return Mark(
            _present(row["mark_price"]),
            _present(row["index_price"]),
            _present(row["funding_rate"]),
            int(row["next_funding_ns"]),
            int(row["ts_event"]),
            int(row["ts_recv"]),
        )

    def last_recv_ns(self, symbol_id: int, kinds: Sequence[Kind] = _SHOWN) -> int | None:
        """Return when anything was last received of a symbol, UTC, or None. [ns].

        What was fetched afterwards counts from when it happened: it is no younger for that.

        Parameters
        ----------
        symbol_id : int
            Id of the instrument.
        kinds : sequence of Kind
            Which events count; trades, quotes and marks where none are named.
        """
        rows = [self._row(kind, symbol_id) for kind in kinds]
        return max((_heard_ns(row) for row in rows if row is not None), default=None)

    def _row(self, kind: Kind, symbol_id: int) -> np.void | None:
        table = self._last[kind]
        if not 0 <= symbol_id < len(table) or table["ts_recv"][symbol_id] == _NEVER:
            return None
        return table[symbol_id]


def _blank(kind: Kind, symbols: int) -> Rows:
    table = np.zeros(symbols, DTYPES[kind])
    table["ts_recv"] = _NEVER
    return table


def _heard_ns(row: np.void) -> int:
    is_fetched = int(row["flags"]) & Flag.REPAIRED
    return int(row["ts_event" if is_fetched else "ts_recv"])


def _present(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
