"""Backtests of windows that follow each other, put together into one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.pairs.backtest import Backtest, PairTrade
from quantdeck.research.pairs.prices import usable_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.research.pairs.prices import PairPrices
    from quantdeck.research.pairs.rules import PairRules

_STATES = ("position", "quantity_y", "quantity_x", "hedge_ratio", "spread", "zscore", "traded")
_SUMS = ("equity", "gross_equity", "fees", "slippage", "funding")


def stitched(
    prices: PairPrices, rules: PairRules, parts: Sequence[tuple[int, int, Backtest | None]]
) -> Backtest:
    """Return one backtest of windows that follow each other.

    Parameters
    ----------
    prices : PairPrices
        All rows.
    rules : PairRules
        What the windows share; their capital.
    parts : sequence of (first row, start, Backtest or None)
        Of each window, in order of time: the row of the prices that is its row 0, the row of the
        prices from which on it traded, and its result, in which nothing is held at the end. None is a
        window in which nothing was traded.

    Returns
    -------
    Backtest
        Gains are added from window to window. Nothing is held before the first start, and there is no
        score.
    """
    rows = len(prices)
    usable = np.zeros(rows, np.bool_)
    usable[usable_rows(prices).index] = True
    states = {
        name: np.full(rows, np.nan if name in ("hedge_ratio", "spread", "zscore") else 0.0)
        for name in _STATES
    }
    gains = {name: np.zeros(rows) for name in _SUMS}
    trades: list[PairTrade] = []
    for offset, start, part in parts:
        if part is None:
            continue
        here = slice(start, offset + len(part))
        there = slice(start - offset, len(part))
        for name, values in states.items():
            values[here] = getattr(part, name)[there]
        for name, values in gains.items():
            of_part = getattr(part, name)
            values[here] = np.diff(of_part[there], prepend=of_part[start - offset - 1])
        trades += [_moved(trade, offset) for trade in part.trades]
    sums = {name: np.cumsum(values) for name, values in gains.items()}
    return Backtest(
        rules=rules,
        start=parts[0][1] if parts else 0,
        usable=usable,
        ts_ns=prices.ts_ns,
        position=states["position"].astype(np.int64),
        quantity_y=states["quantity_y"],
        quantity_x=states["quantity_x"],
        hedge_ratio=states["hedge_ratio"],
        spread=states["spread"],
        zscore=states["zscore"],
        equity=rules.capital + sums["equity"],
        gross_equity=rules.capital + sums["gross_equity"],
        fees=sums["fees"],
        slippage=sums["slippage"],
        funding=sums["funding"],
        traded=states["traded"],
        trades=tuple(trades),
    )


def _moved(trade: PairTrade, rows: int) -> PairTrade:
    left = None if trade.exit_row is None else trade.exit_row + rows
    return replace(trade, entry_row=trade.entry_row + rows, exit_row=left)
