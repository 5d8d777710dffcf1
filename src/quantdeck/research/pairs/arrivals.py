"""Trades and quotes of two instruments in the order in which they were received, whatever portions they came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.events import Flag, Kind

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.events import Rows

_KINDS = (Kind.TRADE, Kind.AGG_TRADE, Kind.QUOTE)
_QUOTE = _KINDS.index(Kind.QUOTE)
_FETCHED = np.uint8(Flag.REPAIRED)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Events in the order of their receipt.

    Parameters
    ----------
    ts_recv, ts_event, seq : array of shape (n,)
        Receipt, the venue's stamp, and the venue's number. [ns], [ns]
    leg : array of shape (n,)
        0 of y, 1 of x.
    is_quote : array of shape (n,)
        Whether it is one; otherwise it is an execution.
    values : array of shape (n, 4)
        Bid, ask, and their sizes of a quote; price and size of an execution.
    """

    ts_recv: IntArray
    ts_event: IntArray
    seq: IntArray
    leg: IntArray
    is_quote: IntArray
    values: FloatArray

    def __len__(self) -> int:
        """Return the count of events."""
        return len(self.ts_recv)


class Arrivals:
    """Holds events back until nothing can come before them any more.

    Ordered by receipt, then by kind (executions first), number and leg, so that the order is the same
    however the events were cut into portions. Of each leg only one kind of execution counts, the first
    that comes: single and aggregated ones tell the same trades. What was fetched afterwards, to close a
    gap, is passed over: nobody could have traded on it.

    Examples
    --------
    >>> from quantdeck.model.events import QUOTE_DTYPE, TRADE_DTYPE
    >>> quote, trade = np.zeros(1, QUOTE_DTYPE), np.zeros(1, TRADE_DTYPE)
    >>> quote["ts_recv"], trade["ts_recv"], quote["symbol"] = 5, 4, 1
    >>> arrivals = Arrivals()
    >>> arrivals.add(Kind.QUOTE, quote, legs=(0, 1))
    >>> arrivals.add(Kind.TRADE, trade, legs=(0, 1))
    >>> found = arrivals.before(6)
    >>> found.ts_recv.tolist(), found.leg.tolist(), found.is_quote.tolist()
    ([4, 5], [0, 1], [False, True])
    """

    def __init__(self) -> None:
        self._parts: list[tuple[int, int, Rows]] = []
        self._kind_of: dict[int, Kind] = {}
        self.waiting = 0
        """Events held back."""
        self.newest_ns = 0
        """Receipt of the newest event, UTC. [ns]"""

    def add(self, kind: Kind, rows: Rows, *, legs: tuple[int, int]) -> None:
        """Take in events of any symbols.

        Parameters
        ----------
        kind : Kind
            Other kinds than executions and quotes are passed over.
        rows : structured array of shape (n,)
            In any order.
        legs : tuple of two int
            Ids of y and x in these rows; -1 for one that is not known yet.
        """
        if kind not in _KINDS:
            return
        for leg, number in enumerate(legs):
            mine = rows[(rows["symbol"] == number) & (rows["flags"] & _FETCHED == 0)]
            if not len(mine):
                continue
            if kind is not Kind.QUOTE and self._kind_of.setdefault(leg, kind) is not kind:
                continue
            self._parts.append((_KINDS.index(kind), leg, mine))
            self.waiting += len(mine)
            self.newest_ns = max(self.newest_ns, int(mine["ts_recv"].max()))

    def before(self, until_ns: int | None) -> Arrived:
        """Return, once, what was received before a time, and hold back the rest.

        Parameters
        ----------
        until_ns : int or None
            The time, UTC; None for all there is. [ns]

        Returns
        -------
        Arrived
            In order.
        """
        columns = [_columns(kind, leg, rows) for kind, leg, rows in self._parts]
        due: list[tuple[IntArray, FloatArray]] = []
        rest: list[tuple[int, int, Rows]] = []
        for (kind, leg, rows), (numbers, values) in zip(self._parts, columns, strict=True):
            is_due = numbers[0] < (np.iinfo(np.int64).max if until_ns is None else until_ns)
            if is_due.all():
                due.append((numbers, values))
                continue
            rest.append((kind, leg, rows[~is_due]))
            due.append((numbers[:, is_due], values[is_due]))
        self._parts = rest
        self.waiting = sum(len(rows) for _, _, rows in rest)
        numbers = np.concatenate([each for each, _ in due] or [np.zeros((5, 0), np.int64)], axis=1)
        values = np.concatenate([each for _, each in due] or [np.zeros((0, 4))])
        ts_recv, ts_event, seq, kinds, leg = numbers
        order = np.lexsort((leg, seq, kinds, ts_recv))
        return Arrived(
            ts_recv[order],
            ts_event[order],
            seq[order],
            leg[order],
            kinds[order] == _QUOTE,
            values[order],
        )


def _columns(kind: int, leg: int, rows: Rows) -> tuple[IntArray, FloatArray]:
    numbers = np.empty((5, len(rows)), np.int64)
    for place, name in enumerate(("ts_recv", "ts_event", "seq")):
        numbers[place] = rows[name]
    numbers[3], numbers[4] = kind, leg
    values = np.full((len(rows), 4), np.nan)
    names = ("bid", "ask", "bid_size", "ask_size") if kind == _QUOTE else ("price", "size")
    for place, name in enumerate(names):
        values[:, place] = rows[name]
    return numbers, values
