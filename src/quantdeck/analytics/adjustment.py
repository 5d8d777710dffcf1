"""Prices of the past in today's shares, with or without the dividends that were paid since.

Factors are those of the Center for Research in Security Prices, as vendors of adjusted prices use them:
a split divides the prices before it by the new shares for an old one; a dividend multiplies them by what
is left of the last close before it. Returns of the adjusted closes are those of a holder who puts every
dividend back in at that close less the dividend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.price_series import PriceSeries
from quantdeck.model.errors import BadInput
from quantdeck.model.history import INTERVALS_NS, ActionKind, Adjustment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.history import CorporateAction, History


def split_factors(start_ns: IntArray, actions: Sequence[CorporateAction]) -> FloatArray:
    """Return what prices are multiplied by to be in today's shares.

    Parameters
    ----------
    start_ns : array of int64 of shape (n,)
        Starts of the bars, UTC, ascending. [ns]
    actions : sequence of CorporateAction
        In any order; dividends are passed over.

    Returns
    -------
    array of shape (n,)
        1 from the last split on. [1]

    Raises
    ------
    BadInput
        If the value of a split is not positive and finite.

    Notes
    -----
    factor(t) = product over splits with ex > t of 1 / value.

    Examples
    --------
    >>> from quantdeck.model.history import CorporateAction
    >>> split = CorporateAction(20, ActionKind.SPLIT, 4.0)
    >>> split_factors(np.array([0, 10, 20]), [split]).tolist()
    [0.25, 0.25, 1.0]
    """
    factors = np.ones(len(start_ns))
    for action in actions:
        if action.kind is ActionKind.SPLIT:
            if not 0.0 < action.value < np.inf:
                raise BadInput(f"a split of {action.value} new shares for an old one is none")
            factors[: _first_at(start_ns, action)] /= action.value
    return factors


def dividend_factors(
    start_ns: IntArray, close: FloatArray, actions: Sequence[CorporateAction]
) -> FloatArray:
    """Return what prices are multiplied by to have later dividends put back in.

    Parameters
    ----------
    start_ns : array of int64 of shape (n,)
        Starts of the bars, UTC, ascending. [ns]
    close : array of shape (n,)
        As traded; NaN where absent, and then the close before counts. [currency]
    actions : sequence of CorporateAction
        In any order. Of a split on the day of a dividend, the dividend is one of the new shares.

    Returns
    -------
    array of shape (n,)
        1 from the last dividend on; a dividend without a close before it changes nothing. [1]

    Raises
    ------
    BadInput
        If a dividend is not positive, or not less than the close before it.

    Notes
    -----
    factor(t) = product over dividends with ex > t of 1 - value / close before ex.

    Examples
    --------
    >>> from quantdeck.model.history import CorporateAction
    >>> paid = CorporateAction(20, ActionKind.DIVIDEND, 2.0)
    >>> dividend_factors(np.array([0, 10, 20]), np.array([99.0, 100.0, 98.5]), [paid]).tolist()
    [0.98, 0.98, 1.0]
    """
    factors = np.ones(len(start_ns))
    present = np.flatnonzero(np.isfinite(close) & (close > 0.0))
    for action in actions:
        if action.kind is not ActionKind.DIVIDEND:
            continue
        first = _first_at(start_ns, action)
        before = int(np.searchsorted(present, first)) - 1
        if before < 0:
            continue
        at = int(present[before])
        # A close before a split is one of the old shares, and the dividend one of the new.
        until = [each for each in actions if each.ex_ns <= action.ex_ns]
        split = split_factors(start_ns[at : at + 1], until)
        last_close = float(close[at] * split[0])
        if not 0.0 < action.value < last_close:
            day = np.datetime64(action.ex_ns, "ns").astype("datetime64[D]")
            raise BadInput(
                f"a dividend of {action.value:g} on {day} is not between 0 and the close before it, "
                f"{last_close:g}; the vendor's actions are wrong"
            )
        factors[:first] *= 1.0 - action.value / last_close
    return factors


def adjusted(history: History, adjustment: Adjustment) -> PriceSeries:
    """Return the bars of a history as analytics read them.

    Parameters
    ----------
    history : History
        As traded, with its actions.
    adjustment : Adjustment
        What the prices are expressed in.

    Returns
    -------
    PriceSeries
        Prices times the factors; volumes over those of the splits; `raw_close` as traded.

    Raises
    ------
    BadInput
        If an action cannot be; see `split_factors` and `dividend_factors`.

    Examples
    --------
    >>> from quantdeck.model.feed import Delay, Provenance, RunId
    >>> from quantdeck.model.history import HISTORY_DTYPE, CorporateAction, History
    >>> rows = np.ones(2, HISTORY_DTYPE)
    >>> rows["start_ns"], rows["close"] = [0, 10], [80.0, 21.0]
    >>> told = Provenance("yahoo", Delay.DELAYED, RunId("run"))
    >>> split = CorporateAction(10, ActionKind.SPLIT, 4.0)
    >>> history = History("US:AAPL", "1d", rows, told, actions=(split,))
    >>> adjusted(history, Adjustment.SPLIT).close.tolist()
    [20.0, 21.0]
    """
    rows, actions = history.rows, history.actions
    if history.calendar == "24/7" and not actions:
        adjustment = Adjustment.RAW
    starts: IntArray = np.ascontiguousarray(rows["start_ns"])
    close: FloatArray = np.ascontiguousarray(rows["close"])
    factors = splits = np.ones(len(rows))
    if adjustment is not Adjustment.RAW:
        factors = splits = split_factors(starts, actions)
    if adjustment is Adjustment.TOTAL:
        factors = splits * dividend_factors(starts, close, actions)
    return PriceSeries(
        symbol=history.symbol,
        interval=history.interval,
        interval_ns=INTERVALS_NS[history.interval],
        start_ns=starts,
        open=rows["open"] * factors,
        high=rows["high"] * factors,
        low=rows["low"] * factors,
        close=close * factors,
        volume=rows["volume"] / splits,
        raw_close=close,
        adjustment=adjustment,
        currency=history.currency,
        calendar=history.calendar,
        source=history.provenance.source,
        feed=history.feed,
        delay=history.provenance.delay,
        fetched_ns=history.fetched_ns or None,
    )


def _first_at(start_ns: IntArray, action: CorporateAction) -> int:
    return int(np.searchsorted(start_ns, action.ex_ns))
