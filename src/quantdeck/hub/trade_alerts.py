"""Tells of entries and exits of a paper account, each once, over restarts too.

A message is kept in the records first and sent by a task of its own, so that a channel that does not
answer keeps no position from being closed.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.hub.notices import tell_waiting
from quantdeck.model.alerts import FiredAlert

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.ports.clock import Clock
    from quantdeck.ports.exits import ExitStore
    from quantdeck.ports.notifier import Notifier
    from quantdeck.ports.records import AlertStore
    from quantdeck.trading.trade_notes import TradeNote

RULE_ID = "paper"
"""Of all such alerts, in the place of a rule's."""

_TELL_WITHIN_NS = 24 * 3_600 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class AlertWays:
    """How somebody is told.

    Parameters
    ----------
    store : AlertStore
        Where messages are kept.
    channels : sequence of Notifier
        Who is told.
    clock : Clock
        Where the time comes from.
    simulated : bool
        Whether the market is.
    tell : callable
        Takes a sentence for the journal.
    wake : callable or None
        Called with the names of channels that messages were kept for, where an outbox sends them; None
        where `TradeAlerts.send` does.
    """

    store: AlertStore
    channels: Sequence[Notifier]
    clock: Clock
    simulated: bool
    tell: Callable[[str], None]
    wake: Callable[[Sequence[str]], None] | None = None


class TradeAlerts:
    """Owned by an exit watch.

    Parameters
    ----------
    account : str
        Whose trades.
    store : ExitStore
        Remembers how far they were told.
    ways : AlertWays
        Who is told.
    """

    def __init__(self, account: str, store: ExitStore, ways: AlertWays) -> None:
        self._account = account
        self._store = store
        self._ways = ways
        self._waiting: deque[FiredAlert] = deque()
        self._told: int | None = None

    def read(self) -> None:
        """Read how far trades were told; blocks.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        self._told = self._store.told(self._account) or 0

    def add(self, note: TradeNote, number: int) -> None:
        """Take a note of a trade, to be kept with `keep`.

        Parameters
        ----------
        note : TradeNote
            What happened. Older than a day, or told before, it is dropped.
        number : int
            Of its event within the account, from 1 on.
        """
        age_ns = self._ways.clock.now_ns() - note.ts_ns
        if number > (self._told or 0) and age_ns < _TELL_WITHIN_NS:
            self._waiting.append(self._alert(note))

    async def keep(self, count: int) -> None:
        """Keep what waits, to be sent, and remember that all events up to `count` were looked at.

        Raises
        ------
        StoreError
            If the records refuse: what was not kept waits for the next call.
        """
        if not self._waiting:
            return
        ways = self._ways
        names = [channel.name for channel in ways.channels]
        while self._waiting:
            alert = self._waiting[0]
            if await asyncio.to_thread(ways.store.add_fired, alert, names):
                ways.tell(f"{alert.rule_name}: {alert.message}")
                if ways.wake is not None:
                    ways.wake(names)
            self._waiting.popleft()
        await asyncio.to_thread(self._store.put_told, self._account, count)
        self._told = count

    async def send(self) -> None:
        """Send what is kept and was not sent yet, where no outbox does; what fails is tried later.

        Raises
        ------
        StoreError
            If the records refuse.
        """
        ways = self._ways
        if ways.channels and ways.wake is None:
            await tell_waiting(
                ways.store, ways.channels, RULE_ID, simulated=ways.simulated, clock=ways.clock
            )

    def _alert(self, note: TradeNote) -> FiredAlert:
        # A name of an order may hold anything; that of an alert stands in a header.
        digest = hashlib.blake2b(f"{self._account} {note.key}".encode(), digest_size=12).hexdigest()
        return FiredAlert(
            id=f"{RULE_ID}-{digest}",
            rule_id=RULE_ID,
            rule_name="paper exit" if note.is_exit else "paper entry",
            text=note.why or "an order of the paper account",
            fired_ns=note.ts_ns,
            message=f"{note.text} ({note.why})" if note.why else note.text,
            values=note.figures,
            simulated=self._ways.simulated,
        )
