"""Who has which duty, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.ports.database import Database

_NS = 1_000_000_000


class SqlDuties:
    """Fulfils `quantdeck.ports.duties.DutyStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, duty: str, holder: str, *, now_ns: int, lease_s: float) -> bool:
        """Take a duty that nobody has, or keep one's own; False where another has it."""
        with self._database.writing() as connection:
            taken = connection.execute(
                "INSERT INTO duties AS kept VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                "holder = excluded.holder, until_ns = excluded.until_ns "
                "WHERE kept.holder = excluded.holder OR kept.until_ns <= ?",
                (duty, holder, now_ns + int(lease_s * _NS), now_ns),
            )
            return taken.rowcount > 0

    def leave(self, duty: str, holder: str) -> None:
        """Give a duty up, so that another need not wait. Idempotent."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM duties WHERE name = ? AND holder = ?", (duty, holder))
