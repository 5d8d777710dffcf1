"""Tables of rows as text, JSON, CSV, Parquet and Arrow: the one place that says how a cell is written.

Absent numbers are empty in CSV and null in JSON; times are ISO 8601 in UTC to their own precision;
text cells of CSV that a spreadsheet would take for a formula get an apostrophe in front.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from quantdeck.views.encode import neutral_text

_TIME = pa.timestamp("ns", "UTC")


def with_time(table: pa.Table, column: str) -> pa.Table:
    """Return a table with its times spelled out before its other columns.

    Parameters
    ----------
    table : pa.Table
        Any rows.
    column : str
        The column of nanoseconds since 1970 UTC.

    Returns
    -------
    pa.Table
        A first column ``time``, a timestamp in UTC; text forms write it as ISO 8601. It saves readers
        that keep numbers as floats from rounding the time.

    Examples
    --------
    >>> rows_of(with_time(pa.table({"ts_event": [1_500_000_000]}), "ts_event"))
    [{'time': '1970-01-01T00:00:01.500000000Z', 'ts_event': 1500000000}]
    """
    return table.add_column(0, pa.field("time", _TIME), table.column(column).cast(_TIME))


def text_cells(table: pa.Table, *, neutral: bool) -> pa.Table:
    """Return a table as text forms need it.

    Parameters
    ----------
    table : pa.Table
        Any rows.
    neutral : bool
        Whether text, and names, that begin like a formula get an apostrophe in front.

    Returns
    -------
    pa.Table
        Same rows: times and what CSV has no word for are text, NaN and infinities are absent.

    Examples
    --------
    >>> text_cells(pa.table({"a": [float("nan")], "b": ["=1"]}), neutral=True).to_pylist()
    [{'a': None, 'b': "'=1"}]
    """
    columns = [_without_nan(_plain(column)) for column in table.columns]
    names = table.column_names
    if neutral:
        columns = [_neutral(column) for column in columns]
        names = [neutral_text(name) for name in names]
    return pa.Table.from_arrays(columns, names=names)


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Return a table as rows that JSON can hold.

    Parameters
    ----------
    table : pa.Table
        Any rows.

    Returns
    -------
    list of dict
        Moments are ISO 8601 texts, bytes hexadecimal, an absent value is None.

    Examples
    --------
    >>> rows_of(pa.table({"a": [1, None], "b": ["x", "y"]}))
    [{'a': 1, 'b': 'x'}, {'a': None, 'b': 'y'}]
    """
    return text_cells(table, neutral=False).to_pylist()


def csv_of(table: pa.Table) -> bytes:
    """Return a table as CSV.

    Parameters
    ----------
    table : pa.Table
        Any rows.

    Returns
    -------
    bytes
        UTF-8 with a header line. NaN is empty; a text that a spreadsheet would run as a formula (it
        begins with =, +, -, @, a tab or a return) is preceded by an apostrophe.

    Examples
    --------
    >>> print(csv_of(pa.table({"a": [1.5, float("nan")], "b": ["=1+1", "x"]})).decode(), end="")
    "a","b"
    1.5,"'=1+1"
    ,"x"
    """
    buffer = io.BytesIO()
    pa_csv.write_csv(text_cells(table, neutral=True), buffer)
    return buffer.getvalue()


def parquet_of(table: pa.Table) -> bytes:
    """Return a table as a Parquet file, compressed with zstd.

    Parameters
    ----------
    table : pa.Table
        Any rows.

    Returns
    -------
    bytes
        The file.
    """
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def arrow_of(table: pa.Table) -> bytes:
    """Return a table as a stream of Arrow's interprocess format, not compressed.

    Parameters
    ----------
    table : pa.Table
        Any rows.

    Returns
    -------
    bytes
        What `pyarrow.ipc.open_stream`, polars and DuckDB read without copying a figure.

    Examples
    --------
    >>> pa.ipc.open_stream(arrow_of(pa.table({"a": [1.5]}))).read_all().to_pylist()
    [{'a': 1.5}]
    """
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def _plain(column: pa.ChunkedArray) -> Any:
    # Dictionary-encoded text becomes text, and what CSV has no word for becomes text too.
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column.cast(pa.string())
    if pa.types.is_timestamp(kind):
        zone = "Z" if kind.tz else ""
        return pc.strftime(column, format=f"%Y-%m-%dT%H:%M:%S{zone}")
    simple = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_string)
    if any(test(kind) for test in simple):
        return column
    return pa.chunked_array([[_text(v) for v in column.to_pylist()]], type=pa.string())


def _without_nan(column: Any) -> Any:
    if not pa.types.is_floating(column.type):
        return column
    return pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))


def _neutral(column: Any) -> Any:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    return pc.replace_substring_regex(column, pattern=r"\A([=+\-@\t\r])", replacement=r"'\1")


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
