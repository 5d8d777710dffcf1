"""Headers that every answer carries, and the id of every request."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

if TYPE_CHECKING:
    from starlette.datastructures import MutableHeaders
    from starlette.types import Scope

# 'unsafe-inline' holds for styles only: the page's components set style attributes and insert one
# style element for the colour scheme. Scripts are files of ours, without exception.
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://{host}; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


def guard_headers(scope: Scope, headers: MutableHeaders) -> None:
    """Put the headers of `_HEADERS`, the content policy and the request's id on an answer.

    Parameters
    ----------
    scope : mapping
        The ASGI scope of the request.
    headers : MutableHeaders
        Headers of the answer, changed in place.
    """
    for name, value in _HEADERS:
        headers[name] = value
    host = Headers(scope=scope).get("host", "")
    safe = all(character.isalnum() or character in ".:-[]" for character in host)
    # A page that carries its own script says itself what may run.
    policy = _POLICY.format(host=host if safe else "127.0.0.1")
    headers.setdefault("Content-Security-Policy", policy)
    headers["X-Request-Id"] = request_id_of(scope)
    if scope["path"].startswith("/api/"):
        headers.setdefault("Cache-Control", "private, no-cache")


def request_id_of(scope: Scope) -> str:
    """Return the id of a request, giving it one at the first call.

    Parameters
    ----------
    scope : mapping
        The ASGI scope.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    state = scope.setdefault("state", {})
    return state.setdefault("request_id", secrets.token_hex(8))
