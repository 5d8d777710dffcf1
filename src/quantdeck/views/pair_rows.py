"""The rows of a pair's study as a table, for files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from quantdeck.analytics.pairs import PairStudy
    from quantdeck.analytics.types import FloatArray, IntArray


def pair_table(times: IntArray, study: PairStudy) -> pa.Table:
    """Return the rows of a study, with the line that holds at each.

    Parameters
    ----------
    times : array of int64 of shape (rows,)
        ms UTC.
    study : PairStudy
        The answers; what could not be answered is NaN.

    Returns
    -------
    pa.Table
        ``ts`` (UTC [ns]), ``spread``, ``zscore``, ``correlation``, ``hedge_ratio``, ``intercept``, ``low``
        and ``high`` (the interval of the hedge ratio).

    Examples
    --------
    >>> from quantdeck.analytics.pairs import pair_study
    >>> at = np.arange(60)
    >>> x = 100 + np.sin(at)
    >>> study = pair_study(2 * x + np.cos(3 * at) / 10, x, window=20, log=False)
    >>> table = pair_table(at, study)
    >>> table.num_rows, round(table.column("hedge_ratio")[59].as_py(), 2)
    (60, 2.0)
    """
    path = study.path
    columns: dict[str, FloatArray | None] = {
        "spread": study.spread,
        "zscore": study.zscore,
        "correlation": study.correlation,
        "hedge_ratio": None if path is None else path.hedge_ratio,
        "intercept": None if path is None else path.intercept,
        "low": None if path is None else path.low,
        "high": None if path is None else path.high,
    }
    absent = np.full(len(times), np.nan)
    made = {name: absent if values is None else values for name, values in columns.items()}
    return pa.table({"ts": times * 1_000_000, **made})
