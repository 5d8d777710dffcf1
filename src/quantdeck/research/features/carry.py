"""Prices in the shares of the first session: splits and dividends carried forward, not back.

Adjustment to today's shares multiplies all of the past by every later split and dividend, so a figure of
last year would change with the dividend of tomorrow. Carried forward, what is known of a session stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.adjustment import dividend_factors
from quantdeck.model.errors import BadInput
from quantdeck.model.history import ActionKind

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.history import History


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """Daily bars of one symbol, as a `quantdeck.research.features.panel.Panel` has them.

    Parameters
    ----------
    start_ns : array of int64 of shape (n,)
        Midnight UTC of each session's date. [ns]
    open, high, low, close, volume, total, scale : array of shape (n,)
        As of a panel; NaN in a session without a positive close.
    """

    start_ns: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    total: FloatArray
    scale: FloatArray


def carried(history: History) -> Carried:
    """Return the daily bars of a history in shares of its first session.

    Parameters
    ----------
    history : History
        Daily bars as traded, with their actions.

    Returns
    -------
    Carried
        Prices times scale[t] = product over splits with ex <= t of new shares for an old one, volumes over
        it, and total[t] = close[t] times the product over dividends with ex <= t of 1 / (1 - D / C before).

    Raises
    ------
    BadInput
        If the bars are no days, or an action cannot be.

    Examples
    --------
    >>> from quantdeck.model.feed import Delay, Provenance, RunId
    >>> from quantdeck.model.history import HISTORY_DTYPE, CorporateAction, History
    >>> rows = np.ones(2, HISTORY_DTYPE)
    >>> rows["start_ns"], rows["close"] = [0, 10], [80.0, 21.0]
    >>> told = Provenance("yahoo", Delay.DELAYED, RunId("run"))
    >>> split = CorporateAction(10, ActionKind.SPLIT, 4.0)
    >>> found = carried(History("US:AAPL", "1d", rows, told, actions=(split,)))
    >>> found.close.tolist(), found.scale.tolist()
    ([80.0, 84.0], [1.0, 4.0])
    """
    if history.interval != "1d":
        raise BadInput(f"{history.symbol}: features need daily bars, were {history.interval}")
    rows = history.rows
    starts: IntArray = np.ascontiguousarray(rows["start_ns"])
    raw: FloatArray = np.ascontiguousarray(rows["close"])
    traded = np.isfinite(raw) & (raw > 0.0)
    scale, bought = _factors(history, starts, raw)

    def price(name: str) -> FloatArray:
        values = rows[name] * scale
        return np.where(traded & (values > 0.0), values, np.nan)

    close = price("close")
    return Carried(
        start_ns=starts,
        open=price("open"),
        high=price("high"),
        low=price("low"),
        close=close,
        volume=np.where(traded, rows["volume"] / scale, np.nan),
        total=close * bought,
        scale=scale,
    )


def _factors(
    history: History, starts: IntArray, close: FloatArray
) -> tuple[FloatArray, FloatArray]:
    scale, bought = np.ones((2, len(starts)))
    splits = tuple(each for each in history.actions if each.kind is ActionKind.SPLIT)
    # one after the other, so that a later one leaves every bit before it alone
    for action in sorted(history.actions):
        first = int(np.searchsorted(starts, action.ex_ns))
        if action.kind is ActionKind.SPLIT:
            if not 0.0 < action.value < np.inf:
                raise BadInput(
                    f"{history.symbol}: a split of {action.value} new shares for an old one is none"
                )
            if first > 0:
                scale[first:] *= action.value
            continue
        kept = dividend_factors(starts, close, (*splits, action))
        if 0 < first < len(starts):
            bought[first:] /= kept[0]
    return scale, bought
