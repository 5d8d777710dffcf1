"""Chains as one flat table: a row a contract, every row with its provenance.

The columns of `SCHEMA` are those of a snapshot on disk, of the CSV written on request and of the view
``chains`` in SQL. Both rights of every strike have a row; one of which nothing is known has no quotes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

from quantdeck.model.chains import NO_TIME, ChainSnapshot, ExpiryChain, SideQuotes
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.options import OPTION_VENUE, ExerciseStyle, Right, Settlement, osi
from quantdeck.tape.columns import TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

SCHEMA = pa.schema(
    [
        ("taken_ns", pa.int64()),
        ("symbol", pa.string()),
        ("underlying", TEXT),
        ("root", TEXT),
        ("expiry", pa.date32()),
        ("right", TEXT),
        ("strike", pa.float64()),
        ("bid", pa.float64()),
        ("ask", pa.float64()),
        ("bid_size", pa.float64()),
        ("ask_size", pa.float64()),
        ("quote_ns", pa.int64()),
        ("volume", pa.float64()),
        ("open_interest", pa.float64()),
        ("spot", pa.float64()),
        ("multiplier", pa.float64()),
        ("settlement", TEXT),
        ("style", TEXT),
        ("feed", TEXT),
        ("source", TEXT),
        ("delay", TEXT),
        ("ingest_run_id", TEXT),
    ]
)
"""Columns of a chain; absent figures are null."""

_QUOTED = ("bid", "ask", "bid_size", "ask_size", "volume", "open_interest")
_CONSTANT = ("taken_ns", "feed", "source", "delay", "ingest_run_id")


def table_of(snapshot: ChainSnapshot) -> pa.Table:
    """Return a snapshot as a table of `SCHEMA`.

    Parameters
    ----------
    snapshot : ChainSnapshot
        Any.

    Returns
    -------
    pa.Table
        Two rows for every strike of every chain: the call and the put.
    """
    parts = [
        _side_table(snapshot, chain, right, quotes)
        for chain in snapshot.chains
        for right, quotes in ((Right.CALL, chain.calls), (Right.PUT, chain.puts))
    ]
    return pa.concat_tables([SCHEMA.empty_table(), *parts]).unify_dictionaries().combine_chunks()


def snapshot_of(table: pa.Table) -> ChainSnapshot:
    """Return the snapshot that a table of `SCHEMA` holds; the inverse of `table_of`.

    Parameters
    ----------
    table : pa.Table
        Rows of one snapshot in any order, every contract once.

    Returns
    -------
    ChainSnapshot
        Chains ordered by root and expiry.

    Raises
    ------
    BadInput
        If columns are missing, there are no rows, or rows contradict each other.
    """
    absent = [name for name in SCHEMA.names if name not in table.column_names]
    if absent:
        raise BadInput(f"a table of chains needs the columns {', '.join(absent)}")
    if not table.num_rows:
        raise BadInput("the table of chains has no rows")
    try:
        table = table.select(SCHEMA.names).cast(SCHEMA)
    except pa.ArrowException as error:
        raise BadInput(f"a table of chains has other types: {error}") from error
    constant = {name: _only(table, name) for name in _CONSTANT}
    groups = _groups(table)
    return ChainSnapshot(
        taken_ns=int(constant["taken_ns"]),
        feed=str(constant["feed"]),
        provenance=Provenance(
            str(constant["source"]),
            _word(Delay, constant["delay"]),
            RunId(str(constant["ingest_run_id"])),
        ),
        chains=tuple(_chain(part) for part in groups),
    )


def _side_table(
    snapshot: ChainSnapshot, chain: ExpiryChain, right: Right, quotes: SideQuotes
) -> pa.Table:
    count = len(chain.strikes)
    constant: Mapping[str, object] = {
        "taken_ns": snapshot.taken_ns,
        "underlying": chain.underlying,
        "root": chain.root,
        "expiry": chain.expiry,
        "right": right.value,
        "spot": chain.spot if np.isfinite(chain.spot) else None,
        "multiplier": chain.multiplier,
        "settlement": chain.settlement.value,
        "style": chain.style.value,
        "feed": snapshot.feed,
        "source": snapshot.provenance.source,
        "delay": snapshot.provenance.delay.value,
        "ingest_run_id": str(snapshot.provenance.run_id),
    }
    names = [
        f"{OPTION_VENUE}:{osi(chain.root, chain.expiry, right, strike)}"
        for strike in chain.strikes.tolist()
    ]
    varying: dict[str, Any] = {
        "symbol": pa.array(names, pa.string()),
        "strike": pa.array(chain.strikes),
        "quote_ns": pa.array(quotes.ts_ns, mask=quotes.ts_ns == NO_TIME),
        **{name: _nullable(getattr(quotes, name)) for name in _QUOTED},
    }
    columns = [
        varying[field.name]
        if field.name in varying
        else _repeated(constant[field.name], count, field.type)
        for field in SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _nullable(values: NDArray[np.float64]) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _repeated(value: object, count: int, type_: pa.DataType) -> pa.Array:
    if type_ == TEXT:
        codes = pa.array(np.zeros(count, dtype=np.int32))
        return pa.DictionaryArray.from_arrays(codes, pa.array([value], pa.string()))
    return pa.repeat(pa.scalar(value, type_), count)


def _only(table: pa.Table, name: str) -> Any:
    values = cast("list[Any]", table.column(name).unique().to_pylist())
    if len(values) != 1 or values[0] is None:
        raise BadInput(f"a table of chains holds one snapshot; {name} has {len(values)} values")
    return values[0]


def _word(kind: Any, text: object) -> Any:
    try:
        return kind(text)
    except ValueError as error:
        allowed = ", ".join(each.value for each in kind)
        raise BadInput(f"a table of chains says {text!r}; allowed are {allowed}") from error


# The rows of each root and expiry, in this order.
def _groups(table: pa.Table) -> list[pa.Table]:
    roots = np.array(table.column("root").to_pylist(), dtype=np.str_)
    days = table.column("expiry").cast(pa.int32()).to_numpy()
    order = np.lexsort((_figures(table, "strike"), days, roots))
    ordered, roots, days = table.take(pa.array(order)), roots[order], days[order]
    is_new = np.flatnonzero((roots[1:] != roots[:-1]) | (days[1:] != days[:-1])) + 1
    starts = [0, *is_new.tolist(), len(roots)]
    return [ordered.slice(start, stop - start) for start, stop in pairwise(starts)]


def _chain(part: pa.Table) -> ExpiryChain:
    strikes = _figures(part, "strike")
    if not np.all(np.isfinite(strikes)):
        raise BadInput("a table of chains has a row without a strike")
    grid: NDArray[np.float64] = np.unique(strikes)
    rights = np.array(part.column("right").to_pylist())
    spots = np.unique(_figures(part, "spot"))
    expiry = cast("date", part.column("expiry")[0].as_py())
    return ExpiryChain(
        root=str(_only(part, "root")),
        underlying=str(_only(part, "underlying")),
        expiry=expiry,
        settlement=_word(Settlement, _only(part, "settlement")),
        style=_word(ExerciseStyle, _only(part, "style")),
        multiplier=float(_only(part, "multiplier")),
        strikes=grid,
        calls=_side(part, rights == Right.CALL.value, grid),
        puts=_side(part, rights == Right.PUT.value, grid),
        spot=float(spots[0]),
    )


def _side(part: pa.Table, chosen: NDArray[np.bool_], grid: NDArray[np.float64]) -> SideQuotes:
    side = SideQuotes.empty(len(grid))
    places = np.searchsorted(grid, _figures(part, "strike")[chosen])
    if len(np.unique(places)) < len(places):
        symbols = part.column("symbol").to_pylist()
        raise BadInput(f"a table of chains has a contract twice near {symbols[0]}")
    for name in _QUOTED:
        getattr(side, name)[places] = _figures(part, name)[chosen]
    times = part.column("quote_ns").fill_null(NO_TIME).to_numpy()
    side.ts_ns[places] = times[chosen]
    return side


def _figures(part: pa.Table, name: str) -> NDArray[np.float64]:
    return cast("NDArray[np.float64]", part.column(name).to_numpy().astype(np.float64))
