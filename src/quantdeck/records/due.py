"""The run ledger, in SQL: what was due, who has taken it, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.model.errors import Conflict
from quantdeck.ports.due import FOLDER_MARK, DueRun, StepRecord

if TYPE_CHECKING:
    from quantdeck.ports.database import Connection, Database
    from quantdeck.ports.due import DueState

_NS = 1_000_000_000

# The columns of the tables are the fields of the structs, in their order.
_RUN = ", ".join(DueRun.__struct_fields__)
_STEP = ", ".join(StepRecord.__struct_fields__)


def _put_statement(table: str, columns: tuple[str, ...], key: tuple[str, str]) -> str:
    values = ", ".join("?" * len(columns))
    news = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values}) "  # noqa: S608 - our own words
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {news}"
    )


_PUT_RUN = _put_statement("due_runs", DueRun.__struct_fields__, ("job", "due_ns"))
_PUT_STEP = _put_statement("steps", StepRecord.__struct_fields__, ("run_id", "step"))


class SqlDue:
    """Fulfils `quantdeck.ports.due.DueStore`.

    Parameters
    ----------
    database : Database
        Where it is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(  # noqa: PLR0913 - as the port has it
        self,
        job: str,
        due_ns: int,
        *,
        holder: str,
        now_ns: int,
        lease_s: float,
        attempts: int = 3,
        alone: bool = False,
    ) -> DueRun | None:
        """Take a due time for oneself, or return None where it is done, held, or was tried too often."""
        with self._database.writing() as connection:
            found = _one(connection, job, due_ns)
            if found is not None:
                is_held = found.state == "running" and now_ns < found.lease_ns
                is_over = found.state in ("done", "skipped") or found.attempts >= attempts
                if is_held or is_over:
                    return None
            if alone and _is_held(connection, job, now_ns):
                return None
            taken = DueRun(
                job=job,
                due_ns=due_ns,
                state="running",
                holder=holder,
                fence=1 if found is None else found.fence + 1,
                lease_ns=now_ns + int(lease_s * _NS),
                attempts=1 if found is None else found.attempts + 1,
                began_ns=now_ns,
            )
            _put(connection, taken)
            return taken

    def renew(self, run: DueRun, *, now_ns: int, lease_s: float) -> DueRun:
        """Hold it for longer; Conflict where another has taken it."""
        with self._database.writing() as connection:
            _require(connection, run)
            held = msgspec.structs.replace(run, lease_ns=now_ns + int(lease_s * _NS))
            _put(connection, held)
            return held

    def finish(self, run: DueRun, state: DueState, *, now_ns: int, said: str = "") -> DueRun:
        """Say how it ended; Conflict where another has taken it."""
        with self._database.writing() as connection:
            _require(connection, run)
            ended = msgspec.structs.replace(run, state=state, ended_ns=now_ns, said=said)
            _put(connection, ended)
            return ended

    def skip(self, job: str, due_ns: int, *, now_ns: int, said: str) -> bool:
        """Say that a due time will not be run; False where somebody has it already."""
        with self._database.writing() as connection:
            if _one(connection, job, due_ns) is not None:
                return False
            skipped = DueRun(
                job=job,
                due_ns=due_ns,
                state="skipped",
                holder="",
                fence=0,
                lease_ns=0,
                attempts=0,
                began_ns=now_ns,
                ended_ns=now_ns,
                said=said,
            )
            _put(connection, skipped)
            return True

    def runs(self, *, job: str | None = None, limit: int = 100) -> list[DueRun]:
        """Return due times that were taken, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_RUN} FROM due_runs WHERE :job IS NULL OR job = :job "  # noqa: S608
                "ORDER BY due_ns DESC, job LIMIT :limit",
                {"job": job, "limit": limit},
            ).fetchall()
        return [_run(row) for row in rows]

    def folder_runs(self, job: str, *, limit: int = 100) -> list[DueRun]:
        """Return due times that data folders have for themselves, of all folders, newest first."""
        first, behind = job + FOLDER_MARK, job + chr(ord(FOLDER_MARK) + 1)
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_RUN} FROM due_runs WHERE job >= ? AND job < ? "  # noqa: S608
                "ORDER BY due_ns DESC, job LIMIT ?",
                (first, behind, limit),
            ).fetchall()
        return [_run(row) for row in rows]

    def last_due(self, job: str, *, until_ns: int | None = None) -> int | None:
        """Return the newest due time of a job that was taken or skipped, UTC. [ns]."""
        with self._database.reading() as connection:
            (last_ns,) = connection.execute(
                "SELECT max(due_ns) FROM due_runs "
                "WHERE job = :job AND (:until IS NULL OR due_ns <= :until)",
                {"job": job, "until": until_ns},
            ).fetchall()[0]
        return last_ns

    def put_step(self, step: StepRecord) -> None:
        """Keep a step, replacing that of its run and name."""
        with self._database.writing() as connection:
            connection.execute(
                _PUT_STEP,
                msgspec.structs.astuple(step),
            )

    def steps(self, run_id: str) -> list[StepRecord]:
        """Return the steps of a run, in the order in which they began."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_STEP} FROM steps WHERE run_id = ? ORDER BY began_ns, rowid",  # noqa: S608
                (run_id,),
            ).fetchall()
        return [_step(row) for row in rows]

    def done_step(self, step: str, inputs_hash: str) -> StepRecord | None:
        """Return the newest step of that name and inputs that was done, of any run."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {_STEP} FROM steps "  # noqa: S608
                "WHERE step = ? AND inputs_hash = ? AND state = 'done' ORDER BY ended_ns DESC LIMIT 1",
                (step, inputs_hash),
            ).fetchone()
        return None if row is None else _step(row)

    def is_on(self, job: str) -> bool:
        """Whether a job is to be run when it is due; True unless it was switched off."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT 1 FROM jobs_off WHERE job = ?", (job,)).fetchone()
        return row is None

    def switch(self, job: str, *, on: bool) -> None:
        """Switch a job on or off, for all processes."""
        statement = (
            "DELETE FROM jobs_off WHERE job = ?"
            if on
            else "INSERT INTO jobs_off VALUES (?) ON CONFLICT DO NOTHING"
        )
        with self._database.writing() as connection:
            connection.execute(statement, (job,))


def _one(connection: Connection, job: str, due_ns: int) -> DueRun | None:
    row = connection.execute(
        f"SELECT {_RUN} FROM due_runs WHERE job = ? AND due_ns = ?",  # noqa: S608
        (job, due_ns),
    ).fetchone()
    return None if row is None else _run(row)


def _is_held(connection: Connection, job: str, now_ns: int) -> bool:
    return (
        connection.execute(
            "SELECT 1 FROM due_runs WHERE job = ? AND state = 'running' AND lease_ns > ? LIMIT 1",
            (job, now_ns),
        ).fetchone()
        is not None
    )


def _require(connection: Connection, run: DueRun) -> None:
    found = _one(connection, run.job, run.due_ns)
    if found is None or found.fence != run.fence or found.state != "running":
        raise Conflict(
            f"{run.name} is held by another process by now"
            if found is None or found.state == "running"
            else f"{run.name} has ended already: {found.state}"
        )


def _put(connection: Connection, run: DueRun) -> None:
    connection.execute(_PUT_RUN, msgspec.structs.astuple(run))


def _run(row: tuple[Any, ...]) -> DueRun:
    return DueRun(**dict(zip(DueRun.__struct_fields__, row, strict=True)))


def _step(row: tuple[Any, ...]) -> StepRecord:
    return StepRecord(**dict(zip(StepRecord.__struct_fields__, row, strict=True)))
