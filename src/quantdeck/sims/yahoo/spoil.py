"""Faults of charts: done to an answer that is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.noise import generator
from quantdeck.sims.yahoo.fault_table import YahooFault

if TYPE_CHECKING:
    from quantdeck.sims.faultboard import FaultBoard

_LACKING = ("currency", "exchangeName", "currentTradingPeriod", "regularMarketTime")


def is_on(faults: FaultBoard, name: YahooFault, symbol: str) -> bool:
    """Whether a fault is on for a symbol."""
    fault = faults.get(name)
    return fault is not None and fault.touches(symbol)


def spoil(result: dict[str, Any], faults: FaultBoard, symbol: str, last_s: int) -> None:
    """Do to the result of a chart what is switched on for its symbol.

    Parameters
    ----------
    result : dict
        Changed in place.
    faults : FaultBoard
        What is switched on.
    symbol : str
        Whose chart.
    last_s : int
        Time of the last trade. [s]
    """
    stamps: list[int] = result.get("timestamp", [])
    groups: dict[str, list[dict[str, list[Any]]]] = result["indicators"]
    columns = [column for group in groups.values() for column in group[0].values()]
    if stamps and is_on(faults, YahooFault.LATE_BAR, symbol):
        for column in (stamps, *columns):
            column.pop()
    if stamps and is_on(faults, YahooFault.DUPLICATED_LAST, symbol):
        stamps.append(max(stamps[-1] + 1, last_s))
        for column in columns:
            column.append(column[-1])
    if is_on(faults, YahooFault.NULL_ROWS, symbol):
        _null(columns, faults, symbol, len(stamps))
    if is_on(faults, YahooFault.MISSING_FIELDS, symbol):
        for name in _LACKING:
            result["meta"].pop(name, None)
        groups["quote"][0].pop("volume", None)
        groups.pop("adjclose", None)


def _null(columns: list[list[Any]], faults: FaultBoard, symbol: str, rows: int) -> None:
    fault = faults.get(YahooFault.NULL_ROWS)
    share = fault.value or 0.0 if fault is not None else 0.0
    draws = generator(0, "null rows", symbol).random(rows)
    for row in np.flatnonzero(draws < share).tolist():
        for column in columns:
            column[row] = None
