"""What a panel is sent: one struct per kind of panel, and the change from one to the next.

Series are NumPy arrays until they are encoded; NaN is written as null. ``docs/reference/stream.md``
gives the wire form.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Row = dict[str, Any]
"""One row as a screen shows it; `id` names it within its panel."""


class PanelState(msgspec.Struct, frozen=True):
    """How far a panel's figures can be trusted.

    Parameters
    ----------
    word : str
        ``live``, ``delayed``, ``stale``, ``replay``, ``demo``, ``loading``, ``empty``, ``partial`` or
        ``error``.
    age_s : float or None
        Age of the newest event behind the panel. [s]
    source : str
        Where it comes from.
    detail : str
        One sentence; empty when there is nothing to say.
    """

    word: str
    age_s: float | None = None
    source: str = ""
    detail: str = ""


class RowsPayload(msgspec.Struct, frozen=True):
    """Payload of ``kpi``, ``table``, ``stats`` and ``log`` panels."""

    state: PanelState
    rows: list[Row]


class Band(msgspec.Struct, frozen=True):
    """The area between two lines of the same payload."""

    id: str
    upper: str
    lower: str


class LinesPayload(msgspec.Struct, frozen=True):
    """Payload of ``stream-lines`` panels: `x` in ms UTC, ascending; every line as long as `x`."""

    state: PanelState
    x: IntArray
    lines: dict[str, FloatArray]
    bands: tuple[Band, ...] = ()


class CandlesPayload(msgspec.Struct, frozen=True):
    """Payload of ``candles`` panels: `x` is the start of the interval in ms UTC, ascending."""

    state: PanelState
    decimals: int
    x: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    trades: IntArray


class TextPayload(msgspec.Struct, frozen=True):
    """Payload of ``markdown`` panels."""

    state: PanelState
    text: str


Payload = RowsPayload | LinesPayload | CandlesPayload | TextPayload
