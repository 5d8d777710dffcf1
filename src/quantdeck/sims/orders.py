"""Orders of some minutes, all prices in ticks and sizes in lots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.sims.noise import IntArray


@dataclass(frozen=True, slots=True)
class Flow:
    """Some minutes of one symbol.

    Parameters
    ----------
    start_ms : int
        First millisecond.
    order_ms, price, lots, natural_lots : array of shape (n,)
        Taker orders by time: stamp, price [ticks], size [lots], size without retail price
        improvement [lots].
    is_sell : array of shape (n,)
        The taker sold, so the buyer was the maker.
    first_order, first_fill : int
        Numbers of the first order and of its first fill; both count on without holes.
    fills : array of shape (n,)
        Executions per order.
    bid, ask : array of shape (s,)
        Best prices at each 100 ms step. [ticks]
    """

    start_ms: int
    order_ms: IntArray
    price: IntArray
    lots: IntArray
    natural_lots: IntArray
    is_sell: NDArray[np.bool_]
    first_order: int
    first_fill: int
    fills: IntArray
    bid: IntArray
    ask: IntArray

    @property
    def fill_offsets(self) -> IntArray:
        """Number of the first fill of each order, and of the first after all of them."""
        return self.first_fill + np.concatenate(([0], np.cumsum(self.fills)))
