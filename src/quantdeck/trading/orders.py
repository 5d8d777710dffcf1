"""Orders: what is to be bought or sold, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from quantdeck.model.errors import BadInput


class Side(StrEnum):
    """Which way an order trades."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """Return +1 for a purchase, -1 for a sale."""
        return 1 if self is Side.BUY else -1


class Liquidity(StrEnum):
    """How an order met the book."""

    TAKER = "taker"
    """It traded at once, with what rested there."""
    MAKER = "maker"
    """It rested there, and another traded with it."""


@dataclass(frozen=True, slots=True)
class Order:
    """A quantity of one instrument to buy or sell at once.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    side : Side
        Buy or sell.
    quantity : float
        Units, > 0.
    ts_ns : int
        When it was decided, UTC. [ns]
    reason : str
        Why, in a word or a few.

    Raises
    ------
    BadInput
        If the quantity is not positive and finite.

    Examples
    --------
    >>> Order("BINANCE:BTCUSDT", Side.SELL, 0.5, 0, "entry").signed
    -0.5
    """

    symbol: str
    side: Side
    quantity: float
    ts_ns: int
    reason: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.quantity) and self.quantity > 0.0):
            raise BadInput(
                f"an order of {self.symbol} needs a positive quantity, was {self.quantity}"
            )

    @property
    def signed(self) -> float:
        """Return the change of the position: negative for a sale. [units]."""
        return self.side.sign * self.quantity


def order_for(symbol: str, change: float, *, ts_ns: int, reason: str = "") -> Order:
    """Return the order that changes a position by so much.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    change : float
        Units to add; negative to take away.
    ts_ns : int
        When it was decided, UTC. [ns]
    reason : str
        Why.

    Returns
    -------
    Order
        A purchase or a sale.

    Raises
    ------
    BadInput
        If nothing changes, or the change is not finite.

    Examples
    --------
    >>> order_for("BINANCE:BTCUSDT", -2.0, ts_ns=0).side
    <Side.SELL: 'sell'>
    """
    return Order(symbol, Side.BUY if change > 0.0 else Side.SELL, abs(change), ts_ns, reason)
