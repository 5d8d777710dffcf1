"""The gap ledger: what is missing, and the work of fetching it.

Every gap is put on the tape's record when it is found and again when its fate is known. An open one
is left alone for a moment, since events that merely came out of order fill it by themselves; then its
feed is asked to repair it, with growing pauses, until it is complete or given up as lost.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput, NoData, RateLimited, VenueError
from quantdeck.model.feed import GapState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from quantdeck.model.feed import Gap
    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_GRACE_S = 2.0
_PAUSES_S = (5.0, 15.0, 60.0, 300.0)
_LOOK_S = 0.5
_KEPT = 1000

Key = tuple[str, str, str, int]


@dataclass(slots=True)
class _Attempts:
    due_ns: int
    made: int = 0


class GapLedger:
    """Gaps of all feeds of this run, newest last. Owned by the machine, used on its event loop.

    Parameters
    ----------
    record : callable
        Puts a gap on the tape's record.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, record: Callable[[Gap], None], clock: Clock) -> None:
        self._record = record
        self._clock = clock
        self._gaps: dict[Key, Gap] = {}
        self._attempts: dict[Key, _Attempts] = {}
        self.revision = 0
        """Changes with every gap noted."""
        self.lost = 0
        """Gaps given up, those no longer listed included."""

    def note(self, gaps: Iterable[Gap]) -> None:
        """Take in gaps that were found, completed or given up."""
        for gap in gaps:
            key = _key(gap)
            self._gaps[key] = gap
            self.revision += 1
            self._record(gap)
            self.lost += gap.state is GapState.LOST
            if gap.state is GapState.OPEN:
                due = self._clock.now_ns() + int(_GRACE_S * 1e9)
                self._attempts[key] = _Attempts(due)
            else:
                self._attempts.pop(key, None)
        if (surplus := len(self._gaps) - _KEPT) > 0:
            # Open ones stay, however old: they are still worked on.
            closed = [key for key in self._gaps if key not in self._attempts]
            for key in closed[:surplus]:
                del self._gaps[key]

    def gaps(self) -> list[Gap]:
        """Return the gaps of this run, newest first."""
        return list(reversed(self._gaps.values()))

    def open_count(self) -> int:
        """Return how many are open."""
        return len(self._attempts)

    async def repair_forever(
        self,
        repair: Callable[[Gap], Awaitable[int]],
        give_up: Callable[[Gap], list[Gap]],
    ) -> None:
        """Repair open gaps, one at a time, until cancelled.

        Parameters
        ----------
        repair : callable
            Fetches what a gap misses and lets it flow in; raises `NoData` where it is not to be had.
        give_up : callable
            Closes a gap for good, and returns it as lost.
        """
        while True:
            await self._clock.sleep(_LOOK_S)
            for gap in self._due():
                await self._try(gap, repair, give_up)

    def _due(self) -> list[Gap]:
        now = self._clock.now_ns()
        return [self._gaps[k] for k, a in self._attempts.items() if a.due_ns <= now]

    async def _try(
        self,
        gap: Gap,
        repair: Callable[[Gap], Awaitable[int]],
        give_up: Callable[[Gap], list[Gap]],
    ) -> None:
        pause_s = 0.0
        try:
            await repair(gap)
        except (NoData, BadInput) as error:
            _LOG.info("gap cannot be repaired symbol=%s reason=%s", gap.symbol, error)
            self.note(give_up(gap))
            return
        except RateLimited as error:
            pause_s = error.retry_after_s
        except VenueError as error:
            _LOG.info("gap repair failed symbol=%s reason=%s", gap.symbol, error)
        attempts = self._attempts.get(_key(gap))
        if attempts is None:
            return
        if attempts.made >= len(_PAUSES_S):
            self.note(give_up(gap))
            return
        pause_s = max(pause_s, _PAUSES_S[attempts.made])
        attempts.made += 1
        attempts.due_ns = self._clock.now_ns() + int(pause_s * 1e9)


def _key(gap: Gap) -> Key:
    return gap.source, gap.symbol, gap.kind, gap.first_seq
