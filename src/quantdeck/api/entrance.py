"""Whom a request comes from: what the guard, the page and the stream ask of a way in.

There are two: `quantdeck.api.sessions.Sessions` for a local deck, which one link opens, and
`quantdeck.api.user_sessions.UserSessions` for a deck with accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from starlette.datastructures import Headers

if TYPE_CHECKING:
    from starlette.types import Scope

    from quantdeck.model.users import Caller


class Entrance(Protocol):
    """A way in."""

    @property
    def cookie(self) -> str:
        """Name of the cookie of a session."""
        ...

    @property
    def advice(self) -> str:
        """What somebody who is not known should do."""
        ...

    @property
    def origins(self) -> frozenset[str]:
        """Origins beside ``http://`` and the host asked for: that of a proxy that speaks TLS."""
        ...

    async def caller(self, scope: Scope) -> Caller | None:
        """Return whom a request comes from, and note that they are there; None where nobody is known.

        Raises
        ------
        StoreError
            If it cannot be found out now.
        """
        ...

    async def note(self, scope: Scope, caller: Caller, status: int) -> None:
        """Take note of a request that could change something, after it was answered."""
        ...


def bearer_of(scope: Scope) -> str | None:
    """Return the API token that a request carries, not checked yet.

    Parameters
    ----------
    scope : mapping
        The ASGI scope.
    """
    kind, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def address_of(scope: Scope) -> str:
    """Return the address that a request comes from.

    Parameters
    ----------
    scope : mapping
        The ASGI scope.
    """
    client = scope.get("client")
    return str(client[0]) if client else ""


def agent_of(scope: Scope) -> str:
    """Return what the other side calls itself, in a line.

    Parameters
    ----------
    scope : mapping
        The ASGI scope.
    """
    return Headers(scope=scope).get("user-agent", "")[:200]


def caller_in(scope: Scope) -> Caller:
    """Return whom the guard has let in.

    Parameters
    ----------
    scope : mapping
        The ASGI scope of a request behind the guard, of a path that needs somebody.
    """
    return scope["state"]["caller"]
