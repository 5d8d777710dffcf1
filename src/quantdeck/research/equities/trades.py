"""Positions from nothing to nothing: what each of them brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.research.equities import walk_kernels as walk
from quantdeck.research.equities.backtest import settings_of

if TYPE_CHECKING:
    from quantdeck.analytics.types import BoolArray, FloatArray
    from quantdeck.research.equities.backtest import EquityBacktest


class EquityTrade(msgspec.Struct, frozen=True):
    """One symbol that was held, from the first fill until nothing was left of it.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    side : int
        +1 bought, -1 sold short.
    entry_ns, exit_ns : int
        Sessions of the first fill and of the last; of an open one, the last session. [ns]
    is_open : bool
        Whether it is held still.
    quantity : float
        Most that was held. [forward shares]
    entry : float
        Mean executed price of what was added. [currency]
    exit : float or None
        Mean executed price of what was taken away; None while it is open. [currency]
    hold : int
        Sessions from the first fill to the last.
    gross : float
        Gain without costs; of an open one, valued at its last close. [currency]
    costs : float
        Fees and slippage. [currency]
    carry : float
        Dividends less fees for borrowing. [currency]
    net : float
        gross - costs + carry. [currency]
    """

    symbol: str
    side: int
    entry_ns: int
    exit_ns: int
    is_open: bool
    quantity: float
    entry: float
    exit: float | None
    hold: int
    gross: float
    costs: float
    carry: float
    net: float


@dataclass(frozen=True, slots=True, eq=False)
class EquityTrades:
    """Every trade of a backtest as columns: closed ones in order of their exits, then open ones.

    Parameters
    ----------
    rows : array of shape (n, columns)
        By the columns of `quantdeck.research.equities.walk_kernels`.
    """

    rows: FloatArray

    def __len__(self) -> int:
        """Return the count of trades."""
        return len(self.rows)

    @property
    def is_open(self) -> BoolArray:
        """Which of them are held still."""
        return self.rows[:, walk.IS_OPEN] > 0.0

    @property
    def net(self) -> FloatArray:
        """Return gross - costs + carry. [currency]."""
        return self.rows[:, walk.GROSS] - self.rows[:, walk.COSTS] + self.rows[:, walk.CARRY]

    @property
    def hold(self) -> FloatArray:
        """Return the sessions from the first fill to the last."""
        return self.rows[:, walk.EXIT] - self.rows[:, walk.ENTRY]


def trades_of(result: EquityBacktest) -> EquityTrades:
    """Return the trades of a backtest.

    Parameters
    ----------
    result : EquityBacktest
        The run.

    Returns
    -------
    EquityTrades
        Their net gains add up to that of the run.

    Examples
    --------
    >>> from quantdeck.research.equities.backtest import backtest
    >>> from quantdeck.research.equities.rules import EquityRules
    >>> from quantdeck.research.features.table import FeatureTable
    >>> from quantdeck.trading.costs import Costs
    >>> day, price = 86_400_000_000_000, np.array([[10.0, 10.0, 11.0, 12.0]])
    >>> table = FeatureTable((), ("US:A",), np.arange(4) * day, np.arange(4) * day + 1,
    ...     np.empty((0, 1, 4), np.float32), np.ones((1, 4), bool), price, price, price)
    >>> weights = np.array([[1.0, 0.0, np.nan, np.nan]])
    >>> result = backtest(table, weights, EquityRules(capital=100.0, costs=Costs()))
    >>> trade = told(trades_of(result), result)[0]
    >>> trade.quantity, trade.entry, trade.exit, trade.net
    (10.0, 10.0, 11.0, 10.0)
    """
    quantity = result.quantity
    fills = np.count_nonzero(quantity[1:] != quantity[:-1])
    rows = np.zeros((fills + 1, walk.TRADE_COLUMNS))
    prices = result.prices
    count = walk.walk_trades(
        prices.fill,
        prices.close,
        prices.dividend,
        quantity,
        prices.years,
        settings_of(result.rules),
        rows,
    )
    return EquityTrades(rows[:count])


def told(
    trades: EquityTrades, result: EquityBacktest, *, most: int | None = None
) -> list[EquityTrade]:
    """Return trades one by one.

    Parameters
    ----------
    trades : EquityTrades
        Of `result`.
    result : EquityBacktest
        The run.
    most : int or None
        Only so many: the last of them.

    Returns
    -------
    list of EquityTrade
        In the same order.
    """
    start = 0 if most is None else max(0, len(trades) - most)
    net, sessions = trades.net, result.sessions
    return [
        EquityTrade(
            symbol=result.symbols[int(row[walk.SYMBOL])],
            side=int(row[walk.SIDE]),
            entry_ns=int(sessions[int(row[walk.ENTRY])]),
            exit_ns=int(sessions[int(row[walk.EXIT])]),
            is_open=bool(row[walk.IS_OPEN]),
            quantity=float(row[walk.QUANTITY]),
            entry=float(row[walk.ENTRY_PRICE]),
            exit=None if row[walk.IS_OPEN] else float(row[walk.EXIT_PRICE]),
            hold=int(row[walk.EXIT] - row[walk.ENTRY]),
            gross=float(row[walk.GROSS]),
            costs=float(row[walk.COSTS]),
            carry=float(row[walk.CARRY]),
            net=float(net[at]),
        )
        for at, row in enumerate(trades.rows[start:], start)
    ]
