"""A backtest written into the ledger, order by order: the same money, counted in decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.trading.fills import fill_order
from quantdeck.trading.ledger import EntryKind, Ledger
from quantdeck.trading.orders import order_for

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.equities.backtest import EquityBacktest


def booked(result: EquityBacktest) -> Ledger:
    """Return the ledger of a backtest.

    Parameters
    ----------
    result : EquityBacktest
        The run.

    Returns
    -------
    Ledger
        The capital as a deposit; a line for every fill, fee, dividend and fee for borrowing. Its cash
        and equity at every close are those of the backtest, but for rounding. A fill at the open has
        the session's midnight as its time, or that of its order where the day was not over by then.

    Examples
    --------
    >>> from quantdeck.research.equities.backtest import backtest
    >>> from quantdeck.research.equities.rules import EquityRules
    >>> from quantdeck.research.features.table import FeatureTable
    >>> day, price = 86_400_000_000_000, np.array([[10.0, 10.0, 11.0, 12.0]])
    >>> table = FeatureTable((), ("US:A",), np.arange(4) * day, np.arange(4) * day + 1,
    ...     np.empty((0, 1, 4), np.float32), np.ones((1, 4), bool), price, price, price)
    >>> weights = np.array([[1.0, 0.0, np.nan, np.nan]])
    >>> result = backtest(table, weights, EquityRules(capital=100.0))
    >>> ledger = booked(result)
    >>> [entry.kind.value for entry in ledger.entries]
    ['deposit', 'trade', 'fee', 'trade', 'fee']
    >>> abs(float(ledger.cash) - float(result.equity[-1])) < 1e-9
    True
    """
    rules, quantity, prices = result.rules, result.quantity, result.prices
    ledger = Ledger()
    ledger.deposit(rules.capital, ts_ns=int(result.known_ns[result.start]), note="capital")
    mark: FloatArray = np.array(prices.close[0])
    for t in range(1, len(result)):
        held, after = quantity[t - 1], quantity[t]
        ts_ns = _filled_ns(result, t)
        for i in np.flatnonzero(held != 0.0):
            _carry(ledger, result, (t, int(i)), float(mark[i]), ts_ns)
        change: FloatArray = (after - held).round(rules.decimals)
        # Sales first: they bring the cash that purchases are made of.
        for sign in (-1.0, 1.0):
            for i in np.flatnonzero(change * sign > 0.0):
                order = order_for(
                    result.symbols[i],
                    float(change[i]),
                    ts_ns=int(result.known_ns[t - 1]),
                    reason=_reason(float(held[i]), float(after[i])),
                )
                reference = float(prices.fill[t, i])
                ledger.book(fill_order(order, reference, rules.costs, ts_ns=ts_ns))
        mark = np.where(prices.close[t] > 0.0, prices.close[t], mark)
    return ledger


def _filled_ns(result: EquityBacktest, t: int) -> int:
    if result.rules.execution == "close":
        return int(result.known_ns[t])
    return max(int(result.sessions[t]), int(result.known_ns[t - 1]))


def _carry(
    ledger: Ledger, result: EquityBacktest, at: tuple[int, int], mark: float, ts_ns: int
) -> None:
    t, i = at
    symbol, prices = result.symbols[i], result.prices
    if result.quantity[t - 1, i] < 0.0:
        fee = mark * result.rules.borrow_annual * float(prices.years[t])
        ledger.carry(symbol, fee, kind=EntryKind.BORROW, ts_ns=ts_ns)
    if paid := float(prices.dividend[t, i]):
        ledger.carry(symbol, paid, kind=EntryKind.DIVIDEND, ts_ns=ts_ns)


def _reason(before: float, after: float) -> str:
    if before == 0.0:
        return "open"
    if after == 0.0:
        return "close"
    if before * after < 0.0:
        return "turn"
    return "add" if abs(after) > abs(before) else "reduce"
