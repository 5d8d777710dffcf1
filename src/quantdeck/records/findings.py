"""Findings in SQL: each once by its key, and every message with the findings that it tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.model.findings import Finding
from quantdeck.ports.findings import DetectionRun, KeptFinding, Untold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.findings import FindingKind
    from quantdeck.ports.database import Connection, Database

MOST_FINDINGS = 20_000
"""Older ones are forgotten."""

_FINDING = "key, kind, symbol, ts_ns, score, text, url, source"
_FIELDS = 8


class SqlFindings:
    """Fulfils `quantdeck.ports.findings.FindingStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, findings: Sequence[Finding], *, now_ns: int, run: DetectionRun | None = None
    ) -> tuple[Finding, ...]:
        """Keep findings, and return those that nobody had found before."""
        with self._database.writing() as connection:
            new = tuple(each for each in findings if _insert(connection, each, now_ns))
            if run is not None:
                connection.execute(
                    "INSERT INTO detection AS kept VALUES (0, ?, ?) ON CONFLICT (one) DO UPDATE SET "
                    "until_ns = excluded.until_ns, body = excluded.body "
                    "WHERE excluded.until_ns > kept.until_ns",
                    (run.until_ns, msgspec.json.encode(run).decode()),
                )
            connection.execute(
                "DELETE FROM findings WHERE number IN (SELECT number FROM findings "
                "ORDER BY found_ns DESC, number DESC LIMIT -1 OFFSET ?)",
                (MOST_FINDINGS,),
            )
            return new

    def last_run(self) -> DetectionRun | None:
        """Return the newest look at everything, or None where there never was one."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT body FROM detection").fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=DetectionRun)

    def recent(
        self,
        *,
        limit: int,
        kind: FindingKind | None = None,
        symbol: str | None = None,
        since_ns: int | None = None,
    ) -> list[KeptFinding]:
        """Return findings by the time that they happened, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_FINDING}, found_ns, message FROM findings "  # noqa: S608 - names of columns
                "WHERE (:kind IS NULL OR kind = :kind) AND (:symbol IS NULL OR symbol = :symbol) "
                "AND (:since IS NULL OR ts_ns >= :since) ORDER BY ts_ns DESC, number DESC LIMIT :limit",
                {"kind": kind, "symbol": symbol, "since": since_ns, "limit": limit},
            ).fetchall()
        return [KeptFinding(_finding(row), row[_FIELDS], row[_FIELDS + 1]) for row in rows]

    def take_untold(self, *, now_ns: int, since_ns: int, pause_ns: int = 0) -> Untold | None:
        """Return the message to be told next, or None where there is none."""
        with self._database.writing() as connection:
            pending = connection.execute(
                "SELECT id FROM finding_messages WHERE NOT told ORDER BY made_ns LIMIT 1"
            ).fetchone()
            message = (
                _new_message(connection, now_ns, since_ns, pause_ns)
                if pending is None
                else pending[0]
            )
            if message is None:
                return None
            rows = connection.execute(
                f"SELECT {_FINDING} FROM findings WHERE message = ? ORDER BY number",  # noqa: S608 - as above
                (message,),
            ).fetchall()
        return Untold(message, tuple(map(_finding, rows)))

    def told(self, message: str) -> None:
        """Note that a message lies where it will not be lost. Idempotent."""
        with self._database.writing() as connection:
            connection.execute("UPDATE finding_messages SET told = TRUE WHERE id = ?", (message,))


def _new_message(connection: Connection, now_ns: int, since_ns: int, pause_ns: int) -> str | None:
    (last_ns,) = connection.execute("SELECT max(made_ns) FROM finding_messages").fetchall()[0]
    if last_ns is not None and 0 <= now_ns - last_ns < pause_ns:
        return None
    (first,) = connection.execute(
        "SELECT min(number) FROM findings WHERE message = '' AND found_ns >= ?", (since_ns,)
    ).fetchall()[0]
    if first is None:
        return None
    # No other message begins with this finding, whatever the clock says.
    message = f"detect-{now_ns}-{first}"
    connection.execute(
        "UPDATE findings SET message = ? WHERE message = '' AND found_ns >= ?", (message, since_ns)
    )
    connection.execute("INSERT INTO finding_messages VALUES (?, ?, FALSE)", (message, now_ns))
    return message


def _insert(connection: Connection, finding: Finding, now_ns: int) -> bool:
    added = connection.execute(
        f"INSERT INTO findings ({_FINDING}, found_ns, message) "  # noqa: S608 - names of columns
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '') ON CONFLICT (key) DO NOTHING",
        (
            finding.key,
            finding.kind,
            finding.symbol,
            finding.ts_ns,
            finding.score,
            finding.text,
            finding.url,
            finding.source,
            now_ns,
        ),
    )
    return added.rowcount > 0


def _finding(row: tuple[Any, ...]) -> Finding:
    return Finding(
        key=row[0],
        kind=row[1],
        symbol=row[2],
        ts_ns=row[3],
        score=row[4],
        text=row[5],
        url=row[6],
        source=row[7],
    )
