"""Columns of a kind of record: of its table in SQLite, and of its view for SQL."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec
import pyarrow as pa

if TYPE_CHECKING:
    from quantdeck.model.collected import Record

PROVENANCE = ("source", "delay", "fetched_ns", "ingest_run_id")
"""Columns that every table has after those of the record."""

_TYPES: dict[Any, tuple[str, pa.DataType]] = {
    str: ("TEXT", pa.string()),
    int: ("INTEGER", pa.int64()),
    float: ("REAL", pa.float64()),
    tuple: ("TEXT", pa.list_(pa.string())),
}


def fields_of(kind: type[Record]) -> tuple[str, ...]:
    """Return the names of a record's fields, in order."""
    return kind.__struct_fields__


def table_sql(kind: type[Record]) -> str:
    """Return the statement that makes the table of a kind of record."""
    columns = [f"{name} {_type(hint)[0]}" for name, hint in _hints(kind).items()]
    columns += ["source TEXT", "delay TEXT", "fetched_ns INTEGER", "ingest_run_id TEXT"]
    key = ", ".join((*kind.KEY, "source"))
    return f"CREATE TABLE {kind.DATASET} ({', '.join(columns)}, PRIMARY KEY ({key})) WITHOUT ROWID"


def arrow_schema(kind: type[Record]) -> pa.Schema:
    """Return the schema of the view of a kind of record."""
    own = [pa.field(name, _type(hint)[1]) for name, hint in _hints(kind).items()]
    told = [
        pa.field(name, pa.int64() if name == "fetched_ns" else pa.string()) for name in PROVENANCE
    ]
    return pa.schema([*own, *told])


def cells_of(record: Record) -> tuple[Any, ...]:
    """Return the cells of a record: NaN as absent, lists as JSON."""
    return tuple(_cell(getattr(record, name)) for name in fields_of(type(record)))


def value_of(cell: Any, *, is_list: bool) -> Any:
    """Return what a cell stands for."""
    return tuple(msgspec.json.decode(cell, type=list[str])) if is_list else cell


def lists_of(kind: type[Record]) -> frozenset[str]:
    """Return the fields of a record that are lists."""
    return frozenset(name for name, hint in _hints(kind).items() if _base(hint) is tuple)


def _hints(kind: type[Record]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in fields_of(kind)}


def _type(hint: Any) -> tuple[str, pa.DataType]:
    return _TYPES[_base(hint)]


def _base(hint: Any) -> Any:
    # Of `float | None` what may be there; of `tuple[str, ...]` that it is a list.
    args = [arg for arg in get_args(hint) if arg is not type(None)]
    if hint in _TYPES:
        return hint
    return tuple if str(hint).startswith("tuple") else args[0]


def _cell(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return msgspec.json.encode(value).decode() if isinstance(value, tuple) else value
