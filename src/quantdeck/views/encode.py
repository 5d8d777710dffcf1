"""Payloads as bytes: JSON for the page, CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.views.panels import Column, Format
from quantdeck.views.payloads import (
    CandlesPayload,
    CurvePayload,
    RowsPayload,
    SurfacePayload,
    TextPayload,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.views.payloads import Payload, Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TIMES = (Format.TIME, Format.DATETIME)
_HIDDEN = ("decimals",)
_UNIT_WORDS = {
    Format.DURATION: "s",
    Format.RATE: "per_s",
    Format.BYTES: "bytes",
    Format.PERCENT: "fraction",
    Format.PROGRESS: "fraction",
}
_CANDLE_COLUMNS = ("open", "high", "low", "close", "volume", "trades")


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return cast("Any", value).tolist()
    # What msgspec asks of a hook that does not know a type.
    raise NotImplementedError(f"a payload cannot hold a {type(value).__name__}")


_encoder = msgspec.json.Encoder(enc_hook=_plain)


def to_json(payload: Any) -> bytes:
    """Return a payload, a change or anything made of them as JSON.

    Parameters
    ----------
    payload : Payload, change of `quantdeck.views.diff`, page, or a container of these
        Arrays and NumPy scalars may stand anywhere in it.

    Returns
    -------
    bytes
        UTF-8. NaN and infinities are null: JSON has no word for them.

    Examples
    --------
    >>> to_json({"x": np.array([1.5, np.nan]), "n": np.int64(3)})
    b'{"x":[1.5,null],"n":3}'
    """
    return _encoder.encode(payload)


def to_csv(payload: Payload, columns: Sequence[Column] = ()) -> bytes:
    """Return a payload as CSV.

    Parameters
    ----------
    payload : Payload
        Rows, lines or candles.
    columns : sequence of Column
        The panel's: gives the order, and which figures are times. Fields and lines that it does not
        name follow in the payload's order; sparklines and decimals are left out.

    Returns
    -------
    bytes
        UTF-8 after RFC 4180 (lines end in CR LF), headed by the ids of the columns with
        their units (`csv_name`); cards and statistics have a column ``unit`` instead. Times are ISO
        8601 in UTC, numbers are written in full, absent figures are empty. A text that a spreadsheet
        would run as a formula (it begins with =, +, -, @, a tab or a return) is preceded by an
        apostrophe.

    Raises
    ------
    BadInput
        If the payload is prose.

    Examples
    --------
    >>> from quantdeck.views.payloads import PanelState
    >>> payload = RowsPayload(PanelState("live"), [{"id": "a", "text": "=1+1", "value": -2.5}])
    >>> to_csv(payload).decode().splitlines()
    ['id,text,value', "a,'=1+1,-2.5"]
    """
    header, rows = _table(payload, columns)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_cell(name) for name in header])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def csv_name(column: Column) -> str:
    """Return what a column is called in a file: its id, then the unit of its figures.

    Parameters
    ----------
    column : Column
        Of a panel.

    Returns
    -------
    str
        Durations are in s, rates per_s, sizes in bytes, percentages as a fraction of 1; other units
        are as the column says.

    Examples
    --------
    >>> csv_name(Column("p50", "Median", Format.NUMBER, unit="ms"))
    'p50_ms'
    >>> csv_name(Column("rate", "Rate", Format.RATE)), csv_name(Column("age_s", "Age", Format.DURATION))
    ('rate_per_s', 'age_s')
    """
    unit = _unit_word(column)
    return column.id if not unit or column.id.endswith(f"_{unit}") else f"{column.id}_{unit}"


def _unit_word(column: Column) -> str:
    return _UNIT_WORDS.get(column.format) or column.unit.replace("/", "per_").replace(" ", "_")


def neutral_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Parameters
    ----------
    text : str
        A cell of a CSV file; figures are left to be figures by their callers.

    Returns
    -------
    str
        The text, behind an apostrophe where it begins like a formula.

    Examples
    --------
    >>> neutral_text("=1+1"), neutral_text("BTCUSDT")
    ("'=1+1", 'BTCUSDT')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _table(
    payload: Payload, columns: Sequence[Column]
) -> tuple[list[str], Iterable[Iterable[Any]]]:
    if isinstance(payload, RowsPayload):
        return _table_of_rows(payload.rows, columns)
    if isinstance(payload, TextPayload):
        raise BadInput("prose has no columns; ask for JSON")
    if isinstance(payload, CurvePayload):
        return _table_of_curves(payload)
    if isinstance(payload, SurfacePayload):
        return _table_of_surface(payload)
    times = [_iso(ms) for ms in payload.x.tolist()]
    if isinstance(payload, CandlesPayload):
        names = list(_CANDLE_COLUMNS)
        series = [getattr(payload, name).tolist() for name in names]
        series += [values.tolist() for values in payload.series.values()]
        return ["time", *names, *payload.series], zip(times, *series, strict=True)
    known = {column.id: column for column in columns if column.id in payload.lines}
    names = [*known, *(name for name in payload.lines if name not in known)]
    header = [csv_name(known[name]) if name in known else name for name in names]
    return ["time", *header], zip(
        times, *(payload.lines[name].tolist() for name in names), strict=True
    )


def _table_of_curves(payload: CurvePayload) -> tuple[list[str], Iterable[Iterable[Any]]]:
    rows: list[list[Any]] = []
    for curve in payload.curves:
        low = [None] * len(curve.x) if curve.low is None else curve.low.tolist()
        high = [None] * len(curve.x) if curve.high is None else curve.high.tolist()
        names = curve.names or [""] * len(curve.x)
        given = zip(names, curve.x.tolist(), curve.y.tolist(), low, high, strict=True)
        rows += [[curve.id, *point] for point in given]
    return ["curve", "name", "x", "y", "low", "high"], rows


def _table_of_surface(payload: SurfacePayload) -> tuple[list[str], Iterable[Iterable[Any]]]:
    layers = [layer.tolist() for layer in payload.layers.values()]
    names = payload.names or [""] * len(payload.y)
    rows = [
        [names[i], y, x, *(layer[i][j] for layer in layers)]
        for i, y in enumerate(payload.y.tolist())
        for j, x in enumerate(payload.x.tolist())
    ]
    return ["name", "y", "x", *payload.layers], rows


def _table_of_rows(rows: list[Row], columns: Sequence[Column]) -> tuple[list[str], list[list[Any]]]:
    known = {column.id: column for column in columns}
    if any(row["id"] in known and "value" in row for row in rows):
        # Columns of cards and statistics describe rows: each has a unit of its own.
        rows = [_with_unit(row, known.get(row["id"])) for row in rows]
    lists = {name for row in rows for name, value in row.items() if isinstance(value, list)}
    left_out = lists.union(_HIDDEN)
    fields = list(dict.fromkeys(name for row in rows for name in row if name not in left_out))
    names = [name for name in ("id", *known) if name in fields or not rows]
    names += [name for name in fields if name not in names]
    times = {column.id for column in columns if column.format in _TIMES} | {"ts"}
    header = [csv_name(known[name]) if name in known else name for name in names]
    return header, [
        [
            _iso(row[name]) if name in times and row.get(name) is not None else row.get(name)
            for name in names
        ]
        for row in rows
    ]


def _with_unit(row: Row, column: Column | None) -> Row:
    told = {"unit": row.get("unit") or (_unit_word(column) if column else "")}
    return {"id": row["id"], "value": row.get("value"), **told, **row, **told}


def _iso(ms: Any) -> str:
    moment = _EPOCH + timedelta(milliseconds=int(ms))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _cell(value: Any) -> str:
    plain: Any = _plain(value) if isinstance(value, np.generic) else value
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, int | float):
        return repr(plain) if math.isfinite(plain) else ""
    return neutral_text(str(plain))
