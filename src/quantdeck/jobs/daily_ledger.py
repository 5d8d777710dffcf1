"""One daily run of a data folder at a time, and what is kept of its steps."""

from __future__ import annotations

import os
import secrets
import socket
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from quantdeck.hub.daily_record import LEDGER, run_id_of
from quantdeck.model.errors import Conflict

if TYPE_CHECKING:
    from quantdeck.jobs.daily_steps import KeptStep
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.due import DueRun, DueState, DueStore, StepRecord

LEASE_S = 120.0
"""So long a run is believed to be alive after it was last heard of. [s]"""

_REMEMBERED = 60
_UNSEEN = "ended without a word"
_TOKEN = secrets.token_hex(4)


def holder() -> str:
    """Return what this process is called in the ledger: machine, process, and a word of its own."""
    return f"{socket.gethostname()}:{os.getpid()}:{_TOKEN}"


class RunLedger:
    """The daily runs of a data folder; every method blocks for a moment.

    Parameters
    ----------
    store : DueStore
        Where they are kept.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, store: DueStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._holder = holder()

    def begin(self) -> DueRun:
        """Begin a run, and close the record of one whose process has ended without a word.

        Raises
        ------
        Conflict
            If another is under way.
        StoreError
            If the records cannot be read or written.
        """
        self._refuse_others(None)
        now_ns = self._clock.now_ns()
        run = None
        while run is None:
            # Another may have been begun in the same nanosecond.
            run = self._store.claim(
                LEDGER, now_ns, holder=self._holder, now_ns=now_ns, lease_s=LEASE_S
            )
            now_ns += 1
        try:
            self._refuse_others(run)
        except Conflict:
            self._store.finish(run, "skipped", now_ns=self._clock.now_ns(), said="gave way")
            raise
        return run

    def renew(self, run: DueRun) -> DueRun:
        """Say that a run is alive.

        Raises
        ------
        Conflict
            If another has taken it for dead: it must stop.
        """
        return self._store.renew(run, now_ns=self._clock.now_ns(), lease_s=LEASE_S)

    def finish(self, run: DueRun, state: DueState, said: str) -> None:
        """Say how a run ended.

        Raises
        ------
        Conflict
            If another has taken it for dead.
        """
        self._store.finish(run, state, now_ns=self._clock.now_ns(), said=said)

    def put(self, step: StepRecord, kept: KeptStep | None = None) -> None:
        """Keep a step."""
        if kept is not None:
            step = structs.replace(step, result=msgspec.json.encode(kept).decode())
        self._store.put_step(step)

    def last_done(self) -> dict[str, StepRecord]:
        """Return the newest step of each name that was done, whatever it was made of."""
        found: dict[str, StepRecord] = {}
        for run in self._store.runs(job=LEDGER, limit=_REMEMBERED):
            for step in self._store.steps(run_id_of(run)):
                # Of one that was begun since and not finished, nobody knows what it left.
                if step.state in ("done", "running", "failed"):
                    found.setdefault(step.step, step)
        return {name: step for name, step in found.items() if step.state == "done"}

    def since(self, done: str) -> list[StepRecord]:
        """Return the steps of all runs after the last one in which a step was done, oldest first."""
        found: list[StepRecord] = []
        for run in self._store.runs(job=LEDGER, limit=_REMEMBERED):
            steps = list(self._store.steps(run_id_of(run)))
            if any(each.step == done and each.state == "done" for each in steps):
                break
            found[:0] = steps
        return found

    def _refuse_others(self, mine: DueRun | None) -> None:
        for other in self._store.runs(job=LEDGER, limit=_REMEMBERED):
            if other.state != "running" or (mine is not None and other.due_ns == mine.due_ns):
                continue
            if self._is_alive(other):
                raise Conflict(
                    f"a daily run of this folder is under way ({_named(other.holder)}); wait until it "
                    "has ended, or end it"
                )
            self._close(other)

    def _is_alive(self, run: DueRun) -> bool:
        if self._clock.now_ns() >= run.lease_ns:
            return False
        machine, _, process = run.holder.partition(":")
        number, _, token = process.partition(":")
        if machine != socket.gethostname() or not number.isdigit():
            return True
        if int(number) == os.getpid():
            return token == _TOKEN
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            # It is somebody else's, and there.
            return True
        return True

    # Taken from its holder, so that a process that was only slow learns that it is not wanted any more.
    def _close(self, run: DueRun) -> None:
        now_ns = self._clock.now_ns()
        taken = self._store.claim(
            LEDGER,
            run.due_ns,
            holder=self._holder,
            now_ns=max(now_ns, run.lease_ns),
            lease_s=LEASE_S,
            attempts=run.attempts + 1,
        )
        if taken is None:
            return
        for step in self._store.steps(run_id_of(run)):
            if step.state == "running":
                ended = structs.replace(step, state="failed", ended_ns=now_ns, said=_UNSEEN)
                self._store.put_step(ended)
        self._store.finish(taken, "failed", now_ns=now_ns, said=_UNSEEN)


def _named(text: str) -> str:
    machine, _, process = text.partition(":")
    return f"{machine}, process {process.partition(':')[0]}"
