"""Symbols that somebody watches, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.ports.database import Database


class SqlWatchlist:
    """Fulfils `quantdeck.ports.records.WatchStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def watched(self) -> list[str]:
        """Return the canonical symbols, in the order in which they were added."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT symbol FROM watchlist ORDER BY added_ns, rowid"
            ).fetchall()
        return [row[0] for row in rows]

    def watch(self, symbol: str, *, added_ns: int) -> bool:
        """Add a symbol; False where it is there already."""
        with self._database.writing() as connection:
            added = connection.execute(
                "INSERT INTO watchlist VALUES (?, ?) ON CONFLICT DO NOTHING", (symbol, added_ns)
            )
            return added.rowcount > 0

    def unwatch(self, symbol: str) -> bool:
        """Remove a symbol; False where it is not there."""
        with self._database.writing() as connection:
            gone = connection.execute("DELETE FROM watchlist WHERE symbol = ?", (symbol,))
            return gone.rowcount > 0
