"""SQL over the tape, read only.

Each query gets an in-memory DuckDB connection of its own with these views: `trades`, `agg_trades`,
`quotes`, `marks` and `bars` (events, sealed or not, each once; `time` is `ts_event` as a timestamp),
`chains` and `box_rates` (option chains and the rates of boxes, `quantdeck.tape.chains`), `history` and
`corporate_actions` (bars of years, `quantdeck.tape.history`), `news`, `fundamentals`, `indicators` and
`quotes_asked` (`quantdeck.tape.collected`), `gaps` and `files`. The views name their files: a pattern
would have the folder searched. Nothing else on the machine can be reached, and nothing can be written.
"""

from __future__ import annotations

import re
import tempfile
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import duckdb
import msgspec
import pyarrow as pa

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.model.events import Kind
from quantdeck.tape.chains import views as chain_views
from quantdeck.tape.collected import views as collected_views
from quantdeck.tape.columns import schema
from quantdeck.tape.history import views as history_views
from quantdeck.tape.layout import is_local

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from quantdeck.model.feed import Gap
    from quantdeck.tape.snapshot import TapeSnapshot

VIEWS = {
    "trades": Kind.TRADE,
    "agg_trades": Kind.AGG_TRADE,
    "quotes": Kind.QUOTE,
    "marks": Kind.MARK,
    "bars": Kind.BAR,
}
_NAMES = (
    *(*VIEWS, *chain_views.VIEWS, *history_views.VIEWS, *collected_views.VIEWS),
    *("gaps", "files"),
)
_MEMORY = "1GB"
_THREADS = 2
_LONGEST_MESSAGE = 600
_GONE = "HTTP 404"
_EXPLAIN = re.compile(r"\s*EXPLAIN(\s+ANALYZE)?\s+(?P<what>.*)", re.IGNORECASE | re.DOTALL)


def run(
    snapshot: TapeSnapshot,
    query: str,
    *,
    gaps: Callable[[], list[Gap]],
    timeout_s: float,
    max_rows: int,
) -> pa.Table:
    """Run one SELECT over a snapshot of the tape.

    Parameters
    ----------
    snapshot : TapeSnapshot
        The tape.
    query : str
        One SELECT, or EXPLAIN of one, in DuckDB's dialect.
    gaps : callable
        Returns the gaps on record; called where the query names them.
    timeout_s : float
        Longest run. [s]
    max_rows : int
        Most rows returned.

    Returns
    -------
    pa.Table
        ``truncated`` in the metadata of its schema is ``true`` where there would be more rows.

    Raises
    ------
    BadInput
        If the query is wrong, writes, or takes longer than `timeout_s`.
    StoreError
        If a sealed file is damaged.
    FileNotFoundError
        If a file of the snapshot has been removed; take a new one.
    """
    if timeout_s <= 0 or max_rows <= 0:
        raise BadInput("timeout and most rows of a query must be greater than 0")
    expired = threading.Event()
    other_files: list[Path] = []
    try:
        with (
            tempfile.TemporaryDirectory(prefix="quantdeck-sql-") as folder,
            duckdb.connect(":memory:") as connection,
        ):
            statement = _one_select(connection, query)
            other_files += _prepare(connection, snapshot, statement.lower(), gaps, folder=folder)
            with _limit(connection, timeout_s, expired):
                return _rows(connection, statement, max_rows)
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        # What fails while rows are fetched comes as an error of Arrow's.
        if expired.is_set():
            raise BadInput(
                f"the query took longer than {timeout_s:g} s and was stopped; ask for a shorter "
                "time range or fewer symbols, or raise the timeout"
            ) from None
        here = [
            *(snapshot.layout.root / file.path for file in snapshot.files if is_local(file.path)),
            *other_files,
        ]
        names = [*map(str, here), *(f.path for f in snapshot.files if not is_local(f.path))]
        if not all(file.exists() for file in here) or _GONE in str(error):
            raise FileNotFoundError(str(error)) from error
        if any(name in str(error) for name in names) or isinstance(error, duckdb.IOException):
            raise StoreError(
                f"a sealed file of the tape cannot be read: {shortened(str(error))}; restore it, or "
                "remove it"
            ) from error
        raise BadInput(shortened(str(error))) from error


def shortened(message: str) -> str:
    r"""Return what helps of a message of DuckDB: the first paragraph and the place in the query.

    Examples
    --------
    >>> shortened("Binder Error: no such column\n\nLINE 1: select x\n               ^")
    'Binder Error: no such column (LINE 1: select x)'
    """
    first, _, rest = message.partition("\n\n")
    place = rest.partition("\n")[0].strip() if rest.startswith("LINE") else ""
    text = " ".join(first.split())[:_LONGEST_MESSAGE]
    if text.startswith("Catalog Error: Table"):
        # DuckDB's own tables, which it proposes, are of no use here.
        text = text.partition(" Did you mean")[0]
        text += f" The views are {', '.join(_NAMES)}."
    return f"{text} ({place[:_LONGEST_MESSAGE]})" if place else text


def _one_select(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    statements = connection.extract_statements(query)
    if len(statements) != 1:
        raise BadInput(f"expected one SELECT, was {len(statements)} statements")
    only = statements[0]
    if only.type == duckdb.StatementType.EXPLAIN:
        # EXPLAIN ANALYZE runs what it explains.
        explained = _EXPLAIN.fullmatch(only.query)
        if explained is None:
            raise BadInput("write EXPLAIN or EXPLAIN ANALYZE before a SELECT, without comments")
        _one_select(connection, explained.group("what"))
    elif only.type != duckdb.StatementType.SELECT:
        raise BadInput(
            f"the tape is read only: expected a SELECT, was {only.type.name}; "
            "use quantdeck export to write files"
        )
    return only.query


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    snapshot: TapeSnapshot,
    query: str,
    gaps: Callable[[], list[Gap]],
    *,
    folder: str,
) -> list[Path]:
    sealed = str(snapshot.layout.parquet.absolute())
    root, shared = snapshot.layout.root, snapshot.layout.shared
    folders = [f"{sealed}/", chain_views.folder(root), history_views.folder(root)]
    # Only what the query can refer to is prepared.
    wanted = [name for name in _NAMES if name in query] or list(_NAMES)
    if shared is not None and any(name in wanted for name in VIEWS):
        shared.store.let_read(connection)
        folders.append(shared.store.address("/"))
    for setting in (
        f"memory_limit = '{_MEMORY}'",
        f"threads = {_THREADS}",
        "TimeZone = 'UTC'",
        "python_enable_replacements = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        f"temp_directory = {_literal(folder)}",
        f"allowed_directories = [{', '.join(map(_literal, folders))}]",
        "enable_external_access = false",
    ):
        connection.execute(f"SET {setting}")
    for name, kind in VIEWS.items():
        if name in wanted:
            _add_events(connection, snapshot, name, kind)
    if "files" in wanted:
        files = [msgspec.structs.asdict(file) for file in snapshot.files]
        connection.register("files", pa.Table.from_pylist(files, schema=_FILES))
    if "gaps" in wanted:
        rows = [{**msgspec.structs.asdict(gap), "state": gap.state.value} for gap in gaps()]
        connection.register("gaps", pa.Table.from_pylist(rows, schema=_GAPS))
    other_files = chain_views.add_views(connection, root, wanted)
    other_files += history_views.add_views(connection, root, wanted)
    collected_views.add_views(connection, root, wanted)
    connection.execute("SET lock_configuration = true")
    return other_files


def _add_events(
    connection: duckdb.DuckDBPyConnection, snapshot: TapeSnapshot, name: str, kind: Kind
) -> None:
    unsealed = [stream.table() for stream in snapshot.unsealed(kind, None)]
    tail = pa.concat_tables([schema(kind).empty_table(), *unsealed]).unify_dictionaries()
    connection.register(f"unsealed_{name}", tail)
    paths = [snapshot.layout.address(f.path) for f in snapshot.files_of(kind, None)]
    connection.execute(f"CREATE VIEW {name} AS {events_query(kind, paths, f'unsealed_{name}')}")


def events_query(kind: Kind, paths: list[str], unsealed: str | None) -> str:
    """Return the SELECT of all events of a kind.

    Parameters
    ----------
    kind : Kind
        Which events.
    paths : list of str
        Sealed files.
    unsealed : str or None
        Name of a table of further events.

    Returns
    -------
    str
        SQL.
    """
    names = schema(kind).names
    columns = ", ".join(
        f"{name}::VARCHAR AS {name}" if pa.types.is_dictionary(type_) else name
        for name, type_ in zip(names, schema(kind).types, strict=True)
    )
    parts = [] if unsealed is None else [f"SELECT {columns} FROM {unsealed}"]  # noqa: S608
    if paths:
        listed = ", ".join(_literal(path) for path in paths)
        source = f"read_parquet([{listed}], hive_partitioning = false)"
        parts.append(f"SELECT {', '.join(names)} FROM {source}")  # noqa: S608
    together = " UNION ALL ".join(parts)
    return f"SELECT make_timestamptz(ts_event // 1000) AS time, * FROM ({together})"  # noqa: S608


@contextmanager
def _limit(
    connection: duckdb.DuckDBPyConnection, timeout_s: float, expired: threading.Event
) -> Generator[None]:
    def stop() -> None:
        expired.set()
        connection.interrupt()

    timer = threading.Timer(timeout_s, stop)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _rows(connection: duckdb.DuckDBPyConnection, statement: str, max_rows: int) -> pa.Table:
    result = connection.execute(statement)
    reader = cast(
        "pa.RecordBatchReader",
        result.to_arrow_reader(min(max_rows + 1, 100_000)),  # pyright: ignore[reportUnknownMemberType]
    )
    batches: list[pa.RecordBatch] = []
    count = 0
    for batch in reader:
        batches.append(batch)
        count += batch.num_rows
        if count > max_rows:
            break
    table = pa.Table.from_batches(batches, schema=reader.schema).slice(0, max_rows)
    is_truncated = b"true" if count > max_rows else b"false"
    return table.replace_schema_metadata({b"truncated": is_truncated})


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_FILES = pa.schema(
    [
        (name, pa.string() if type_ == "str" else pa.int64())
        for name, type_ in (
            ("path", "str"),
            ("kind", "str"),
            ("source", "str"),
            ("delay", "str"),
            ("symbol", "str"),
            ("date", "str"),
            ("rows", "int"),
            ("ts_min", "int"),
            ("ts_max", "int"),
            ("recv_min", "int"),
            ("recv_max", "int"),
            ("bytes", "int"),
            ("segment", "str"),
        )
    ]
)
_GAPS = pa.schema(
    [
        ("source", pa.string()),
        ("symbol", pa.string()),
        ("kind", pa.string()),
        ("first_seq", pa.int64()),
        ("last_seq", pa.int64()),
        ("found_ns", pa.int64()),
        ("after_ts_ns", pa.int64()),
        ("before_ts_ns", pa.int64()),
        ("state", pa.string()),
    ]
)
