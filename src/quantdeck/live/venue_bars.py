"""The venue's own bars: what is known of the time before capture began."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.analytics.resample import Bars
from quantdeck.model.events import Flag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from quantdeck.model.events import Rows

_PAST = np.uint8(Flag.REPAIRED | Flag.CLOSED)


def is_past(flags: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which bars were fetched as history and will not change.

    Parameters
    ----------
    flags : array of uint8
        The column `flags` of rows of `BAR_DTYPE`.

    Returns
    -------
    array of bool
        False for the bars of a live stream, which repeat what is made here of executions.

    Examples
    --------
    >>> is_past(np.array([Flag.CLOSED, Flag.CLOSED | Flag.REPAIRED], np.uint8)).tolist()
    [False, True]
    """
    return (flags & _PAST) == _PAST


def venue_bars(columns: Rows | Mapping[str, NDArray[Any]]) -> Bars:
    """Return rows of bars of one instrument and one interval as `Bars`.

    Parameters
    ----------
    columns : structured array or mapping of str to array
        With the fields of `BAR_DTYPE`, in any order; of equal starts the last counts.

    Returns
    -------
    Bars
        Without the intervals in which nothing traded, as of bars made of executions.

    Examples
    --------
    >>> from quantdeck.model.events import BAR_DTYPE
    >>> rows = np.zeros(3, BAR_DTYPE)
    >>> rows["ts_event"], rows["close"], rows["trades"] = [60, 0, 120], [2.0, 1.0, 2.0], [5, 4, 0]
    >>> bars = venue_bars(rows)
    >>> bars.start_ns.tolist(), bars.close.tolist()
    ([0, 60], [1.0, 2.0])
    """
    starts = np.asarray(columns["ts_event"])
    traded = np.flatnonzero(columns["trades"])
    # From behind, so that of several the last is the one found.
    _, found = np.unique(starts[traded][::-1], return_index=True)
    chosen = traded[::-1][found]
    names = ("ts_event", "open", "high", "low", "close", "volume", "trades")
    return Bars(*(np.ascontiguousarray(columns[name][chosen]) for name in names))
