"""Risk figures of a scoreboard: how the gains of its rows scatter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance import sharpe_ratio, trade_figures
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = dict[str, str | float | int | bool | None]

COLUMNS = (
    "strategy", "rows", "first", "last", "auc", "pnl", "mean", "deviation", "sharpe", "sharpe_error",
    "hit_rate", "profit_factor", "best", "worst", "max_drawdown",
)  # fmt: skip
"""Of a risk report."""

ALL = "all"
"""Strategy of the row about every row that has a gain."""


def scoreboard_risk(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return one row of risk figures for each strategy, after one for all.

    Parameters
    ----------
    rows : iterable of mapping of str to str
        Of a scoreboard, oldest first: ``pnl`` is needed; ``date``, ``auc``, ``capital`` and ``strategy``
        are used where they are there. Rows without a gain are left out, but for the mean AUC.

    Returns
    -------
    list of dict
        By the names of `COLUMNS`. Mean, deviation (divisor n - 1), best, worst and deepest fall of the
        sum so far are in currency, the Sharpe ratio is mean / deviation of pnl / capital a row, not
        scaled to a year, since rows may be of any span; None where it cannot be told.

    Raises
    ------
    NoData
        If no row has a gain.

    Examples
    --------
    >>> board = [{"date": "d1", "pnl": "10"}, {"date": "d2", "pnl": "-4"}, {"date": "d3", "auc": ".5"}]
    >>> told = scoreboard_risk(board)[0]
    >>> told["pnl"], told["max_drawdown"], told["hit_rate"], told["auc"]
    (6.0, 4.0, 0.5, 0.5)
    """
    known = [dict(row) for row in rows]
    if not any(_number(row, "pnl") is not None for row in known):
        raise NoData(
            "no row of the scoreboard has a gain in its column pnl; quantdeck backtest and simulate add some"
        )
    groups: dict[str, list[dict[str, str]]] = {ALL: known}
    for row in known:
        if _number(row, "pnl") is not None:
            groups.setdefault(row.get("strategy") or "", []).append(row)
    named = {name: group for name, group in groups.items() if name}
    return [_told(name, group) for name, group in named.items()]


def _told(name: str, rows: Sequence[Mapping[str, str]]) -> Row:
    gains = [(row, pnl) for row in rows if (pnl := _number(row, "pnl")) is not None]
    pnl = np.array([value for _, value in gains])
    dates = sorted(row["date"] for row, _ in gains if row.get("date"))
    aucs = [auc for row in rows if (auc := _number(row, "auc")) is not None]
    capital = np.array([_number(row, "capital") or math.nan for row, _ in gains])
    figures = trade_figures(pnl)
    path = np.concatenate((np.zeros(1), np.cumsum(pnl)))
    ratio = _ratio(pnl / capital)
    return {
        "strategy": name,
        "rows": len(pnl),
        "first": dates[0] if dates else None,
        "last": dates[-1] if dates else None,
        "auc": float(np.mean(aucs)) if aucs else None,
        "pnl": float(pnl.sum()),
        "mean": figures.mean,
        "deviation": float(pnl.std(ddof=1)) if len(pnl) > 1 else None,
        "sharpe": ratio[0],
        "sharpe_error": ratio[1],
        "hit_rate": figures.hit_rate,
        "profit_factor": figures.profit_factor,
        "best": figures.best,
        "worst": figures.worst,
        "max_drawdown": float((np.maximum.accumulate(path) - path).max()),
    }


def _ratio(returns: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float | None, ...]:
    if not np.isfinite(returns).all() or (returns < -1.0).any():
        return None, None
    try:
        found = sharpe_ratio(returns, periods_per_year=1.0)
    except NoData:
        return None, None
    return found.value, found.standard_error


def _number(row: Mapping[str, str], name: str) -> float | None:
    try:
        value = float(row.get(name) or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
