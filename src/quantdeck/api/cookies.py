"""The cookie of a session."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

MAX_AGE_S = 30 * 86_400
"""How long a browser keeps it. [s]"""


def session_of(scope: Scope, cookie: str) -> str | None:
    """Return the session id that a request carries.

    Parameters
    ----------
    scope : mapping
        The ASGI scope.
    cookie : str
        Name of the cookie.

    Returns
    -------
    str or None
        Not checked yet.
    """
    for text in Headers(scope=scope).getlist("cookie"):
        try:
            morsel = SimpleCookie(text).get(cookie)
        except CookieError:
            continue
        if morsel is not None:
            return morsel.value
    return None


def set_session(reply: Response, cookie: str, session_id: str, *, is_secure: bool = False) -> None:
    """Put the session on a reply, out of reach of scripts and of other sites.

    Parameters
    ----------
    reply : Response
        Changed in place.
    cookie : str
        Its name.
    session_id : str
        Its value.
    is_secure : bool
        True where it may travel encrypted only.
    """
    reply.set_cookie(
        cookie,
        session_id,
        max_age=MAX_AGE_S,
        path="/",
        httponly=True,
        samesite="strict",
        secure=is_secure,
    )
    reply.headers["Cache-Control"] = "no-store"
