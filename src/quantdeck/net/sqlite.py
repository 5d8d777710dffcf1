"""SQLite files that several processes write."""

from __future__ import annotations

import sqlite3
import time

_PAUSE_S = 0.02


def write_ahead(connection: sqlite3.Connection, *, patience_s: float) -> None:
    """Have a file keep a write-ahead log, so that readers and a writer do not wait for each other.

    Parameters
    ----------
    connection : sqlite3.Connection
        To the file.
    patience_s : float
        How long another process may hold it. [s]

    Raises
    ------
    sqlite3.OperationalError
        If it is held for longer, or cannot be written.

    Notes
    -----
    SQLite does not wait on its own here, whatever time-out the connection has: while another connection
    makes the very same change, or is the last one to close the file, it says at once that it is locked.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(_PAUSE_S)
        else:
            return
