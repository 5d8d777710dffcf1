"""Backtest of a pair: what its rules would have earned, after costs, without looking ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import NoData
from quantdeck.research.pairs.decisions import Reason, decide
from quantdeck.research.pairs.signals import held_scores, pair_signals
from quantdeck.trading.costs import BP, executed_price

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.types import BoolArray, FloatArray, IntArray
    from quantdeck.research.pairs.decisions import Hold
    from quantdeck.research.pairs.prices import PairPrices
    from quantdeck.research.pairs.rules import PairRules
    from quantdeck.research.pairs.signals import PairSignals
    from quantdeck.trading.costs import Costs


@dataclass(frozen=True, slots=True)
class PairTrade:
    """One spread that was held.

    Parameters
    ----------
    side : int
        +1 for y bought and x sold, -1 for the opposite.
    entry_row, exit_row : int or None
        Rows of the prices in which it was filled; `exit_row` is None while it is open.
    entry_ns, exit_ns : int or None
        Their times, UTC. [ns]
    quantity_y, quantity_x : float
        What was held, negative for short. [units]
    entry_y, entry_x, exit_y, exit_x : float or None
        Executed prices, with half-spread and slippage and without fees. [currency]
    entry_zscore, exit_zscore : float or None
        Rolling scores of the rows that decided; None where a row without one did.
    hedge_ratio : float
        Of the line it was sized by.
    hold : int
        Rows that can be traded, from fill to fill, or to the last row while it is open. [rows]
    gross : float
        Gain at prices without costs. [currency]
    fees, slippage, funding : float
        Paid; funding is negative where it was received. [currency]
    net : float
        gross - fees - slippage - funding; of an open trade valued at the last closes. [currency]
    reason : str
        ``exit``, ``stop``, ``time``, ``end`` (of the rows) or ``open``.
    """

    side: int
    entry_row: int
    exit_row: int | None
    entry_ns: int
    exit_ns: int | None
    quantity_y: float
    quantity_x: float
    entry_y: float
    entry_x: float
    exit_y: float | None
    exit_x: float | None
    entry_zscore: float
    exit_zscore: float | None
    hedge_ratio: float
    hold: int
    gross: float
    fees: float
    slippage: float
    funding: float
    net: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Backtest:
    """What the rules did on every row of the prices.

    Money is summed up to the close of the row; on rows that cannot be traded it stays what it was.

    Parameters
    ----------
    rules : PairRules
        What was traded by.
    start : int
        Row of the prices from which on anything was decided.
    usable : array of shape (rows,)
        True in rows that can be traded; nothing happens in the others.
    ts_ns : array of shape (rows,)
        Times, UTC. [ns]
    position : array of shape (rows,)
        Side of the spread held at the close: +1, 0 or -1.
    quantity_y, quantity_x : array of shape (rows,)
        What was held at the close, negative for short. [units]
    hedge_ratio, spread, zscore : array of shape (rows,)
        Line in force, distance from it and score; NaN where there is none.
    equity : array of shape (rows,)
        Capital and net gains. [currency]
    gross_equity : array of shape (rows,)
        The same without fees, slippage and funding. [currency]
    fees, slippage, funding : array of shape (rows,)
        Paid so far. [currency]
    traded : array of shape (rows,)
        Notional bought and sold in the row, both legs. [currency]
    trades : tuple of PairTrade
        In order of time.
    """

    rules: PairRules
    start: int
    usable: BoolArray
    ts_ns: IntArray
    position: IntArray
    quantity_y: FloatArray
    quantity_x: FloatArray
    hedge_ratio: FloatArray
    spread: FloatArray
    zscore: FloatArray
    equity: FloatArray
    gross_equity: FloatArray
    fees: FloatArray
    slippage: FloatArray
    funding: FloatArray
    traded: FloatArray
    trades: tuple[PairTrade, ...]

    def __len__(self) -> int:
        """Return the count of rows."""
        return len(self.ts_ns)

    @property
    def net(self) -> float:
        """Return the gain after costs; what is open is valued at the last closes. [currency]."""
        return float(self.equity[-1]) - self.rules.capital

    @property
    def returns(self) -> FloatArray:
        """Return (equity[t] - equity[t-1]) / capital of the rows that can be traded, from the start."""
        curve = self.equity[self.start :][self.usable[self.start :]]
        return np.diff(curve, prepend=self.rules.capital) / self.rules.capital


def backtest(
    prices: PairPrices, rules: PairRules, *, start: int = 0, close_at_end: bool = False
) -> Backtest:
    """Return what the rules would have done and earned on these prices.

    Parameters
    ----------
    prices : PairPrices
        The pair, oldest row first.
    rules : PairRules
        How to trade it; `quantdeck.research.pairs.rules` says what they mean.
    start : int
        Row of the prices from which on anything is decided; rows before it only warm up.
    close_at_end : bool
        Close at the last row what is held then; left open otherwise.

    Returns
    -------
    Backtest
        Cut at any row, the prices give the same result up to that row.

    Raises
    ------
    BadInput
        If the estimator is not known, or `start` is negative.
    NoData
        If no row can have a score.

    Examples
    --------
    >>> from quantdeck.research.pairs.prices import PairPrices
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> from quantdeck.trading.costs import Costs
    >>> y = np.array([10.0, 10.1, 10.0, 9.0, 9.5, 10.0, 10.0])
    >>> pair = PairPrices(np.arange(7), y, np.full(7, 10.0))
    >>> rules = PairRules(hedge_ratio=1.0, log=False, window=3, entry=1.1, exit=0.0, stop=None,
    ...     capital=1000.0, costs_y=Costs(), costs_x=Costs())
    >>> result = backtest(pair, rules)
    >>> [(t.entry_row, t.exit_row, t.reason, round(t.net, 2)) for t in result.trades]
    [(4, 5, 'exit', 26.32)]
    """
    signals = pair_signals(prices, rules)
    if len(signals) <= rules.warm_up:
        raise NoData(
            f"{len(signals)} of {len(prices)} rows can be traded; the windows of these rules need "
            f"{rules.warm_up + 1} before there is a score"
        )
    first = int(np.searchsorted(signals.rows.index, start)) if start > 0 else start
    holds = decide(
        signals.zscore,
        signals.size_y != 0.0,
        rules,
        start=first,
        close_at_end=close_at_end,
        held=held_scores(signals, rules) if rules.freeze else None,
    )
    return _accounts(prices, signals, rules, holds, start)


@dataclass(frozen=True, slots=True)
class _Leg:
    # Row by row; quantities are held at the close.
    quantity: FloatArray
    executed: FloatArray
    traded: FloatArray
    gross: FloatArray
    fees: FloatArray
    slippage: FloatArray
    funding: FloatArray


def _leg(
    quantity: FloatArray, close: FloatArray, fill: FloatArray, rate: FloatArray, costs: Costs
) -> _Leg:
    before = np.concatenate((np.zeros(1), quantity[:-1]))
    change = quantity - before
    executed = executed_price(fill, np.sign(change), costs)
    step = np.concatenate((np.zeros(1), fill[1:] - close[:-1]))
    traded = np.abs(change) * executed
    return _Leg(
        quantity=quantity,
        executed=executed,
        traded=traded,
        gross=before * step + quantity * (close - fill),
        fees=traded * (costs.taker_bp * BP),
        slippage=np.abs(change) * np.abs(executed - fill),
        funding=before * fill * rate,
    )


def _accounts(
    prices: PairPrices,
    signals: PairSignals,
    rules: PairRules,
    holds: Sequence[Hold],
    start: int,
) -> Backtest:
    rows = signals.rows
    position = np.zeros(len(rows), np.int64)
    quantity_y, quantity_x = np.zeros(len(rows)), np.zeros(len(rows))
    for hold in holds:
        held, decided = slice(hold.entry, hold.exit), hold.entry - 1
        position[held] = hold.side
        quantity_y[held] = hold.side * signals.size_y[decided]
        quantity_x[held] = hold.side * signals.size_x[decided]
    y = _leg(quantity_y, rows.y, rows.y_fill, rows.y_funding, rules.costs_y)
    x = _leg(quantity_x, rows.x, rows.x_fill, rows.x_funding, rules.costs_x)
    gross = y.gross + x.gross
    costs = [y.fees + x.fees, y.slippage + x.slippage, y.funding + x.funding]
    fees, slippage, funding = (np.cumsum(cost) for cost in costs)
    gross_equity = rules.capital + np.cumsum(gross)
    equity = rules.capital + np.cumsum(gross - costs[0] - costs[1] - costs[2])
    at = _Places(rows.index, len(prices))
    return Backtest(
        rules=rules,
        start=start,
        usable=at.usable,
        ts_ns=prices.ts_ns,
        position=at.lasting(position.astype(np.float64), 0.0).astype(np.int64),
        quantity_y=at.lasting(quantity_y, 0.0),
        quantity_x=at.lasting(quantity_x, 0.0),
        hedge_ratio=at.only(signals.hedge_ratio, np.nan),
        spread=at.only(signals.spread, np.nan),
        zscore=at.only(signals.zscore, np.nan),
        equity=at.lasting(equity, rules.capital),
        gross_equity=at.lasting(gross_equity, rules.capital),
        fees=at.lasting(fees, 0.0),
        slippage=at.lasting(slippage, 0.0),
        funding=at.lasting(funding, 0.0),
        traded=at.only(y.traded + x.traded, 0.0),
        trades=tuple(_trade(hold, signals, (y, x), gross, costs) for hold in holds),
    )


class _Places:
    # Puts figures of rows that can be traded on all rows.
    def __init__(self, index: IntArray, rows: int) -> None:
        self._index = index
        self._rows = rows
        self.usable = np.zeros(rows, np.bool_)
        self.usable[index] = True
        self._before = np.searchsorted(index, np.arange(rows), side="right") - 1

    def only(self, values: FloatArray, other: float) -> FloatArray:
        out = np.full(self._rows, other)
        out[self._index] = values
        return out

    def lasting(self, values: FloatArray, first: float) -> FloatArray:
        return np.concatenate((values, np.array([first])))[self._before]


def _trade(
    hold: Hold,
    signals: PairSignals,
    legs: tuple[_Leg, _Leg],
    gross: FloatArray,
    costs: Sequence[FloatArray],
) -> PairTrade:
    rows, (y, x) = signals.rows, legs
    is_open = hold.reason == "open"
    through = slice(hold.entry, hold.exit + 1)
    gained = float(gross[through].sum())
    fees, slippage, funding = (float(cost[through].sum()) for cost in costs)
    exit_zscore = None if is_open else float(signals.zscore[hold.exit - 1])
    return PairTrade(
        side=hold.side,
        entry_row=int(rows.index[hold.entry]),
        exit_row=None if is_open else int(rows.index[hold.exit]),
        entry_ns=int(rows.ts_ns[hold.entry]),
        exit_ns=None if is_open else int(rows.ts_ns[hold.exit]),
        quantity_y=float(y.quantity[hold.entry]),
        quantity_x=float(x.quantity[hold.entry]),
        entry_y=float(y.executed[hold.entry]),
        entry_x=float(x.executed[hold.entry]),
        exit_y=None if is_open else float(y.executed[hold.exit]),
        exit_x=None if is_open else float(x.executed[hold.exit]),
        entry_zscore=float(signals.zscore[hold.entry - 1]),
        exit_zscore=exit_zscore if exit_zscore == exit_zscore else None,  # noqa: PLR0124 - NaN
        hedge_ratio=float(signals.hedge_ratio[hold.entry - 1]),
        hold=hold.exit - hold.entry - (1 if is_open else 0),
        gross=gained,
        fees=fees,
        slippage=slippage,
        funding=funding,
        net=gained - fees - slippage - funding,
        reason=hold.reason,
    )
