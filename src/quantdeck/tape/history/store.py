"""Keeps bars of years and corporate actions below a data folder.

::

    data/history/
    ├── catalog.sqlite                  what there is, and the actions
    └── bars/source=<source>/interval=<interval>/<VENUE.ROOT>-<random>.parquet

The bars of a symbol are one Parquet file, written anew when some are added or changed: ten years of days
are 200 kB. A file is whole before the catalog names it, and the one before it stays for a while, for
readers that found it.
"""

from __future__ import annotations

from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import INTERVALS_NS, History
from quantdeck.ports.history import KeptHistory, preferred
from quantdeck.tape import disk
from quantdeck.tape.history import catalog
from quantdeck.tape.history.catalog import Entry
from quantdeck.tape.history.table import ACTIONS, BARS, merged, rows_of, table_of
from quantdeck.tape.layout import PARQUET_SUFFIX, TEMPORARY_SUFFIX

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

FOLDER = "history"
_GRACE_NS = 120 * 1_000_000_000
_STRAY_NS = 3600 * 1_000_000_000
_ATTEMPTS = 20


class BarStore:
    """Histories on disk; fulfils `quantdeck.ports.history.HistoryStore`.

    Parameters
    ----------
    root : Path
        Data folder; what is needed below it is made by the first write.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._catalog = catalog.catalog_in(root / FOLDER / "catalog.sqlite")

    def keep(self, history: History) -> KeptHistory:
        """Merge a history into what is kept; see `quantdeck.ports.history.HistoryStore.keep`.

        Raises
        ------
        BadInput
            If it has no bars.
        StoreError
            If the disk refuses, or what is kept is damaged.
        """
        if not len(history):
            raise BadInput(f"{history.symbol}: there is no bar of {history.interval} to keep")
        self._make_folder(FOLDER)
        told = history.provenance
        key = history.symbol, history.interval, told.source
        with self._catalog.writing() as connection:
            # Nobody else writes meanwhile: what is read here is what is replaced.
            before = _entry(connection, key)
            known = self._known(before)
            table = merged(known, table_of(history))
            if before is not None and table is known:
                path = before.path
            else:
                path = _path(history)
                self._write(table, path)
                if before is not None:
                    catalog.retire(connection, before.path, now_ns=history.fetched_ns)
            span = int(history.rows["start_ns"][0]), _end_ns(history)
            catalog.put_actions(
                connection,
                key,
                history.actions,
                span_ns=span,
                told=(history.fetched_ns, str(told.run_id)),
            )
            kept = _kept(history, table, len(catalog.find_actions(connection, key)))
            catalog.put(connection, Entry(kept, str(told.run_id), path))
            gone = catalog.take_retired(connection, before_ns=history.fetched_ns - _GRACE_NS)
            named = catalog.all_paths(connection)
        strays = self._strays(named, before_ns=history.fetched_ns - _STRAY_NS)
        for name in (*gone, *strays):
            with suppress(OSError):
                (self._root / name).unlink(missing_ok=True)
        return kept

    def kept(self) -> list[KeptHistory]:
        """Return what is kept, by symbol, interval and source.

        Raises
        ------
        StoreError
            If the catalog cannot be read.
        """
        with self._catalog.reading() as connection:
            return [] if connection is None else [e.kept for e in catalog.find(connection)]

    def read(
        self,
        symbol: str,
        interval: str,
        *,
        source: str | None = None,
        start_ns: int | None = None,
    ) -> History:
        """Return what is kept; see `quantdeck.ports.history.HistoryStore.read`.

        Raises
        ------
        NoData
            If nothing is kept of it.
        StoreError
            If it is damaged.
        """
        for _ in range(_ATTEMPTS):
            # A file may have been written anew since the catalog was read.
            with suppress(FileNotFoundError):
                return self._found(symbol, interval, source, start_ns)
        raise StoreError(f"files of bars that {FOLDER}/catalog.sqlite names are missing")

    def files(self) -> tuple[list[Path], pa.Table]:
        """Return the files of bars, and the actions as a table of `ACTIONS`, for SQL.

        Raises
        ------
        StoreError
            If the catalog cannot be read.
        """
        with self._catalog.reading() as connection:
            if connection is None:
                return [], ACTIONS.empty_table()
            entries = catalog.find(connection)
            actions = catalog.all_actions(connection)
        root = self._root.absolute()
        columns = list(zip(*actions, strict=True)) or [()] * len(ACTIONS)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, ACTIONS, strict=True)]
        table = pa.Table.from_arrays(arrays, schema=ACTIONS)
        return [root / entry.path for entry in entries], table

    def _found(
        self, symbol: str, interval: str, source: str | None, start_ns: int | None
    ) -> History:
        with self._catalog.reading() as connection:
            entries = (
                []
                if connection is None
                else catalog.find(connection, symbol=symbol, interval=interval, source=source)
            )
            if connection is None or not entries:
                of = "" if source is None else f" from {source}"
                raise NoData(f"{symbol}: no bars of {interval} are kept{of}")
            (kept,) = preferred([each.kept for each in entries])
            entry = next(each for each in entries if each.kept is kept)
            key = kept.symbol, kept.interval, kept.source
            actions = catalog.find_actions(connection, key)
        rows = rows_of(self._read(entry))
        if start_ns is not None:
            rows = rows[int(np.searchsorted(rows["start_ns"], start_ns)) :]
            actions = [each for each in actions if each.ex_ns >= start_ns]
        return History(
            symbol=kept.symbol,
            interval=kept.interval,
            rows=rows,
            provenance=Provenance(kept.source, Delay(kept.delay), RunId(entry.ingest_run_id)),
            feed=kept.feed,
            fetched_ns=kept.fetched_ns,
            currency=kept.currency,
            calendar=kept.calendar,
            actions=tuple(actions),
        )

    def _known(self, entry: Entry | None) -> pa.Table:
        if entry is not None:
            # Of a file that somebody removed, what comes now is the beginning.
            with suppress(FileNotFoundError):
                return self._read(entry)
        return BARS.empty_table()

    def _read(self, entry: Entry) -> pa.Table:
        try:
            return pq.ParquetFile(self._root / entry.path).read().select(BARS.names)
        except FileNotFoundError:
            raise
        except (OSError, pa.ArrowException, KeyError) as error:
            raise StoreError(
                f"the bars in {entry.path} cannot be read: {error}; restore the file"
            ) from error

    def _write(self, table: pa.Table, path: str) -> None:
        final = self._root / path
        temporary = final.with_name(final.name + TEMPORARY_SUFFIX)
        self._make_folder(path.rpartition("/")[0])
        try:
            pq.write_table(table, temporary, compression="zstd")
            disk.put_in_place({temporary: final})
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            what, remedy = disk.meaning(error)
            raise StoreError(f"cannot write {final}: {what}; {remedy}") from error

    def _make_folder(self, folder: str) -> None:
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            disk.make_folder(self._root / folder, self._root)
        except OSError as error:
            what, remedy = disk.meaning(error)
            raise StoreError(f"cannot make {self._root / folder}: {what}; {remedy}") from error

    # What a killed process has written and not named; young ones may be about to be named.
    def _strays(self, named: set[str], *, before_ns: int) -> list[str]:
        strays: list[str] = []
        for path in (self._root / FOLDER / "bars").rglob("*"):
            name = path.relative_to(self._root).as_posix()
            with suppress(OSError):
                if name not in named and path.is_file() and path.stat().st_mtime_ns < before_ns:
                    strays.append(name)
        return strays


def _entry(connection: sqlite3.Connection, key: catalog.Key) -> Entry | None:
    found = catalog.find(connection, symbol=key[0], interval=key[1], source=key[2])
    return found[0] if found else None


def _kept(history: History, table: pa.Table, actions: int) -> KeptHistory:
    starts = table.column("start_ns").to_numpy()
    return KeptHistory(
        symbol=history.symbol,
        interval=history.interval,
        source=history.provenance.source,
        feed=history.feed,
        delay=history.provenance.delay.value,
        currency=history.currency,
        calendar=history.calendar,
        first_ns=int(starts[0]),
        last_ns=int(starts[-1]),
        rows=len(starts),
        actions=actions,
        fetched_ns=history.fetched_ns,
    )


def _end_ns(history: History) -> int:
    return int(history.rows["start_ns"][-1]) + INTERVALS_NS[history.interval]


def _path(history: History) -> str:
    source = quote(history.provenance.source, safe="")
    name = quote(history.symbol.replace(":", ".", 1), safe="")
    folder = f"{FOLDER}/bars/source={source}/interval={history.interval}"
    return f"{folder}/{name}-{token_hex(8)}{PARQUET_SUFFIX}"
