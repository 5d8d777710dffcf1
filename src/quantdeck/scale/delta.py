"""Which files of a store count, as tables of Delta Lake: one for each kind, parted by tape and date.

Any engine that reads Delta Lake sees the rows. A table is only ever written through its log: files are in
the store before a commit names them, and are never changed. Every commit carries the name of the tape and
a number one greater than that of the tape's last one: of two processes that commit under one name, the
second is refused. Tapes of different names commit side by side.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from quantdeck.model.errors import StoreError
from quantdeck.ports.catalog import SealedFile
from quantdeck.scale.objects import refusal, table_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.ports.clock import Clock
    from quantdeck.scale.objects import StorePlace

_PARTS = ["tape", "date"]
_MS = 1_000_000
_S = 1_000_000_000
_FRESH_S = 1.0
_RETRIES = 20


class DeltaLog:
    """Fulfils `quantdeck.ports.catalog.CommitLog`. May be used by several threads.

    Parameters
    ----------
    place : StorePlace
        The store. It need not answer yet.
    columns : mapping of str to pa.Schema
        Of each kind, the columns of its files.
    clock : Clock
        Where the time comes from.
    fresh_s : float
        The log is not asked again within this time. [s]
    """

    def __init__(
        self,
        place: StorePlace,
        columns: Mapping[str, pa.Schema],
        clock: Clock,
        *,
        fresh_s: float = _FRESH_S,
    ) -> None:
        self._place = place
        self._clock = clock
        self._fresh_ns = int(fresh_s * _S)
        self._tables = {kind: _Table(place, kind, schema) for kind, schema in columns.items()}
        self._lock = threading.Lock()
        self._asked_ns: int | None = None
        self._found: dict[str, list[SealedFile]] = {}

    def files(self) -> dict[str, list[SealedFile]]:
        """Return the files of every tape by its name; see `quantdeck.ports.catalog.CommitLog`."""
        with self._lock:
            now_ns = self._clock.monotonic_ns()
            if self._asked_ns is None or now_ns - self._asked_ns >= self._fresh_ns:
                self._found = self._read()
                self._asked_ns = now_ns
            return self._found

    def knows(self, tape: str, kind: str) -> bool:
        """Return whether a tape has committed; see `quantdeck.ports.catalog.CommitLog`."""
        with self._lock:
            try:
                return self._tables[kind].number(tape) is not None
            except (DeltaError, OSError) as error:
                raise refusal(self._place, "read", error) from error

    def commit(self, tape: str, *, add: Sequence[SealedFile], remove: Sequence[SealedFile]) -> None:
        """Add and remove files; see `quantdeck.ports.catalog.CommitLog`."""
        with self._lock:
            self._asked_ns = None
            for kind, table in self._tables.items():
                some = [file for file in add if file.kind == kind]
                gone = [file for file in remove if file.kind == kind]
                if some or gone:
                    try:
                        table.commit(tape, some, gone, now_ms=self._clock.now_ns() // _MS)
                    except (DeltaError, OSError) as error:
                        raise refusal(self._place, "written", error) from error

    def _read(self) -> dict[str, list[SealedFile]]:
        found: dict[str, list[SealedFile]] = {}
        for table in self._tables.values():
            try:
                files = table.files()
            except (DeltaError, OSError) as error:
                raise refusal(self._place, "read", error) from error
            for tape, some in files.items():
                found.setdefault(tape, []).extend(some.values())
        return found


class _Table:
    def __init__(self, place: StorePlace, kind: str, schema: pa.Schema) -> None:
        self._kind = kind
        self._address = table_address(place, kind)
        self._options = storage_options(place)
        self._schema = _exported(
            [*map(_plain, schema), pa.field("tape", pa.string()), pa.field("date", pa.date32())]
        )
        self._table: DeltaTable | None = None
        self._version = -1
        self._files: dict[str, dict[str, SealedFile]] = {}
        # Of each tape that is written here, the number of its last commit.
        self._numbers: dict[str, int] = {}

    def files(self) -> dict[str, dict[str, SealedFile]]:
        table = self._updated()
        if table is not None and table.version() != self._version:
            files: dict[str, dict[str, SealedFile]] = {}
            rows = pa.table(table.get_add_actions(flatten=True)).to_pylist()
            for tape, file in (_file(self._kind, row) for row in rows):
                files.setdefault(tape, {})[file.path] = file
            self._files, self._version = files, table.version()
        return self._files

    def number(self, tape: str) -> int | None:
        table = self._updated()
        return None if table is None else table.transaction_version(tape)

    def commit(
        self, tape: str, add: Sequence[SealedFile], remove: Sequence[SealedFile], *, now_ms: int
    ) -> None:
        there = self.files().get(tape, {})
        actions: list[AddAction | RemoveAction] = [
            *(_added(self._kind, tape, file, now_ms) for file in add if file.path not in there),
            *(_removed(self._kind, tape, file, now_ms) for file in remove if file.path in there),
        ]
        table = self._table or self._made()
        number = table.transaction_version(tape) or 0
        if self._numbers.get(tape, number) != number:
            raise StoreError(
                f"another process commits to {self._address} as the tape {tape}; two machines have "
                "copies of one data folder: give one of them an empty folder"
            )
        if actions:
            # Forgotten until it has come about: a commit whose answer is lost may stand.
            self._numbers.pop(tape, None)
            number += 1
            table.create_write_transaction(
                actions,
                "append",
                self._schema,
                _PARTS,
                commit_properties=CommitProperties(
                    custom_metadata={"writer": f"quantdeck tape {tape}"},
                    max_commit_retries=_RETRIES,
                    app_transactions=[Transaction(tape, number)],
                ),
            )
            self._learn(tape, table, add, remove)
        self._numbers[tape] = number

    def _learn(
        self, tape: str, table: DeltaTable, add: Sequence[SealedFile], remove: Sequence[SealedFile]
    ) -> None:
        # Reading all of a long log after each commit would make commits slower and slower.
        table.update_incremental()
        if table.version() == self._version + 1:
            gone = {file.path for file in remove}
            there = {p: f for p, f in self._files.get(tape, {}).items() if p not in gone}
            new = {file.path: msgspec.structs.replace(file, segment="") for file in add}
            # Snapshots hold the former ones.
            self._files = {**self._files, tape: {**there, **new}}
            self._version = table.version()

    def _updated(self) -> DeltaTable | None:
        if self._table is not None:
            self._table.update_incremental()
            return self._table
        try:
            self._table = DeltaTable(self._address, storage_options=self._options)
        except TableNotFoundError:
            return None
        return self._table

    def _made(self) -> DeltaTable:
        # Another tape may make it in this moment.
        self._table = DeltaTable.create(
            self._address,
            self._schema,
            mode="ignore",
            partition_by=_PARTS,
            name=self._kind,
            description="Events of quantdeck; add and remove files by its tapes only",
            storage_options=self._options,
        )
        return self._table


def _exported(fields: list[pa.Field]) -> Any:
    # Arrow's stubs do not name the method that deltalake asks for.
    return pa.schema(fields)


def _plain(field: pa.Field) -> pa.Field:
    # Delta Lake has neither dictionaries nor unsigned integers; readers convert.
    if pa.types.is_dictionary(field.type):
        return pa.field(field.name, pa.string())
    return pa.field(field.name, pa.int16() if field.type == pa.uint8() else field.type)


def storage_options(place: StorePlace) -> dict[str, str]:
    """Return how delta-rs is told who asks and where; those named ``AWS_*`` suit other engines too.

    Parameters
    ----------
    place : StorePlace
        The store.
    """
    if place.is_folder:
        return {}
    options = {
        **{name: value for name, value in place.keys.items() if value},
        "AWS_REGION": place.region,
        # Of two that commit the same version, the store refuses the second.
        "conditional_put": "etag",
        "connect_timeout": "3s",
        "timeout": "20s",
        "max_retries": "2",
        "retry_timeout": "10s",
    }
    if place.endpoint:
        options["AWS_ENDPOINT_URL"] = place.endpoint
        options["AWS_ALLOW_HTTP"] = str(place.endpoint.startswith("http://")).lower()
    return options


def _within(kind: str, path: str) -> str:
    return path.removeprefix(f"{kind}/")


def _values(tape: str, file: SealedFile) -> dict[str, str | None]:
    return {"tape": tape, "date": file.date}


def _added(kind: str, tape: str, file: SealedFile, now_ms: int) -> AddAction:
    same = {"source": file.source, "delay": file.delay, "symbol": file.symbol}
    stats = {
        "numRecords": file.rows,
        "minValues": {"ts_event": file.ts_min, "ts_recv": file.recv_min, **same},
        "maxValues": {"ts_event": file.ts_max, "ts_recv": file.recv_max, **same},
        "nullCount": dict.fromkeys(("ts_event", "ts_recv", *same), 0),
    }
    return AddAction(
        path=_within(kind, file.path),
        size=file.bytes,
        partition_values=_values(tape, file),
        modification_time=now_ms,
        data_change=True,
        stats=msgspec.json.encode(stats).decode(),
    )


def _removed(kind: str, tape: str, file: SealedFile, now_ms: int) -> RemoveAction:
    return RemoveAction(
        path=_within(kind, file.path),
        data_change=True,
        deletion_timestamp=now_ms,
        size=file.bytes,
        partition_values=_values(tape, file),
    )


def _file(kind: str, row: dict[str, Any]) -> tuple[str, SealedFile]:
    found = SealedFile(
        path=f"{kind}/{row['path']}",
        kind=kind,
        source=row["min.source"],
        delay=row["min.delay"],
        symbol=row["min.symbol"],
        date=str(row["partition.date"]),
        rows=row["num_records"],
        ts_min=row["min.ts_event"],
        ts_max=row["max.ts_event"],
        recv_min=row["min.ts_recv"],
        recv_max=row["max.ts_recv"],
        bytes=row["size_bytes"],
        segment="",
    )
    return row["partition.tape"], found
