"""What changed from one payload to the next, and the way back.

The stream sends a whole payload once and then only changes; the forms are those of
``docs/reference/stream.md``. `apply` is what a reader of the stream does with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.views.payloads import (
    CandlesPayload,
    ChartLevel,
    FloatArray,
    IntArray,
    LinesPayload,
    LogPayload,
    PanelState,
    Payload,
    Row,
    RowsPayload,
    StatusPayload,
    SurfacePayload,
    TextPayload,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CANDLE_COLUMNS = ("open", "high", "low", "close", "volume", "trades")


class RowsChange(msgspec.Struct, frozen=True):
    """Change of rows: those that are new or differ, whole, and the ids of those that are gone."""

    state: PanelState
    rows: list[Row]
    remove: list[str]


class LinesChange(msgspec.Struct, frozen=True):
    """Change of lines: drop points with x >= `start`, append these, keep the newest `keep`."""

    state: PanelState
    start: int = msgspec.field(name="from")
    x: IntArray
    lines: dict[str, FloatArray]
    keep: int


class CandlesChange(msgspec.Struct, frozen=True):
    """Change of candles, as `LinesChange`; `levels` are None where they are the same as before."""

    state: PanelState
    start: int = msgspec.field(name="from")
    x: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    trades: IntArray | FloatArray
    keep: int
    series: dict[str, FloatArray] = {}
    levels: tuple[ChartLevel, ...] | None = None


class StateChange(msgspec.Struct, frozen=True):
    """Change of a surface whose figures are the same as before."""

    state: PanelState


Change = RowsChange | LinesChange | CandlesChange | StateChange | TextPayload | StatusPayload


def change(old: Payload | StatusPayload, new: Payload | StatusPayload) -> Change | None:
    """Return what makes `new` of `old`.

    Parameters
    ----------
    old, new : Payload or StatusPayload
        Two states of one topic.

    Returns
    -------
    Change or None
        None where only the whole will do: another kind of payload, other lines, panes, bands, markers,
        titles or decimals, rows in another order, a curve, or a surface with other figures. Prose and the status are
        small and always sent whole.

    Examples
    --------
    >>> live = PanelState("live")
    >>> old = LinesPayload(live, np.array([1, 2, 3]), {"z": np.array([0.1, 0.2, 0.3])})
    >>> new = LinesPayload(live, np.array([2, 3, 4]), {"z": np.array([0.2, 0.5, 0.4])})
    >>> made = change(old, new)
    >>> made.start, made.x.tolist(), made.lines["z"].tolist(), made.keep
    (3, [3, 4], [0.5, 0.4], 3)
    """
    if type(old) is not type(new):
        return None
    if isinstance(new, TextPayload | StatusPayload):
        return new
    made = _CHANGES.get(type(new))
    return None if made is None else made(old, new)


def apply(payload: Payload | StatusPayload, made: Change) -> Payload | StatusPayload:
    """Return the payload that a change leads to.

    Parameters
    ----------
    payload : Payload or StatusPayload
        The state before.
    made : Change
        As `change` gives it.

    Returns
    -------
    Payload or StatusPayload
        The state after.

    Raises
    ------
    BadInput
        If the change is of another kind of payload.
    """
    if isinstance(made, TextPayload | StatusPayload):
        return made
    if isinstance(payload, RowsPayload) and isinstance(made, RowsChange):
        return type(payload)(made.state, _merged(payload, made))
    if isinstance(payload, LinesPayload) and isinstance(made, LinesChange):
        x, lines = _spliced(payload.x, payload.lines, made, made.lines)
        return msgspec.structs.replace(payload, state=made.state, x=x, lines=lines)
    if isinstance(payload, CandlesPayload) and isinstance(made, CandlesChange):
        return _applied_candles(payload, made)
    if isinstance(payload, SurfacePayload) and isinstance(made, StateChange):
        return msgspec.structs.replace(payload, state=made.state)
    raise BadInput(
        f"a {type(made).__name__} does not apply to a {type(payload).__name__}; ask for the whole"
    )


def _rows_change(old: RowsPayload, new: RowsPayload) -> RowsChange | None:
    before = {row["id"]: row for row in old.rows}
    ids = {row["id"] for row in new.rows}
    made = RowsChange(
        new.state,
        [row for row in new.rows if not _same_row(before.get(row["id"]), row)],
        [name for name in before if name not in ids],
    )
    order = [row["id"] for row in _merged(old, made)]
    return made if order == [row["id"] for row in new.rows] else None


def _same_row(old: Row | None, new: Row) -> bool:
    # NaN is null on the wire, so two NaN are the same; `==` on rows would say otherwise
    if old is None or old.keys() != new.keys():
        return False
    return all(_same_cell(old[name], value) for name, value in new.items())


def _same_cell(old: Any, new: Any) -> bool:
    if isinstance(old, list) and isinstance(new, list):
        before, after = cast("list[Any]", old), cast("list[Any]", new)
        return len(before) == len(after) and all(map(_same_cell, before, after))
    return bool(old == new or (old != old and new != new))  # noqa: PLR0124


def _merged(payload: RowsPayload, made: RowsChange) -> list[Row]:
    changed = {row["id"]: row for row in made.rows}
    gone = set(made.remove)
    rows = [changed.pop(row["id"], row) for row in payload.rows if row["id"] not in gone]
    rows += changed.values()
    if isinstance(payload, LogPayload):
        rows.sort(key=lambda row: -row["ts"])
    return rows


def _lines_change(old: LinesPayload, new: LinesPayload) -> LinesChange | None:
    if (old.bands, old.markers) != (new.bands, new.markers) or list(old.lines) != list(new.lines):
        return None
    start, row = _first_difference(old.x, old.lines, new.x, new.lines)
    lines = {name: values[row:] for name, values in new.lines.items()}
    return LinesChange(new.state, start, new.x[row:], lines, len(new.x))


def _candles_change(old: CandlesPayload, new: CandlesPayload) -> CandlesChange | None:
    if _drawing(old) != _drawing(new):
        return None
    before, after = _candles(old) | old.series, _candles(new) | new.series
    start, row = _first_difference(old.x, before, new.x, after)
    rest: dict[str, Any] = {name: values[row:] for name, values in _candles(new).items()}
    return CandlesChange(
        state=new.state,
        start=start,
        x=new.x[row:],
        keep=len(new.x),
        series={name: values[row:] for name, values in new.series.items()},
        levels=None if new.levels == old.levels else new.levels,
        **rest,
    )


def _drawing(payload: CandlesPayload) -> tuple[Any, ...]:
    # All that is not figures: other of it takes the whole.
    told = payload.decimals, payload.title, payload.markers, payload.overlays, payload.panes
    return *told, list(payload.series)


def _applied_candles(payload: CandlesPayload, made: CandlesChange) -> CandlesPayload:
    x, columns = _spliced(
        payload.x, _candles(payload) | payload.series, made, _candles(made) | made.series
    )
    series = {name: columns.pop(name) for name in payload.series}
    levels = payload.levels if made.levels is None else made.levels
    return msgspec.structs.replace(
        payload, state=made.state, x=x, series=series, levels=levels, **columns
    )


def _surface_change(old: SurfacePayload, new: SurfacePayload) -> StateChange | None:
    # The same arrays, not equal ones: whoever keeps a surface for a while hands it on as it is.
    return StateChange(new.state) if new.layers and new.layers is old.layers else None


def _candles(holder: CandlesPayload | CandlesChange) -> dict[str, Any]:
    return {name: getattr(holder, name) for name in _CANDLE_COLUMNS}


def _first_difference(
    old_x: IntArray,
    old_columns: Mapping[str, FloatArray],
    new_x: IntArray,
    new_columns: Mapping[str, FloatArray],
) -> tuple[int, int]:
    # The time from which on the two differ, and the row of `new` that is first at or after it
    offset = int(np.searchsorted(old_x, int(new_x[0]))) if len(new_x) else len(old_x)
    length = min(len(old_x) - offset, len(new_x))
    same = old_x[offset : offset + length] == new_x[:length]
    for name, values in new_columns.items():
        a, b = old_columns[name][offset : offset + length], values[:length]
        same &= (a == b) | ((a != a) & (b != b))  # noqa: PLR0124
    row = int(np.argmin(same)) if not same.all() else length
    heads = [int(x[at]) for x, at in ((new_x, row), (old_x, offset + row)) if at < len(x)]
    if not heads:
        last = new_x[-1] if len(new_x) else old_x[-1] if len(old_x) else -1
        return int(last) + 1, row
    start = min(heads)
    return start, int(np.searchsorted(new_x, start))


def _spliced(
    x: IntArray,
    columns: Mapping[str, Any],
    made: LinesChange | CandlesChange,
    added: Mapping[str, Any],
) -> tuple[IntArray, dict[str, Any]]:
    head = int(np.searchsorted(x, made.start))
    first = max(0, head + len(made.x) - made.keep)
    joined = {
        name: np.concatenate((values[:head], added[name]))[first:]
        for name, values in columns.items()
    }
    return np.concatenate((x[:head], made.x))[first:], joined


_CHANGES: dict[type, Callable[[Any, Any], Change | None]] = {
    RowsPayload: _rows_change,
    LogPayload: _rows_change,
    LinesPayload: _lines_change,
    CandlesPayload: _candles_change,
    SurfacePayload: _surface_change,
}
