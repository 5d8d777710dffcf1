"""Opens what is kept beside the tape: in files of the data folder, or in a server that machines share."""

from __future__ import annotations

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
"""Of a server; that of the demo is named after its market, as its folder is."""
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
    schema = f"{LIVE_SCHEMA}_{DEMO_FOLDER.replace('-', '_')}" if demo else LIVE_SCHEMA
    return Records(_served(settings, schema, STEPS))


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
