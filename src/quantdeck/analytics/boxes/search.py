"""The best box over all pairs of strikes of one expiry, exactly, in time that grows with the strikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.kernels import LOWER, UPPER, find_pairs, find_partners
from quantdeck.analytics.boxes.spread import Side
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class BoxPair:
    """Which strikes make a box, and its discount factor.

    Parameters
    ----------
    side : Side
        Lend or borrow.
    lower, upper : int
        Places in the array of strikes.
    discount : float
        (cost + fees) / width of a bought box, (proceeds - fees) / width of a sold one.
    """

    side: Side
    lower: int
    upper: int
    discount: float


class BoxSearch:
    """Keeps one expiry's synthetic forwards and finds its best boxes after any of them changed.

    Parameters
    ----------
    strikes : array of shape (n,)
        Ascending.
    buy, sell : array of shape (n,)
        Call ask - put bid and call bid - put ask; NaN where a side is absent. [points]
    fees : float
        Of four contracts. [points]
    min_gap, max_gap : float
        Limits of the width. [points]

    Raises
    ------
    BadInput
        If shapes differ or strikes do not ascend.

    Notes
    -----
    Lending: min over i < j of (buy[i] - sell[j] + fees) / (K[j] - K[i]), by Dinkelbach's method for
    ratios (1967): 3 to 4 passes of one comparison per strike. Borrowing is the same with
    buy = -sell and sell = -buy. With no fees and any width both are the limits that the absence of
    arbitrage puts on the discount factor, so that they equal a linear programme over all quotes.

    Examples
    --------
    >>> search = BoxSearch(np.array([90.0, 100.0, 110.0]), np.array([15.2, 5.3, -4.6]),
    ...     np.array([14.8, 5.1, -4.8]))
    >>> lend, borrow = search.best()
    >>> round(lend.discount, 6), round(borrow.discount, 6)
    (1.0, 0.97)
    """

    def __init__(
        self,
        strikes: FloatArray,
        buy: FloatArray,
        sell: FloatArray,
        *,
        fees: float = 0.0,
        min_gap: float = 0.0,
        max_gap: float = np.inf,
    ) -> None:
        if not len(strikes) == len(buy) == len(sell):
            raise BadInput(
                f"strikes, buy and sell must have one length, "
                f"were {len(strikes)}, {len(buy)}, {len(sell)}"
            )
        if not bool(np.all(np.diff(strikes) > 0)):
            raise BadInput("strikes of a chain must ascend, each once")
        self.strikes = np.ascontiguousarray(strikes, np.float64)
        self.fees, self.min_gap, self.max_gap = fees, min_gap, max_gap
        self._buy = np.array(buy, np.float64)
        self._sell = np.array(sell, np.float64)
        self._minus_buy, self._minus_sell = -self._buy, -self._sell
        self._starts = np.array([0, len(strikes)], np.int64)
        self._queue = np.empty(max(1, len(strikes)), np.int64)
        self._discount = np.empty(1)
        self._pair = np.empty((2, 1), np.int64)

    def update(self, at: int, buy: float, sell: float) -> None:
        """Take new prices of one strike.

        Parameters
        ----------
        at : int
            Its place in the array of strikes.
        buy, sell : float
            As above.
        """
        self._buy[at], self._sell[at] = buy, sell
        self._minus_buy[at], self._minus_sell[at] = -buy, -sell

    def best(self) -> tuple[BoxPair | None, BoxPair | None]:
        """Return the box that lends at the highest and the one that borrows at the lowest rate.

        Returns
        -------
        tuple of BoxPair or None
            None where no pair of strikes has the quotes and the width.
        """
        return self._best(Side.LEND), self._best(Side.BORROW)

    def _best(self, side: Side) -> BoxPair | None:
        lends = side is Side.LEND
        find_pairs(
            self.strikes,
            self._buy if lends else self._minus_sell,
            self._sell if lends else self._minus_buy,
            self._starts,
            self.fees,
            self.min_gap,
            self.max_gap,
            self._queue,
            self._discount,
            self._pair,
        )
        lower, upper = int(self._pair[LOWER, 0]), int(self._pair[UPPER, 0])
        if lower < 0:
            return None
        found = float(self._discount[0])
        return BoxPair(side, lower, upper, found if lends else -found)

    def partners(
        self, side: Side, *, least: float = -np.inf, most: float = np.inf
    ) -> list[BoxPair]:
        """Return for every lower strike its best upper one, best discount first.

        Parameters
        ----------
        side : Side
            Lend or borrow.
        least, most : float
            Discount factors beyond these are not looked at.

        Returns
        -------
        list of BoxPair
            At most one per strike, so that near copies of one box do not fill the table.
        """
        lends = side is Side.LEND
        count = len(self.strikes)
        discounts, uppers = np.empty(count), np.empty(count, np.int64)
        find_partners(
            self.strikes,
            self._buy if lends else self._minus_sell,
            self._sell if lends else self._minus_buy,
            self.fees,
            self.min_gap,
            self.max_gap,
            least if lends else -most,
            most if lends else -least,
            discounts,
            uppers,
        )
        sign = 1.0 if lends else -1.0
        order = np.argsort(discounts, kind="stable")
        return [
            BoxPair(side, int(i), int(uppers[i]), sign * float(discounts[i]))
            for i in order
            if uppers[i] >= 0
        ]


def best_discounts(
    strikes: FloatArray, buy: FloatArray, sell: FloatArray, starts: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return the least lending and the greatest borrowing discount factor of many chains at once.

    Parameters
    ----------
    strikes, buy, sell : array of shape (rows,)
        Chains one after the other, as in `BoxSearch`.
    starts : array of int64, shape (chains + 1,)
        Where each begins; the last is the number of rows.

    Returns
    -------
    tuple of array of shape (chains,)
        Lending and borrowing; NaN where a chain has no pair.

    Examples
    --------
    >>> lend, borrow = best_discounts(
    ...     np.array([90.0, 100.0]), np.array([15.2, 5.3]), np.array([14.8, 5.1]), np.array([0, 2])
    ... )
    >>> lend.round(6).tolist(), borrow.round(6).tolist()
    ([1.01], [0.95])
    """
    chains = len(starts) - 1
    lend, borrow = np.empty(chains), np.empty(chains)
    pairs, queue = np.empty((2, chains), np.int64), np.empty(max(1, len(strikes)), np.int64)
    find_pairs(strikes, buy, sell, starts, 0.0, 0.0, np.inf, queue, lend, pairs)
    find_pairs(strikes, -sell, -buy, starts, 0.0, 0.0, np.inf, queue, borrow, pairs)
    return lend, -borrow
