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
from quantdeck.views.panels import Format
from quantdeck.views.payloads import CandlesPayload, RowsPayload, TextPayload

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.views.panels import Column
    from quantdeck.views.payloads import Payload, Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CANDLE_COLUMNS = ("open", "high", "low", "close", "volume", "trades")


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return cast("Any", value).tolist()
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
        name follow in the payload's order; sparklines are left out.

    Returns
    -------
    bytes
        UTF-8 after RFC 4180 (lines end in CR LF), headed by the ids of the columns. Times are ISO
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
    times = [_iso(ms) for ms in payload.x.tolist()]
    if isinstance(payload, CandlesPayload):
        names = list(_CANDLE_COLUMNS)
        series = [getattr(payload, name).tolist() for name in names]
        return ["time", *names], zip(times, *series, strict=True)
    known = [column.id for column in columns if column.id in payload.lines]
    names = known + [name for name in payload.lines if name not in known]
    return ["time", *names], zip(
        times, *(payload.lines[name].tolist() for name in names), strict=True
    )


def _table_of_rows(rows: list[Row], columns: Sequence[Column]) -> tuple[list[str], list[list[Any]]]:
    lists = {name for row in rows for name, value in row.items() if isinstance(value, list)}
    fields = list(dict.fromkeys(name for row in rows for name in row if name not in lists))
    listed = [column.id for column in columns]
    # In cards and statistics the columns describe rows, not fields: those are not in `fields`.
    header = [name for name in ("id", *listed) if name in fields or not rows]
    header += [name for name in fields if name not in header]
    times = {column.id for column in columns if column.format is Format.TIME} | {"ts"}
    return header, [
        [
            _iso(row[name]) if name in times and row.get(name) is not None else row.get(name)
            for name in header
        ]
        for row in rows
    ]


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
