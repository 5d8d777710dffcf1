"""Long series made short enough to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.views.payloads import CandlesPayload

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.research.pairs.reports import PairBars
    from quantdeck.views.payloads import Marker, PanelState

MOST_POINTS = 3_000
"""Of a line; a screen has fewer columns."""

MOST_CANDLES = 1_500
"""Of a chart."""


def thinned(values: FloatArray, most: int) -> IntArray:
    """Return rows that keep the highest and the lowest of every stretch of a line.

    Parameters
    ----------
    values : array of shape (rows,)
        The line; NaN is a hole.
    most : int
        Rows kept at most, >= 4.

    Returns
    -------
    array of int
        Ascending; the first and the last row are among them.

    Examples
    --------
    >>> thinned(np.array([0.0, 5.0, 1.0, 2.0, -4.0, 0.0, 1.0, 3.0]), 6).tolist()
    [0, 1, 4, 7]
    """
    rows = len(values)
    if rows <= most:
        return np.arange(rows)
    cuts = np.linspace(0, rows, most // 2).astype(np.int64)
    low = np.where(np.isnan(values), np.inf, values)
    high = np.where(np.isnan(values), -np.inf, values)
    kept = {0, rows - 1}
    for begin, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        kept.add(begin + int(np.argmin(low[begin:end])))
        kept.add(begin + int(np.argmax(high[begin:end])))
    return np.array(sorted(kept), np.int64)


def coarser(
    state: PanelState,
    x: IntArray,
    bars: PairBars,
    *,
    decimals: int,
    title: str,
    markers: tuple[Marker, ...],
) -> CandlesPayload:
    """Return bars as candles, as many neighbours in one as there is no room for.

    Parameters
    ----------
    state : PanelState
        Of the panel.
    x : array of shape (rows,)
        Starts of the bars, UTC. [ms]
    bars : PairBars
        The bars.
    decimals : int
        Of a price.
    title : str
        What is drawn.
    markers : tuple of Marker
        In order of time.

    Returns
    -------
    CandlesPayload
        At most `MOST_CANDLES`.
    """
    together = max(1, -(-len(x) // MOST_CANDLES))
    firsts = np.arange(0, len(x), together)
    lasts = np.minimum(firsts + together, len(x)) - 1
    return CandlesPayload(
        state,
        decimals,
        x[firsts],
        bars.open[firsts],
        np.maximum.reduceat(bars.high, firsts),
        np.minimum.reduceat(bars.low, firsts),
        bars.close[lasts],
        np.add.reduceat(bars.volume, firsts),
        np.add.reduceat(bars.trades, firsts),
        title,
        markers,
    )
