"""Tells of entries and exits of a paper account, each once, over restarts too."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from typing import TYPE_CHECKING

from quantdeck.model.alerts import FiredAlert

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from quantdeck.ports.exits import ExitStore
    from quantdeck.trading.trade_notes import TradeNote

RULE_ID = "paper"
"""Of all such alerts, in the place of a rule's."""

_TELL_WITHIN_NS = 24 * 3_600 * 1_000_000_000


class TradeAlerts:
    """Owned by an exit watch.

    Parameters
    ----------
    account : str
        Whose trades.
    store : ExitStore
        Remembers how far they were told.
    announce : callable
        Keeps an alert and sends it; one whose id is known is not told again.
    simulated : bool
        Whether the market is.
    """

    def __init__(
        self,
        account: str,
        store: ExitStore,
        announce: Callable[[FiredAlert], Awaitable[object]],
        *,
        simulated: bool,
    ) -> None:
        self._account = account
        self._store = store
        self._announce = announce
        self._simulated = simulated
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

    def add(self, note: TradeNote, number: int, *, now_ns: int) -> None:
        """Take a note of a trade, to be told with `tell`.

        Parameters
        ----------
        note : TradeNote
            What happened. Older than a day, or told before, it is dropped.
        number : int
            Of its event within the account, from 1 on.
        now_ns : int
            The time, UTC. [ns]
        """
        if number > (self._told or 0) and now_ns - note.ts_ns < _TELL_WITHIN_NS:
            self._waiting.append(self._alert(note))

    async def tell(self, count: int) -> None:
        """Tell what waits, and remember that all events up to `count` are told.

        Raises
        ------
        StoreError
            If the records refuse: what was not told waits for the next call.
        """
        while self._waiting:
            await self._announce(self._waiting[0])
            self._waiting.popleft()
        if count > (self._told or 0):
            await asyncio.to_thread(self._store.put_told, self._account, count)
            self._told = count

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
            simulated=self._simulated,
        )
