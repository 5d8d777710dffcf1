"""Takes messages about alerts to their channels: one task a channel, so that none waits for another.

What is to be sent lies in the records, so a restart goes on where the last run ended. A message may go
out twice, where the end came between sending it and noting that; the alert's id, which is the same
then, is its idempotency key.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from quantdeck.model.alerts import Delivery, DeliveryState
from quantdeck.model.errors import QuantdeckError
from quantdeck.net.backoff import Backoff
from quantdeck.ports.notifier import Refused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from quantdeck.hub.alert_duty import AlertDuty
    from quantdeck.hub.supervise import Supervisor
    from quantdeck.model.alerts import FiredAlert
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.notifier import Notifier
    from quantdeck.ports.records import AlertStore

ABSENT = "not set up"
"""State of a channel that this deck knows of but has no address for."""
MOST_WAITING = 200
"""Messages that may wait for one channel; those that come on top are not sent."""
_ATTEMPTS = 15
_FIRST_S, _LONGEST_S = 2.0, 600.0
_LEAST_WAIT_S = 1.0
_LOOK_S = 2.0
_ATTEMPT_S = 60.0
_TOO_OLD_NS = 24 * 3_600_000_000_000
_EVER_NS = 2**63 - 1
_MOST_KNOWN = 10_000


class ChannelStatus(msgspec.Struct, frozen=True):
    """One channel, and how it does; never holds an address or a secret.

    Parameters
    ----------
    name, kind : str
        What rules call it by, and ``console``, ``slack``, ``webhook`` or ``email``.
    state : str
        ``ready``, ``sent``, ``waiting`` (it did not get through and is tried again), ``failed`` (the
        last message was refused), ``off`` (it is not used in this deck) or ``not set up``.
    detail : str
        Why, where it is not well.
    sent, failed : int
        Messages since the deck was started.
    waiting : int
        Messages that are still to be sent.
    last_ns : int or None
        When something was tried last, UTC. [ns]
    """

    name: str
    kind: str
    state: str = "ready"
    detail: str = ""
    sent: int = 0
    failed: int = 0
    waiting: int = 0
    last_ns: int | None = None


class Outbox:
    """Owned by the alert desk.

    Parameters
    ----------
    store : AlertStore
        Where messages wait.
    channels : sequence of Notifier
        Those that are used.
    clock : Clock
        Where the time comes from.
    rng : Random
        Jitter of the waits.
    simulated : bool
        Whether this deck's alerts are simulated: it sends no others, since another deck may have the
        same records open.
    on_change : callable
        Called whenever something has become of a message.
    duty : AlertDuty or None
        Whether messages are this deck's to send; None where no other deck sends them.
    """

    def __init__(  # noqa: PLR0913 - what it is connected to
        self,
        store: AlertStore,
        channels: Sequence[Notifier],
        *,
        clock: Clock,
        rng: Random,
        simulated: bool,
        on_change: Callable[[], None] = lambda: None,
        duty: AlertDuty | None = None,
    ) -> None:
        self._store = store
        self._channels = {channel.name: channel for channel in channels}
        self._clock = clock
        self._rng = rng
        self._simulated = simulated
        self._on_change = on_change
        self._duty = duty
        self._statuses = {name: ChannelStatus(name, c.kind) for name, c in self._channels.items()}
        self._woken = {name: asyncio.Event() for name in self._channels}

    def statuses(self) -> list[ChannelStatus]:
        """Return how every channel does."""
        return list(self._statuses.values())

    def notifier(self, name: str) -> Notifier | None:
        """Return a channel by its name, or None where it is not used."""
        return self._channels.get(name)

    def with_room(self, names: Sequence[str]) -> list[str]:
        """Return those of these channels that are used here and not swamped."""
        return [
            name
            for name in dict.fromkeys(names)
            if (status := self._statuses.get(name)) is not None and status.waiting < MOST_WAITING
        ]

    def run(self, supervisor: Supervisor) -> None:
        """Start a task for every channel; returns at once."""
        for name in self._channels:
            supervisor.start(f"alerts to {name}", lambda name=name: self._serve(name, supervisor))

    async def give_up_unknown(self) -> None:
        """Note of waiting messages that their channel is not set up any more."""
        if self._is_ours:
            await asyncio.to_thread(self._give_up_unknown)

    def wake(self, names: Sequence[str]) -> None:
        """Say that there are new messages for these channels."""
        for name in names:
            self._note(name, waiting=self._statuses[name].waiting + 1)
            self._woken[name].set()

    async def pause(self, woken: asyncio.Event, seconds: float | None) -> None:
        """Wait until something is noted, and no longer than so many seconds where they are given."""
        waits: list[asyncio.Task[Any]] = [asyncio.ensure_future(woken.wait())]
        if seconds is not None:
            waits.append(asyncio.ensure_future(self._clock.sleep(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def close(self) -> None:
        """Close every channel. Idempotent."""
        for channel in self._channels.values():
            await channel.close()

    @property
    def _is_ours(self) -> bool:
        return self._duty is None or self._duty.is_ours

    # What other decks leave to be sent, and a duty that becomes ours, wake nobody here.
    def _at_most(self, wait_s: float | None) -> float | None:
        if self._duty is None or not self._duty.is_shared:
            return wait_s
        is_soon = self._is_ours and wait_s is not None and wait_s < _LOOK_S
        return wait_s if is_soon else _LOOK_S

    def _give_up_unknown(self) -> None:
        waiting = self._store.due(_EVER_NS, limit=_MOST_KNOWN, simulated=self._simulated)
        for _, delivery in waiting:
            if delivery.channel not in self._channels:
                self._store.put_delivery(_failed(delivery, "the channel is not set up any more"))

    async def _serve(self, name: str, supervisor: Supervisor) -> None:
        backoff = Backoff(self._rng, first_s=_FIRST_S, longest_s=_LONGEST_S)
        not_before_ns = 0
        while True:
            self._woken[name].clear()
            waiting = await asyncio.to_thread(
                self._store.due,
                _EVER_NS,
                limit=MOST_WAITING,
                channel=name,
                simulated=self._simulated,
            )
            self._note(name, waiting=len(waiting))
            now_ns = self._clock.now_ns()
            next_ns = max(not_before_ns, waiting[0][1].next_ns) if waiting else None
            if next_ns is None or next_ns > now_ns or not self._is_ours:
                wait_s = None if next_ns is None else max(0.0, (next_ns - now_ns) / 1e9)
                await self.pause(self._woken[name], self._at_most(wait_s))
                continue
            after = await self._attempt(*waiting[0], supervisor, backoff)
            await asyncio.to_thread(self._store.put_delivery, after)
            if after.state is DeliveryState.WAITING:
                # It is the channel that does not answer, whatever the message.
                not_before_ns = after.next_ns
            self._tell(name, after)

    async def _attempt(
        self, alert: FiredAlert, before: Delivery, supervisor: Supervisor, backoff: Backoff
    ) -> Delivery:
        now_ns = self._clock.now_ns()
        if not alert.simulated and now_ns - alert.fired_ns > _TOO_OLD_NS:
            return _failed(before, "it did not get through within a day")
        tried = structs.replace(before, attempts=before.attempts + 1, next_ns=now_ns, detail="")
        try:
            # What a channel should not have raised must not keep the messages behind it waiting.
            with supervisor.fence(f"a message to {before.channel}"):
                problem = await self._send(alert, before.channel)
        except QuantdeckError as error:
            return _failed(tried, str(error))
        if problem is None:
            backoff.reset()
            return structs.replace(tried, state=DeliveryState.SENT)
        if isinstance(problem, Refused):
            return _failed(tried, str(problem))
        if tried.attempts >= _ATTEMPTS:
            return _failed(tried, f"given up after {tried.attempts} attempts: {problem}")
        wait_s = backoff.next_s(at_least_s=max(_LEAST_WAIT_S, problem.retry_after_s or 0.0))
        return structs.replace(tried, next_ns=now_ns + int(wait_s * 1e9), detail=str(problem))

    async def _send(self, alert: FiredAlert, name: str) -> Refused | Unreachable | None:
        try:
            async with asyncio.timeout(_ATTEMPT_S):
                await self._channels[name].send(alert)
        except TimeoutError:
            return Unreachable(f"no end within {_ATTEMPT_S:g} s")
        except (Refused, Unreachable) as error:
            return error
        return None

    def _tell(self, name: str, after: Delivery) -> None:
        before = self._statuses[name]
        is_sent, has_failed = (
            after.state is DeliveryState.SENT,
            after.state is DeliveryState.FAILED,
        )
        self._note(
            name,
            state=after.state.value,
            detail=after.detail,
            sent=before.sent + is_sent,
            failed=before.failed + has_failed,
            waiting=before.waiting - (is_sent or has_failed),
            last_ns=self._clock.now_ns(),
        )
        self._on_change()

    def _note(self, name: str, **changes: object) -> None:
        self._statuses[name] = structs.replace(self._statuses[name], **changes)


def _failed(delivery: Delivery, why: str) -> Delivery:
    return structs.replace(delivery, state=DeliveryState.FAILED, detail=why)
