"""What closed trades say: how often they win, and how much more than they lose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class TradeFigures:
    """Figures of closed trades; None where there is no trade of the kind a figure needs.

    Parameters
    ----------
    count : int
        Trades.
    hit_rate : float or None
        Winners / all; a trade of exactly zero wins nothing. [decimal]
    profit_factor : float or None
        Sum of gains / sum of losses; None without a loss.
    payoff : float or None
        Mean gain / mean loss; None without a gain or without a loss.
    mean : float or None
        Mean profit of a trade. [currency]
    best, worst : float or None
        Largest and smallest profit. [currency]
    mean_hold : float or None
        Mean time in a trade. [rows]
    """

    count: int
    hit_rate: float | None
    profit_factor: float | None
    payoff: float | None
    mean: float | None
    best: float | None
    worst: float | None
    mean_hold: float | None


def trade_figures(profits: ArrayLike, holds: ArrayLike | None = None) -> TradeFigures:
    """Return what closed trades say.

    Parameters
    ----------
    profits : array of shape (n,)
        Profit of each trade after costs. [currency]
    holds : array of shape (n,), optional
        Rows that each was held.

    Returns
    -------
    TradeFigures
        Of all trades given.

    Raises
    ------
    BadInput
        If a profit is not finite, or there are not as many holds as profits.

    Examples
    --------
    >>> figures = trade_figures([2.0, -1.0, 1.0, -1.0], [3, 5, 2, 2])
    >>> figures.hit_rate, figures.profit_factor, figures.payoff, figures.mean_hold
    (0.5, 1.5, 1.5, 3.0)
    """
    gains_and_losses = as_series(profits, "profits")
    if not np.isfinite(gains_and_losses).all():
        raise BadInput("a profit is not finite; leave out trades that are not closed")
    rows = None if holds is None else as_series(holds, "holds")
    n = len(gains_and_losses)
    if rows is not None and len(rows) != n:
        raise BadInput(f"{n} profits and {len(rows)} holds; give one of each per trade")
    if not n:
        return TradeFigures(0, None, None, None, None, None, None, None)
    gains = gains_and_losses[gains_and_losses > 0.0]
    losses = -gains_and_losses[gains_and_losses < 0.0]
    lost = float(losses.sum())
    payoff = float(gains.mean() / losses.mean()) if len(gains) and len(losses) else None
    return TradeFigures(
        count=n,
        hit_rate=len(gains) / n,
        profit_factor=float(gains.sum()) / lost if len(losses) else None,
        payoff=payoff,
        mean=float(gains_and_losses.mean()),
        best=float(gains_and_losses.max()),
        worst=float(gains_and_losses.min()),
        mean_hold=None if rows is None else float(rows.mean()),
    )
