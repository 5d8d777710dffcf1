"""The door of a deck with accounts: signup, login, and what a session or a token stands for."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from quantdeck.hub.passwords import check_name, check_password
from quantdeck.model.errors import BadInput, StoreError, TooManyTries
from quantdeck.model.tries import TryLimit
from quantdeck.model.users import (
    AuditEntry,
    Grant,
    GrantKind,
    Invitation,
    Role,
    User,
    caller_of,
)

if TYPE_CHECKING:
    from quantdeck.hub.passwords import Passwords
    from quantdeck.model.users import Caller
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.users import AuditStore, GrantStore, TryStore, UserStore

_LOG = logging.getLogger(__name__)

IDLE_NS = 12 * 3_600 * 1_000_000_000
"""A session ends when it has not been used for so long. [ns]"""
ABSOLUTE_NS = 30 * 86_400 * 1_000_000_000
"""A session ends so long after it began. [ns]"""
TOKEN_PREFIX = "qd_"  # noqa: S105 - what tokens begin with
"""API tokens begin so, that a person and a scanner of secrets know one."""
_SEEN_EVERY_NS = 300 * 1_000_000_000
_LONGEST_WORD = 200
# Of one account from one address; of one address; of one account from wherever.
_LIMITS = (TryLimit(free=3), TryLimit(free=20), TryLimit(free=50, longest_ns=30_000_000_000))


class Logins:
    """Who comes in. Owned by the server; used on its event loop only.

    Parameters
    ----------
    users : UserStore
        Accounts and invitations.
    grants : GrantStore
        Sessions and tokens.
    audit : AuditStore
        Who did what.
    tries : TryStore
        Passwords and codes that were wrong.
    clock : Clock
        Where the time comes from.
    passwords : Passwords
        Hashes and checks them.
    """

    def __init__(
        self,
        users: UserStore,
        grants: GrantStore,
        audit: AuditStore,
        tries: TryStore,
        *,
        clock: Clock,
        passwords: Passwords,
    ) -> None:
        self.setup_code = _setup_code()
        """Opens the first account, that of an admin; worthless once there is one."""
        self._users = users
        self._grants = grants
        self._audit = audit
        self._tries = tries
        self._clock = clock
        self._passwords = passwords
        self._tasks: set[asyncio.Task[None]] = set()
        # Its own, so that no request waits for the work of others to learn whose it is.
        self._finder = ThreadPoolExecutor(1, "sessions")
        self._failures = 0
        self._failure: StoreError | None = None

    def offer_setup(self) -> str:
        """Return the code of the first account where there is none yet, good at every node; else empty.

        Blocks: to be asked before anybody is served.
        """
        if self._users.users():
            return ""
        now = self._clock.now_ns()
        invitation = Invitation(
            *(secrets.token_hex(8), hash_of(_bare(self.setup_code)), Role.ADMIN, ""),
            *(now, now + ABSOLUTE_NS),
        )
        self._users.invite(invitation)
        return self.setup_code

    async def is_new(self) -> bool:
        """Return whether there is no account yet."""
        return not await asyncio.to_thread(self._users.users)

    async def sign_up(
        self, code: str, name: str, password: str, *, address: str, agent: str
    ) -> str:
        """Open an account and return the secret of its first session.

        Parameters
        ----------
        code : str
            That of the console where there is no account yet, else that of an invitation.
        name, password : str
            As typed.
        address, agent : str
            Where the request comes from, and what it calls itself.

        Raises
        ------
        BadInput
            If name or password cannot be, or the code is not valid.
        Conflict
            If the name is taken.
        TooManyTries
            If too many codes were wrong.
        """
        plain = check_name(name)
        check_password(password, name=plain)
        # Counted before the work of hashing, so that many at once do not slip through.
        keys = await self._try("", f"signup {address}", "")
        hashed = await self._passwords.hash(password)
        now = self._clock.now_ns()
        user = User(secrets.token_hex(8), plain, Role.ADMIN, hashed, now)
        # Compared as text of any kind; case and dashes are for reading only.
        is_ours = secrets.compare_digest(_bare(code).encode(), _bare(self.setup_code).encode())
        is_new = await self.is_new()
        if is_new and is_ours:
            added = await asyncio.to_thread(self._users.add_first, user)
        else:
            # Of another node, whose console printed it, while there is nobody.
            invite = hash_of(_bare(code) if is_new else code.strip())
            added = await asyncio.to_thread(
                self._users.add_invited, user, code_hash=invite, now_ns=now
            )
        if not added:
            await self.note(plain, "sign up", "wrong code", address)
            raise BadInput(
                "the code is not valid (any more); the first account takes the code that the "
                "console printed, every other the code of an invitation",
                field="code",
            )
        await asyncio.to_thread(self._tries.forgive, keys)
        await self.note(plain, "sign up", "done", address)
        return await self._begin(user, address, agent)

    async def log_in(self, name: str, password: str, *, address: str, agent: str) -> str | None:
        """Return the secret of a new session; None where name or password is wrong.

        Parameters
        ----------
        name, password : str
            As typed.
        address, agent : str
            Where the request comes from, and what it calls itself.

        Raises
        ------
        TooManyTries
            If too many were wrong.
        """
        key = name.strip().casefold()[:_LONGEST_WORD]
        # Counted before the check, so that many at once do not slip through; undone if it fits.
        keys = await self._try(f"{key} {address}", address, key)
        user = await self._named(key)
        kept = user.password if user is not None and user.is_on else None
        if not await self._passwords.fits(kept, password) or user is None:
            await self.note(name.strip(), "log in", "wrong name or password", address)
            return None
        await asyncio.to_thread(self._tries.forgive, keys)
        if self._passwords.is_dated(user.password):
            renewed = await self._passwords.hash(password)
            await asyncio.to_thread(self._users.change, user.id, password=renewed)
        await self.note(user.name, "log in", "done", address)
        return await self._begin(user, address, agent)

    async def change_password(self, caller: Caller, old: str, new: str, *, address: str) -> int:
        """Change a password, end what else came in by the old one, and return how many that were.

        Raises
        ------
        BadInput
            If the old one is wrong or the new one cannot be.
        TooManyTries
            If the old one was wrong too often.
        """
        check_password(new, name=caller.name, field="new")
        keys = await self._try(f"{caller.user_id} {address}", "", caller.user_id)
        user = await self._named(caller.name.casefold())
        if user is None or not await self._passwords.fits(user.password, old):
            await self.note(caller.name, "change password", "wrong password", address)
            raise BadInput("the present password is another", field="old")
        await asyncio.to_thread(self._tries.forgive, keys)
        hashed = await self._passwords.hash(new)
        await asyncio.to_thread(self._users.change, user.id, password=hashed)
        ended = await asyncio.to_thread(self._grants.end_all, user.id, but=caller.grant_id)
        await self.note(caller.name, "change password", "done", address)
        return ended

    async def caller(self, secret: str, kind: GrantKind) -> Caller | None:
        """Return whom a secret stands for, and note that it was used; None where it is none (any more).

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._finder, self._find, hash_of(secret), self._failures
        )
        if found is None or found[0].kind is not kind or not found[1].is_on:
            return None
        grant, user = found
        now = self._clock.now_ns()
        if is_over(grant, now):
            return None
        if now - grant.seen_ns > _SEEN_EVERY_NS:
            # In a thread, as every write; a request does not wait for it.
            task = asyncio.ensure_future(self._seen(grant.id, now))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return caller_of(user, grant)

    async def log_out(self, caller: Caller, *, address: str) -> None:
        """End the session that somebody came by."""
        await asyncio.to_thread(self._grants.end, caller.grant_id)
        await self.note(caller.name, "log out", "done", address)

    async def note(self, who: str, what: str, outcome: str, address: str) -> None:
        """Write an entry of the audit log; a log that cannot be written stops nobody."""
        entry = AuditEntry(
            self._clock.now_ns(), _plain(who), _plain(what), _plain(outcome), _plain(address)
        )
        try:
            await asyncio.to_thread(self._audit.note, entry)
        except StoreError as error:
            _LOG.error("audit not written who=%s what=%s reason=%s", entry.who, entry.what, error)

    async def _begin(self, user: User, address: str, agent: str) -> str:
        secret, now = secrets.token_urlsafe(32), self._clock.now_ns()
        grant = Grant(
            secrets.token_hex(8), hash_of(secret), user.id, GrantKind.SESSION, _plain(agent),
            address, (), now, now, now + ABSOLUTE_NS,
        )  # fmt: skip
        await asyncio.to_thread(self._grants.add, grant)
        return secret

    async def _seen(self, grant_id: str, now_ns: int) -> None:
        try:
            await asyncio.to_thread(self._grants.seen, grant_id, now_ns)
        except StoreError as error:
            _LOG.warning("use of a session not noted reason=%s", error)

    async def _named(self, key: str) -> User | None:
        users = await asyncio.to_thread(self._users.users)
        return next((user for user in users if user.name.casefold() == key), None)

    # Of many that wait while the store does not answer, each need not find that out for itself.
    def _find(self, secret_hash: str, failures: int) -> tuple[Grant, User] | None:
        if self._failure is not None and self._failures != failures:
            raise StoreError(str(self._failure))
        try:
            return self._grants.find(secret_hash)
        except StoreError as error:
            self._failures, self._failure = self._failures + 1, error
            raise

    async def _try(self, *keys: str) -> list[str]:
        limits = {
            hash_of(f"{number} {key}"): limit
            for number, (key, limit) in enumerate(zip(keys, _LIMITS, strict=True))
            if key
        }
        wait_ns = await asyncio.to_thread(self._tries.begin, limits, now_ns=self._clock.now_ns())
        if wait_ns > 0:
            seconds = -(-wait_ns // 1_000_000_000)
            raise TooManyTries(
                f"too many tries were wrong; try again in {seconds} s", retry_after_s=seconds
            )
        return list(limits)


def hash_of(secret: str) -> str:
    """Return what is kept of a secret of 32 random bytes: nobody guesses those, so no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_over(grant: Grant, now_ns: int) -> bool:
    """Return whether a session or a token has ended by itself.

    Parameters
    ----------
    grant : Grant
        Session or token.
    now_ns : int
        UTC. [ns]
    """
    if grant.ends_ns is not None and now_ns >= grant.ends_ns:
        return True
    return grant.kind is GrantKind.SESSION and now_ns - grant.seen_ns > IDLE_NS


def _setup_code() -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    text = "".join(secrets.choice(letters) for _ in range(16))
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def _bare(code: str) -> str:
    return code.replace("-", "").replace(" ", "").upper()


def _plain(text: str) -> str:
    # What strangers send is written down in one short line.
    return "".join(c if c.isprintable() else "?" for c in text[:_LONGEST_WORD])
