"""What the rest of quantdeck asks of the records: small state that changes, kept over restarts.

All methods block for a moment and are called in a thread; every one of them is one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.alerts import AlertRule, Delivery, FiredAlert


class Firings(msgspec.Struct, frozen=True):
    """How often a rule has fired, ever.

    Parameters
    ----------
    count : int
        Also those that were removed from the list since.
    last_ns : int
        When it fired last, UTC: what a cool-down counts from. [ns]
    """

    count: int
    last_ns: int


class AlertStore(Protocol):
    """Rules, what they fired, and messages to be sent.

    Raises
    ------
    StoreError
        By every method, if the records cannot be read or written.
    """

    def rules(self) -> list[AlertRule]:
        """Return every rule, oldest first."""
        ...

    def put_rule(self, rule: AlertRule) -> None:
        """Add a rule, or replace the one with its id."""
        ...

    def delete_rule(self, rule_id: str) -> bool:
        """Remove a rule; what it fired stays. False where there was none."""
        ...

    def add_fired(self, alert: FiredAlert, channels: Sequence[str]) -> bool:
        """Keep an alert and one waiting delivery per channel; False where its id is known."""
        ...

    def fired(
        self, *, limit: int, before_ns: int | None = None, unread: bool = False
    ) -> list[FiredAlert]:
        """Return alerts, newest first."""
        ...

    def firings(self, *, simulated: bool) -> dict[str, Firings]:
        """Return how often each rule has fired on simulated or on real figures, by its id.

        Rules that never did are not in it.
        """
        ...

    def unread(self) -> int:
        """Return how many alerts nobody has seen."""
        ...

    def mark_read(self, ids: Sequence[str] | None = None) -> int:
        """Mark these alerts as seen, or all; return how many changed."""
        ...

    def clear(self, ids: Sequence[str] | None = None) -> int:
        """Remove these alerts, or all, with their deliveries; return how many."""
        ...

    def deliveries(self, *, alert_ids: Sequence[str]) -> list[Delivery]:
        """Return what became of the messages about these alerts."""
        ...

    def due(
        self,
        now_ns: int,
        *,
        limit: int,
        channel: str | None = None,
        simulated: bool | None = None,
    ) -> list[tuple[FiredAlert, Delivery]]:
        """Return messages that wait and are due, the soonest due first.

        Of one channel or of all; about simulated alerts, or about none of them, or both.
        """
        ...

    def put_delivery(self, delivery: Delivery) -> None:
        """Note what became of a message."""
        ...


class Run(msgspec.Struct, frozen=True):
    """One finished piece of work whose result is kept, such as a backtest.

    Parameters
    ----------
    id : str
        Unique, sorts by time.
    kind : str
        ``backtest``, ``sweep``.
    title : str
        What it is of, for a person.
    created_ns : int
        UTC. [ns]
    mode : str
        ``live``, ``demo`` or ``replay``: whether the data behind it were simulated.
    params : bytes
        JSON of what was asked.
    summary : bytes
        JSON of the headline figures.
    """

    id: str
    kind: str
    title: str
    created_ns: int
    mode: str
    params: bytes
    summary: bytes


class RunStore(Protocol):
    """Results that are kept.

    Raises
    ------
    StoreError
        By every method, if the records cannot be read or written.
    """

    def put_run(self, run: Run, result: bytes) -> None:
        """Keep a run and its result, replacing one of its id."""
        ...

    def runs(self, *, kind: str | None = None, limit: int = 100) -> list[Run]:
        """Return runs, newest first."""
        ...

    def result(self, run_id: str) -> bytes | None:
        """Return what was kept as the result of a run, or None where there is none."""
        ...

    def delete_run(self, run_id: str) -> bool:
        """Remove a run; False where there was none."""
        ...


class WatchStore(Protocol):
    """Symbols that somebody wants to keep an eye on.

    Raises
    ------
    StoreError
        By every method, if the records cannot be read or written.
    """

    def watched(self) -> list[str]:
        """Return the canonical symbols, in the order in which they were added."""
        ...

    def watch(self, symbol: str, *, added_ns: int) -> bool:
        """Add a symbol; False where it is there already."""
        ...

    def unwatch(self, symbol: str) -> bool:
        """Remove a symbol; False where it is not there."""
        ...
