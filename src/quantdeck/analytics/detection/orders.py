"""Prints of one order as one, and the digest of many hours of them that large trades are held against.

A taker's order that meets several resting ones is printed several times at one moment; what is large is
the order. Digests of spans that do not overlap add up, so that days need not be read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quantdeck.analytics.types import FloatArray, IntArray

KEPT = 512
"""Largest orders that a digest holds."""
SILENCE_NS = 600_000_000_000
"""Of a longer silence so much counts as trading: nights and stopped captures do not. [ns]"""


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """Orders of one symbol as the tape shows them, arrays of shape (orders,), ascending in time.

    Parameters
    ----------
    ts_ns : array of int64
        Venue's time, UTC. [ns]
    notional : array
        Sum of price times size. [quote currency]
    size : array
        Sum of sizes. [units]
    side : array of int64
        +1 bought by the taker, -1 sold, 0 not known.
    prints : array of int64
        Prints of the order.
    """

    ts_ns: IntArray
    notional: FloatArray
    size: FloatArray
    side: IntArray
    prints: IntArray

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ts_ns)

    def part(self, where: slice) -> Orders:
        """Return some of them, as views."""
        return Orders(
            self.ts_ns[where],
            self.notional[where],
            self.size[where],
            self.side[where],
            self.prints[where],
        )


def orders_of(ts_ns: IntArray, price: FloatArray, size: FloatArray, side: IntArray) -> Orders:
    """Return orders of prints: neighbours of one moment and side are one.

    Parameters
    ----------
    ts_ns : array of int64, shape (prints,)
        Venue's time, ascending, UTC. [ns]
    price, size : array of shape (prints,)
        Prints with a NaN, or without size, are left out. [quote currency, units]
    side : array of shape (prints,)
        Of the taker.

    Returns
    -------
    Orders
        As many as there are or fewer.

    Examples
    --------
    >>> at = np.array([1, 1, 2])
    >>> orders_of(at, np.array([10.0, 11.0, 10.0]), np.ones(3), np.array([1, 1, 1])).notional
    array([21., 10.])
    """
    notional = price * size
    fine = np.isfinite(notional) & (notional > 0)
    ts_ns, notional, size, side = ts_ns[fine], notional[fine], size[fine], side[fine]
    if not len(ts_ns):
        empty = np.empty(0, np.int64)
        return Orders(empty, np.empty(0), np.empty(0), empty, empty)
    begins = np.empty(len(ts_ns), np.bool_)
    begins[0] = True
    begins[1:] = (np.diff(ts_ns) != 0) | (np.diff(side) != 0)
    starts = np.flatnonzero(begins)
    return Orders(
        ts_ns=ts_ns[starts],
        notional=np.add.reduceat(notional, starts),
        size=np.add.reduceat(size, starts),
        side=side[starts].astype(np.int64),
        prints=np.diff(np.append(starts, len(ts_ns))),
    )


@dataclass(frozen=True, slots=True, eq=False)
class OrderDigest:
    """What large trades need of a span.

    Parameters
    ----------
    orders : int
        How many.
    covered_ns : int
        Time with trading in it: the distances from order to order, of each at most `SILENCE_NS`. [ns]
    largest : array of shape (<= KEPT,)
        Largest notionals, descending. [quote currency]
    """

    orders: int
    covered_ns: int
    largest: FloatArray

    def at_least(self, notional: float) -> int:
        """Return how many orders were as large; `KEPT` where it is that many or more."""
        return int(np.searchsorted(-self.largest, -notional, side="right"))


def digest_of(orders: Orders) -> OrderDigest:
    """Return the digest of orders.

    Parameters
    ----------
    orders : Orders
        Of one symbol and span.

    Returns
    -------
    OrderDigest
        Count, time with trading, largest notionals.

    Examples
    --------
    >>> day = orders_of(np.array([0, 60]) * 10**9, np.array([2.0, 3.0]), np.ones(2), np.ones(2))
    >>> found = digest_of(day)
    >>> found.orders, found.covered_ns // 10**9, found.largest
    (2, 60, array([3., 2.]))
    """
    gaps = np.minimum(np.diff(orders.ts_ns), SILENCE_NS)
    return OrderDigest(len(orders), int(gaps.sum()), _largest(orders.notional))


def digests_together(digests: Iterable[OrderDigest]) -> OrderDigest:
    """Return the digest of spans that follow each other, from those of each.

    Parameters
    ----------
    digests : iterable of OrderDigest
        In any order; the silence between two of them is not counted.

    Returns
    -------
    OrderDigest
        The same as of the orders of all, but for that silence.

    Examples
    --------
    >>> one = OrderDigest(5, 60, np.array([3.0, 1.0]))
    >>> digests_together([one, OrderDigest(1, 0, np.array([2.0]))]).largest
    array([3., 2., 1.])
    """
    every = list(digests)
    tops = [each.largest for each in every] or [np.empty(0)]
    return OrderDigest(
        sum(each.orders for each in every),
        sum(each.covered_ns for each in every),
        _largest(np.concatenate(tops)),
    )


def _largest(values: FloatArray) -> FloatArray:
    if len(values) > KEPT:
        values = np.partition(values, len(values) - KEPT)[len(values) - KEPT :]
    return np.sort(values)[::-1].copy()
