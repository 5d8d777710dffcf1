"""What the records say of alerts, in memory for whoever shows it.

Everything is asked and changed in threads. The command line may change the records as well, so they
are read again every other second.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.model.alerts import AlertRule, Delivery, FiredAlert
    from quantdeck.ports.records import AlertStore, Firings

SHOWN = 200
"""Newest alerts held in memory."""
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the records held at one moment.

    Parameters
    ----------
    rules : dict of str to AlertRule
        By id, oldest first.
    firings : dict of str to Firings
        By id of the rule; those that never fired are not in it.
    fired : list of FiredAlert
        The newest, newest first.
    deliveries : dict of str to list of Delivery
        What became of the messages about them, by id of the alert.
    unread : int
        Alerts that nobody has seen.
    """

    rules: dict[str, AlertRule] = field(default_factory=dict[str, "AlertRule"])
    firings: dict[str, Firings] = field(default_factory=dict[str, "Firings"])
    fired: list[FiredAlert] = field(default_factory=list["FiredAlert"])
    deliveries: dict[str, list[Delivery]] = field(default_factory=dict[str, "list[Delivery]"])
    unread: int = 0


class AlertBook:
    """Owned by the alert desk.

    Parameters
    ----------
    store : AlertStore
        The records.
    simulated : bool
        Whether this deck's figures are: it counts firings on such alone.

    Attributes
    ----------
    now : Leaf
        As of the last look.
    revision : int
        Changes with it.
    """

    def __init__(self, store: AlertStore, *, simulated: bool) -> None:
        self._store = store
        self._simulated = simulated
        self._reading = asyncio.Lock()
        self.now = Leaf()
        self.revision = 0

    async def renew(self) -> None:
        """Read the records again.

        Raises
        ------
        StoreError
            If they cannot be read.
        """
        # One at a time: an older reading must not come after a newer one.
        async with self._reading:
            leaf = await asyncio.to_thread(read_leaf, self._store, simulated=self._simulated)
            if leaf != self.now:
                self.now = leaf
                self.revision += 1

    async def change(self, work: Callable[[AlertStore], _Result]) -> _Result:
        """Do something with the records in a thread, then read them again.

        Raises
        ------
        StoreError
            If they cannot be read or written.
        """
        result = await asyncio.to_thread(work, self._store)
        await self.renew()
        return result

    async def past(
        self, *, limit: int, before_ns: int | None = None, unread: bool = False
    ) -> tuple[list[FiredAlert], dict[str, list[Delivery]]]:
        """Return alerts of any age, newest first, and what became of their messages.

        Raises
        ------
        StoreError
            If they cannot be read.
        """
        return await asyncio.to_thread(
            _fired, self._store, limit=limit, before_ns=before_ns, unread=unread
        )


def read_leaf(store: AlertStore, *, simulated: bool) -> Leaf:
    """Return what the records hold; blocks."""
    fired, deliveries = _fired(store, limit=SHOWN)
    return Leaf(
        rules={rule.id: rule for rule in store.rules()},
        firings=store.firings(simulated=simulated),
        fired=fired,
        deliveries=deliveries,
        unread=store.unread(),
    )


def _fired(
    store: AlertStore, *, limit: int, before_ns: int | None = None, unread: bool = False
) -> tuple[list[FiredAlert], dict[str, list[Delivery]]]:
    fired = store.fired(limit=limit, before_ns=before_ns, unread=unread)
    deliveries: dict[str, list[Delivery]] = {}
    for delivery in store.deliveries(alert_ids=[alert.id for alert in fired]):
        deliveries.setdefault(delivery.alert_id, []).append(delivery)
    return fired, deliveries
