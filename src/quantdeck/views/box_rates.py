"""The rates of an option chain as rows for a terminal or another program."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.boxes.types import ExpiryRate

RATE_COLUMNS = (
    "root",
    "expiry",
    "settlement",
    "days",
    "tau",
    "rate_mid",
    "se",
    "rate_lend",
    "rate_borrow",
    "forward",
    "dividend_yield",
    "quotes_used",
    "quotes_flagged",
    "status",
)
"""One row per root and expiry; rates are continuous, ACT/365, decimal."""

_DECIMALS = {
    "tau": 4,
    "rate_mid": 5,
    "se": 5,
    "rate_lend": 5,
    "rate_borrow": 5,
    "forward": 2,
    "dividend_yield": 5,
    "benchmark": 5,
    "spread_bp": 1,
}


def rate_rows(
    rates: Sequence[ExpiryRate], benchmark: Sequence[float] | None = None
) -> list[dict[str, Any]]:
    """Return one row per root and expiry, in the order given.

    Parameters
    ----------
    rates : sequence of ExpiryRate
        What was computed.
    benchmark : sequence of float or None
        For each, what it is compared with, in the same convention; NaN where there is nothing.

    Returns
    -------
    list of dict
        `RATE_COLUMNS`, and with a benchmark also ``benchmark`` and ``spread_bp``, the mid's distance
        from it. What is not known is None, a day is ISO 8601.
    """
    rows: list[dict[str, Any]] = []
    for at, rate in enumerate(rates):
        row: dict[str, Any] = {name: _plain(getattr(rate, name)) for name in RATE_COLUMNS}
        if benchmark is not None:
            row["benchmark"] = _plain(benchmark[at])
            row["spread_bp"] = _plain((rate.rate_mid - benchmark[at]) * 1e4)
        rows.append(row)
    return rows


def row_texts(row: dict[str, Any]) -> list[str]:
    """Return the cells of a row as a table shows them; a dash where something is not known.

    Parameters
    ----------
    row : dict
        One of `rate_rows`.

    Returns
    -------
    list of str
        In the order of the row.

    Examples
    --------
    >>> row_texts({"root": "SPX", "tau": 0.25, "rate_mid": None})
    ['SPX', '0.2500', '-']
    """
    return [_text(name, value) for name, value in row.items()]


def _text(name: str, value: object) -> str:
    if value is None:
        return "-"
    decimals = _DECIMALS.get(name)
    return f"{value:.{decimals}f}" if decimals is not None else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return getattr(value, "value", value)
