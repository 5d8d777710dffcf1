"""Thirty-one large US stocks, day by day from 2006 to 2017."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.feeds.bar_files.csv_bars import read_csv_bars
from quantdeck.research.features.panel import PRICES, Panel

if TYPE_CHECKING:
    from pathlib import Path

_DAY_NS = 86_400_000_000_000
_CLOSE_NS = 21 * 3_600_000_000_000


def recorded_panel(shared_data: Path) -> Panel:
    """Return them as one panel: adjusted for splits, dividends not bought in."""
    return panel_of_files(shared_data / "us-daily-djia-2006-2017" / "data")


def panel_of_files(folder: Path) -> Panel:
    """Return daily bars of CSV files, one a symbol by which its name begins."""
    rows = {
        path.name.partition("_")[0]: read_csv_bars(path, interval="1d")[0].rows
        for path in sorted(folder.glob("*.csv.gz"))
    }
    sessions = np.unique(np.concatenate([each["start_ns"] for each in rows.values()]))
    sessions = np.unique(sessions // _DAY_NS * _DAY_NS)
    shape = (len(rows), len(sessions))
    prices = {name: np.full(shape, np.nan) for name in PRICES}
    for at, each in enumerate(rows.values()):
        places = np.searchsorted(sessions, each["start_ns"] // _DAY_NS * _DAY_NS)
        for name, values in prices.items():
            values[at, places] = each[name]
    return Panel(
        symbols=tuple(f"US:{symbol}" for symbol in rows),
        sessions=sessions,
        known_ns=sessions + _CLOSE_NS,
        **prices,
        total=prices["close"].copy(),
        scale=np.ones(shape),
        source="recorded files",
    )
