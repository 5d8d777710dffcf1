"""Market events as packed rows.

An event is one row of a NumPy structured array; its layout per `Kind` is fixed here and is the same
in the live rings, in the write-ahead segments and in every batch that is handed on. Times are int64
nanoseconds UTC: `ts_event` is the venue's stamp, `ts_recv` ours. An absent float is NaN.

`seq` is the venue's own number of the event (trade id, aggregate id, update id), or a counter of
receipt where the venue gives none. ``(source, symbol, kind, ts_event, seq)`` names an event for ever;
rows with equal `ts_event` are ordered by `seq`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag, StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from quantdeck.model.feed import Provenance

Rows = NDArray[Any]
"""One-dimensional structured array of the dtype of a `Kind`."""


class Kind(StrEnum):
    """What an event tells. The value is also the name of the dataset on the tape."""

    TRADE = "trade"
    """A single execution."""
    AGG_TRADE = "agg_trade"
    """Executions of one taker order (or time window) at one price, added up by the venue."""
    QUOTE = "quote"
    """Best bid and ask."""
    MARK = "mark"
    """Mark and index price and funding of a perpetual."""
    BAR = "bar"
    """Open, high, low, close and volume of an interval, made by the venue."""


class Flag(IntFlag):
    """Bits of a row's `flags`."""

    LATE = 1
    """Arrived after a later event of the same symbol."""
    REPAIRED = 2
    """Fetched afterwards to close a gap."""
    CLOSED = 4
    """Bars only: the interval has ended and the bar will not change."""
    EXCLUDED = 8
    """Numbered by the venue but not a market print (`quantdeck.live.continuity` counts its number as
    seen and leaves the row out)."""


_TIMES = [("ts_event", "<i8"), ("ts_recv", "<i8"), ("seq", "<i8")]

TRADE_DTYPE = np.dtype(
    [
        *_TIMES,
        ("price", "<f8"),
        ("size", "<f8"),
        ("symbol", "<i4"),
        ("side", "i1"),
        ("flags", "u1"),
        ("_pad", "V2"),
    ]
)
"""48 bytes. `side` is +1 where the taker bought, -1 where the taker sold, 0 unknown."""

QUOTE_DTYPE = np.dtype(
    [
        *_TIMES,
        ("bid", "<f8"),
        ("ask", "<f8"),
        ("bid_size", "<f8"),
        ("ask_size", "<f8"),
        ("symbol", "<i4"),
        ("flags", "u1"),
        ("_pad", "V3"),
    ]
)
"""64 bytes. An absent side is NaN in price and size."""

MARK_DTYPE = np.dtype(
    [
        *_TIMES,
        ("mark_price", "<f8"),
        ("index_price", "<f8"),
        ("funding_rate", "<f8"),
        ("next_funding_ns", "<i8"),
        ("symbol", "<i4"),
        ("flags", "u1"),
        ("_pad", "V3"),
    ]
)
"""64 bytes. `funding_rate` is decimal per funding interval."""

BAR_DTYPE = np.dtype(
    [
        *_TIMES,
        ("open", "<f8"),
        ("high", "<f8"),
        ("low", "<f8"),
        ("close", "<f8"),
        ("volume", "<f8"),
        ("trades", "<i8"),
        ("interval_ns", "<i8"),
        ("symbol", "<i4"),
        ("flags", "u1"),
        ("_pad", "V3"),
    ]
)
"""88 bytes. `ts_event` is the start of the interval."""

DTYPES: dict[Kind, np.dtype[Any]] = {
    Kind.TRADE: TRADE_DTYPE,
    Kind.AGG_TRADE: TRADE_DTYPE,
    Kind.QUOTE: QUOTE_DTYPE,
    Kind.MARK: MARK_DTYPE,
    Kind.BAR: BAR_DTYPE,
}

PACK_FORMATS: dict[Kind, str] = {
    Kind.TRADE: "<qqqddibB2x",
    Kind.AGG_TRADE: "<qqqddibB2x",
    Kind.QUOTE: "<qqqddddiB3x",
    Kind.MARK: "<qqqdddqiB3x",
    Kind.BAR: "<qqqdddddqqiB3x",
}
"""The same layouts for `struct`, field order as in the dtype."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one kind with one provenance, in order of arrival.

    Parameters
    ----------
    kind : Kind
        Which layout the rows have.
    rows : structured array of shape (n,)
        The events. Owned by the batch: nobody writes to it afterwards.
    provenance : Provenance
        Where the rows come from.
    """

    kind: Kind
    rows: Rows
    provenance: Provenance
