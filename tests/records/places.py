"""Where records are kept: a folder, or a schema of a server. A place is text that a process can be told."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from quantdeck.records.database import SqliteDatabase
from quantdeck.records.open import FILE, Records, open_records
from quantdeck.records.schema import STEPS
from quantdeck.records.users import UserRecords, open_users
from quantdeck.records.users_schema import USER_STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from quantdeck.ports.database import Database


def a_place(request: pytest.FixtureRequest) -> str:
    """Return an empty place of the engine that a fixture's parameter names."""
    if request.param != "postgres":
        return str(request.getfixturevalue("tmp_path"))
    return f"{request.getfixturevalue('postgres').url}#test_{secrets.token_hex(6)}"


def opened(place: str) -> Records:
    """Return the records of a place; as often as one likes."""
    if not place.startswith("postgresql:"):
        return open_records(Path(place))
    return Records(database_of(place, STEPS))


def database_of(place: str, steps: Sequence[Sequence[str]]) -> Database:
    """Return the tables of a place, made by steps."""
    if not place.startswith("postgresql:"):
        return SqliteDatabase(Path(place) / FILE, steps)
    from quantdeck.scale.postgres import PostgresDatabase

    url, _, schema = place.partition("#")
    return PostgresDatabase(url, schema=schema, steps=steps)


def opened_users(place: str) -> UserRecords:
    """Return the accounts of a place."""
    if not place.startswith("postgresql:"):
        return open_users(Path(place))
    from quantdeck.scale.postgres import PostgresDatabase

    url, _, schema = place.partition("#")
    return UserRecords(PostgresDatabase(url, schema=f"{schema}_users", steps=USER_STEPS))
