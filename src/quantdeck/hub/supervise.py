"""What must not fail unseen: tasks are restarted with a pause, steps of one are fenced off.

The one place that may catch every exception: whatever is raised is logged with its trace, counted and
visible in health, and everything else goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from quantdeck.model.errors import QuantdeckError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_HEALTHY_AFTER_NS = 60_000_000_000


class Defect(QuantdeckError):  # noqa: N818 - named as the other errors are
    """A part of quantdeck failed in a way it should not have; the log has the trace."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What came of a piece of work: its answer, or what it raised.

    Parameters
    ----------
    answer : object or None
        None where it raised.
    error : BaseException or None
        None where it answered.
    """

    answer: T | None
    error: BaseException | None = None


def outcome_of(work: Callable[[], T]) -> Outcome[T]:
    """Return what came of work that somebody else wrote, whatever it raises.

    Even `SystemExit` of a user's function is no end of the deck.
    """
    try:
        return Outcome(work())
    # What users write may raise anything; it is theirs to read, in the panel that it belongs to.
    except BaseException as error:  # noqa: BLE001
        return Outcome(None, error)


class TaskStatus(msgspec.Struct, frozen=True):
    """One supervised task, or one fenced step that has failed.

    Parameters
    ----------
    name : str
        What it does.
    state : str
        ``running``, ``restarting`` or ``ended``; of a step ``failed``.
    failures : int
        How often it raised.
    last_error : str
        Class and message of the last failure; empty when there was none.
    failed_ns : int or None
        When that was, UTC. [ns]
    """

    name: str
    state: str
    failures: int = 0
    last_error: str = ""
    failed_ns: int | None = None


class Supervisor:
    """Runs named tasks and starts them again when they fail. Owned by the machine."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._statuses: dict[str, TaskStatus] = {}

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` under `name` until it returns, is stopped, or the supervisor is."""
        self._statuses[name] = TaskStatus(name, "running")
        self._tasks[name] = asyncio.create_task(self._watch(name, work), name=name)

    @contextlib.contextmanager
    def fence(self, name: str) -> Generator[None]:
        """Keep what goes wrong in one step of a task from the steps beside it.

        Whatever the step should not have raised comes out as `Defect`, and is logged with its trace
        the first time in a row.

        Parameters
        ----------
        name : str
            Of the step; there should be few of them, since each that failed is remembered.

        Raises
        ------
        Defect
            In the place of what is no `QuantdeckError`.
        """
        try:
            yield
        except QuantdeckError:
            raise
        except Exception as error:
            if name not in self._statuses:
                self._statuses[name] = TaskStatus(name, "failed")
            if self._statuses[name].last_error != _text_of(error):
                _LOG.exception("step failed name=%s", name)
            self._note(name, "failed", error)
            raise Defect(
                f"{name} failed ({_text_of(error)}), which is a fault of quantdeck; the log has the "
                "trace, and everything else goes on"
            ) from error

    async def stop(self, *names: str) -> None:
        """Cancel the named tasks (all when none is named) and wait for their end."""
        chosen = [self._tasks.pop(n) for n in (names or tuple(self._tasks)) if n in self._tasks]
        for task in chosen:
            task.cancel()
        await asyncio.gather(*chosen, return_exceptions=True)

    async def join(self, name: str) -> None:
        """Wait until the named task has ended."""
        await asyncio.gather(self._tasks[name], return_exceptions=True)

    def running(self, name: str) -> bool:
        """Return whether a task of that name is there and has not ended."""
        task = self._tasks.get(name)
        return task is not None and not task.done()

    def statuses(self) -> list[TaskStatus]:
        """Return every task ever started."""
        return list(self._statuses.values())

    def troubles(self) -> list[TaskStatus]:
        """Return the tasks that failed within the last minute."""
        now = self._clock.now_ns()
        return [
            s
            for s in self._statuses.values()
            if s.failed_ns is not None and now - s.failed_ns < _HEALTHY_AFTER_NS
        ]

    async def _watch(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            began = self._clock.monotonic_ns()
            try:
                await work()
            # A task may raise anything; one that fails must not take the others along, nor vanish.
            except Exception as error:  # noqa: BLE001
                _LOG.exception("task failed name=%s", name)
                self._note(name, "restarting", error)
            else:
                self._note(name, "ended")
                return
            if self._clock.monotonic_ns() - began > _HEALTHY_AFTER_NS:
                pause = _FIRST_PAUSE_S
            await self._clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            self._note(name, "running")

    def _note(self, name: str, state: str, error: Exception | None = None) -> None:
        old = self._statuses[name]
        if error is None:
            self._statuses[name] = msgspec.structs.replace(old, state=state)
            return
        self._statuses[name] = TaskStatus(
            name,
            state,
            failures=old.failures + 1,
            last_error=_text_of(error),
            failed_ns=self._clock.now_ns(),
        )


def _text_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
