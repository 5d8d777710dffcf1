"""What a model is to foretell, and when it will be known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.research.features.table import FeatureTable


class Target(StrEnum):
    """Which question a label answers."""

    UP = "up"
    """Whether the total return is positive."""
    BEATS_MEDIAN = "beats_median"
    """Whether it is above the median of the symbols of the session."""


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Answers of N symbols over T sessions.

    Parameters
    ----------
    target : Target
        The question.
    horizon : int
        Sessions from the close at which a row is known to the close that answers; at least 1.
    values : array of shape (N, T)
        1 or 0; NaN where not known, or where the return is exactly 0 (`UP`) or the median.
    returns : array of shape (N, T)
        Total return over the horizon. [1]
    end : array of int64 of shape (T,)
        Index of the session that answers; T where it lies beyond the table.
    """

    target: Target
    horizon: int
    values: FloatArray
    returns: FloatArray
    end: IntArray


def labels(table: FeatureTable, *, target: Target = Target.UP, horizon: int = 1) -> Labels:
    """Return y[i, t] = 1 where total[i, t + horizon] / total[i, t] - 1 is above 0, or the median.

    Parameters
    ----------
    table : FeatureTable
        Whose rows are labelled.
    target : Target
        The question.
    horizon : int
        Sessions ahead.

    Returns
    -------
    Labels
        Of every row; a symbol that did not trade at either end has none.

    Raises
    ------
    BadInput
        If the horizon is below 1.
    """
    if horizon < 1:
        raise BadInput(f"a label lies at least one session ahead, was {horizon}")
    shape = table.total.shape
    returns = np.full(shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        returns[:, :-horizon] = table.total[:, horizon:] / table.total[:, :-horizon] - 1.0
    returns[~(np.isfinite(returns) & table.is_row)] = np.nan
    line = np.zeros(shape[1])
    if target is Target.BEATS_MEDIAN:
        line = np.array([_median(column) for column in returns.T])
    with np.errstate(invalid="ignore"):
        values = np.where(returns > line, 1.0, np.where(returns < line, 0.0, np.nan))
    end = np.minimum(np.arange(shape[1], dtype=np.int64) + horizon, shape[1])
    return Labels(target, horizon, values, returns, end)


def _median(column: FloatArray) -> float:
    known = column[np.isfinite(column)]
    return float(np.median(known)) if len(known) > 1 else np.nan
