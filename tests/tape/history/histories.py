"""Histories made by hand, for tests of what keeps and reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, INTERVALS_NS, CorporateAction, History

if TYPE_CHECKING:
    from collections.abc import Sequence

NOON_NS = 1_795_262_400_000_000_000
"""2026-11-21 12:00 UTC."""
DAY_NS = 86_400_000_000_000
FIRST_NS = 1_767_225_600_000_000_000
"""2026-01-01."""


def history_of(
    closes: Sequence[float],
    *,
    symbol: str = "US:SPY",
    interval: str = "1d",
    first: int = 0,
    starts: Sequence[int] | None = None,
    actions: Sequence[CorporateAction] = (),
    source: str = "yahoo",
    run: str = "run-1",
    fetched_ns: int = NOON_NS,
    calendar: str = "XNYS",
    delay: Delay = Delay.DELAYED,
) -> History:
    """Return bars one after the other, from the bar of that number after 2026-01-01 on."""
    numbers = range(first, first + len(closes)) if starts is None else starts
    rows = np.zeros(len(closes), HISTORY_DTYPE)
    rows["start_ns"] = FIRST_NS + np.array(list(numbers), np.int64) * INTERVALS_NS[interval]
    for name in ("open", "high", "low", "close"):
        rows[name] = closes
    rows["volume"] = 100.0
    return History(
        symbol=symbol,
        interval=interval,
        rows=rows,
        provenance=Provenance(source, delay, RunId(run)),
        feed="sip" if source == "alpaca" else "",
        fetched_ns=fetched_ns,
        currency="USD",
        calendar=calendar,
        actions=tuple(actions),
    )
