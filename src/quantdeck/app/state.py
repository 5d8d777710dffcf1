"""Opens what is kept beside the tape: in files of the data folder, or in a server that machines share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quantdeck.app.credentials import state_password
from quantdeck.app.places import DEMO_FOLDER, tape_folder
from quantdeck.records.open import FILE, Records, open_records
from quantdeck.records.schema import STEPS
from quantdeck.records.users import USERS_FILE, UserRecords, open_users
from quantdeck.records.users_schema import USER_STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.app.settings import Settings
    from quantdeck.ports.database import Database

LIVE_SCHEMA = "quantdeck"
"""Of a server."""
DEMO_SCHEMA = f"{LIVE_SCHEMA}_{DEMO_FOLDER.replace('-', '_')}"
"""Named after its market, as its folder is."""
USERS_SCHEMA = "quantdeck_users"


def open_state(settings: Settings, *, demo: bool) -> Records:
    """Return the records; several processes may have them open, and several machines those of a server.

    Parameters
    ----------
    settings : Settings
        The section ``state``, and the data folder.
    demo : bool
        Those of the demo, which meet no real ones.

    Returns
    -------
    Records
        To be closed.

    Raises
    ------
    ConfigError
        If the driver of the server is not installed, or the address holds a password.
    StoreError
        If they cannot be opened, or are of a newer version.
    """
    if not settings.state.url:
        return open_records(tape_folder(settings, demo=demo))
    return Records(_served(settings, DEMO_SCHEMA if demo else LIVE_SCHEMA, STEPS))


def has_state(settings: Settings, *, demo: bool) -> bool:
    """Return whether there may be records, without making any.

    Parameters
    ----------
    settings : Settings
        The section ``state``, and the data folder.
    demo : bool
        Those of the demo.
    """
    return bool(settings.state.url) or (tape_folder(settings, demo=demo) / FILE).is_file()


@dataclass(frozen=True, slots=True)
class StatePart:
    """What is kept in a file of its own, or in a schema of a server.

    Parameters
    ----------
    title : str
        For a person.
    file : Path
        Where it lies without a server.
    schema : str
        Its name on a server.
    steps : sequence of sequence of str
        What makes its tables.
    """

    title: str
    file: Path
    schema: str
    steps: Sequence[Sequence[str]]


def state_parts(settings: Settings) -> list[StatePart]:
    """Return all that is kept: accounts, records, and the records of the demo.

    Parameters
    ----------
    settings : Settings
        The data folder.
    """
    live, demo = (tape_folder(settings, demo=is_demo) / FILE for is_demo in (False, True))
    return [
        StatePart("accounts", Path(settings.data_dir) / USERS_FILE, USERS_SCHEMA, USER_STEPS),
        StatePart("records", live, LIVE_SCHEMA, STEPS),
        StatePart("records of the demo", demo, DEMO_SCHEMA, STEPS),
    ]


def served(settings: Settings, part: StatePart) -> Database:
    """Return a part of the state on the server of ``state.url``.

    Parameters
    ----------
    settings : Settings
        The section ``state``.
    part : StatePart
        Which.

    Returns
    -------
    Database
        To be closed.

    Raises
    ------
    ConfigError, StoreError
        As `open_state`.
    """
    return _served(settings, part.schema, part.steps)


def open_accounts(settings: Settings) -> UserRecords:
    """Return the accounts, which the demo and the live deck share.

    Parameters
    ----------
    settings : Settings
        The section ``state``, and the data folder.

    Returns
    -------
    UserRecords
        To be closed.

    Raises
    ------
    ConfigError, StoreError
        As `open_state`.
    """
    if not settings.state.url:
        return open_users(Path(settings.data_dir))
    return UserRecords(_served(settings, USERS_SCHEMA, USER_STEPS))


def has_accounts(settings: Settings) -> bool:
    """Return whether there may be accounts, without making any.

    Parameters
    ----------
    settings : Settings
        The section ``state``, and the data folder.
    """
    return bool(settings.state.url) or (Path(settings.data_dir) / USERS_FILE).is_file()


def _served(settings: Settings, schema: str, steps: Sequence[Sequence[str]]) -> Database:
    # Only who asks for it has the driver.
    from quantdeck.scale.postgres import PostgresDatabase

    password = state_password()
    return PostgresDatabase(
        settings.state.url,
        schema=schema,
        steps=steps,
        password=None if password is None else password.reveal(),
    )
