"""Tables of rows as JSON, CSV and Parquet."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

_FORMULA = re.compile(r"^[=+\-@\t\r]")


def with_time(table: pa.Table, column: str) -> pa.Table:
    """Return the table with a first column ``time``: ISO 8601 in UTC to the nanosecond.

    Parameters
    ----------
    table : pa.Table
        Any rows.
    column : str
        The column of nanoseconds since 1970 UTC that is spelled out.

    Returns
    -------
    pa.Table
        One more column. It saves readers that keep numbers as floats from rounding the time.

    Examples
    --------
    >>> with_time(pa.table({"ts_event": [1_500_000_000]}), "ts_event").to_pylist()
    [{'time': '1970-01-01T00:00:01.500000000Z', 'ts_event': 1500000000}]
    """
    moments = table.column(column).cast(pa.timestamp("ns"))
    texts = pc.strftime(moments, format="%Y-%m-%dT%H:%M:%SZ")
    return table.add_column(0, "time", texts)


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
    names = table.column_names
    columns = [_values(_plain(column)) for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


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
    columns = [_neutral(_without_nan(_plain(column))) for column in table.columns]
    names = [f"'{name}" if _FORMULA.match(name) else name for name in table.column_names]
    buffer = io.BytesIO()
    pa_csv.write_csv(pa.Table.from_arrays(columns, names=names), buffer)
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


def _plain(column: pa.ChunkedArray) -> Any:
    # Dictionary-encoded text becomes text, and what CSV has no word for becomes text too.
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column.cast(pa.string())
    if pa.types.is_nested(kind) or pa.types.is_interval(kind):
        return pa.chunked_array([[_text(v) for v in column.to_pylist()]], type=pa.string())
    return column


def _without_nan(column: Any) -> Any:
    if not pa.types.is_floating(column.type):
        return column
    return pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))


def _neutral(column: Any) -> Any:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    return pc.replace_substring_regex(column, pattern=r"\A([=+\-@\t\r])", replacement=r"'\1")


def _values(column: Any) -> list[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        # Python's own moments hold microseconds only.
        texts = pc.strftime(column.cast(pa.timestamp("ns")), format="%Y-%m-%dT%H:%M:%SZ")
        return texts.to_pylist()
    values = _without_nan(column).to_pylist()
    simple = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    if simple or pa.types.is_string(kind):
        return values
    return [_text(value) for value in values]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
