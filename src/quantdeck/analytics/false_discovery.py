"""Control of false discoveries where many hypotheses are tested at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

Control = Literal["bh", "by"]
"""Benjamini-Hochberg, or Benjamini-Yekutieli."""


def q_values(pvalues: ArrayLike, *, control: Control = "bh") -> FloatArray:
    """Return q[i] = min over p[j] >= p[i] of c m p[j] / rank(j): p-values adjusted for their number.

    Calling all hypotheses with q <= alpha discoveries, the expected share of false ones among them is
    at most alpha.

    Parameters
    ----------
    pvalues : array of shape (m,)
        In [0, 1]; NaN where a hypothesis could not be tested, which then is none of the m.
    control : {"bh", "by"}
        ``bh`` has c = 1 and holds for p-values that are independent or positively dependent; ``by``
        has c = 1 + 1/2 + ... + 1/m and holds for any dependence.

    Returns
    -------
    array of shape (m,)
        In [0, 1], NaN where the p-value is.

    Raises
    ------
    BadInput
        If a p-value is outside [0, 1] or the control is unknown.

    Notes
    -----
    Y. Benjamini and Y. Hochberg, "Controlling the False Discovery Rate", Journal of the Royal
    Statistical Society B 57 (1995) 289-300; Y. Benjamini and D. Yekutieli, "The Control of the False
    Discovery Rate in Multiple Testing under Dependency", Annals of Statistics 29 (2001) 1165-1188.

    Examples
    --------
    >>> q_values([0.01, 0.02, 0.5, float("nan")])
    array([0.03, 0.03, 0.5 ,  nan])
    >>> q_values([0.01, 0.02, 0.5], control="by").round(3)
    array([0.055, 0.055, 0.917])
    """
    if control not in get_args(Control):
        raise BadInput(f"control must be 'bh' or 'by', was {control!r}")
    values = as_series(pvalues, "pvalues")
    out = np.full(len(values), np.nan)
    present = np.flatnonzero(np.isfinite(values))
    given = values[present]
    if ((given < 0.0) | (given > 1.0)).any():
        raise BadInput(
            f"p-values must be in [0, 1]; they reach from {given.min()} to {given.max()}"
        )
    count = len(given)
    if not count:
        return out
    ranks = np.arange(1.0, count + 1.0)
    factor = float((1.0 / ranks).sum()) if control == "by" else 1.0
    order = np.argsort(given, kind="stable")
    steps = factor * count / ranks * given[order]
    out[present[order]] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return out
