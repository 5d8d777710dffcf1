"""What stands behind the figures of the Boxes page: source, budget, ages, and the history kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.views.box_panels import TENORS
from quantdeck.views.payloads import LinesPayload, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.ports.chains import Budget
    from quantdeck.views.payloads import PanelState, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFigures:
    """What is known of the desk as a whole.

    Parameters
    ----------
    source, feed : str
        Vendor's service, and its name of the quality of its quotes.
    contracts : int
        Watched.
    budget : Budget
        What of the plan's room for streamed symbols is used.
    quotes_per_s : float or None
        Streamed; None where nothing is. [1/s]
    snapshot_age_s : float or None
        Of the newest snapshot; None before the first. [s]
    expiries, with_rate : int
        Watched, and those whose rate may be relied upon.
    flagged : int
        Quotes that do not carry the rate of their expiry, all expiries together.
    prices : str
        Underlyings with their price; empty where none is known.
    price_note : str
        Where it comes from, or how old it is.
    slowest_s : float
        Longest study of one expiry in the last refresh. [s]
    """

    source: str
    feed: str
    contracts: int
    budget: Budget
    quotes_per_s: float | None
    snapshot_age_s: float | None
    expiries: int
    with_rate: int
    flagged: int
    slowest_s: float
    prices: str = ""
    price_note: str = ""


def desk_payload(figures: DeskFigures, state: PanelState) -> RowsPayload:
    """Return the desk's figures as a ruled list.

    Parameters
    ----------
    figures : DeskFigures
        What is known.
    state : PanelState
        Of the panel.
    """
    budget = figures.budget
    streamed = f"of {budget.allowed:,} allowed" if budget.allowed else "not streamed"
    polled = "by snapshots" if budget.polled or not budget.allowed else "all are streamed"
    rows = [
        _row("source", f"{figures.source} / {figures.feed}", _quality(figures.feed)),
        _row("prices", figures.prices or None, figures.price_note),
        _row("contracts", figures.contracts, f"in {figures.expiries:,} expiries"),
        _row("budget", budget.used, streamed),
        _row("polled", budget.polled if budget.allowed else figures.contracts, polled),
        _row("quotes", figures.quotes_per_s, "streamed"),
        _row("snapshot", figures.snapshot_age_s, "old"),
        _row("expiries", figures.with_rate, f"of {figures.expiries:,}"),
        _row("flagged", figures.flagged, "carry no rate"),
        _row("refit", figures.slowest_s, "of one expiry"),
    ]
    return RowsPayload(state, rows)


def history_payload(
    ts_ns: IntArray, tenor_days: IntArray, rates: FloatArray, state: PanelState
) -> LinesPayload:
    """Return the history of constant tenors.

    Parameters
    ----------
    ts_ns, tenor_days, rates : array of shape (n,)
        One row per snapshot and tenor, in any order; NaN where there is no rate. [ns, days, 1/year]
    state : PanelState
        Of the panel.

    Returns
    -------
    LinesPayload
        A line per tenor of `quantdeck.views.box_panels.TENORS`.
    """
    times = np.unique(ts_ns)
    lines: dict[str, FloatArray] = {}
    for name, days in TENORS:
        line = np.full(len(times), np.nan)
        of_it = tenor_days == days
        line[np.searchsorted(times, ts_ns[of_it])] = rates[of_it]
        lines[name] = line
    if not len(times):
        state = empty_state(state, "No rate is on record yet")
    return LinesPayload(state, times // 1_000_000, lines)


def _row(name: str, value: float | str | None, verdict: str) -> Row:
    return {"id": name, "value": value, "verdict": verdict, "tone": "plain"}


def _quality(feed: str) -> str:
    said = {
        "opra": "consolidated quotes in real time",
        "indicative": "modified quotes: not a rate one can trade at",
        "delayed": "15 minutes late",
        "simulated": "a simulated market",
        "dxlink": "the vendor's stream",
        "file": "read from a file",
    }
    return said.get(feed, "")
