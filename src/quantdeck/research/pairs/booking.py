"""A backtest written into the ledger, order by order: the same money, counted in decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput
from quantdeck.research.pairs.prices import usable_rows
from quantdeck.trading.fills import fill_order
from quantdeck.trading.ledger import Ledger
from quantdeck.trading.orders import order_for

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.pairs.backtest import Backtest
    from quantdeck.research.pairs.prices import PairPrices
    from quantdeck.trading.costs import Costs


def booked(
    prices: PairPrices, result: Backtest, *, symbols: tuple[str, str] = ("y", "x")
) -> Ledger:
    """Return the ledger of a backtest.

    Parameters
    ----------
    prices : PairPrices
        What it was run on.
    result : Backtest
        The run.
    symbols : tuple of two str
        Names of y and x.

    Returns
    -------
    Ledger
        The capital as a deposit; a line for every fill, fee and payment of funding. Its equity at the
        last closes is that of the backtest, but for rounding.

    Raises
    ------
    BadInput
        If the prices are not those of the run, or both names are the same.

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.research.pairs.backtest import backtest
    >>> from quantdeck.research.pairs.prices import PairPrices
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> y = np.array([10.0, 10.1, 10.0, 9.0, 9.5, 10.0, 10.0])
    >>> pair = PairPrices(np.arange(7), y, np.full(7, 10.0))
    >>> rules = PairRules(hedge_ratio=1.0, log=False, window=3, entry=1.1, exit=0.0, stop=None)
    >>> result = backtest(pair, rules)
    >>> ledger = booked(pair, result)
    >>> [entry.kind.value for entry in ledger.entries[:3]], len(ledger.entries)
    (['deposit', 'trade', 'fee'], 9)
    >>> abs(float(ledger.cash) - float(result.equity[-1])) < 1e-9
    True
    """
    rows = usable_rows(prices)
    if len(prices) != len(result) or int(result.usable.sum()) != len(rows):
        raise BadInput("these are not the prices that the backtest was run on")
    if symbols[0] == symbols[1]:
        raise BadInput(f"the two legs need names of their own, both were {symbols[0]!r}")
    rules, index = result.rules, rows.index
    legs = (
        _Leg(symbols[0], result.quantity_y[index], rows.y_fill, rows.y_funding, rules.costs_y),
        _Leg(symbols[1], result.quantity_x[index], rows.x_fill, rows.x_funding, rules.costs_x),
    )
    ledger = Ledger()
    ledger.deposit(rules.capital, ts_ns=int(result.ts_ns[0]), note="capital")
    reasons = {trade.exit_row: trade.reason for trade in result.trades}
    for t in range(1, len(rows)):
        ts_ns, decided_ns = int(rows.ts_ns[t]), int(rows.ts_ns[t - 1])
        for leg in legs:
            if leg.rate[t]:
                leg.fund(ledger, t, ts_ns)
        for leg in legs:
            change = float(leg.quantity[t] - leg.quantity[t - 1])
            if change:
                reason = reasons.get(int(index[t]), "entry")
                order = order_for(leg.symbol, change, ts_ns=decided_ns, reason=reason)
                ledger.book(fill_order(order, float(leg.price[t]), leg.costs, ts_ns=ts_ns))
    return ledger


class _Leg:
    def __init__(
        self,
        symbol: str,
        quantity: FloatArray,
        price: FloatArray,
        rate: FloatArray,
        costs: Costs,
    ) -> None:
        self.symbol = symbol
        self.quantity = quantity
        self.price = price
        self.rate = rate
        self.costs = costs

    def fund(self, ledger: Ledger, t: int, ts_ns: int) -> None:
        mark, rate = float(self.price[t]), float(self.rate[t])
        ledger.fund(self.symbol, rate=rate, mark=mark, ts_ns=ts_ns)
