"""How the packed rows of a kind and the columns of a sealed file correspond.

A sealed file has the columns of the row in the same order, with the symbol as text, and `source`,
`delay` and `ingest_run_id`. Text is dictionary-encoded: a constant column costs a few bytes a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from quantdeck.model.errors import BadInput
from quantdeck.model.events import DTYPES, Kind, Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from quantdeck.model.events import Batch

TEXT = pa.dictionary(pa.int32(), pa.string())
PROVENANCE_COLUMNS = ("source", "delay", "ingest_run_id")
ROW_GROUP_ROWS = 65_536
_TIMES = ("ts_event", "ts_recv", "seq")
_ARROW_TYPES = {
    "i8": pa.int64(),
    "f8": pa.float64(),
    "i1": pa.int8(),
    "u1": pa.uint8(),
}


def fields(kind: Kind) -> tuple[str, ...]:
    """Return the fields of a row that carry meaning, in order.

    Examples
    --------
    >>> fields(Kind.TRADE)
    ('ts_event', 'ts_recv', 'seq', 'price', 'size', 'symbol', 'side', 'flags')
    """
    return tuple(name for name in DTYPES[kind].names or () if name != "_pad")


def key_fields(kind: Kind) -> tuple[str, ...]:
    """Return the fields that, within a stream, name an event and order it.

    Bars of several lengths start at the same moment, so that their length is part of the key.

    Examples
    --------
    >>> key_fields(Kind.TRADE), key_fields(Kind.BAR)
    (('ts_event', 'seq'), ('ts_event', 'seq', 'interval_ns'))
    """
    return ("ts_event", "seq", "interval_ns") if kind is Kind.BAR else ("ts_event", "seq")


def schema(kind: Kind) -> pa.Schema:
    """Return the columns of a kind on the tape."""
    dtype = DTYPES[kind]
    columns = [
        pa.field(name, TEXT if name == "symbol" else _ARROW_TYPES[dtype[name].str[1:]])
        for name in fields(kind)
    ]
    return pa.schema([*columns, *(pa.field(name, TEXT) for name in PROVENANCE_COLUMNS)])


def parquet_options(kind: Kind) -> dict[str, Any]:
    """Return how columns are encoded: times by difference, what repeats by dictionary.

    Prices repeat, so that a dictionary beats byte-stream-split; measured in benchmarks/tape.py.
    """
    names = schema(kind).names
    return {
        "compression": "zstd",
        # A tenth smaller than level 1 for a third more time; higher levels gain nothing.
        "compression_level": 6,
        "use_dictionary": [name for name in names if name not in _TIMES],
        "column_encoding": dict.fromkeys(_TIMES, "DELTA_BINARY_PACKED"),
    }


def text_column(codes: NDArray[np.int32], words: Sequence[str]) -> pa.Array:
    """Return a dictionary-encoded text column.

    Parameters
    ----------
    codes : array of int32 of shape (n,)
        Index into `words` of each row.
    words : sequence of str
        The texts.

    Returns
    -------
    pa.DictionaryArray
        n texts.
    """
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(list(words), pa.string()))


def table_of(kind: Kind, rows: Rows, text: Mapping[str, pa.Array]) -> pa.Table:
    """Return rows as columns.

    Parameters
    ----------
    kind : Kind
        Layout of the rows.
    rows : structured array of shape (n,)
        The events.
    text : mapping of str to array of n texts
        The columns `symbol`, `source`, `delay` and `ingest_run_id`.

    Returns
    -------
    pa.Table
        n rows with the columns of `schema`.
    """
    columns = [
        text[name] if name in text else pa.array(np.ascontiguousarray(rows[name]))
        for name in schema(kind).names
    ]
    return pa.Table.from_arrays(columns, schema=schema(kind))


def rows_of(kind: Kind, table: pa.Table, symbol_ids: NDArray[np.int32]) -> Rows:
    """Return columns as rows; the inverse of `table_of`.

    Parameters
    ----------
    kind : Kind
        Layout of the rows.
    table : pa.Table
        n rows with the columns of `schema`.
    symbol_ids : array of int32 of shape (n,)
        What to write as `symbol`.

    Returns
    -------
    structured array of shape (n,)
        The events.
    """
    rows: Rows = np.zeros(table.num_rows, dtype=DTYPES[kind])
    for name in fields(kind):
        rows[name] = symbol_ids if name == "symbol" else table.column(name).to_numpy()
    return rows


def order_of(kind: Kind, columns: Mapping[str, NDArray[Any]] | Rows) -> NDArray[np.int64] | None:
    """Return the positions that put rows into the order of their keys, or None if they have it.

    Parameters
    ----------
    kind : Kind
        Which key.
    columns : mapping of str to array, or structured array
        At least the fields of the key.

    Returns
    -------
    array of int64 of shape (n,) or None
        Positions, equal keys in the order they came.
    """
    keys = [columns[name] for name in key_fields(kind)]
    if _is_ordered(keys):
        return None
    return np.lexsort(keys[::-1])


def _is_ordered(keys: Sequence[NDArray[Any]]) -> bool:
    tied = np.ones(max(len(keys[0]) - 1, 0), dtype=bool)
    for key in keys:
        earlier, later = key[:-1], key[1:]
        if bool(np.any(tied & (later < earlier))):
            return False
        tied &= later == earlier
    return True


def first_of_each(kind: Kind, columns: Mapping[str, NDArray[Any]] | Rows) -> NDArray[np.bool_]:
    """Return, for rows in the order of their keys, which of them do not repeat the one before.

    Parameters
    ----------
    kind : Kind
        Which key.
    columns : mapping of str to array, or structured array
        At least the fields of the key, ordered.

    Returns
    -------
    array of bool of shape (n,)
        False where the row has the key of the row before it.
    """
    keys = [columns[name] for name in key_fields(kind)]
    kept = np.ones(len(keys[0]), dtype=bool)
    if len(kept) > 1:
        repeated = np.ones(len(kept) - 1, dtype=bool)
        for key in keys:
            repeated &= key[1:] == key[:-1]
        kept[1:] = ~repeated
    return kept


def check_rows(batch: Batch) -> None:
    """Return where the rows of a batch have the layout of its kind.

    Raises
    ------
    BadInput
        If they do not.
    """
    dtype = DTYPES[batch.kind]
    if batch.rows.dtype != dtype or batch.rows.ndim != 1:
        raise BadInput(
            f"rows of kind {batch.kind} have the layout {batch.rows.dtype} and {batch.rows.ndim} "
            f"dimensions; expected one dimension of {dtype}"
        )
