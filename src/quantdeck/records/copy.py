"""Copies all tables of a database into an empty one, whichever engines keep the two."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quantdeck.model.errors import Conflict, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.database import Connection, Database

_MADE = re.compile(r"(?:CREATE TABLE|ALTER TABLE) (\w+)")
_FLAG = re.compile(r"(\w+) INTEGER /\* flag \*/")
# Given anew, in the same order: who wrote rows of this name last is what a server goes on from.
_ORDER = "number"


@dataclass(frozen=True, slots=True)
class Table:
    """What is copied of a table.

    Parameters
    ----------
    name : str
        Its name.
    columns : tuple of str
        All but the number that says no more than the order of the rows.
    flags : tuple of bool
        For each column, whether it is true or false.
    order : str
        What the rows are sorted by.
    """

    name: str
    columns: tuple[str, ...]
    flags: tuple[bool, ...]
    order: str


def tables_of(steps: Sequence[Sequence[str]]) -> list[Table]:
    """Return the tables that steps make, in an order in which they may be filled.

    Parameters
    ----------
    steps : sequence of sequence of str
        As `quantdeck.records.schema` has them.

    Examples
    --------
    >>> tables_of([["CREATE TABLE seen (id TEXT PRIMARY KEY, read INTEGER /* flag */) STRICT"]])
    [Table(name='seen', columns=('id', 'read'), flags=(False, True), order='rowid')]
    """
    flags = {
        (found[1], name)
        for statement in (statement for step in steps for statement in step)
        if (found := _MADE.match(statement.strip()))
        for name in _FLAG.findall(statement)
    }
    with closing(sqlite3.connect(":memory:")) as made:
        for step in steps:
            for statement in step:
                made.execute(statement)
        listed = made.execute(
            "SELECT m.name, l.wr FROM sqlite_master m JOIN pragma_table_list l ON l.name = m.name "
            "WHERE m.type = 'table' ORDER BY m.rowid"
        ).fetchall()
        return [_table(made, name, flags, has_rowid=not wr) for name, wr in listed]


def copy_tables(source: Database, target: Database, steps: Sequence[Sequence[str]]) -> int:
    """Copy every row into tables that are empty, compare both, and return how many rows there are.

    Nobody writes to either meanwhile. All of it is copied, or nothing. Where the target has the same rows
    already, nothing is done.

    Parameters
    ----------
    source, target : Database
        Both brought to the present version by these steps.
    steps : sequence of sequence of str
        What made their tables.

    Raises
    ------
    Conflict
        If the target has other rows.
    StoreError
        If one cannot be read or written, or the copy is not the same.
    """
    with source.writing() as here, target.writing() as there:
        tables = tables_of(steps)
        kept = {table.name: _rows(there, table) for table in tables}
        rows = {table.name: _rows(here, table) for table in tables}
        count = sum(map(len, rows.values()))
        if kept == rows:
            return count
        filled = [f"{name} ({len(found)} rows)" for name, found in kept.items() if found]
        if filled:
            raise Conflict(
                f"what is to be copied to has other records already: {', '.join(filled)}; copy to an "
                "empty one"
            )
        for table in tables:
            _fill(there, table, rows[table.name])
        wrong = [table.name for table in tables if _rows(there, table) != rows[table.name]]
        if wrong:
            raise StoreError(f"the copy differs in {', '.join(wrong)}, and was undone; try again")
    return count


def _table(
    made: sqlite3.Connection, name: str, flags: set[tuple[str, str]], *, has_rowid: bool
) -> Table:
    found = made.execute("SELECT name, type, pk FROM pragma_table_info(?)", (name,)).fetchall()
    keys = [each[0] for each in sorted(found, key=lambda each: each[2]) if each[2]]
    # Such a key is the number of the row itself, and there is no other.
    is_number = has_rowid and len(keys) == 1 and (keys[0], "INTEGER", 1) in found
    order = ", ".join(keys) if is_number or not has_rowid else "rowid"
    columns = tuple(each[0] for each in found if not (is_number and each[0] == _ORDER))
    return Table(name, columns, tuple((name, column) in flags for column in columns), order)


def _rows(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    found = connection.execute(
        f"SELECT {', '.join(table.columns)} FROM {table.name} ORDER BY {table.order}"  # noqa: S608
    ).fetchall()
    return [
        tuple(
            bool(value) if is_flag else value
            for value, is_flag in zip(row, table.flags, strict=True)
        )
        for row in found
    ]


def _fill(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(table.columns))
    connection.executemany(
        f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})",  # noqa: S608
        rows,
    )
