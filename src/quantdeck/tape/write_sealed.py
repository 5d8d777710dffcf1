"""Writing sealed files, each whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from quantdeck.ports.catalog import SealedFile
from quantdeck.tape import disk
from quantdeck.tape.away import send
from quantdeck.tape.columns import ROW_GROUP_ROWS, parquet_options, schema
from quantdeck.tape.layout import PARQUET_SUFFIX, TEMPORARY_SUFFIX, partition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from quantdeck.model.events import Kind
    from quantdeck.tape.layout import Layout

_METADATA_KEY = "quantdeck.file"
_REPLACES_KEY = "quantdeck.replaces"


@dataclass(frozen=True, slots=True)
class FileLabel:
    """What a sealed file holds.

    Parameters
    ----------
    kind : Kind
        Layout of its events.
    source, delay, symbol : str
        The stream.
    date : str
        Day of the event times, UTC.
    segment : str
        What it is made from; with `delay`, the name of the file.
    """

    kind: Kind
    source: str
    delay: str
    symbol: str
    date: str
    segment: str

    @property
    def path(self) -> str:
        """Path relative to the tape's folder."""
        folder = partition(self.kind, self.source, self.symbol, self.date)
        return f"{folder}/{self.segment}-{self.delay}{PARQUET_SUFFIX}"


def write_sealed(
    layout: Layout,
    contents: Iterable[tuple[FileLabel, Iterable[pa.Table]]],
    *,
    replaces: Iterable[str] = (),
) -> list[SealedFile]:
    """Write sealed files.

    Parameters
    ----------
    layout : Layout
        The tape.
    contents : iterable of pairs of FileLabel and iterable of pa.Table
        For each file its events in order of their keys, at least one.
    replaces : iterable of str
        Paths of the files whose events are all in these.

    Returns
    -------
    list of SealedFile
        For the catalog; the files are on the disk, or in the store, under their names.

    Raises
    ------
    OSError
        If the disk refuses; nothing temporary is left then.
    StoreError
        If the store that machines share does not answer or refuses.
    """
    names: dict[Path, Path] = {}
    described: list[SealedFile] = []
    try:
        for label, tables in contents:
            temporary, final = _names(layout, label, len(names))
            disk.make_folder(temporary.parent, layout.root)
            names[temporary] = final
            file = _write(temporary, label, tables, list(replaces))
            described.append(msgspec.structs.replace(file, bytes=temporary.stat().st_size))
        if layout.shared is None:
            disk.put_in_place(names)
        else:
            described = send(layout, layout.shared, list(zip(names, described, strict=True)))
    except BaseException:
        # Ctrl-C too: nothing names these files, so nothing would ever remove them.
        for temporary in names:
            temporary.unlink(missing_ok=True)
        raise
    if layout.shared is not None:
        for temporary in names:
            temporary.unlink(missing_ok=True)
    return described


def _names(layout: Layout, label: FileLabel, number: int) -> tuple[Path, Path]:
    if layout.shared is not None:
        temporary = layout.outgoing / f"{number}{TEMPORARY_SUFFIX}"
        return temporary, temporary
    final = layout.root / label.path
    return final.with_name(final.name + TEMPORARY_SUFFIX), final


def described_by(path: Path) -> tuple[SealedFile, list[str]] | None:
    """Return what a sealed file says of itself, and which files it replaces.

    Parameters
    ----------
    path : Path
        Any file.

    Returns
    -------
    tuple of SealedFile and list of str, or None
        None where it is not a sealed file, or not readable.
    """
    try:
        metadata = pq.read_metadata(path).metadata or {}
        described = msgspec.json.decode(metadata[_METADATA_KEY.encode()], type=SealedFile)
        replaces = msgspec.json.decode(metadata[_REPLACES_KEY.encode()], type=list[str])
    except (OSError, pa.ArrowException, KeyError, msgspec.DecodeError):
        return None
    return msgspec.structs.replace(described, bytes=path.stat().st_size), replaces


def _write(
    temporary: Path, label: FileLabel, tables: Iterable[pa.Table], replaces: list[str]
) -> SealedFile:
    rows = 0
    spans: dict[str, list[int]] = {"ts_event": [], "ts_recv": []}
    options = parquet_options(label.kind)
    with pq.ParquetWriter(temporary, schema(label.kind), **options) as writer:
        for table in _row_groups(tables):
            writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
            rows += table.num_rows
            for column, span in spans.items():
                values = table.column(column).to_numpy()
                span += [int(values.min()), int(values.max())]
        described = SealedFile(
            path=label.path,
            kind=label.kind.value,
            source=label.source,
            delay=label.delay,
            symbol=label.symbol,
            date=label.date,
            rows=rows,
            ts_min=min(spans["ts_event"]),
            ts_max=max(spans["ts_event"]),
            recv_min=min(spans["ts_recv"]),
            recv_max=max(spans["ts_recv"]),
            bytes=0,
            segment=label.segment,
        )
        writer.add_key_value_metadata(
            {
                _METADATA_KEY: msgspec.json.encode(described).decode(),
                _REPLACES_KEY: msgspec.json.encode(replaces).decode(),
            }
        )
    return described


def _row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    # The writer begins a row group with every table it is given, however small.
    some: list[pa.Table] = []
    for table in tables:
        some.append(table)
        if sum(t.num_rows for t in some) >= ROW_GROUP_ROWS:
            together = pa.concat_tables(some)
            whole = together.num_rows // ROW_GROUP_ROWS * ROW_GROUP_ROWS
            yield together.slice(0, whole)
            some = [together.slice(whole)]
    if sum(t.num_rows for t in some):
        yield pa.concat_tables(some)
