"""Accounts of people: who there is, what a role may do, and what stands for somebody at the door."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec


class Scope(StrEnum):
    """One thing that may be done."""

    READ = "read"
    """Look at everything that the pages show."""
    WRITE = "write"
    """Change what the deck does: capture, alerts, jobs, watchlist, uploads."""
    TRADE = "trade"
    """Place, change and cancel orders."""
    ADMIN = "admin"
    """Change accounts and settings, and read the audit log."""


class Role(StrEnum):
    """What somebody is."""

    VIEWER = "viewer"
    TRADER = "trader"
    ADMIN = "admin"


SCOPES: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.TRADER: frozenset({Scope.READ, Scope.WRITE, Scope.TRADE}),
    Role.ADMIN: frozenset(Scope),
}
"""What each role may do."""
TOKEN_SCOPES = (Scope.READ, Scope.WRITE, Scope.TRADE)
"""What a token may be given; accounts are changed by people alone."""


class User(msgspec.Struct, frozen=True):
    """An account.

    Parameters
    ----------
    id : str
        Never changes, and is never given again.
    name : str
        As typed at the signup; unique whatever its case.
    role : Role
        What its owner may do.
    password : str
        Hash with its parameters and salt.
    made_ns : int
        UTC. [ns]
    is_on : bool
        False where it was switched off: nobody comes in by it.
    """

    id: str
    name: str
    role: Role
    password: str
    made_ns: int
    is_on: bool = True


class GrantKind(StrEnum):
    """How somebody comes in."""

    SESSION = "session"
    """A browser that has logged in."""
    TOKEN = "token"  # noqa: S105 - a kind, no secret
    """A program that sends an API token."""


class Grant(msgspec.Struct, frozen=True):
    """A session or an API token: a secret that stands for a user. Only its hash is kept.

    Parameters
    ----------
    id : str
        Names it in lists; opens nothing.
    secret_hash : str
        SHA-256 of the secret, hexadecimal.
    user_id : str
        Whose it is.
    kind : GrantKind
        Session or token.
    name : str
        What the owner called the token, or the browser by its own words.
    address : str
        Where it was made from.
    scopes : tuple of Scope
        What a token may do at most; a session may do what its user's role may.
    made_ns, seen_ns : int
        When it was made and when it was used last, UTC; used is noted every few minutes. [ns]
    ends_ns : int or None
        When it ends whatever happens, UTC; None where it does not. [ns]
    """

    id: str
    secret_hash: str
    user_id: str
    kind: GrantKind
    name: str
    address: str
    scopes: tuple[Scope, ...]
    made_ns: int
    seen_ns: int
    ends_ns: int | None


class Invitation(msgspec.Struct, frozen=True):
    """Leave to open an account, once.

    Parameters
    ----------
    id : str
        Names it in lists; opens nothing.
    code_hash : str
        SHA-256 of the code, hexadecimal.
    role : Role
        What the new account will be.
    made_by : str
        Name of the admin; empty of a code that a console printed, which opens the first account alone.
    made_ns, ends_ns : int
        UTC. [ns]
    """

    id: str
    code_hash: str
    role: Role
    made_by: str
    made_ns: int
    ends_ns: int


class Look(msgspec.Struct, frozen=True):
    """How somebody likes the page.

    Parameters
    ----------
    theme : str
        Dark, light, or as the system of the browser is.
    palette : str
        Colours of up and down: ``safe`` for the colour-blind, ``western`` or ``eastern``.
    density : str
        How close lines stand.
    zone : str
        In which zone times are shown.
    """

    theme: Literal["dark", "light", "auto"] = "dark"
    palette: Literal["safe", "western", "eastern"] = "safe"
    density: Literal["comfortable", "compact"] = "comfortable"
    zone: Literal["UTC", "exchange", "local"] = "UTC"


class AuditEntry(msgspec.Struct, frozen=True):
    """Something that somebody did or tried.

    Parameters
    ----------
    ts_ns : int
        UTC. [ns]
    who : str
        Name of the account, or what was typed as such; with the token's name after a slash.
    what : str
        ``log in``, ``log out``, ``sign up``, or method and path of a request.
    outcome : str
        ``done``, or why not.
    address : str
        Where it came from.
    """

    ts_ns: int
    who: str
    what: str
    outcome: str
    address: str


class Caller(msgspec.Struct, frozen=True):
    """Whom a request comes from.

    Parameters
    ----------
    name : str
        Of the account; empty for the user of a local deck.
    role : Role
        Of the account.
    scopes : frozenset of Scope
        What this request may do.
    user_id : str
        Of the account; empty for the user of a local deck.
    grant_id : str
        Session or token that it came by.
    token : str
        Name of the token; empty for a session.
    """

    name: str
    role: Role
    scopes: frozenset[Scope]
    user_id: str = ""
    grant_id: str = ""
    token: str = ""


LOCAL = Caller("", Role.ADMIN, SCOPES[Role.ADMIN])
"""Whoever opened the link of a deck without accounts."""


def caller_of(user: User, grant: Grant) -> Caller:
    """Return whom a session or a token stands for.

    Parameters
    ----------
    user : User
        Its owner.
    grant : Grant
        Session or token; a token does no more than its owner may.

    Returns
    -------
    Caller
        With the scopes of now: another role counts at once.

    Examples
    --------
    >>> user = User("u1", "ann", Role.VIEWER, "", 0)
    >>> scopes = (Scope.READ, Scope.TRADE)
    >>> token = Grant("g1", "", "u1", GrantKind.TOKEN, "bot", "", scopes, 0, 0, None)
    >>> sorted(caller_of(user, token).scopes)
    [<Scope.READ: 'read'>]
    """
    may = SCOPES[user.role]
    if grant.kind is GrantKind.SESSION:
        return Caller(user.name, user.role, may, user.id, grant.id)
    return Caller(user.name, user.role, may & {*grant.scopes}, user.id, grant.id, grant.name)
