"""Keeps records that are collected beside prices, in ``collected.sqlite`` of a data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from quantdeck.model.collected import RECORDS, HeldRecords, KeptRecords, Record
from quantdeck.model.errors import StoreError
from quantdeck.tape.catalog import CatalogFile
from quantdeck.tape.collected.columns import (
    PROVENANCE,
    arrow_schema,
    cells_of,
    fields_of,
    lists_of,
    table_sql,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from sqlite3 import Connection

    from quantdeck.model.feed import Provenance

FILE = "collected.sqlite"
_FORMAT_VERSION = 1
_SCHEMA = ";\n".join(table_sql(kind) for kind in RECORDS)
R = TypeVar("R", bound=Record)


class RecordStore:
    """Fulfils `quantdeck.ports.collected.CollectedStore`.

    Parameters
    ----------
    root : Path
        Data folder; made by the first write.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._catalog = CatalogFile(root / FILE, schema=_SCHEMA, version=_FORMAT_VERSION)

    def keep(
        self, records: Sequence[Record], provenance: Provenance, *, fetched_ns: int
    ) -> KeptRecords:
        """Keep records of one source; see `quantdeck.ports.collected.CollectedStore.keep`.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        if not records:
            return KeptRecords()
        try:
            self._root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot make {self._root}: {error.strerror}") from error
        told = (provenance.source, provenance.delay.value, fetched_ns, str(provenance.run_id))
        counts = {"new": 0, "changed": 0, "same": 0}
        with self._catalog.writing() as connection:
            for record in records:
                counts[_put(connection, record, told)] += 1
        return KeptRecords(**counts)

    def read(
        self,
        kind: type[R],
        *,
        symbol: str | None = None,
        source: str | None = None,
        since_ns: int | None = None,
        limit: int | None = None,
    ) -> list[R]:
        """Return records, oldest first; see `quantdeck.ports.collected.CollectedStore.read`.

        Raises
        ------
        StoreError
            If they cannot be read.
        """
        names, lists = fields_of(kind), lists_of(kind)
        has_symbol = (
            "EXISTS (SELECT 1 FROM json_each(symbols) WHERE value = :symbol)"
            if "symbols" in names
            else "symbol = :symbol"
        )
        query = (
            f"SELECT {', '.join(names)} FROM {kind.DATASET} "  # noqa: S608 - names of our own
            f"WHERE (:symbol IS NULL OR {has_symbol}) AND (:source IS NULL OR source = :source) "
            f"AND (:since IS NULL OR {kind.TIME} >= :since) "
            f"ORDER BY {kind.TIME} DESC, {', '.join(kind.KEY)}, source LIMIT :most"
        )
        given = {
            "symbol": symbol,
            "source": source,
            "since": since_ns,
            "most": -1 if limit is None else limit,
        }
        with self._catalog.reading() as connection:
            rows = [] if connection is None else connection.execute(query, given).fetchall()
        return [
            kind(
                **{
                    name: value_of(cell, is_list=name in lists)
                    for name, cell in zip(names, row, strict=True)
                }
            )
            for row in reversed(rows)
        ]

    def held(self, kind: type[Record]) -> list[HeldRecords]:
        """Return what is kept of a kind of record, by source.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        query = (
            f"SELECT source, count(*), max(fetched_ns) FROM {kind.DATASET} "  # noqa: S608
            "GROUP BY source ORDER BY source"
        )
        with self._catalog.reading() as connection:
            rows = [] if connection is None else connection.execute(query).fetchall()
        return [HeldRecords(*row) for row in rows]

    def table(self, kind: type[Record], *, fetched_since_ns: int | None = None) -> pa.Table:
        """Return records of a kind with where they come from, those fetched since then or all.

        Raises
        ------
        StoreError
            If they cannot be read.
        """
        names, lists, schema = fields_of(kind), lists_of(kind), arrow_schema(kind)
        columns = (*names, *PROVENANCE)
        query = (
            f"SELECT {', '.join(columns)} FROM {kind.DATASET} "  # noqa: S608 - names of our own
            "WHERE :since IS NULL OR fetched_ns >= :since "
            f"ORDER BY {kind.TIME}, {', '.join(kind.KEY)}, source"
        )
        given = {"since": fetched_since_ns}
        with self._catalog.reading() as connection:
            rows = [] if connection is None else connection.execute(query, given).fetchall()
        arrays = [
            pa.array(
                [value_of(row[at], is_list=name in lists) for row in rows], schema.field(name).type
            )
            for at, name in enumerate(columns)
        ]
        return pa.Table.from_arrays(arrays, schema=schema)


def _put(connection: Connection, record: Record, told: tuple[Any, ...]) -> str:
    kind = type(record)
    names, cells = fields_of(kind), cells_of(record)
    where = " AND ".join(f"{name} = ?" for name in (*kind.KEY, "source"))
    key = [*(getattr(record, name) for name in kind.KEY), told[0]]
    known = connection.execute(
        f"SELECT {', '.join(names)} FROM {kind.DATASET} WHERE {where}",  # noqa: S608
        key,
    ).fetchone()
    if known == cells:
        return "same"
    marks = ", ".join("?" * (len(cells) + len(told)))
    connection.execute(
        f"INSERT OR REPLACE INTO {kind.DATASET} VALUES ({marks})",  # noqa: S608
        (*cells, *told),
    )
    return "new" if known is None else "changed"
