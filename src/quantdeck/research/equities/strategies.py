"""Strategies: registered functions that give every symbol a weight at the close of each session.

None of them may look past the session it decides at; the tests cut tables anywhere and compare.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, NoData
from quantdeck.research.equities.ranking import top_weights

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.analytics.types import BoolArray, FloatArray, IntArray
    from quantdeck.research.equities.question import EquityQuestion
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.predictions import Predictions

    StrategyFunction = Callable[["Market", EquityQuestion], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """What strategies decide by.

    Parameters
    ----------
    table : FeatureTable
        Prices and features of N symbols over T sessions.
    predictions : Predictions or None
        Of a model, out of sample.
    first : int
        Nothing is decided before this session.
    """

    table: FeatureTable
    predictions: Predictions | None = None
    first: int = 0

    def every(self, sessions: int, scores: FloatArray) -> BoolArray:
        """Return which sessions decide: the first that has a score, and every n-th after it.

        Parameters
        ----------
        sessions : int
            n.
        scores : array of shape (N, T)
            NaN where there is none.

        Returns
        -------
        array of bool of shape (T,)
        """
        decided = np.zeros(scores.shape[1], np.bool_)
        has = np.isfinite(scores[:, self.first :]).any(axis=0)
        if has.any():
            decided[self.first + int(np.argmax(has)) :: sessions] = True
        return decided


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to hold a portfolio.

    Parameters
    ----------
    name : str
        As it is asked for.
    text : str
        What it does.
    every : int
        Sessions from one decision to the next where a question does not say.
    needs_predictions : bool
        Whether it asks a model.
    function : callable
        Market and question in, weights of shape (N, T) out; NaN in sessions without a decision.
    """

    name: str
    text: str
    every: int
    needs_predictions: bool
    function: StrategyFunction


_REGISTERED: dict[str, Strategy] = {}


def strategy(
    *, every: int = 21, needs_predictions: bool = False
) -> Callable[[StrategyFunction], StrategyFunction]:
    """Register a function as a strategy under its own name.

    Parameters
    ----------
    every, needs_predictions
        As of `Strategy`.

    Returns
    -------
    callable
        Decorator that leaves the function as it is.

    Raises
    ------
    BadInput
        If the name is taken, or the function has no docstring.
    """

    def register(function: StrategyFunction) -> StrategyFunction:
        name, text = function.__name__, inspect.getdoc(function)
        known = _REGISTERED.get(name)
        if not text or (known and known.function.__module__ != function.__module__):
            raise BadInput(f"strategy {name} needs a docstring, and a name that is not taken")
        _REGISTERED[name] = Strategy(name, text, every, needs_predictions, function)
        return function

    return register


def strategies() -> tuple[Strategy, ...]:
    """Return every strategy, in order of registration."""
    return tuple(_REGISTERED.values())


def find_strategy(name: str) -> Strategy:
    """Return a strategy by name.

    Parameters
    ----------
    name : str
        Such as ``momentum``.

    Raises
    ------
    BadInput
        If there is none.

    Examples
    --------
    >>> find_strategy("buy_hold").text.splitlines()[0]
    'Buy every symbol once, for the same money, and hold it.'
    """
    if name not in _REGISTERED:
        raise BadInput(
            f"there is no strategy {name!r}; there are {', '.join(_REGISTERED)}", field="strategy"
        )
    return _REGISTERED[name]


@strategy()
def buy_hold(market: Market, question: EquityQuestion) -> FloatArray:
    """Buy every symbol once, for the same money, and hold it.

    Bought are those that trade in the first session; with `symbol`, that one alone.
    """
    table = market.table
    bought = _priced(table)
    if question.symbol:
        bought &= _only(table, question.symbol)[:, None]
    weights = np.full(bought.shape, np.nan)
    trading = bought[:, market.first :].any(axis=0)
    if trading.any():
        at = market.first + int(np.argmax(trading))
        weights[:, at] = bought[:, at] / bought[:, at].sum()
    return weights


@strategy()
def equal_weight(market: Market, question: EquityQuestion) -> FloatArray:
    """Hold every symbol that trades, for the same share of equity, restored every month."""
    priced = _priced(market.table)
    scores = np.where(priced, 0.0, np.nan)
    return top_weights(
        scores, market.every(_every(question, "equal_weight"), scores), top=len(scores)
    )


@strategy()
def momentum(market: Market, question: EquityQuestion) -> FloatArray:
    """Hold the symbols that rose most over twelve months, the newest month left out.

    score = total[t - 21] / total[t - window] - 1, window being 252 unless the question says otherwise
    (N. Jegadeesh and S. Titman, Journal of Finance 48 (1993); the month is left out because returns of
    so short a time tend to come back).
    """
    window = 252 if question.window is None else question.window
    skipped = min(21, window // 4)
    total = _carried(market.table)
    scores = np.full(total.shape, np.nan)
    if total.shape[1] > window:
        with np.errstate(invalid="ignore", divide="ignore"):
            end = total[:, window - skipped : total.shape[1] - skipped]
            scores[:, window:] = end / total[:, : total.shape[1] - window] - 1.0
    return _ranked(market, question, scores, "momentum")


@strategy(every=1)
def sma_cross(market: Market, question: EquityQuestion) -> FloatArray:
    """Hold each symbol while the mean of its newest closes is above that of more of them.

    Means of `fast` and `slow` sessions, 50 and 200 unless the question says otherwise, of closes with
    dividends bought in; the last one where a symbol did not trade. Each symbol that trades has the same share of equity, held or in cash.
    """
    fast, slow = question.fast, question.slow
    if not 1 <= fast < slow:
        raise BadInput(f"fast must be from 1 to below slow ({slow}), was {fast}", field="fast")
    total = _carried(market.table)
    gap = np.full(total.shape, np.nan)
    if total.shape[1] >= slow:
        gap[:, slow - 1 :] = _means(total, fast)[:, slow - fast :] - _means(total, slow)
    priced = _priced(market.table) & np.isfinite(gap)
    decided = market.every(_every(question, "sma_cross"), np.where(priced, gap, np.nan))
    count = np.maximum(priced.sum(axis=0), 1)
    side = np.where(gap > 0.0, 1.0, -1.0 if question.is_both else 0.0)
    return np.where(decided, np.where(priced, side, 0.0) / count, np.nan)


@strategy(every=1, needs_predictions=True)
def model(market: Market, question: EquityQuestion) -> FloatArray:
    """Hold the symbols that a model gives the highest scores, by predictions out of sample."""
    found = market.predictions
    if found is None:
        raise NoData(
            "the strategy model trades predictions out of sample; give a model, or choose another strategy"
        )
    scores = np.full(market.table.close.shape, np.nan)
    scores[found.symbol, found.session] = found.score
    return _ranked(market, question, scores, "model")


def _ranked(market: Market, question: EquityQuestion, scores: FloatArray, name: str) -> FloatArray:
    known = np.where(_priced(market.table), scores, np.nan)
    return top_weights(
        known,
        market.every(_every(question, name), known),
        top=question.held(len(known)),
        dropout=question.dropout,
        is_both=question.is_both,
        weighting=question.weighting,
    )


def _every(question: EquityQuestion, name: str) -> int:
    usual = find_strategy(name).every
    return usual if question.every is None else question.every


def _priced(table: FeatureTable) -> BoolArray:
    with np.errstate(invalid="ignore"):
        return table.is_row & (table.close > 0.0)


def _only(table: FeatureTable, symbol: str) -> BoolArray:
    if symbol not in table.symbols:
        raise NoData(f"the table has no {symbol}; it has {', '.join(table.symbols[:8])}")
    return np.array([each == symbol for each in table.symbols])


def _carried(table: FeatureTable) -> FloatArray:
    # Where a symbol did not trade, its last close: one missing session is no reason to sell.
    known: BoolArray = np.isfinite(table.total)
    places: IntArray = np.arange(len(table.sessions))
    index = np.where(known, places, 0)
    last = np.maximum.accumulate(index, axis=1)
    return np.take_along_axis(table.total, last, axis=1)


def _means(values: FloatArray, window: int) -> FloatArray:
    # Each summed for itself: a running sum would carry its rounding along.
    found = np.lib.stride_tricks.sliding_window_view(values, window, axis=1)
    return found.mean(axis=-1)
