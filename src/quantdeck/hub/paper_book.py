"""A paper account and the events behind it: kept first, applied then, in step with other processes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput, Conflict, NoData, StoreError
from quantdeck.trading.account import Account

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.ports.paper import AccountStore
    from quantdeck.trading.journal import AnyEvent

_TRIES = 20


class PaperBook:
    """One account of a store. Owned by a `quantdeck.hub.paper_desk.PaperDesk`, or by a command.

    Nothing is kept that the account would not take: events are tried on a second fold of the same
    events, then kept, then applied. So what is read back later always adds up.

    Parameters
    ----------
    store : AccountStore
        Where the events are.
    name : str
        Of the account.

    Raises
    ------
    StoreError
        If they cannot be read, or do not add up.
    """

    def __init__(self, store: AccountStore, name: str) -> None:
        self._store = store
        self.name = name
        self._account = Account()
        self._trial: Account | None = Account()
        self._callbacks: list[Callable[[Sequence[AnyEvent]], None]] = []
        self._turn = threading.RLock()
        self.refresh()

    @property
    def account(self) -> Account:
        """The account as it stands, for reading."""
        return self._account

    def events(self, *, after: int = 0) -> list[AnyEvent]:
        """Return what is kept behind the first `after` events, oldest first; blocks while it reads.

        Parameters
        ----------
        after : int
            Events that are known already, >= 0.

        Returns
        -------
        list of Event

        Raises
        ------
        StoreError
            If they cannot be read.
        """
        return self._store.events(self.name, after=after)

    def on_events(self, callback: Callable[[Sequence[AnyEvent]], None]) -> None:
        """Tell of events from now on, once they are kept and applied, whoever caused them.

        Parameters
        ----------
        callback : callable
            Given the events, oldest first.
        """
        self._callbacks.append(callback)

    def refresh(self) -> list[AnyEvent]:
        """Take what other processes have kept meanwhile.

        Returns
        -------
        list of Event
            What is new.

        Raises
        ------
        StoreError
            If it cannot be read, or does not add up.
        """
        with self._turn:
            events = self.newer()
            self.accept(events)
            return events

    def commit(self, decide: Callable[[Account], list[AnyEvent]]) -> list[AnyEvent]:
        """Keep what is decided, then apply it; decide anew where another process was first.

        Parameters
        ----------
        decide : callable
            Given the account, what happens next; must leave the account as it is, and may be asked more
            than once.

        Returns
        -------
        list of Event
            What was kept; empty where nothing was decided.

        Raises
        ------
        Conflict
            If another process is always first.
        StoreError
            If it cannot be kept: then nothing was applied.
        """
        with self._turn:
            for _ in range(_TRIES):
                events = self.propose(decide)
                if not events or self.keep(events):
                    self.accept(events)
                    return events
                self.accept(self.newer())
        raise Conflict(f"account {self.name} is written to by others without a pause; try again")

    def newer(self) -> list[AnyEvent]:
        """Return what others have kept meanwhile, without taking it. Blocks."""
        return self._store.events(self.name, after=self._account.count)

    def propose(self, decide: Callable[[Account], list[AnyEvent]]) -> list[AnyEvent]:
        """Return what is decided, after it was tried on a fold of its own.

        Raises
        ------
        QuantdeckError
            Whatever `decide` raises, and what the account would not take.
        """
        trial = self._trial
        if trial is None:
            trial = Account.of(self._store.events(self.name)[: self._account.count])
        self._trial = None
        events = decide(self._account)
        _apply(trial, events)
        self._trial = trial
        return events

    def keep(self, events: Sequence[AnyEvent]) -> bool:
        """Keep what was proposed; False where there are others by now. Blocks.

        Raises
        ------
        StoreError
            If it cannot be kept.
        """
        self._trial, trial = None, self._trial
        try:
            self._store.append(self.name, events, expected=self._account.count)
        except Conflict:
            # Here, where it may block, rather than with the next proposal.
            self._trial = Account.of(self._store.events(self.name))
            return False
        self._trial = trial
        return True

    def accept(self, events: Sequence[AnyEvent]) -> None:
        """Apply what is kept, and tell of it.

        Raises
        ------
        StoreError
            If what others kept does not add up.
        """
        if not events:
            return
        before = self._account.count
        try:
            _apply(self._account, events)
            if self._trial is not None:
                _apply(self._trial, events[max(0, self._trial.count - before) :])
        except (BadInput, Conflict, NoData) as error:
            raise StoreError(
                f"the events of account {self.name} do not add up ({error}); the records are damaged, "
                "or of a newer quantdeck"
            ) from error
        for callback in self._callbacks:
            callback(events)


def _apply(account: Account, events: Sequence[AnyEvent]) -> None:
    for event in events:
        account.apply(event)
