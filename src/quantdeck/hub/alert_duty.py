"""Which of several decks with the same records keeps and tells what rules fire.

Every one of them watches the rules, and each would tell of the same thing. One has the duty, and shows
every few seconds that it is alive; the others hold back what fired until it has shown so behind the
moment of firing, and take over where it has not.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.alerts.watch import Firing
    from quantdeck.hub.alert_parts import AlertParts
    from quantdeck.hub.supervise import Supervisor
    from quantdeck.ports.clock import Clock

DUTY = "alerts"
LEASE_S = 10.0
"""How long others wait for a deck that has gone without a word. [s]"""

_RENEW_S = 3.0
_LEASE_NS = 10_000_000_000
# Two decks see the same market a few ticks apart.
_SAME_NS = 2_000_000_000


class AlertDuty:
    """Owned by the alert desk.

    Parameters
    ----------
    parts : AlertParts
        Where it is said who has it, and what was kept already.
    clock : Clock
        Where the time comes from.
    simulated : bool
        Whether this deck's alerts are.
    """

    def __init__(
        self,
        parts: AlertParts,
        *,
        clock: Clock,
        simulated: bool,
    ) -> None:
        self._duties, self._holder = parts.duties, parts.holder
        self._alerts = parts.store
        self._clock = clock
        self._simulated = simulated
        self._until_ns = 0

    @property
    def is_shared(self) -> bool:
        """Whether other decks may have the same records open."""
        return self._duties is not None

    @property
    def is_ours(self) -> bool:
        """Whether this deck has it now."""
        return self._duties is None or self._clock.now_ns() < self._until_ns

    def run(self, supervisor: Supervisor) -> None:
        """Take it when it is free, and keep it; returns at once."""
        if self.is_shared:
            supervisor.start("alert duty", self._keep)

    async def _keep(self) -> None:
        while True:
            await self._ask()
            await self._clock.sleep(_RENEW_S)

    async def leave(self) -> None:
        """Give it up. Idempotent."""
        if self._duties is not None and self.is_ours:
            self._until_ns = 0
            await asyncio.to_thread(self._duties.leave, DUTY, self._holder)

    async def includes(self, firing: Firing) -> bool:
        """Wait until it is clear who keeps what a rule has fired; True where this deck does.

        Raises
        ------
        StoreError
            If the records cannot be read or written.
        """
        if self.is_ours:
            return True
        while not await self._ask():
            # Whoever has it now has renewed it within a lease, hence behind the moment of firing.
            left_ns = firing.at_ns + _LEASE_NS - self._clock.now_ns()
            if left_ns <= 0:
                return False
            await self._clock.sleep(min(left_ns / 1e9, _RENEW_S))
        # Taken over: the one before may have kept it before its end.
        firings = await asyncio.to_thread(self._alerts.firings, simulated=self._simulated)
        kept = firings.get(firing.rule_id)
        return kept is None or kept.last_ns < firing.at_ns - _SAME_NS

    async def _ask(self) -> bool:
        if self._duties is None:
            return True
        now_ns = self._clock.now_ns()
        is_ours = await asyncio.to_thread(
            self._duties.hold, DUTY, self._holder, now_ns=now_ns, lease_s=LEASE_S
        )
        self._until_ns = now_ns + _LEASE_NS if is_ours else 0
        return is_ours
