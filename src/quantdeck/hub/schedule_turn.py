"""What a scheduler does next with a job: the choice among due times, from what the run ledger says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from quantdeck.analytics.due_times import newest_due
from quantdeck.analytics.misfires import passed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.sessions import Sessions
    from quantdeck.ports.due import DueRun, DueStore
    from quantdeck.ports.scheduled import SchedulePlan

COUNTED_FROM = "due times are counted from here"
"""Said of the due time that a job had last when it was first seen, or switched on."""

MISSED = "missed: nobody ran the schedule in time"
"""Said of a due time that is not run any more."""

MOST_ROWS = 30
"""Due times of a job that are looked at."""

_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Look:
    """What the run ledger says of a job.

    Parameters
    ----------
    is_on : bool
        Whether it is to be run by the clock.
    last_ns : int or None
        Newest due time that was dealt with and is not in the future, UTC. [ns]
    rows : sequence of DueRun
        Newest first; of the plan's folder where it has one.
    others : sequence of DueRun
        Those of other folders, and of before folders had their own, newest first: nothing follows from
        them but that people are told.
    """

    is_on: bool
    last_ns: int | None
    rows: Sequence[DueRun]
    others: Sequence[DueRun] = ()

    @property
    def has_folders(self) -> bool:
        """Whether other folders are known to have due times of the job for themselves."""
        return any(row.folder for row in self.others)

    def told(self) -> list[DueRun]:
        """Return what people are told of, newest first, with a folder where several are known."""
        found = [row for row in self.rows if row.said != COUNTED_FROM]
        again = {row.due_ns for row in found}
        # What this folder has run again stands for what came of it before.
        found += [
            row
            for row in self.others
            if row.said != COUNTED_FROM and (row.folder or row.due_ns not in again)
        ]
        if not self.has_folders:
            found = [replace(row, job=row.name) for row in found]
        return sorted(found, key=lambda row: (-row.due_ns, row.job))


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be done.

    Parameters
    ----------
    run : int or None
        Due time to take, UTC; None where there is none. [ns]
    missed : tuple of int
        Due times to note as missed, UTC. [ns]
    """

    run: int | None = None
    missed: tuple[int, ...] = ()


def look_at(store: DueStore, plan: SchedulePlan, now_ns: int, sessions: Sessions) -> Look:
    """Return what the ledger says of a job; the first time, have its due times count from now on.

    What stands under the name of a job whose due times are each folder's is of before they were, or says
    since when they count: for every folder then.

    Raises
    ------
    StoreError
        If the records cannot be read or written.
    """
    rows = store.runs(job=plan.name, limit=MOST_ROWS)
    last_ns = store.last_due(plan.name, until_ns=now_ns)
    if last_ns is None:
        if not rows and not plan.is_on:
            store.switch(plan.name, on=False)
        last_ns = count_from(store, plan, now_ns, sessions)
    is_on = store.is_on(plan.name)
    if not plan.folder:
        return Look(is_on, last_ns, rows)
    own_ns = store.last_due(plan.ledger, until_ns=now_ns)
    if own_ns is None:
        own_ns = _count_folder_from(store, plan, rows, now_ns, sessions)
    counted = [each.due_ns for each in rows if each.said == COUNTED_FROM and each.due_ns <= now_ns]
    others = [
        each for each in store.folder_runs(plan.name, limit=MOST_ROWS) if each.job != plan.ledger
    ]
    own = store.runs(job=plan.ledger, limit=MOST_ROWS)
    return Look(is_on, max([own_ns, *counted]), own, (*others, *rows))


def count_from(store: DueStore, plan: SchedulePlan, now_ns: int, sessions: Sessions) -> int:
    """Have the due times of a job count from now on, and return the newest that does not count. [ns].

    Raises
    ------
    StoreError
        If the records cannot be written.
    """
    newest = newest_due(plan.when, now_ns, sessions)
    due_ns = now_ns if newest is None else newest
    store.skip(plan.name, due_ns, now_ns=now_ns, said=COUNTED_FROM)
    return due_ns


# A folder that joins others has missed nothing. One whose job had no folder yet goes on from there.
def _count_folder_from(
    store: DueStore,
    plan: SchedulePlan,
    former: Sequence[DueRun],
    now_ns: int,
    sessions: Sessions,
) -> int:
    oldest_ns = now_ns - int(plan.grace_s * _NS)
    dealt_with = [
        row.due_ns
        for row in former
        if row.state in ("done", "skipped")
        and row.said != COUNTED_FROM
        and oldest_ns <= row.due_ns <= now_ns
    ]
    newest_ns = newest_due(plan.when, now_ns, sessions)
    due_ns = max(dealt_with, default=now_ns if newest_ns is None else newest_ns)
    store.skip(plan.ledger, due_ns, now_ns=now_ns, said=COUNTED_FROM)
    return due_ns


def turn_of(plan: SchedulePlan, look: Look, now_ns: int, sessions: Sessions) -> Turn:
    """Return what is to be done with a job now.

    A due time that failed, or whose process has not been heard of for the time of its lease, is taken up
    again, unless a later one stands in for it (misfire ``latest`` and ``skip``), it is too late for it,
    or it was tried often enough.

    Parameters
    ----------
    plan : SchedulePlan
        The job.
    look : Look
        What the ledger says of it.
    now_ns : int
        UTC. [ns]
    sessions : Sessions
        Of the exchange.
    """
    new = passed(
        plan.when,
        now_ns if look.last_ns is None else look.last_ns,
        now_ns,
        sessions,
        misfire=plan.misfire,
        grace_s=plan.grace_s,
    )
    again = [row.due_ns for row in look.rows if _is_to_be_tried(plan, row, now_ns, sessions)]
    if plan.misfire != "all":
        again = [] if new.run or new.missed else [each for each in again if each == look.last_ns]
    return Turn(min((*new.run, *again), default=None), new.missed)


def tried_again_ns(plan: SchedulePlan, row: DueRun) -> int:
    """Return when a due time that failed or was lost may be tried again, UTC. [ns]."""
    if row.state == "running" or row.ended_ns is None:
        return row.lease_ns
    return row.ended_ns + int(plan.retry_s * 2 ** (row.attempts - 1) * _NS)


def _is_to_be_tried(plan: SchedulePlan, row: DueRun, now_ns: int, sessions: Sessions) -> bool:
    if row.state not in ("running", "failed") or row.attempts >= plan.attempts:
        return False
    is_timely = row.due_ns <= now_ns <= row.due_ns + int(plan.grace_s * _NS)
    # A run that a person asked for at no due time is not repeated behind their back.
    is_regular = newest_due(plan.when, row.due_ns, sessions) == row.due_ns
    return is_timely and is_regular and now_ns >= tried_again_ns(plan, row)
