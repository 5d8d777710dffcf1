"""Tries of passwords and codes that failed, counted for all processes that let people in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.tries import FORGOTTEN_NS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quantdeck.model.tries import TryLimit
    from quantdeck.ports.database import Database


class SqlTries:
    """Fulfils `quantdeck.ports.users.TryStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, limits: Mapping[str, TryLimit], *, now_ns: int) -> int:
        """Count a try under every key, or return how long to wait before one."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM tries WHERE last_ns < ?", (now_ns - FORGOTTEN_NS,))
            longest = 0
            for key, limit in limits.items():
                found = connection.execute(
                    "SELECT failures, last_ns FROM tries WHERE key = ?", (key,)
                ).fetchone()
                if found is not None:
                    wait = limit.wait_ns(found[0], last_ns=found[1], now_ns=now_ns)
                    longest = max(longest, wait)
            if longest == 0:
                connection.executemany(
                    "INSERT INTO tries VALUES (?, 1, ?) ON CONFLICT (key) "
                    "DO UPDATE SET failures = tries.failures + 1, last_ns = excluded.last_ns",
                    [(key, now_ns) for key in limits],
                )
        return longest

    def forgive(self, keys: Iterable[str]) -> None:
        """Forget what failed under these keys."""
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM tries WHERE key = ?", [(key,) for key in keys])
