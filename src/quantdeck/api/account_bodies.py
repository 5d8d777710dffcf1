"""Bodies of the routes of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from quantdeck.model.users import AuditEntry, Caller, Grant, Invitation, User

_MS = 1_000_000


class LoginRequest(BaseModel):
    """Name and password."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=1000)


class SignupRequest(LoginRequest):
    """Name, password, and the code of the console or of an invitation."""

    code: str = Field(min_length=1, max_length=200)


class PasswordRequest(BaseModel):
    """The present password and the next one."""

    model_config = ConfigDict(extra="forbid")

    old: str = Field(min_length=1, max_length=1000)
    new: str = Field(min_length=1, max_length=1000)


class TokenRequest(BaseModel):
    """An API token to make."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=60, pattern=r"^[\w][\w .+-]*$")
    scopes: list[Literal["read", "write", "trade"]] = Field(min_length=1, max_length=3)
    days: int | None = Field(default=90, ge=1, le=3650, description="None lasts for ever. [d]")


class InviteRequest(BaseModel):
    """What the invited account will be."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["viewer", "trader", "admin"] = "viewer"


class UserRequest(BaseModel):
    """What to change of an account; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["viewer", "trader", "admin"] | None = None
    is_on: bool | None = None


class LookRequest(BaseModel):
    """How one likes the page."""

    model_config = ConfigDict(extra="forbid")

    theme: Literal["dark", "light", "auto"]
    palette: Literal["safe", "western", "eastern"]
    density: Literal["comfortable", "compact"]
    zone: Literal["UTC", "exchange", "local"]


class DoneReply(msgspec.Struct, frozen=True):
    """What was done, for a person."""

    message: str


class GrantBody(msgspec.Struct, frozen=True):
    """A session or an API token.

    Parameters
    ----------
    id : str
        Names it; opens nothing.
    kind : str
        ``session`` or ``token``.
    name : str
        Name of the token, or what the browser calls itself.
    address : str
        Where it was made from.
    scopes : tuple of str
        Of a token: what it may do.
    made_ms, seen_ms : int
        When it was made and used last, UTC; the latter by five minutes. [ms]
    ends_ms : int or None
        When it ends, UTC; None where it does not. [ms]
    is_this : bool
        True for the one that asks.
    """

    id: str
    kind: str
    name: str
    address: str
    scopes: tuple[str, ...]
    made_ms: int
    seen_ms: int
    ends_ms: int | None
    is_this: bool


class AccountReply(msgspec.Struct, frozen=True):
    """One's own account.

    Parameters
    ----------
    name, role : str
        Of the account.
    scopes : tuple of str
        What this request's session or token may do.
    grants : list of GrantBody
        Sessions and tokens, oldest first.
    """

    name: str
    role: str
    scopes: tuple[str, ...]
    grants: list[GrantBody]


class TokenReply(msgspec.Struct, frozen=True):
    """A new token.

    Parameters
    ----------
    token : GrantBody
        As it is listed.
    secret : str
        To be sent as ``Authorization: Bearer``; shown this once, since only its hash is kept.
    """

    token: GrantBody
    secret: str


class UserBody(msgspec.Struct, frozen=True):
    """An account, as an admin sees it.

    Parameters
    ----------
    id : str
        Never changes.
    name, role : str
        Of the account.
    is_on : bool
        False where nobody comes in by it.
    made_ms : int
        UTC. [ms]
    seen_ms : int or None
        When one of its sessions or tokens was used last, UTC; None where there is none. [ms]
    grants : list of GrantBody
        Its sessions and tokens.
    """

    id: str
    name: str
    role: str
    is_on: bool
    made_ms: int
    seen_ms: int | None
    grants: list[GrantBody]


class InvitationBody(msgspec.Struct, frozen=True):
    """An invitation that nobody has used yet.

    Parameters
    ----------
    id : str
        Names it; opens nothing.
    role : str
        What the account will be.
    made_by : str
        Name of the admin.
    made_ms, ends_ms : int
        UTC. [ms]
    """

    id: str
    role: str
    made_by: str
    made_ms: int
    ends_ms: int


class InviteReply(msgspec.Struct, frozen=True):
    """A new invitation.

    Parameters
    ----------
    invitation : InvitationBody
        As it is listed.
    code : str
        Shown this once, since only its hash is kept.
    path : str
        Where to use it, below the address of the deck. The code stands behind a ``#``, which browsers
        send to nobody.
    """

    invitation: InvitationBody
    code: str
    path: str


class UsersReply(msgspec.Struct, frozen=True):
    """Every account.

    Parameters
    ----------
    users : list of UserBody
        Oldest first.
    invitations : list of InvitationBody
        Unused ones.
    """

    users: list[UserBody]
    invitations: list[InvitationBody]


class AuditBody(msgspec.Struct, frozen=True):
    """Something that somebody did or tried.

    Parameters
    ----------
    ts_ms : int
        UTC. [ms]
    who : str
        Name of the account; behind a slash that of the token.
    what : str
        Method and path, or ``log in``, ``log out``, ``sign up``, ``change password``.
    outcome : str
        ``done``, or why not.
    address : str
        Where it came from.
    """

    ts_ms: int
    who: str
    what: str
    outcome: str
    address: str


class AuditReply(msgspec.Struct, frozen=True):
    """The audit log, newest first."""

    entries: list[AuditBody]


def grant_body(grant: Grant, caller: Caller) -> GrantBody:
    """Return a session or a token as it is listed."""
    return GrantBody(
        grant.id, grant.kind, grant.name, grant.address, tuple(grant.scopes), grant.made_ns // _MS,
        grant.seen_ns // _MS, None if grant.ends_ns is None else grant.ends_ns // _MS,
        grant.id == caller.grant_id,
    )  # fmt: skip


def user_body(user: User, grants: list[Grant], caller: Caller) -> UserBody:
    """Return an account as an admin sees it."""
    own = [grant_body(grant, caller) for grant in grants if grant.user_id == user.id]
    seen = max((grant.seen_ms for grant in own), default=None)
    return UserBody(user.id, user.name, user.role, user.is_on, user.made_ns // _MS, seen, own)


def invitation_body(each: Invitation) -> InvitationBody:
    """Return an invitation as it is listed."""
    made, ends = each.made_ns // _MS, each.ends_ns // _MS
    return InvitationBody(each.id, each.role, each.made_by, made, ends)


def audit_body(entry: AuditEntry) -> AuditBody:
    """Return an entry of the audit log."""
    return AuditBody(entry.ts_ns // _MS, entry.who, entry.what, entry.outcome, entry.address)
