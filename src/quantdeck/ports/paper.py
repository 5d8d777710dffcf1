"""Where the events of paper accounts are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.trading.journal import AnyEvent


class AccountStore(Protocol):
    """Keeps events, in order and for ever; several processes may at the same time.

    Raises
    ------
    StoreError
        By every method, if the records cannot be read or written.
    """

    def accounts(self) -> list[str]:
        """Return the names of the accounts that have an event."""
        ...

    def events(self, account: str, *, after: int = 0) -> list[AnyEvent]:
        """Return the events of an account behind the first `after`, oldest first."""
        ...

    def append(self, account: str, events: Sequence[AnyEvent], *, expected: int) -> None:
        """Keep events, all of them or none.

        Parameters
        ----------
        account : str
            Its name.
        events : sequence of Event
            What happened next.
        expected : int
            How many events the caller knows of.

        Raises
        ------
        Conflict
            If there are others by now: the caller reads them, and decides anew.
        """
        ...
