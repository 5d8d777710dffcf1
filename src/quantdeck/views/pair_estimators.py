"""Payloads of the Pairs page that compare estimators, and of what followed stretched spreads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.live.bars import TIMEFRAMES
from quantdeck.views.figures import pvalue_text
from quantdeck.views.pairs import drawn_lines
from quantdeck.views.payloads import Band, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from quantdeck.analytics.pairs.comparison import EstimatorRow
    from quantdeck.analytics.pairs.reversion import ReversionAt, ReversionCheck
    from quantdeck.live.pair_state import PairComparison, PairNow
    from quantdeck.views.payloads import LinesPayload, PanelState, Row

TITLES = {
    "ols": "Least squares",
    "huber": "Huber",
    "theil-sen": "Theil-Sen",
    "tls": "Total least squares",
    "kalman": "Kalman filter",
    "rolling": "Rolling least squares",
}
"""What estimators are called on the page."""

_BAND = (Band("interval", "high", "low"),)
_BASIS_POINTS = 1e4


def hedge_payload(compared: PairComparison, state: PanelState) -> LinesPayload:
    """Return the hedge ratio of every estimator, with the interval of the one chosen.

    Parameters
    ----------
    compared : PairComparison
        The estimators.
    state : PanelState
        Of the panel.

    Returns
    -------
    LinesPayload
        A line per estimator, named as it is, and ``low`` and ``high``. Estimators without an answer
        are left out.
    """
    found = {row.name: row.path for row in compared.estimates if row.path is not None}
    lines = {name: path.hedge_ratio for name, path in found.items()}
    chosen = found.get(compared.now.study.estimator)
    if chosen is not None:
        lines |= {"low": chosen.low, "high": chosen.high}
    why = next((row.reason for row in compared.estimates if row.reason), "") or ""
    return drawn_lines(
        compared.now.question.timeframe,
        compared.ts_ns,
        lines,
        state,
        reason=why,
        bands=_BAND if chosen is not None else (),
    )


def estimators_payload(compared: PairComparison, state: PanelState) -> RowsPayload:
    """Return a row per estimator.

    Parameters
    ----------
    compared : PairComparison
        The estimators.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``table`` panel, in the order in which estimators are offered. The verdict of one
        that has no answer is the reason.
    """
    now = compared.now
    rows = [_estimator(now, row) for row in compared.estimates]
    if all(row.line is None for row in compared.estimates):
        reason = next((row.reason for row in compared.estimates if row.reason), "")
        return RowsPayload(empty_state(state, reason or "No rows of both symbols yet"), [])
    return RowsPayload(state, rows)


def reversion_payload(now: PairNow, state: PanelState) -> RowsPayload:
    """Return what happened after the spread had been stretched.

    Parameters
    ----------
    now : PairNow
        The pair.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``table`` panel, one per horizon.
    """
    check = now.study.reversion
    if check is None:
        return RowsPayload(empty_state(state, now.study.reasons["reversion"]), [])
    return RowsPayload(state, [_horizon(check, at) for at in check.horizons])


def _estimator(now: PairNow, row: EstimatorRow) -> Row:
    line = row.line
    scale = _BASIS_POINTS if now.study.log else 1.0
    interval_ns = TIMEFRAMES.get(now.question.timeframe)
    lives = None if row.half_life is None or interval_ns is None else row.half_life * interval_ns
    return {
        "id": row.name,
        "estimator": TITLES[row.name],
        "hedge_ratio": None if line is None else _finite(line.hedge_ratio),
        "low": None if line is None else _finite(line.low),
        "high": None if line is None else _finite(line.high),
        "intercept": None if line is None else _finite(line.intercept),
        "spread_sd": None if row.spread_std is None else row.spread_std * scale,
        "half_life": None if lives is None else lives / 1e9,
        "hurst": row.hurst,
        "zscore": row.last_zscore,
        "note": row.reason or _note(now, row),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _note(now: PairNow, row: EstimatorRow) -> str:
    words = "chosen; " if row.name == now.study.estimator else ""
    match row.name:
        case "ols":
            test = now.study.engle_granger
            return (
                f"{words}Engle-Granger p {'not told' if test is None else pvalue_text(test.pvalue)}"
            )
        case "theil-sen" if row.path is not None and row.path.n < now.study.used:
            return f"{words}of {row.path.n} rows, evenly taken"
        case "kalman":
            return f"{words}newest row; one-step errors"
        case "rolling":
            return f"{words}newest window of {now.study.window}"
        case _:
            return f"{words}judged by least squares"


def _horizon(check: ReversionCheck, at: ReversionAt) -> Row:
    return {
        "id": str(at.rows),
        "rows": at.rows,
        "events": len(check.events),
        "back": at.hits,
        "rate": at.rate,
        "interval": f"{100.0 * at.low:.0f} to {100.0 * at.high:.0f} %",
        "expected": at.expected,
        "verdict": _verdict(at),
    }


def _verdict(at: ReversionAt) -> str:
    if at.low > at.expected:
        return "comes back"
    if at.high < at.expected:
        return "runs away"
    return "no more than a walk" if at.rate <= at.expected else "not shown"
