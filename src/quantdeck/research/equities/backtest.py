"""Backtest of a portfolio: what weights would have earned, after costs, without looking ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.equities import walk_kernels as walk
from quantdeck.trading.costs import BP

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import BoolArray, FloatArray, IntArray
    from quantdeck.research.equities.rules import EquityRules
    from quantdeck.research.features.table import FeatureTable

_DAY_NS = 86_400_000_000_000
_DAYS_A_YEAR = 365.0


@dataclass(frozen=True, slots=True, eq=False)
class SessionPrices:
    """Prices as the engine walks over them: T sessions in rows, N symbols in columns.

    Parameters
    ----------
    fill, close : array of shape (T, N)
        0 where there is none. [currency]
    dividend : array of shape (T, N)
        Of one forward share, due on its first session with a price. [currency]
    years : array of shape (T,)
        Since the session before, ACT/365; 0 of the first.
    """

    fill: FloatArray
    close: FloatArray
    dividend: FloatArray
    years: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class EquityBacktest:
    """What became of the weights: T sessions, N symbols.

    Parameters
    ----------
    rules : EquityRules
        What was traded by.
    symbols : tuple of str
        Canonical symbols.
    sessions, known_ns : array of int64 of shape (T,)
        As of the table. [ns]
    start : int
        First session at whose close something was decided.
    prices : SessionPrices
        What was traded at.
    quantity : array of shape (T, N)
        Held at the close, negative for short. [forward shares]
    cash, equity : array of shape (T,)
        At the close. [currency]
    fees, slippage, borrow, dividends : array of shape (T,)
        Paid, and of dividends received, so far. [currency]
    traded : array of shape (T,)
        Notional bought and sold in the session. [currency]
    long, short : array of shape (T,)
        Value of what is held, and sold short, at the close; both positive. [currency]
    stale : array of shape (T,)
        The part of both that is valued at an earlier close. [currency]
    count : array of int64 of shape (T,)
        Symbols held.
    """

    rules: EquityRules
    symbols: tuple[str, ...]
    sessions: IntArray
    known_ns: IntArray
    start: int
    prices: SessionPrices
    quantity: FloatArray
    cash: FloatArray
    equity: FloatArray
    fees: FloatArray
    slippage: FloatArray
    borrow: FloatArray
    dividends: FloatArray
    traded: FloatArray
    long: FloatArray
    short: FloatArray
    stale: FloatArray
    count: IntArray

    def __len__(self) -> int:
        """Return the count of sessions."""
        return len(self.sessions)

    @property
    def net(self) -> float:
        """Return the gain after costs, what is held valued at its last close. [currency]."""
        return float(self.equity[-1]) - self.rules.capital

    @property
    def gross_equity(self) -> FloatArray:
        """Return the equity with fees, slippage and borrowing added back. [currency]."""
        return self.equity + self.fees + self.slippage + self.borrow

    @property
    def curve(self) -> FloatArray:
        """Return the equity from the first decision on: its first entry is the capital."""
        return self.equity[self.start :]


def session_prices(table: FeatureTable, *, execution: str = "open") -> SessionPrices:
    """Return the prices that a portfolio is traded at.

    Parameters
    ----------
    table : FeatureTable
        With opens, closes, and closes with dividends bought in.
    execution : str
        ``open`` or ``close``.

    Returns
    -------
    SessionPrices
        dividend[t] = close[p] - close[t] total[p] / total[t], p being the session with a price before.
    """
    known = table.is_row & np.isfinite(table.close) & (table.close > 0.0)
    close = _dense(table.close, known)
    chosen = table.open if execution == "open" else table.close
    fill = close if execution == "close" else _dense(chosen, known & (chosen > 0.0))
    dividend = np.empty_like(close)
    walk.walk_dividends(close, np.ascontiguousarray(table.total.T), dividend)
    return SessionPrices(fill, close, dividend, _years(table.sessions))


def backtest(table: FeatureTable, weights: ArrayLike, rules: EquityRules) -> EquityBacktest:
    """Return what the weights would have earned.

    Parameters
    ----------
    table : FeatureTable
        Prices of N symbols over T sessions.
    weights : array of shape (N, T)
        Shares of equity to hold, decided at the close of the session; a session without any is no
        decision. `quantdeck.research.equities.rules` says the rest.
    rules : EquityRules
        How they are traded.

    Returns
    -------
    EquityBacktest
        Cut at any session, table and weights give the same result up to it.

    Raises
    ------
    BadInput
        If shapes differ, a weight is infinite, or one is negative in a cash account.
    TooLittleData
        If no session but the last decides to hold anything.

    Examples
    --------
    >>> from quantdeck.research.equities.rules import EquityRules
    >>> from quantdeck.research.features.table import FeatureTable
    >>> from quantdeck.trading.costs import Costs
    >>> day, price = 86_400_000_000_000, np.array([[10.0, 10.0, 11.0, 12.0]])
    >>> table = FeatureTable((), ("US:A",), np.arange(4) * day, np.arange(4) * day + 1,
    ...     np.empty((0, 1, 4), np.float32), np.ones((1, 4), bool), price, price, price)
    >>> weights = np.array([[1.0, np.nan, np.nan, np.nan]])
    >>> backtest(table, weights, EquityRules(capital=100.0, costs=Costs())).equity
    array([100., 100., 110., 120.])
    """
    wanted = np.array(weights, np.float64)
    if wanted.shape != table.close.shape:
        raise BadInput(
            f"weights {wanted.shape} do not fit a table of {table.close.shape}, symbols by sessions"
        )
    if np.isinf(wanted).any():
        raise BadInput("a weight is infinite")
    if rules.sides == "long" and float(np.nanmin(wanted, initial=0.0)) < 0.0:
        raise BadInput("a weight is negative, which a cash account cannot hold; take sides both")
    prices = session_prices(table, execution=rules.execution)
    start = _start(wanted, prices)
    decided: IntArray = np.array(np.isfinite(wanted).any(axis=0), np.int64)
    quantity = np.zeros(prices.close.shape)
    accounts = np.zeros((walk.ACCOUNTS, len(quantity)))
    walk.walk_sessions(
        prices.fill,
        prices.close,
        prices.dividend,
        np.ascontiguousarray(wanted.T),
        decided,
        prices.years,
        settings_of(rules),
        quantity,
        accounts,
    )
    return EquityBacktest(
        rules=rules,
        symbols=table.symbols,
        sessions=table.sessions,
        known_ns=table.known_ns,
        start=start,
        prices=prices,
        quantity=quantity,
        cash=accounts[walk.CASH],
        equity=accounts[walk.EQUITY],
        fees=accounts[walk.FEES],
        slippage=accounts[walk.SLIPPAGE],
        borrow=accounts[walk.BORROWED],
        dividends=accounts[walk.DIVIDENDS],
        traded=accounts[walk.TRADED],
        long=accounts[walk.LONG],
        short=accounts[walk.SHORT],
        stale=accounts[walk.STALE],
        count=accounts[walk.COUNT].astype(np.int64),
    )


def settings_of(rules: EquityRules) -> FloatArray:
    """Return the numbers of rules, in the order of `quantdeck.research.equities.walk_kernels`."""
    settings = np.zeros(8)
    settings[walk.CAPITAL] = rules.capital
    settings[walk.TAKER] = rules.costs.taker_bp * BP
    settings[walk.WORSE] = rules.costs.worse_bp * BP
    settings[walk.BORROW] = rules.borrow_annual
    settings[walk.SCALE] = 10.0**rules.decimals
    settings[walk.BAND] = rules.band
    settings[walk.MAX_RISK] = rules.max_risk
    settings[walk.IS_CASH] = rules.sides == "long"
    return settings


def _start(weights: FloatArray, prices: SessionPrices) -> int:
    holds = (np.abs(weights[:, :-1]) > 0.0).any(axis=0)
    for t in np.flatnonzero(holds):
        if ((np.abs(weights[:, t]) > 0.0) & (prices.close[t] > 0.0)).any():
            return int(t)
    raise TooLittleData(
        f"none of {weights.shape[1]:,} sessions decides to hold anything before the last; give a longer "
        "table, or a strategy that needs less history"
    )


def _dense(values: FloatArray, known: BoolArray) -> FloatArray:
    dense = np.zeros(values.shape[::-1])
    np.copyto(dense, values.T, where=known.T)
    return dense


def _years(sessions: IntArray) -> FloatArray:
    return np.diff(sessions, prepend=sessions[:1]) / (_DAY_NS * _DAYS_A_YEAR)
