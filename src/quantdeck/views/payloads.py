"""What a panel is sent: one struct per kind of panel, and the change from one to the next.

Series are NumPy arrays until they are encoded; NaN is written as null. ``docs/reference/stream.md``
gives the wire form.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from quantdeck.views.panels import Column, Guide

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


class LogPayload(RowsPayload, frozen=True):
    """Payload of ``log`` panels: rows with `ts` in ms UTC, newest first, of equal times older first.

    A type of its own since new rows of a log come first, where those of a table come last.
    """


class Band(msgspec.Struct, frozen=True):
    """The area between two lines of the same payload."""

    id: str
    upper: str
    lower: str


class Marker(msgspec.Struct, frozen=True):
    """Something that happened at a point of a chart, such as a trade.

    Parameters
    ----------
    x : int
        When, ms UTC. [ms]
    kind : str
        ``buy``, ``sell``, ``close``, ``stop``, ``up``, ``down`` or ``note``: sign and colour.
    text : str
        What happened, for whoever points at it.
    line : str
        Id of the line it stands on; empty for a candle.
    """

    x: int
    kind: str
    text: str
    line: str = ""


class LinesPayload(msgspec.Struct, frozen=True):
    """Payload of ``stream-lines`` panels: `x` in ms UTC, ascending; every line as long as `x`.

    Other markers than before are sent with the whole.
    """

    state: PanelState
    x: IntArray
    lines: dict[str, FloatArray]
    bands: tuple[Band, ...] = ()
    markers: tuple[Marker, ...] = ()


class ChartLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line over the candles, or in a pane below them.

    Parameters
    ----------
    id : str
        Of its figures among the `series` of the payload.
    title : str
        With its parameters, as a legend says it.
    mark : str
        ``line``; ``edge`` of a band, drawn thin; ``dots``; ``histogram`` around nought.
    decimals : int or None
        Of its figures; None for those of the price.
    """

    id: str
    title: str
    mark: str = "line"
    decimals: int | None = None


class ChartPane(msgspec.Struct, frozen=True, omit_defaults=True):
    """A pane below the candles, with the same times.

    Parameters
    ----------
    id, title, unit : str
        Of what is drawn in it.
    lines : tuple of ChartLine
        What is drawn.
    guides : tuple of Guide
        Horizontal lines.
    """

    id: str
    title: str
    lines: tuple[ChartLine, ...]
    unit: str = ""
    guides: tuple[Guide, ...] = ()


class ChartLevel(msgspec.Struct, frozen=True):
    """A horizontal line at a price.

    Parameters
    ----------
    price : float
        [currency]
    label : str
        A word or two.
    kind : str
        ``support``, ``resistance`` or ``pivot``.
    """

    price: float
    label: str
    kind: str


class CandlesPayload(msgspec.Struct, frozen=True):
    """Payload of ``candles`` panels: `x` is the start of the interval in ms UTC, ascending.

    `title` names what is drawn, in the place of the panel's own title; `trades` are NaN where they are
    not known. `overlays` are drawn over the candles and `panes` below them, with the figures of `series`,
    each as long as `x`. Other markers, overlays or panes than before are sent with the whole.
    """

    state: PanelState
    decimals: int
    x: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    # whole numbers, or floats where some are not known
    trades: NDArray[Any]
    title: str = ""
    markers: tuple[Marker, ...] = ()
    overlays: tuple[ChartLine, ...] = ()
    panes: tuple[ChartPane, ...] = ()
    levels: tuple[ChartLevel, ...] = ()
    series: dict[str, FloatArray] = {}


class TextPayload(msgspec.Struct, frozen=True):
    """Payload of ``markdown`` panels."""

    state: PanelState
    text: str


class Curve(msgspec.Struct, frozen=True):
    """One line, or set of points, of a ``curve`` panel; all arrays of one length.

    Parameters
    ----------
    id : str
        Of the column that says how it is drawn.
    x, y : array
        Ascending x; NaN in y is a hole.
    low, high : array or None
        Ends of the error bars.
    names : list of str
        What each point is, for whoever points at it; empty for lines.
    """

    id: str
    x: FloatArray
    y: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None
    names: list[str] = []


class CurvePayload(msgspec.Struct, frozen=True):
    """Payload of ``curve`` panels. Always sent whole.

    `axes`, where there are some, stand in the place of the panel's own: x, then y.
    """

    state: PanelState
    curves: tuple[Curve, ...]
    axes: tuple[Column, ...] = ()


class SurfacePayload(msgspec.Struct, frozen=True):
    """Payload of ``surface`` panels. Always sent whole.

    Parameters
    ----------
    state : PanelState
        How far the figures can be trusted.
    x, y : array of shape (columns,) and (rows,)
        Ascending.
    layers : dict of str to array of shape (rows, columns)
        By id of the panel's column; NaN where there is no figure.
    names : list of str
        What each row is.
    columns : list of str
        What each column is, where it is a name instead of a number.
    axes : tuple of Column
        In the place of the panel's own where there are some: x, then y.
    """

    state: PanelState
    x: FloatArray
    y: FloatArray
    layers: dict[str, FloatArray]
    names: list[str] = []
    columns: list[str] = []
    axes: tuple[Column, ...] = ()


Payload = RowsPayload | LinesPayload | CandlesPayload | TextPayload | CurvePayload | SurfacePayload


class Mode(StrEnum):
    """What the whole deck shows, as its badge says."""

    LIVE = "live"
    DEMO = "demo"
    """Simulated market."""
    REPLAY = "replay"
    """Recorded data played again."""


class ReplayPosition(msgspec.Struct, frozen=True):
    """How far a replay has come.

    Parameters
    ----------
    position_ms : int or None
        Receipt stamp of the last event played, UTC; None before the first. [ms]
    speed : str
        ``1``, ``10`` or ``max``.
    done : bool
        True once everything has been played.
    """

    position_ms: int | None
    speed: str
    done: bool


class StatusPayload(msgspec.Struct, frozen=True):
    """Payload of the topic ``status``, which the shell of the page shows.

    Parameters
    ----------
    state : PanelState
        How far the figures can be trusted.
    mode : Mode
        Live, demo or replay.
    capturing : bool
        True while events are being taken in.
    feeds_live, feeds_total : int
        Connections that bring data, and all of them.
    messages_per_s : float
        Events taken in. [1/s]
    lag_ms, skew_ms : float or None
        Median of receipt minus event, and the clock skew estimated from it. [ms]
    gaps_open, dropped : int
        Holes not closed yet, and events lost for want of room.
    tape_state : str
        As `quantdeck.ports.tape.TapeStatus` has it.
    tape_bytes : int
        Size of everything on the tape. [B]
    symbols : list of str
        Canonical symbols being captured.
    clock_ms : int
        The deck's time, UTC; in a replay the time of the recording. [ms]
    replay : ReplayPosition or None
        Only while recorded data are played.
    pages : int
        Changes when the pages have other choices to offer: ask for them again.
    alerts_unread : int
        Fired alerts that nobody has seen yet.
    uploaded : list of str
        Canonical symbols that are not captured but were uploaded: to be chosen all the same.
    """

    state: PanelState
    mode: Mode
    capturing: bool
    feeds_live: int
    feeds_total: int
    messages_per_s: float
    lag_ms: float | None
    skew_ms: float | None
    gaps_open: int
    dropped: int
    tape_state: str
    tape_bytes: int
    symbols: list[str]
    clock_ms: int
    replay: ReplayPosition | None = None
    pages: int = 0
    alerts_unread: int = 0
    uploaded: list[str] = []
