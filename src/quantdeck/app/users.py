"""Accounts from the command line: for whoever may read the data folder, such as an admin who is locked out."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from quantdeck.app.state import has_accounts, open_accounts
from quantdeck.hub.passwords import Passwords, check_password
from quantdeck.model.errors import NoData
from quantdeck.model.users import AuditEntry
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.model.users import User
    from quantdeck.records.users import UserRecords

_WORDS = 24


def run_users(settings: Settings) -> None:
    """Print every account.

    Parameters
    ----------
    settings : Settings
        Name the data folder.

    Raises
    ------
    NoData
        If there is no account.
    """
    records = _open(settings)
    try:
        table = Table("name", "role", "on", "sessions and tokens")
        for user in records.users.users():
            count = len(records.grants.grants(user.id))
            table.add_row(user.name, user.role, "yes" if user.is_on else "no", str(count))
    finally:
        records.close()
    Console().print(table)


def run_reset(settings: Settings, name: str, password: str | None) -> str:
    """Give an account another password, switch it on, and end what came in by the old one.

    Parameters
    ----------
    settings : Settings
        Name the data folder.
    name : str
        Of the account, in any case.
    password : str or None
        The next one; made up where None.

    Returns
    -------
    str
        The password that holds now.

    Raises
    ------
    NoData
        If there is no such account.
    BadInput
        If it cannot be a password.
    """
    records = _open(settings)
    try:
        user = _named(records, name)
        chosen = secrets.token_urlsafe(_WORDS) if password is None else password
        check_password(chosen, name=user.name)
        hashed = asyncio.run(Passwords().hash(chosen))
        records.users.change(user.id, password=hashed, is_on=True)
        records.grants.end_all(user.id)
        now_ns = SystemClock().now_ns()
        records.audit.note(AuditEntry(now_ns, user.name, "reset password", "done", "console"))
    finally:
        records.close()
    return chosen


def _open(settings: Settings) -> UserRecords:
    if not has_accounts(settings):
        raise NoData(
            f"no accounts in {settings.data_dir}; set accounts.mode to users and start the deck"
        )
    return open_accounts(settings)


def _named(records: UserRecords, name: str) -> User:
    users = records.users.users()
    found = next((each for each in users if each.name.casefold() == name.casefold()), None)
    if found is None:
        known = ", ".join(each.name for each in users) or "none"
        raise NoData(f"no account is named {name}; there are: {known}")
    return found
