"""Events of paper accounts, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.errors import Conflict
from quantdeck.trading.journal import decode, encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.database import Database
    from quantdeck.trading.journal import AnyEvent


class SqlAccounts:
    """Fulfils `quantdeck.ports.paper.AccountStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounts(self) -> list[str]:
        """Return the names of the accounts that have an event."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT DISTINCT account FROM account_events ORDER BY account"
            ).fetchall()
        return [row[0] for row in rows]

    def events(self, account: str, *, after: int = 0) -> list[AnyEvent]:
        """Return the events of an account behind the first `after`, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT body FROM account_events WHERE account = ? AND number > ? ORDER BY number",
                (account, after),
            ).fetchall()
        return [decode(row[0]) for row in rows]

    def append(self, account: str, events: Sequence[AnyEvent], *, expected: int) -> None:
        """Keep events, all of them or none; Conflict where there are others by now."""
        with self._database.writing() as connection:
            (count,) = connection.execute(
                "SELECT coalesce(max(number), 0) FROM account_events WHERE account = ?", (account,)
            ).fetchall()[0]
            if count != expected:
                raise Conflict(
                    f"account {account} has {count} events by now, not {expected}: another process "
                    "traded on it"
                )
            connection.executemany(
                "INSERT INTO account_events VALUES (?, ?, ?, ?, ?)",
                [
                    (account, number, event.ts_ns, type(event).__name__, encode(event))
                    for number, event in enumerate(events, expected + 1)
                ],
            )
