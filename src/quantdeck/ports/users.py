"""What the rest of quantdeck asks of the records of accounts.

All methods block for a moment, and for as long as a server takes; every one of them is one transaction.

Raises
------
StoreError
    By every method, if the records cannot be read or written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quantdeck.model.tries import TryLimit
    from quantdeck.model.users import AuditEntry, Grant, Invitation, Look, Role, User


class UserStore(Protocol):
    """Accounts, and invitations to open one."""

    def users(self) -> list[User]:
        """Return every account, oldest first."""
        ...

    def add_first(self, user: User) -> bool:
        """Add the first account; False where there is one already."""
        ...

    def add_invited(self, user: User, *, code_hash: str, now_ns: int) -> bool:
        """Add an account and use up its invitation, of whose role it is.

        False where the invitation is not there (any more), has ended, or is of a console and there is an
        account; nothing has changed then.

        Raises
        ------
        Conflict
            If the name is taken.
        """
        ...

    def change(
        self,
        user_id: str,
        *,
        role: Role | None = None,
        password: str | None = None,
        is_on: bool | None = None,
    ) -> bool:
        """Change what is given of the account with this id.

        False, and nothing has changed, where no admin who can log in would be left.
        """
        ...

    def invite(self, invitation: Invitation) -> None:
        """Keep an invitation."""
        ...

    def invitations(self) -> list[Invitation]:
        """Return the invitations of admins that nobody used, oldest first."""
        ...

    def withdraw(self, invitation_id: str) -> bool:
        """Remove an invitation; False where there is none."""
        ...

    def look(self, user_id: str) -> Look | None:
        """Return how a user likes the page; None where they have not said."""
        ...

    def keep_look(self, user_id: str, look: Look) -> None:
        """Keep how a user likes the page."""
        ...


class GrantStore(Protocol):
    """Sessions and tokens."""

    def add(self, grant: Grant) -> None:
        """Keep a session or a token."""
        ...

    def find(self, secret_hash: str) -> tuple[Grant, User] | None:
        """Return what a secret stands for, and whom."""
        ...

    def seen(self, grant_id: str, now_ns: int) -> None:
        """Note that it was used."""
        ...

    def grants(self, user_id: str | None = None) -> list[Grant]:
        """Return the sessions and tokens of a user, or of all, oldest first."""
        ...

    def end(self, grant_id: str, *, user_id: str | None = None) -> bool:
        """Remove one, of this user where one is named; False where there is none."""
        ...

    def end_all(self, user_id: str, *, but: str = "") -> int:
        """Remove the sessions and tokens of a user but for one; return how many."""
        ...


class TryStore(Protocol):
    """Tries of passwords and codes that failed, of whatever process they were made at."""

    def begin(self, limits: Mapping[str, TryLimit], *, now_ns: int) -> int:
        """Count a try under every key, before it is known how it ends.

        Parameters
        ----------
        limits : mapping of str to TryLimit
            What a failure under each key costs.
        now_ns : int
            UTC. [ns]

        Returns
        -------
        int
            0; or how long to wait, and nothing was counted. [ns]
        """
        ...

    def forgive(self, keys: Iterable[str]) -> None:
        """Forget what failed under these keys."""
        ...


class AuditStore(Protocol):
    """Who did what."""

    def note(self, entry: AuditEntry) -> None:
        """Keep an entry; the oldest beyond a bound are removed."""
        ...

    def entries(self, *, limit: int, before_ns: int | None = None) -> list[AuditEntry]:
        """Return entries, newest first."""
        ...
