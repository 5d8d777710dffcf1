"""What is to run when, and by whom: each due time of a job is worked off once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

DueState = Literal["running", "done", "failed", "skipped"]

FOLDER_MARK = "@"
"""Stands between a job and a data folder; in neither of the two."""


def ledger_job(job: str, folder: str) -> str:
    """Return what the ledger calls a job whose due times each data folder has for itself.

    Parameters
    ----------
    job : str
        Name of the job.
    folder : str
        Name of the folder; empty where the due times are everybody's.

    Examples
    --------
    >>> ledger_job("backup", "two-1f0c9a7e"), ledger_job("daily", "")
    ('backup@two-1f0c9a7e', 'daily')
    """
    return f"{job}{FOLDER_MARK}{folder}" if folder else job


class DueRun(msgspec.Struct, frozen=True, kw_only=True):
    """One due time of a job, and what has become of it.

    Parameters
    ----------
    job : str
        What the ledger calls the job; see `ledger_job`.
    due_ns : int
        When it was due, UTC. [ns]
    state : str
        ``running``, ``done``, ``failed``, or ``skipped`` where it was too late for it.
    holder : str
        The process that runs it, or did.
    fence : int
        Counts the processes that have taken it: of two that believe they hold it, the one with the
        higher number does.
    lease_ns : int
        Until when the holder is believed to be alive, UTC. [ns]
    attempts : int
        How often it was begun.
    began_ns : int
        When it was begun last, UTC. [ns]
    ended_ns : int or None
        When it ended, UTC. [ns]
    said : str
        What came of it, in a line.
    """

    job: str
    due_ns: int
    state: DueState
    holder: str
    fence: int
    lease_ns: int
    attempts: int
    began_ns: int
    ended_ns: int | None = None
    said: str = ""

    @property
    def name(self) -> str:
        """Name of the job."""
        return self.job.partition(FOLDER_MARK)[0]

    @property
    def folder(self) -> str:
        """Name of the data folder whose due time it is; empty where it is everybody's."""
        return self.job.partition(FOLDER_MARK)[2]


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a run, so that another run may take over what is done.

    Parameters
    ----------
    run_id : str
        Of the run.
    step : str
        Name.
    inputs_hash : str
        Digest of everything that the step was made from: the same gives the same.
    state : str
        ``running``, ``done``, ``failed`` or ``skipped``.
    began_ns, ended_ns : int or None
        UTC; None where not yet. [ns]
    said : str
        What came of it, in a line.
    result : str
        JSON of what the steps behind it need.
    """

    run_id: str
    step: str
    inputs_hash: str
    state: Literal["running", "done", "failed", "skipped"]
    began_ns: int
    ended_ns: int | None = None
    said: str = ""
    result: str = "{}"


class DueStore(Protocol):
    """The run ledger; several processes of several machines may ask at the same time.

    Raises
    ------
    StoreError
        By every method, if the records cannot be read or written.
    """

    def claim(  # noqa: PLR0913 - all of it is one question
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
        """Take a due time for oneself, or return None where it is done, held, or was tried too often.

        One whose holder has let its lease pass is taken from it. With `alone` it is not taken while
        another due time of the job is held.
        """
        ...

    def renew(self, run: DueRun, *, now_ns: int, lease_s: float) -> DueRun:
        """Hold it for longer.

        Raises
        ------
        Conflict
            If another has taken it meanwhile: the caller stops at once.
        """
        ...

    def finish(self, run: DueRun, state: DueState, *, now_ns: int, said: str = "") -> DueRun:
        """Say how it ended.

        Raises
        ------
        Conflict
            If another has taken it meanwhile: nothing that the caller did counts.
        """
        ...

    def skip(self, job: str, due_ns: int, *, now_ns: int, said: str) -> bool:
        """Say that a due time will not be run; False where somebody has it already."""
        ...

    def runs(self, *, job: str | None = None, limit: int = 100) -> list[DueRun]:
        """Return due times that were taken, newest first."""
        ...

    def folder_runs(self, job: str, *, limit: int = 100) -> list[DueRun]:
        """Return due times that data folders have for themselves, of all folders, newest first."""
        ...

    def last_due(self, job: str, *, until_ns: int | None = None) -> int | None:
        """Return the newest due time of a job that was taken or skipped, UTC. [ns].

        With `until_ns` the newest that is no later: those that a clock which was wrong has left in the
        future do not count.
        """
        ...

    def put_step(self, step: StepRecord) -> None:
        """Keep a step, replacing that of its run and name."""
        ...

    def steps(self, run_id: str) -> Sequence[StepRecord]:
        """Return the steps of a run, in the order in which they began."""
        ...

    def done_step(self, step: str, inputs_hash: str) -> StepRecord | None:
        """Return the newest step of that name and inputs that was done, of any run."""
        ...

    def is_on(self, job: str) -> bool:
        """Whether a job is to be run when it is due; True unless it was switched off."""
        ...

    def switch(self, job: str, *, on: bool) -> None:
        """Switch a job on or off, for all processes."""
        ...
