"""What people do about accounts once they are in: invitations, roles, sessions, tokens."""

from __future__ import annotations

import asyncio
import secrets
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from quantdeck.hub.logins import TOKEN_PREFIX, hash_of, is_over
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.model.users import (
    SCOPES,
    TOKEN_SCOPES,
    AuditEntry,
    Grant,
    GrantKind,
    Invitation,
    Role,
    Scope,
    User,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from quantdeck.model.users import Caller, Look
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.users import AuditStore, GrantStore, UserStore

_DAY_NS = 86_400 * 1_000_000_000
INVITATION_NS = 7 * _DAY_NS
"""An invitation ends after so long. [ns]"""
MOST_TOKENS = 50
"""Tokens of one account."""
MOST_INVITATIONS = 100
"""Invitations that wait at once."""


class Listing(msgspec.Struct, frozen=True):
    """What an admin sees of accounts.

    Parameters
    ----------
    users : list of User
        Oldest first.
    grants : list of Grant
        Sessions and tokens of all.
    invitations : list of Invitation
        Unused ones.
    """

    users: list[User]
    grants: list[Grant]
    invitations: list[Invitation]


class AccountDesk:
    """Accounts, seen from inside. Owned by the server; used on its event loop only.

    Parameters
    ----------
    users : UserStore
        Accounts and invitations.
    grants : GrantStore
        Sessions and tokens.
    audit : AuditStore
        Who did what.
    clock : Clock
        Where the time comes from.
    """

    def __init__(
        self, users: UserStore, grants: GrantStore, audit: AuditStore, *, clock: Clock
    ) -> None:
        self._users = users
        self._grants = grants
        self._audit = audit
        self._clock = clock

    async def listing(self) -> Listing:
        """Return every account, what it came in by, and the invitations."""
        now = self._clock.now_ns()
        users = await asyncio.to_thread(self._users.users)
        grants = await asyncio.to_thread(self._grants.grants)
        waiting = await asyncio.to_thread(self._users.invitations)
        return Listing(
            users,
            [grant for grant in grants if not is_over(grant, now)],
            [each for each in waiting if each.ends_ns > now],
        )

    async def change(self, user_id: str, *, role: Role | None, is_on: bool | None) -> User:
        """Give an account another role, or switch it off or on; off ends its sessions and tokens.

        Raises
        ------
        NoData
            If there is no such account.
        Conflict
            If no admin would be left.
        """
        users = await asyncio.to_thread(self._users.users)
        user = next((each for each in users if each.id == user_id), None)
        if user is None:
            raise NoData("there is no such account; load the list again")
        change = partial(self._users.change, user_id, role=role, is_on=is_on)
        if not await asyncio.to_thread(change):
            raise Conflict(f"{user.name} is the last admin; make somebody else one first")
        if is_on is False:
            await asyncio.to_thread(self._grants.end_all, user.id)
        return structs.replace(
            user,
            role=user.role if role is None else role,
            is_on=user.is_on if is_on is None else is_on,
        )

    async def look(self, caller: Caller) -> Look | None:
        """Return how somebody likes the page; None where they have not said."""
        return await asyncio.to_thread(self._users.look, caller.user_id)

    async def keep_look(self, caller: Caller, look: Look) -> None:
        """Keep how somebody likes the page."""
        await asyncio.to_thread(self._users.keep_look, caller.user_id, look)

    async def invite(self, role: Role, *, by: str) -> tuple[Invitation, str]:
        """Return an invitation and its code, which is not kept.

        Raises
        ------
        Conflict
            If too many wait already.
        """
        now = self._clock.now_ns()
        waiting = await asyncio.to_thread(self._users.invitations)
        if sum(each.ends_ns > now for each in waiting) >= MOST_INVITATIONS:
            raise Conflict(f"{MOST_INVITATIONS} invitations wait already; withdraw some first")
        code = secrets.token_urlsafe(24)
        made = Invitation(secrets.token_hex(8), hash_of(code), role, by, now, now + INVITATION_NS)
        await asyncio.to_thread(self._users.invite, made)
        return made, code

    async def withdraw(self, invitation_id: str) -> None:
        """Remove an invitation.

        Raises
        ------
        NoData
            If there is none.
        """
        if not await asyncio.to_thread(self._users.withdraw, invitation_id):
            raise NoData("there is no such invitation (any more); load the list again")

    async def grants(self, caller: Caller) -> list[Grant]:
        """Return the sessions and tokens of somebody, oldest first."""
        now = self._clock.now_ns()
        found = await asyncio.to_thread(self._grants.grants, caller.user_id)
        return [grant for grant in found if not is_over(grant, now)]

    async def end(self, grant_id: str, *, user_id: str | None) -> None:
        """End a session or a token, of this user where one is named.

        Raises
        ------
        NoData
            If there is none.
        """
        end = partial(self._grants.end, grant_id, user_id=user_id)
        if not await asyncio.to_thread(end):
            raise NoData("there is no such session or token (any more); load the list again")

    async def make_token(
        self,
        caller: Caller,
        name: str,
        scopes: Collection[Scope],
        *,
        days: int | None,
        address: str,
    ) -> tuple[Grant, str]:
        """Return a token and its secret, which is not kept.

        Parameters
        ----------
        caller : Caller
            Whose it is.
        name : str
            For a person.
        scopes : collection of Scope
            What it may do.
        days : int or None
            How long it lasts; None for ever. [d]
        address : str
            Where it is made from.

        Raises
        ------
        BadInput
            If it may do nothing, or more than its owner.
        Conflict
            If there are too many.
        """
        allowed = [scope for scope in TOKEN_SCOPES if scope in SCOPES[caller.role]]
        if not scopes or not set(scopes) <= set(allowed):
            raise BadInput(
                f"a token of a {caller.role} may do some of: {', '.join(allowed)}", field="scopes"
            )
        mine = await self.grants(caller)
        if sum(grant.kind is GrantKind.TOKEN for grant in mine) >= MOST_TOKENS:
            raise Conflict(f"there are {MOST_TOKENS} tokens already; end some first")
        secret, now = TOKEN_PREFIX + secrets.token_urlsafe(32), self._clock.now_ns()
        token = Grant(
            secrets.token_hex(8), hash_of(secret), caller.user_id, GrantKind.TOKEN, name, address,
            tuple(scope for scope in TOKEN_SCOPES if scope in scopes), now, now,
            None if days is None else now + days * _DAY_NS,
        )  # fmt: skip
        await asyncio.to_thread(self._grants.add, token)
        return token, secret

    async def audit(self, *, limit: int, before_ns: int | None) -> list[AuditEntry]:
        """Return entries of the audit log, newest first."""
        entries = partial(self._audit.entries, limit=limit, before_ns=before_ns)
        return await asyncio.to_thread(entries)
