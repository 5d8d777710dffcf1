"""What a user's function answered, as the payload of its kind of panel; whatever does not fit is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from quantdeck.analytics.resample import Bars
from quantdeck.model.errors import BadInput
from quantdeck.views.figures import price_decimals
from quantdeck.views.nothing import nothing_of
from quantdeck.views.panels import PanelKind
from quantdeck.views.payloads import (
    CandlesPayload,
    Curve,
    CurvePayload,
    LinesPayload,
    LogPayload,
    RowsPayload,
    SurfacePayload,
    TextPayload,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.views.panels import Panel
    from quantdeck.views.payloads import FloatArray, PanelState, Payload, Row

MOST_ROWS = 5_000
MOST_POINTS = 50_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def user_payload(panel: Panel, answer: object, state: PanelState) -> Payload:
    """Return what a function answered as the payload of its panel.

    Parameters
    ----------
    panel : Panel
        Its kind says what is expected: rows for ``table``, ``kpi``, ``stats`` and ``log``; text for
        ``markdown``; `Bars` for ``candles``; arrays by name for ``stream-lines`` (``x`` in ns UTC) and
        ``surface`` (``x``, ``y``); pairs (x, y) by name for ``curve``. The payload itself will do, too.
    answer : object
        Whatever it was.
    state : PanelState
        Of the panel.

    Returns
    -------
    Payload
        With numbers, text and times that can be encoded.

    Raises
    ------
    BadInput
        If it is anything else, too long, or of unequal lengths.

    Examples
    --------
    >>> from quantdeck.views.panels import Panel
    >>> from quantdeck.views.payloads import PanelState
    >>> spec = Panel("panels.a", PanelKind.TABLE, "A")
    >>> user_payload(spec, [{"price": np.float64(1.5)}], PanelState("live")).rows
    [{'id': '0', 'price': 1.5}]
    """
    if isinstance(answer, type(nothing_of(panel.kind, ""))):
        return answer
    return emptied(panel.kind, state) if answer is None else _MADE[panel.kind](panel, answer, state)


def emptied(kind: PanelKind, state: PanelState) -> Payload:
    """Return a payload with nothing in it.

    Parameters
    ----------
    kind : PanelKind
        Of the panel.
    state : PanelState
        Says why.

    Returns
    -------
    Payload
        Of that kind.

    Examples
    --------
    >>> from quantdeck.views.state import failed_state
    >>> emptied(PanelKind.MARKDOWN, failed_state("line 3: division by zero")).text
    ''
    """
    return msgspec.structs.replace(nothing_of(kind, ""), state=state)


def _text(panel: Panel, answer: object, state: PanelState) -> Payload:
    if not isinstance(answer, str):
        raise BadInput(f"a panel of {panel.kind.value} is made of text, was {_type(answer)}")
    return TextPayload(state, answer)


def _table(_: Panel, answer: object, state: PanelState) -> Payload:
    return RowsPayload(state, _rows(answer))


def _rows(answer: object) -> list[Row]:
    given = _type(answer)
    if not isinstance(answer, Iterable) or isinstance(answer, str | Mapping):
        raise BadInput(f"expected rows, such as [{{'last': 1.5}}], was {given}")
    rows: list[Row] = []
    for number, row in enumerate(cast("Iterable[object]", answer)):
        if number == MOST_ROWS:
            raise BadInput(f"a panel has at most {MOST_ROWS} rows; answer the first of them")
        if not isinstance(row, Mapping):
            raise BadInput(f"row {number} must be a dict, was {_type(row)}")
        cells = cast("Mapping[object, object]", row)
        made = {str(key): _cell(number, key, value) for key, value in cells.items()}
        rows.append(
            {"id": str(number), **made} if "id" not in made else {**made, "id": str(made["id"])}
        )
    if len({row["id"] for row in rows}) < len(rows):
        raise BadInput("two rows have the same id; leave it out, or give each its own")
    return rows


def _cell(number: int, key: object, value: object) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        value = cast("Any", value).tolist()
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise BadInput(f"{key} of row {number} is a time without a zone; use datetime.now(UTC)")
        return round((value - _EPOCH).total_seconds() * 1000)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_cell(number, key, each) for each in cast("Iterable[object]", value)]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise BadInput(
        f"{key} of row {number} cannot be a {_type(value)}; use a number, text or a time"
    )


def _log(_: Panel, answer: object, state: PanelState) -> Payload:
    rows = _rows(answer)
    for row in rows:
        if not isinstance(row.get("ts"), int) or not isinstance(row.get("text"), str):
            raise BadInput(
                "a row of a log has `ts`, an aware datetime or ms since 1970 UTC, and `text`"
            )
    newest = sorted(rows, key=lambda row: row["ts"], reverse=True)
    return LogPayload(state, [{"tone": "plain", **row} for row in newest])


def _lines(panel: Panel, answer: object, state: PanelState) -> Payload:
    arrays = _arrays(panel, answer, ("x",))
    times = np.asarray(arrays.pop("x"))
    if times.dtype.kind != "i":
        raise BadInput("x must be times as whole ns since 1970 UTC, such as bars.start_ns")
    if len(times) > 1 and not (np.diff(times) >= 0).all():
        raise BadInput("x must ascend")
    x = times.astype(np.int64) // 1_000_000
    # A line has one value at a time: of several within a millisecond the last.
    last = np.append(x[1:] != x[:-1], True) if len(x) else np.zeros(0, np.bool_)
    lines = {name: _floats(name, values, len(x))[last] for name, values in arrays.items()}
    return LinesPayload(state, x[last], lines)


def _candles(_: Panel, answer: object, state: PanelState) -> Payload:
    if not isinstance(answer, Bars):
        raise BadInput(
            f"a panel of candles is made of Bars, such as desk.bars(...), was {_type(answer)}"
        )
    decimals = price_decimals(None, answer.close[-20:].tolist())
    prices = (answer.open, answer.high, answer.low, answer.close)
    x = answer.start_ns // 1_000_000
    return CandlesPayload(state, decimals, x, *prices, answer.volume, answer.trades)


def _curves(panel: Panel, answer: object, state: PanelState) -> Payload:
    curves: list[Curve] = []
    for name, pair in _arrays(panel, answer, ()).items():
        try:
            x, y = pair
        except (TypeError, ValueError):
            raise BadInput(f"the curve {name!r} must be a pair (x, y) of arrays") from None
        xs = _floats(name, x, None)
        curves.append(Curve(name, xs, _floats(name, y, len(xs))))
    return CurvePayload(state, tuple(curves))


def _surface(panel: Panel, answer: object, state: PanelState) -> Payload:
    arrays = _arrays(panel, answer, ("x", "y"))
    x, y = _floats("x", arrays.pop("x"), None), _floats("y", arrays.pop("y"), None)
    layers: dict[str, FloatArray] = {}
    for name, values in arrays.items():
        layer = _numbers(name, values)
        if layer.shape != (len(y), len(x)):
            raise BadInput(
                f"the layer {name!r} must be {len(y)} rows of {len(x)}, was {layer.shape}"
            )
        layers[name] = layer
    return SurfacePayload(state, x, y, layers)


def _arrays(panel: Panel, answer: object, axes: tuple[str, ...]) -> dict[str, Any]:
    names = [column.id for column in panel.columns]
    wanted = ", ".join([*axes, *names])
    if not isinstance(answer, Mapping):
        raise BadInput(f"expected a dict of arrays with {wanted}, was {_type(answer)}")
    found = {str(key): value for key, value in cast("Mapping[object, Any]", answer).items()}
    odd = sorted({*axes} - {*found}) or sorted({*found} - {*axes, *names})
    if odd:
        raise BadInput(f"{odd[0]!r} is not both declared and answered; there should be {wanted}")
    return found


def _numbers(name: str, values: object) -> FloatArray:
    try:
        found = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise BadInput(f"{name!r} must be numbers, was {_type(values)}") from None
    if found.size > MOST_POINTS:
        raise BadInput(f"{name!r} has {found.size} figures; a panel draws at most {MOST_POINTS}")
    return found


def _floats(name: str, values: object, length: int | None) -> FloatArray:
    found = _numbers(name, values)
    if found.ndim != 1 or (length is not None and len(found) != length):
        expected = "one dimension" if length is None else f"{length} figures in one dimension"
        raise BadInput(f"{name!r} must have {expected}, was of the shape {found.shape}")
    return found


def _type(value: object) -> str:
    return type(value).__name__


_MADE: dict[PanelKind, Callable[[Panel, object, PanelState], Payload]] = {
    PanelKind.TABLE: _table,
    PanelKind.KPI: _table,
    PanelKind.STATS: _table,
    PanelKind.LOG: _log,
    PanelKind.MARKDOWN: _text,
    PanelKind.STREAM_LINES: _lines,
    PanelKind.CANDLES: _candles,
    PanelKind.CURVE: _curves,
    PanelKind.SURFACE: _surface,
}
