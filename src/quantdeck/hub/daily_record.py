"""Daily runs as they are kept in the run ledger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from quantdeck.views.daily import DailyRun, DailyStep

if TYPE_CHECKING:
    from quantdeck.ports.due import DueRun, DueStore, StepRecord

LEDGER = "daily run"
"""Job of the ledger under which each daily run stands, due when it was begun."""


class _Notes(msgspec.Struct):
    notes: tuple[str, ...] = ()


def run_id_of(run: DueRun) -> str:
    """Return the id under which the steps of a run are kept.

    Parameters
    ----------
    run : DueRun
        Of the ledger.
    """
    return f"daily-{run.due_ns}"


def daily_runs(store: DueStore, *, limit: int = 20) -> list[DailyRun]:
    """Return daily runs with their steps, newest first; blocks for a moment.

    Parameters
    ----------
    store : DueStore
        The run ledger.
    limit : int
        Most runs.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    return [
        DailyRun(
            id=run_id_of(run),
            state=run.state,
            holder=_place(run.holder),
            lease_ns=run.lease_ns,
            began_ns=run.began_ns,
            ended_ns=run.ended_ns,
            said=run.said,
            steps=tuple(map(_step, store.steps(run_id_of(run)))),
        )
        for run in store.runs(job=LEDGER, limit=limit)
    ]


def _step(record: StepRecord) -> DailyStep:
    try:
        notes = msgspec.json.decode(record.result, type=_Notes).notes
    except msgspec.MsgspecError:
        notes = ()
    return DailyStep(
        name=record.step,
        state=record.state,
        began_ns=record.began_ns,
        ended_ns=record.ended_ns,
        said=record.said,
        notes=notes,
    )


# The machine is of interest; the process has no name that tells a person anything.
def _place(holder: str) -> str:
    return re.sub(r":\d+:[0-9a-f]+$", "", holder)
