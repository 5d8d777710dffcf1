"""Tables of features as rows: a symbol and a session each, ordered by session, then by symbol.

::

    symbol, session, known_at, source, open, close, total, <feature>, ...

`session` is the date, `known_at` UTC; prices are in shares of the first session of the table, `total` is
the close with dividends bought in; what is not known is empty. `source` ends in ``(simulated)`` where the
prices are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quantdeck.model.errors import BadInput
from quantdeck.research.features.assemble import known_times
from quantdeck.research.features.catalogue import features
from quantdeck.research.features.table import FeatureTable

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

_KEYS = ("symbol", "session", "known_at", "source")
_PRICES = ("open", "close", "total")
_SIMULATED = " (simulated)"
_NOT_FEATURES = frozenset({*_KEYS, *_PRICES, "t", "target"})
_DAY_NS = 86_400_000_000_000
_META = b"quantdeck.features"


class Meta(msgspec.Struct, frozen=True):
    """What a Parquet file says of its table beside the rows.

    Parameters
    ----------
    calendar, source : str
        As of the table.
    is_simulated : bool
        As of the table.
    not_comparable : tuple of str
        As of the table.
    symbols : tuple of str
        As of the table: one without a row has its place too.
    """

    calendar: str
    source: str
    is_simulated: bool
    not_comparable: tuple[str, ...]
    symbols: tuple[str, ...]


def table_of(found: FeatureTable) -> pa.Table:
    """Return the rows of a table of features, with its `Meta` as metadata."""
    taken = found.is_row.T
    sessions, symbols = np.nonzero(taken)
    told = found.source + _SIMULATED if found.is_simulated else found.source
    columns: dict[str, Any] = {
        "symbol": pa.DictionaryArray.from_arrays(
            pa.array(symbols.astype(np.int32)), pa.array(list(found.symbols), pa.string())
        ),
        "session": pa.array((found.sessions // _DAY_NS).astype(np.int32)[sessions]).cast(
            pa.date32()
        ),
        "known_at": pa.array(found.known_ns[sessions], pa.timestamp("ns", "UTC")),
        "source": pa.DictionaryArray.from_arrays(
            pa.array(np.zeros(len(sessions), np.int32)), [told]
        ),
    }
    for name in _PRICES:
        columns[name] = pa.array(getattr(found, name).T[taken], from_pandas=True)
    for name in found.names:
        columns[name] = pa.array(found.column(name).T[taken], from_pandas=True)
    meta = Meta(
        found.calendar, found.source, found.is_simulated, found.not_comparable, found.symbols
    )
    return pa.table(columns).replace_schema_metadata({_META: msgspec.json.encode(meta)})


def features_of(table: pa.Table, *, told: str) -> FeatureTable:
    """Return the table of features that rows say.

    Parameters
    ----------
    table : pa.Table
        Rows in any order. Needed are ``session`` (or ``t``), ``close`` (or ``total``) and a feature;
        ``symbol`` where there are several; a column of anything but numbers is no feature, and neither is
        ``target``.
    told : str
        Where it comes from, for messages and where the rows do not say.

    Raises
    ------
    BadInput
        If a column is missing or wrong, or a symbol has two rows of a session.
    """
    days = _days(table, told)
    names, symbols = _symbols(table, told)
    meta = _meta(table, names, days)
    every = meta.symbols or tuple(np.unique(names).tolist())
    order = {symbol: at for at, symbol in enumerate(every)}
    row = np.array([order[symbol] for symbol in names.tolist()])[symbols]
    sessions, column = np.unique(days, return_inverse=True)
    place = row * len(sessions) + column
    if len(np.unique(place)) < len(place):
        raise BadInput(f"{told}: a symbol has two rows of one session")
    shape = len(every), len(sessions)

    def grid(name: str) -> FloatArray:
        values = np.full(shape, np.nan)
        values.ravel()[place] = _floats(table, name, told)
        return values

    have = set(table.column_names)
    if not have & {"close", "total"}:
        raise BadInput(f"{told} has no column close or total, without which no return is known")
    close = grid("close" if "close" in have else "total")
    columns = tuple(
        field.name
        for field in table.schema
        if field.name not in _NOT_FEATURES and _is_number(field.type)
    )
    if not columns:
        raise BadInput(f"{told} has no column of numbers that could be a feature")
    values = np.empty((len(columns), *shape), np.float32)
    for at, name in enumerate(columns):
        values[at] = grid(name)
    is_row = np.zeros(shape, np.bool_)
    is_row.ravel()[place] = True
    starts: IntArray = sessions * _DAY_NS
    return FeatureTable(
        names=columns,
        symbols=every,
        sessions=starts,
        known_ns=_known(table, column, starts, meta.calendar),
        values=values,
        is_row=is_row,
        close=close,
        total=grid("total") if "total" in have else close,
        open=grid("open") if "open" in have else close,
        calendar=meta.calendar,
        source=meta.source or told,
        is_simulated=meta.is_simulated,
        not_comparable=tuple(name for name in meta.not_comparable if name in columns),
    )


def _days(table: pa.Table, told: str) -> IntArray:
    name = next((each for each in ("session", "t") if each in table.column_names), None)
    if name is None:
        raise BadInput(f"{told} has no column session (or t), the date of each row")
    column = table.column(name)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = pc.utf8_slice_codeunits(column, 0, 10)
    try:
        found = column.cast(pa.date32())
    except pa.ArrowException as error:
        raise BadInput(f"{told}: column {name} holds no dates such as 2026-11-20") from error
    if found.null_count:
        raise BadInput(f"{told}: {found.null_count} rows have no date in column {name}")
    return found.cast(pa.int32()).to_numpy().astype(np.int64)


def _symbols(table: pa.Table, told: str) -> tuple[np.ndarray, IntArray]:
    if "symbol" not in table.column_names:
        return np.array([told]), np.zeros(table.num_rows, np.int64)
    column = table.column("symbol").cast(pa.string())
    if column.null_count:
        raise BadInput(f"{told}: {column.null_count} rows have no symbol")
    return np.unique(np.asarray(column.to_pylist(), dtype=object).astype(str), return_inverse=True)


def _meta(table: pa.Table, names: np.ndarray, days: IntArray) -> Meta:
    kept = (table.schema.metadata or {}).get(_META)
    if kept is not None:
        return msgspec.json.decode(kept, type=Meta)
    levels = tuple(each.name for each in features() if not each.is_comparable)
    is_daily = bool(((days + 3) % 7 >= 5).any())
    calendar = "24/7" if is_daily else "XNYS"
    said: list[str] = []
    if "source" in table.column_names:
        said = [str(each) for each in table.column("source").unique().to_pylist() if each]
    plain = ", ".join(dict.fromkeys(each.removesuffix(_SIMULATED) for each in said))
    is_simulated = any(each.endswith(_SIMULATED) for each in said)
    return Meta(calendar, plain, is_simulated, levels, tuple(str(name) for name in names))


def _known(table: pa.Table, column: IntArray, starts: IntArray, calendar: str) -> IntArray:
    if "known_at" not in table.column_names:
        return known_times(starts, calendar)
    try:
        told = table.column("known_at").cast(pa.timestamp("ns", "UTC")).cast(pa.int64())
    except pa.ArrowException as error:
        raise BadInput("column known_at holds no times such as 2026-11-20 21:00:00Z") from error
    known = known_times(starts, calendar)
    # of several in a session the last: no row may be taken for known earlier than it was
    latest = np.full(len(starts), np.iinfo(np.int64).min)
    np.maximum.at(latest, column, told.fill_null(0).to_numpy())
    return np.where(latest > 0, latest, known)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind)


def _floats(table: pa.Table, name: str, told: str) -> FloatArray:
    try:
        column = table.column(name).cast(pa.float64())
    except pa.ArrowException as error:
        raise BadInput(f"{told}: column {name} holds something that is no number") from error
    return column.to_numpy().astype(np.float64)
