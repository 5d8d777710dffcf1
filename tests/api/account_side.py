"""A deck with accounts in front of it: people of every role, and programs with tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher

from quantdeck.api.user_sessions import UserSessions
from quantdeck.hub.account_desk import AccountDesk
from quantdeck.hub.logins import Logins, hash_of
from quantdeck.hub.passwords import Passwords
from quantdeck.model.users import Grant, GrantKind, Role, Scope, User
from quantdeck.records.users import open_users

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.ports.clock import Clock

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "seven blue lanterns"  # noqa: S105 - of nobody
_LONG_NS = 365 * 86_400 * 1_000_000_000


class Accounts:
    """Accounts in a folder, and what makes people and tokens of them."""

    def __init__(self, folder: Path, clock: Clock, *, port: int, public_url: str = "") -> None:
        self.clock = clock
        self.records = open_users(folder)
        stores = (self.records.users, self.records.grants, self.records.audit)
        self.logins = Logins(*stores, self.records.tries, clock=clock, passwords=Passwords(QUICK))
        self.desk = AccountDesk(*stores, clock=clock)
        self.entrance = UserSessions(self.logins, self.desk, port=port, public_url=public_url)
        self._count = 0

    def person(self, name: str, role: Role) -> User:
        """Add an account."""
        made = self.clock.now_ns()
        user = User(f"id-{name}", name, role, QUICK.hash(PASSWORD), made)
        if not self.records.users.add_first(user):
            with self.records._database.writing() as connection:
                connection.execute(
                    "INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, 1)",
                    (user.id, name.casefold(), name, role, user.password, made),
                )
        return user

    def headers(self, user: User, *scopes: Scope) -> dict[str, str]:
        """Return what a session of somebody sends; with scopes, what a token of theirs does."""
        self._count += 1
        secret = f"secret-{self._count}"
        kind = GrantKind.TOKEN if scopes else GrantKind.SESSION
        now = self.clock.now_ns()
        self.records.grants.add(
            Grant(
                f"grant-{self._count}", hash_of(secret), user.id, kind, "bot", "", scopes, now,
                now, now + _LONG_NS,
            )
        )  # fmt: skip
        if scopes:
            return {"Authorization": f"Bearer {secret}"}
        return {"Cookie": f"{self.entrance.cookie}={secret}"}


def everybody(accounts: Accounts) -> dict[str, dict[str, str]]:
    """Return the headers of every role, and of tokens of an admin with each scope alone."""
    people = {role: accounts.person(f"a-{role}", role) for role in reversed(Role)}
    found: dict[str, Any] = {role.value: accounts.headers(user) for role, user in people.items()}
    for scope in (Scope.READ, Scope.WRITE, Scope.TRADE):
        found[f"token {scope}"] = accounts.headers(people[Role.ADMIN], scope)
    return found
