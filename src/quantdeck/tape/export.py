"""Export: ticks and bars as CSV, Parquet or JSON lines, with bounded memory.

A file appears whole or not at all. `time` is added before the other columns: in Parquet a timestamp,
in text ISO 8601. Absent numbers are empty in CSV and null in JSON. Text cells of CSV that a
spreadsheet would take for a formula get an apostrophe in front.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol

import msgspec
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.tape import disk
from quantdeck.tape.layout import TEMPORARY_SUFFIX
from quantdeck.views.tables import text_cells, with_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from quantdeck.model.events import Kind
    from quantdeck.tape.reader import Reader

FORMS = ("csv", "parquet", "json")
_SUFFIXES = {".csv": "csv", ".parquet": "parquet", ".json": "json", ".ndjson": "json"}


def form_of(path: Path) -> str:
    """Return the form that a file's name asks for.

    Parameters
    ----------
    path : Path
        File to be written.

    Returns
    -------
    str
        One of `FORMS`.

    Raises
    ------
    BadInput
        If the name does not say.
    """
    form = _SUFFIXES.get(path.suffix.lower())
    if form is None:
        raise BadInput(
            f"the name {path.name} does not say what to write; end it in "
            f"{', '.join(_SUFFIXES)}, or name one of {', '.join(FORMS)}"
        )
    return form


def ticks(
    reader: Reader,
    kind: Kind,
    *,
    symbols: Sequence[str] | None = None,
    start_ns: int | None = None,
    end_ns: int | None = None,
) -> Iterator[pa.Table]:
    """Return events as they are exported.

    Parameters
    ----------
    reader : Reader
        The tape.
    kind : Kind
        Which events.
    symbols : sequence of str, optional
        Canonical symbols; all by default.
    start_ns, end_ns : int, optional
        ``start_ns <= ts_event < end_ns``, UTC. [ns]

    Yields
    ------
    pa.Table
        Consecutive events in the order of (ts_event, seq).
    """
    for table in reader.scan(kind, symbols=symbols, start_ns=start_ns, end_ns=end_ns):
        yield with_time(table, "ts_event")


def write_file(tables: Iterable[pa.Table], path: Path, *, form: str) -> int:
    """Write tables into a file, which appears whole or not at all.

    Parameters
    ----------
    tables : iterable of pa.Table
        Consecutive rows of one schema.
    path : Path
        File to write; one that is there is replaced.
    form : str
        One of `FORMS`.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    NoData
        If there are no rows; nothing is written.
    BadInput
        If the form is unknown.
    StoreError
        If the file cannot be written.
    """
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    try:
        with temporary.open("wb") as sink:
            rows = write(tables, sink, form=form)
        disk.put_in_place({temporary: path})
    except OSError as error:
        what, remedy = disk.meaning(error)
        raise StoreError(f"cannot write {path}: {what}; {remedy}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return rows


def write(tables: Iterable[pa.Table], sink: BinaryIO, *, form: str) -> int:
    """Write tables into an open binary file.

    Parameters
    ----------
    tables : iterable of pa.Table
        Consecutive rows of one schema.
    sink : binary file
        Where to; stays open.
    form : str
        One of `FORMS`.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    NoData
        If there are no rows.
    BadInput
        If the form is unknown.
    """
    if form not in FORMS:
        raise BadInput(f"{form!r} is not a form of export; choose {', '.join(FORMS)}")
    rows = 0
    writer: _Writer | None = None
    try:
        for table in tables:
            plain = table if form == "parquet" else text_cells(table, neutral=form == "csv")
            if writer is None:
                writer = _writer(form, sink, plain.schema)
            writer.write_table(plain)
            rows += table.num_rows
    finally:
        if writer is not None:
            writer.close()
    if not rows:
        raise NoData("nothing is on the tape for this question; see what there is in coverage")
    return rows


class _Writer(Protocol):
    def write_table(self, table: pa.Table) -> None: ...

    def close(self) -> None: ...


class _JsonLines:
    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._encoder = msgspec.json.Encoder()

    def write_table(self, table: pa.Table) -> None:
        for batch in table.to_batches(max_chunksize=10_000):
            self._sink.write(self._encoder.encode_lines(batch.to_pylist()))

    def close(self) -> None:
        self._sink.flush()


def _writer(form: str, sink: BinaryIO, schema: pa.Schema) -> _Writer:
    if form == "csv":
        return pyarrow.csv.CSVWriter(sink, schema)
    if form == "parquet":
        return pq.ParquetWriter(sink, schema, compression="zstd")
    return _JsonLines(sink)
