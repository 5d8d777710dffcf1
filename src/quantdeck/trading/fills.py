"""The one fill model, of backtests and of paper trading: in full, at a price somewhat worse."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal  # noqa: TC003 - read at run time where fills are part of an event
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.trading.costs import BP, executed_price
from quantdeck.trading.limits import Limits
from quantdeck.trading.money import amount, exact
from quantdeck.trading.orders import Liquidity

if TYPE_CHECKING:
    from quantdeck.trading.costs import Costs
    from quantdeck.trading.orders import Order


@dataclass(frozen=True, slots=True)
class Fill:
    """An order that was executed, in money as the ledger keeps it.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    ts_ns : int
        When it was executed, UTC. [ns]
    quantity : Decimal
        Units, negative for a sale.
    price : Decimal
        Executed, without the fee. [currency]
    reference : Decimal
        Price that was seen. [currency]
    fee : Decimal
        Paid; negative for a rebate. [currency]
    reason : str
        Of the order.
    """

    symbol: str
    ts_ns: int
    quantity: Decimal
    price: Decimal
    reference: Decimal
    fee: Decimal
    reason: str = ""

    @property
    def slippage(self) -> Decimal:
        """Return what was paid, beyond the price that was seen. [currency]."""
        return amount(self.quantity, self.price) - amount(self.quantity, self.reference)


def fill_order(
    order: Order,
    reference: float,
    costs: Costs,
    *,
    ts_ns: int,
    liquidity: Liquidity = Liquidity.TAKER,
    limits: Limits | None = None,
) -> Fill:
    """Return the fill of an order at a price that is seen.

    Parameters
    ----------
    order : Order
        What to trade; filled in full, whatever its size.
    reference : float
        Middle or last price at which it comes to the market, > 0. [currency]
    costs : Costs
        A taker pays half the spread, slippage and the taker's fee; a maker trades at the price that
        is seen and pays the maker's fee.
    ts_ns : int
        When it is executed, UTC, not before it was decided. [ns]
    liquidity : Liquidity
        Taker or maker.
    limits : Limits or None
        Lot to which the quantity is cut, and the most that one order may trade.

    Returns
    -------
    Fill
        With fee = |quantity| * (price * fee_bp / 10^4 + per_unit).

    Raises
    ------
    BadInput
        If the price is not finite and positive, the fill would be earlier than its order, less than
        one lot remains, or the order is beyond a limit.

    Notes
    -----
    There is no market impact and no partial fill: fit for sizes that are small against what is
    traded.

    Examples
    --------
    >>> from quantdeck.trading.costs import Costs
    >>> from quantdeck.trading.orders import Order, Side
    >>> costs = Costs(taker_bp=5.0, slippage_bp=1.0)
    >>> fill = fill_order(Order("A", Side.SELL, 2.0, 0), 100.0, costs, ts_ns=1)
    >>> float(fill.price), float(fill.fee), float(fill.slippage)
    (99.99, 0.09999, 0.02)
    """
    if not (math.isfinite(reference) and reference > 0.0):
        raise BadInput(
            f"{order.symbol} cannot be filled at {reference}; a price is finite and positive"
        )
    if ts_ns < order.ts_ns:
        raise BadInput(f"an order of {order.symbol} cannot be filled before it was decided")
    quantity = _allowed(order, reference, limits or Limits())
    taker = liquidity is Liquidity.TAKER
    price = executed_price(reference, float(order.side.sign), costs) if taker else reference
    units, at = exact(quantity, "quantity"), exact(price, "price")
    rate = exact(costs.taker_bp if taker else costs.maker_bp, "fee")
    return Fill(
        symbol=order.symbol,
        ts_ns=ts_ns,
        quantity=units,
        price=at,
        reference=exact(reference, "price"),
        fee=amount(abs(units), at, rate, exact(BP, "fee"))
        + amount(abs(units), exact(costs.per_unit, "commission")),
        reason=order.reason,
    )


def _allowed(order: Order, price: float, limits: Limits) -> float:
    units = limits.rounded(np.array([order.signed]))
    if units[0] == 0.0:
        raise BadInput(
            f"an order of {order.quantity:g} {order.symbol} is less than one lot of {limits.lot:g}"
        )
    if not limits.allows(units, np.array([price]))[0]:
        raise BadInput(
            f"an order of {order.quantity:g} {order.symbol} at {price:g} is beyond its limits: at "
            f"most {limits.max_quantity:g} units and {limits.max_notional:g} of value"
        )
    return float(units[0])
