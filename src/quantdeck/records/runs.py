"""Results that are kept, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.ports.records import Run

if TYPE_CHECKING:
    from quantdeck.ports.database import Database

MOST_RUNS = 1_000
"""Older ones are forgotten."""


class SqlRuns:
    """Fulfils `quantdeck.ports.records.RunStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_run(self, run: Run, result: bytes) -> None:
        """Keep a run and its result, replacing one of its id."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO runs (id, kind, title, created_ns, mode, params, summary, result) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "kind = excluded.kind, title = excluded.title, created_ns = excluded.created_ns, "
                "mode = excluded.mode, params = excluded.params, summary = excluded.summary, "
                "result = excluded.result",
                (
                    run.id,
                    run.kind,
                    run.title,
                    run.created_ns,
                    run.mode,
                    run.params,
                    run.summary,
                    result,
                ),
            )
            connection.execute(
                "DELETE FROM runs WHERE id IN (SELECT id FROM runs "
                "ORDER BY created_ns DESC, id DESC LIMIT -1 OFFSET ?)",
                (MOST_RUNS,),
            )

    def runs(self, *, kind: str | None = None, limit: int = 100) -> list[Run]:
        """Return runs, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, kind, title, created_ns, mode, params, summary FROM runs "
                "WHERE :kind IS NULL OR kind = :kind ORDER BY created_ns DESC, id DESC LIMIT :limit",
                {"kind": kind, "limit": limit},
            ).fetchall()
        return [Run(*row) for row in rows]

    def result(self, run_id: str) -> bytes | None:
        """Return what was kept as the result of a run, or None where there is none."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT result FROM runs WHERE id = ?", (run_id,)).fetchone()
        return None if row is None else row[0]

    def delete_run(self, run_id: str) -> bool:
        """Remove a run; False where there was none."""
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM runs WHERE id = ?", (run_id,)).rowcount > 0
