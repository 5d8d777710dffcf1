from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from quantdeck.net.sqlite import write_ahead

if TYPE_CHECKING:
    from pathlib import Path


def connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)


def mode_of(path: Path) -> str:
    with closing(connected(path)) as connection:
        return connection.execute("PRAGMA journal_mode").fetchone()[0]


def test_file_held_by_another_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "file.sqlite"
    with closing(connected(path)) as holder, closing(connected(path)) as asking:
        holder.execute("CREATE TABLE a (b)")
        holder.execute("BEGIN EXCLUSIVE")
        freeing = threading.Timer(0.1, holder.execute, ["COMMIT"])
        freeing.start()

        write_ahead(asking, patience_s=30.0)

        freeing.join()
    assert mode_of(path) == "wal"


def test_file_held_for_too_long_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "file.sqlite"
    with closing(connected(path)) as holder, closing(connected(path)) as asking:
        holder.execute("CREATE TABLE a (b)")
        holder.execute("BEGIN EXCLUSIVE")
        asking.execute("PRAGMA busy_timeout = 0")

        with pytest.raises(sqlite3.OperationalError, match="locked"):
            write_ahead(asking, patience_s=0.05)
