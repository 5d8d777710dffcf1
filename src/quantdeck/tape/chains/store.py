"""Keeps snapshots of chains and the history of rates below a data folder.

::

    data/chains/
    ├── catalog.sqlite                  what there is, and the rates of the day
    ├── snapshots/source=<source>/date=<YYYY-MM-DD>/<time>-<VENUE.ROOT>-<random>.parquet
    └── rates/date=<YYYY-MM-DD>/<random>.parquet

A snapshot is one Parquet file. Rates are rows of the catalog until their day is over (or they are very
many), and then one file a day. Every file is whole before the catalog names it; what the catalog has
given up stays for a while, for readers that found it before.
"""

from __future__ import annotations

from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.ports.box_store import StoredSnapshot
from quantdeck.tape import disk
from quantdeck.tape.chains import catalog, rates
from quantdeck.tape.chains.table import snapshot_of, table_of
from quantdeck.tape.layout import NS_PER_DAY, PARQUET_SUFFIX, TEMPORARY_SUFFIX, date_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.ports.box_store import RateRow

FOLDER = "chains"
_GRACE_NS = 120 * 1_000_000_000
_STRAY_NS = 3600 * 1_000_000_000
_ATTEMPTS = 20


class ChainStore:
    """Snapshots and rates on disk; several processes may use one folder at the same time.

    Parameters
    ----------
    root : Path
        Data folder; what is needed below it is made by the first write.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._catalog = catalog.catalog_in(root / FOLDER / "catalog.sqlite")

    def keep(self, snapshot: ChainSnapshot) -> StoredSnapshot:
        """Write a snapshot, whole or not at all; return what is kept.

        Raises
        ------
        BadInput
            If it is empty or of several underlyings.
        StoreError
            If the disk refuses.
        """
        underlyings = sorted({chain.underlying for chain in snapshot.chains})
        if len(underlyings) != 1:
            found = ", ".join(underlyings) or "nothing"
            raise BadInput(f"a snapshot to keep is of one underlying, was of {found}")
        table = table_of(snapshot)
        path = _snapshot_path(snapshot, underlyings[0])
        size = self._write(table, path)
        stored = StoredSnapshot(
            path=path,
            taken_ns=snapshot.taken_ns,
            source=snapshot.provenance.source,
            feed=snapshot.feed,
            delay=snapshot.provenance.delay.value,
            underlying=underlyings[0],
            expiries=len(snapshot.chains),
            rows=table.num_rows,
            bytes=size,
        )
        with self._catalog.writing() as connection:
            catalog.add_snapshot(connection, stored)
        return stored

    def snapshots(
        self,
        *,
        underlying: str | None = None,
        source: str | None = None,
        start_ns: int | None = None,
    ) -> list[StoredSnapshot]:
        """Return what is kept, newest first.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        with self._catalog.reading() as connection:
            if connection is None:
                return []
            return catalog.find_snapshots(
                connection, underlying=underlying, source=source, start_ns=start_ns
            )

    def read(self, stored: StoredSnapshot) -> ChainSnapshot:
        """Return a snapshot that is kept.

        Raises
        ------
        NoData
            If it is not kept any longer.
        StoreError
            If it is damaged.
        """
        try:
            return snapshot_of(pq.ParquetFile(self._root / stored.path).read())
        except FileNotFoundError as error:
            raise NoData(f"the snapshot {stored.path} is not kept any longer") from error
        except (OSError, pa.ArrowException, BadInput) as error:
            raise StoreError(f"{stored.path} cannot be read: {error}; remove it") from error

    def prune(self, keep: int, *, now_ns: int) -> int:
        """Drop the oldest snapshots of each source and underlying beyond `keep`; return how many.

        Raises
        ------
        BadInput
            If fewer than one would be kept.
        StoreError
            If the disk refuses.
        """
        if keep < 1:
            raise BadInput(f"at least 1 snapshot is kept, was {keep}")
        with self._catalog.writing() as connection:
            kept: dict[tuple[str, str], int] = {}
            surplus: list[str] = []
            for stored in catalog.find_snapshots(connection):
                name = (stored.source, stored.underlying)
                kept[name] = kept.get(name, 0) + 1
                if kept[name] > keep:
                    surplus.append(stored.path)
            catalog.retire(connection, "snapshots", surplus, now_ns=now_ns)
            gone = catalog.take_retired(connection, before_ns=now_ns - _GRACE_NS)
            known = catalog.all_paths(connection)
        for path in [*gone, *self._strays(known, before_ns=now_ns - _STRAY_NS)]:
            self._remove(path)
        return len(surplus)

    def append_rates(self, rows: Sequence[RateRow]) -> None:
        """Add to the history; a row that is there already is replaced.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        if not rows:
            return
        self._make_folder(FOLDER)
        with self._catalog.writing() as connection:
            catalog.add_rates(connection, rows)
            newest_ns = max(row.ts_ns for row in rows)
            for date, some in rates.ready_for_a_file(connection, newest_ns):
                old = [f for f in catalog.find_rate_files(connection) if f.date == date]
                known = [self._read_rates(f.path) for f in old]
                table = rates.newest_of_each(pa.concat_tables([*known, rates.table_of(some)]))
                path = f"{FOLDER}/rates/date={date}/{token_hex(8)}{PARQUET_SUFFIX}"
                self._write(table, path)
                rates.name_file(connection, path, date, table)
                catalog.retire(connection, "rate_files", [f.path for f in old], now_ns=newest_ns)

    def rates(
        self,
        *,
        underlying: str | None = None,
        kind: Literal["expiry", "tenor"] | None = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
    ) -> pa.Table:
        """Return the history, ``start_ns <= ts_ns < end_ns``, oldest first; columns of `RateRow`.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        first = -(2**63) if start_ns is None else start_ns
        stop = 2**63 - 1 if end_ns is None else end_ns
        for _ in range(_ATTEMPTS):
            # A file may have been written anew since the catalog was read.
            with suppress(FileNotFoundError):
                parts, newest = self._rate_parts(first, stop)
                return rates.select(
                    parts, newest, underlying=underlying, kind=kind, span=(first, stop)
                )
        raise StoreError(f"files of rates that {FOLDER}/catalog.sqlite names are missing")

    def files(self) -> tuple[list[Path], list[Path], pa.Table]:
        """Return the files of snapshots and of rates, and the rates in no file, for SQL.

        Raises
        ------
        StoreError
            If the catalog cannot be read.
        """
        with self._catalog.reading() as connection:
            if connection is None:
                return [], [], rates.SCHEMA.empty_table()
            snapshots = catalog.find_snapshots(connection)
            of_rates = catalog.find_rate_files(connection)
            rows = catalog.find_rates(connection, start_ns=-(2**63), end_ns=2**63 - 1)
        root = self._root.absolute()
        return (
            [root / stored.path for stored in snapshots],
            [root / file.path for file in of_rates],
            rates.table_of(rows),
        )

    def _rate_parts(self, start_ns: int, end_ns: int) -> tuple[list[pa.Table], pa.Table]:
        with self._catalog.reading() as connection:
            if connection is None:
                return [], rates.SCHEMA.empty_table()
            files = catalog.find_rate_files(connection)
            rows = catalog.find_rates(connection, start_ns=start_ns, end_ns=end_ns)
        wanted = [f for f in files if f.ts_max >= start_ns and f.ts_min < end_ns]
        return [self._read_rates(f.path) for f in wanted], rates.table_of(rows)

    def _read_rates(self, path: str) -> pa.Table:
        try:
            return pq.ParquetFile(self._root / path).read()
        except FileNotFoundError:
            raise
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"the rates in {path} cannot be read: {error}; restore it") from error

    def _write(self, table: pa.Table, path: str) -> int:
        final = self._root / path
        temporary = final.with_name(final.name + TEMPORARY_SUFFIX)
        self._make_folder(path.rpartition("/")[0])
        try:
            pq.write_table(table, temporary, compression="zstd")
            size = temporary.stat().st_size
            disk.put_in_place({temporary: final})
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            what, remedy = disk.meaning(error)
            raise StoreError(f"cannot write {final}: {what}; {remedy}") from error
        return size

    def _make_folder(self, folder: str) -> None:
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            disk.make_folder(self._root / folder, self._root)
        except OSError as error:
            what, remedy = disk.meaning(error)
            raise StoreError(f"cannot make {self._root / folder}: {what}; {remedy}") from error

    # What a killed process has written and not named; young ones may be about to be named.
    def _strays(self, known: set[str], *, before_ns: int) -> list[str]:
        strays: list[str] = []
        for folder in ("snapshots", "rates"):
            for path in (self._root / FOLDER / folder).rglob("*"):
                name = path.relative_to(self._root).as_posix()
                with suppress(OSError):
                    if name not in known and path.is_file() and path.stat().st_mtime_ns < before_ns:
                        strays.append(name)
        return strays

    def _remove(self, path: str) -> None:
        with suppress(OSError):
            (self._root / path).unlink(missing_ok=True)
            # Days without a snapshot leave no empty folder.
            (self._root / path).parent.rmdir()


def _snapshot_path(snapshot: ChainSnapshot, underlying: str) -> str:
    source = quote(snapshot.provenance.source, safe="")
    name = quote(underlying.replace(":", ".", 1), safe="")
    date = date_of(snapshot.taken_ns // NS_PER_DAY)
    return (
        f"{FOLDER}/snapshots/source={source}/date={date}/"
        f"{snapshot.taken_ns:019d}-{name}-{token_hex(4)}{PARQUET_SUFFIX}"
    )
