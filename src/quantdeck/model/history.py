"""Bars of years, as a vendor gives them, and what companies did to their shares meanwhile.

Prices are as traded on the day. What they are worth in today's shares, or with dividends put back in,
is worked out from the actions, see `quantdeck.analytics.adjustment`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.model.feed import Provenance

HISTORY_DTYPE = np.dtype(
    [
        ("start_ns", "<i8"),
        ("open", "<f8"),
        ("high", "<f8"),
        ("low", "<f8"),
        ("close", "<f8"),
        ("volume", "<f8"),
    ]
)
"""A bar: as traded, NaN where absent. A day starts at midnight UTC of its session's date."""

HistoryRows = NDArray[Any]
"""One-dimensional structured array of `HISTORY_DTYPE`, `start_ns` strictly increasing."""

INTERVALS_NS: dict[str, int] = {
    "1m": 60_000_000_000,
    "1h": 3_600_000_000_000,
    "1d": 86_400_000_000_000,
}
"""Intervals of kept bars, by name, and their lengths. [ns]"""


class Adjustment(StrEnum):
    """What prices of the past are expressed in."""

    RAW = "raw"
    """As traded on the day."""
    SPLIT = "split"
    """In today's shares."""
    TOTAL = "total"
    """In today's shares, with dividends bought in: the closes give total returns."""


class ActionKind(StrEnum):
    """What a company did to its shares."""

    SPLIT = "split"
    DIVIDEND = "dividend"


class CorporateAction(msgspec.Struct, frozen=True, order=True):
    """A split or a dividend.

    Parameters
    ----------
    ex_ns : int
        Midnight UTC of the first session that trades without it. [ns]
    kind : ActionKind
        Which.
    value : float
        New shares for an old one, or cash per share as of the day. [1 or currency]
    """

    ex_ns: int
    kind: ActionKind
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Bars of one symbol and interval from one source.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    interval : str
        One of `INTERVALS_NS`.
    rows : structured array of shape (n,)
        Bars that have ended, oldest first. Owned by the history: nobody writes to it afterwards.
    provenance : Provenance
        Where they come from; its `source` also tells whose actions these are.
    feed : str
        The vendor's name of the quality, such as ``sip``; empty where there is but one.
    fetched_ns : int
        When, UTC. [ns]
    currency : str
        Of the prices, such as ``USD``; empty where the vendor does not say.
    calendar : str
        Name of the exchange's calendar, such as ``XNYS``; ``24/7`` for markets that never close.
    actions : tuple of CorporateAction
        Within the span of the bars, oldest first.

    Raises
    ------
    BadInput
        If the interval is unknown or times do not increase.
    """

    symbol: str
    interval: str
    rows: HistoryRows
    provenance: Provenance
    feed: str = ""
    fetched_ns: int = 0
    currency: str = ""
    calendar: str = "24/7"
    actions: tuple[CorporateAction, ...] = ()

    def __post_init__(self) -> None:
        if self.interval not in INTERVALS_NS:
            known = ", ".join(INTERVALS_NS)
            raise BadInput(f"no bars of {self.interval!r} are kept; there are {known}")
        if bool((np.diff(self.rows["start_ns"]) <= 0).any()):
            raise BadInput(f"{self.symbol}: bars must be in order of time, each with its own start")

    def __len__(self) -> int:
        """Return the count of bars."""
        return len(self.rows)
