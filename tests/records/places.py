"""Where records are kept: a folder, or a schema of a server. A place is text that a process can be told."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from quantdeck.records.open import Records, open_records
from quantdeck.records.schema import STEPS
from quantdeck.records.users import UserRecords, open_users
from quantdeck.records.users_schema import USER_STEPS

if TYPE_CHECKING:
    import pytest


def a_place(request: pytest.FixtureRequest) -> str:
    """Return an empty place of the engine that a fixture's parameter names."""
    if request.param != "postgres":
        return str(request.getfixturevalue("tmp_path"))
    return f"{request.getfixturevalue('postgres').url}#test_{secrets.token_hex(6)}"


def opened(place: str) -> Records:
    """Return the records of a place; as often as one likes."""
    if not place.startswith("postgresql:"):
        return open_records(Path(place))
    from quantdeck.scale.postgres import PostgresDatabase

    url, _, schema = place.partition("#")
    return Records(PostgresDatabase(url, schema=schema, steps=STEPS))


def opened_users(place: str) -> UserRecords:
    """Return the accounts of a place."""
    if not place.startswith("postgresql:"):
        return open_users(Path(place))
    from quantdeck.scale.postgres import PostgresDatabase

    url, _, schema = place.partition("#")
    return UserRecords(PostgresDatabase(url, schema=f"{schema}_users", steps=USER_STEPS))
