"""Work that is run by the clock: what, when, and what is done where its time was missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from quantdeck.ports.due import ledger_job

if TYPE_CHECKING:
    from quantdeck.analytics.due_times import When
    from quantdeck.analytics.misfires import Misfire
    from quantdeck.ports.due import DueRun
    from quantdeck.ports.jobs import JobQuestion, JobTeller


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePlan:
    """A job and its due times.

    Parameters
    ----------
    name : str
        Of the job, the same in every process.
    title : str
        What it does, in a few words.
    when : When
        Its due times.
    question : JobQuestion
        What is asked of it.
    misfire : str
        What is made of due times that were missed; see `quantdeck.analytics.misfires.passed`.
    grace_s : float
        Later than that after its due time it is not begun. [s]
    is_on : bool
        Whether it is run by the clock until somebody switches it.
    attempts : int
        How often one due time is tried.
    retry_s : float
        Pause before the second attempt; each further one is twice as long. [s]
    lease_s : float
        So long after its last sign of life a process that runs it is believed to be there. [s]
    folder : str
        Name of the data folder that it sees to, where each has due times for itself; empty where a due
        time is worked off by one process for all.
    """

    name: str
    title: str
    when: When
    question: JobQuestion
    misfire: Misfire = "latest"
    grace_s: float = 43_200.0
    is_on: bool = True
    attempts: int = 3
    retry_s: float = 300.0
    lease_s: float = 90.0
    folder: str = ""

    @property
    def ledger(self) -> str:
        """What the run ledger calls it."""
        return ledger_job(self.name, self.folder)


class ScheduledWork(Protocol):
    """The work of a job. Cancelled, it ends at once and leaves what it has kept."""

    async def run(self, due: DueRun, tell: JobTeller) -> str:
        """Do the work of a due time, and return what came of it in a sentence.

        Raises
        ------
        QuantdeckError
            If it failed: it is tried again.
        """
        ...
