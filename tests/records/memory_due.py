"""The run ledger without a database, for tests of those who ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from quantdeck.model.errors import Conflict
from quantdeck.ports.due import FOLDER_MARK, DueRun

if TYPE_CHECKING:
    from quantdeck.ports.due import DueState

NS = 1_000_000_000


class MemoryDue:
    """Fulfils the part of `quantdeck.ports.due.DueStore` that schedulers ask."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, int], DueRun] = {}
        self.off: set[str] = set()

    def claim(
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
        found = self.rows.get((job, due_ns))
        held = [row for row in self.rows.values() if row.job == job and row.state == "running"]
        if alone and any(now_ns < row.lease_ns for row in held):
            return None
        if found is not None and (
            found.state in ("done", "skipped")
            or found.attempts >= attempts
            or (found.state == "running" and now_ns < found.lease_ns)
        ):
            return None
        taken = DueRun(
            job=job,
            due_ns=due_ns,
            state="running",
            holder=holder,
            fence=1 if found is None else found.fence + 1,
            lease_ns=now_ns + int(lease_s * NS),
            attempts=1 if found is None else found.attempts + 1,
            began_ns=now_ns,
        )
        self.rows[job, due_ns] = taken
        return taken

    def renew(self, run: DueRun, *, now_ns: int, lease_s: float) -> DueRun:
        return self._put(run, replace(run, lease_ns=now_ns + int(lease_s * NS)))

    def finish(self, run: DueRun, state: DueState, *, now_ns: int, said: str = "") -> DueRun:
        return self._put(run, replace(run, state=state, ended_ns=now_ns, said=said))

    def skip(self, job: str, due_ns: int, *, now_ns: int, said: str) -> bool:
        if (job, due_ns) in self.rows:
            return False
        self.rows[job, due_ns] = DueRun(
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
        return True

    def runs(self, *, job: str | None = None, limit: int = 100) -> list[DueRun]:
        rows = [row for row in self.rows.values() if job in (None, row.job)]
        return sorted(rows, key=lambda row: (-row.due_ns, row.job))[:limit]

    def folder_runs(self, job: str, *, limit: int = 100) -> list[DueRun]:
        rows = [
            row for row in self.runs(limit=len(self.rows)) if row.job.startswith(job + FOLDER_MARK)
        ]
        return rows[:limit]

    def last_due(self, job: str, *, until_ns: int | None = None) -> int | None:
        known = [row.due_ns for row in self.rows.values() if row.job == job]
        return max((due for due in known if until_ns is None or due <= until_ns), default=None)

    def is_on(self, job: str) -> bool:
        return job not in self.off

    def switch(self, job: str, *, on: bool) -> None:
        self.off = self.off - {job} if on else self.off | {job}

    def _put(self, run: DueRun, changed: DueRun) -> DueRun:
        found = self.rows[run.job, run.due_ns]
        if found.fence != run.fence or found.state != "running":
            raise Conflict(f"{run.job} is held by another process by now")
        self.rows[run.job, run.due_ns] = changed
        return changed
