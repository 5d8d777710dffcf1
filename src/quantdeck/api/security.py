"""The guard in front of every route: who may ask, from where, and what the answer must forbid.

Checks, in this order: the Host header names this machine (against DNS rebinding); a request that
can change something, and every WebSocket, comes from our own origin; bodies are JSON and small,
or files where files are uploaded; all of ``/api`` but the ways in needs somebody who is known and may
do it (`quantdeck.api.access`). Every answer, also a refusal, carries the headers of
`quantdeck.api.headers`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException

from quantdeck.api.access import check, needed
from quantdeck.api.entrance import bearer_of
from quantdeck.api.errors import error_reply
from quantdeck.api.headers import guard_headers
from quantdeck.model.errors import NotAllowed, StoreError
from quantdeck.model.users import Scope as Allowed

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from quantdeck.api.entrance import Entrance

_LOG = logging.getLogger(__name__)

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
"""Host names that are this machine."""
MAX_BODY_BYTES = 64 * 1024
"""Largest request body but for uploads. [B]"""
UPLOADS_PATH = "/api/v1/uploads"
"""Where files are uploaded."""
UPLOAD_BYTES = 200 * 1024 * 1024
"""Largest uploaded file unless set otherwise. [B]"""
UPLOAD_TYPES = (
    "text/csv",
    "application/x-ndjson",
    "application/gzip",
    "application/x-gzip",
    "application/vnd.ms-excel",
    "application/octet-stream",
    "text/plain",
)
"""Types of an uploaded file, by which browsers call what is told by its content anyway."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN_PATHS = frozenset({"/api/v1/session", "/api/v1/login", "/api/v1/signup"})
_OWN = "/api/v1/account"
_HEALTH_PATHS = frozenset({"/health", "/health/ready", "/internal/metrics"})
"""Of a service: open to whoever supervises it; the measures see to their own token."""


class Guard:
    """ASGI middleware that refuses what must not reach a route.

    Parameters
    ----------
    app : ASGI application
        What is behind the guard.
    sessions : Entrance
        Who comes in.
    hosts : collection of str
        Names, without port, under which the deck may be addressed.
    upload_bytes : int
        Largest uploaded file. [B]
    is_open : bool
        Nobody needs a session, and nothing but our own pages and programs may read: for a service
        whose routes change nothing.
    is_service : bool
        Every path but that of health needs a session or a token, not those below ``/api`` alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        sessions: Entrance,
        hosts: Collection[str],
        upload_bytes: int = UPLOAD_BYTES,
        is_open: bool = False,
        is_service: bool = False,
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._hosts = frozenset(hosts)
        self._upload_bytes = upload_bytes
        self._is_open = is_open
        self._is_service = is_service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        is_noted = False

        async def note(status: int) -> None:
            nonlocal is_noted
            caller = scope.get("state", {}).get("caller")
            if caller is not None and not is_noted and _is_noted(scope):
                is_noted = True
                await self._sessions.note(scope, caller, status)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Before the answer: whoever has it finds it in the log, at every node.
                await note(message["status"])
                guard_headers(scope, MutableHeaders(scope=message))
            await send(message)

        try:
            refusal = self._refusal(scope, headers) or await self._session_refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, send_guarded)
                return
            limited = _LimitedBody(receive, self._body_bytes(scope))
            await self._app(scope, limited, send_guarded)
        finally:
            await note(500)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self._is_our_host(host):
            return error_reply(
                scope, 421, "this address is not served here; open the deck by 127.0.0.1"
            )
        is_all = self._is_open or self._is_service
        is_data = is_all or scope["path"].startswith("/api/")
        if not self._is_our_origin(scope, headers, is_data=is_data):
            return error_reply(
                scope, 403, "the request comes from another site, which may not use this deck"
            )
        return _body_refusal(scope, headers, self._body_bytes(scope))

    def _body_bytes(self, scope: Scope) -> int:
        return self._upload_bytes if scope["path"] == UPLOADS_PATH else MAX_BODY_BYTES

    async def _session_refusal(self, scope: Scope) -> Response | None:
        path: str = scope["path"]
        if self._is_open or path in (_HEALTH_PATHS if self._is_service else _OPEN_PATHS):
            return None
        if not (self._is_service or path.startswith("/api/")):
            return None
        try:
            caller = await self._sessions.caller(scope)
        except StoreError as error:
            # In front of what answers errors elsewhere.
            _LOG.error("nobody let in path=%s error=%s", path, error)
            return error_reply(scope, 503, str(error), code="store")
        if caller is None:
            return error_reply(scope, 401, f"log in first: {self._sessions.advice}")
        scope.setdefault("state", {})["caller"] = caller
        try:
            check(caller, needed(scope["method"], path))
        except NotAllowed as refusal:
            return error_reply(scope, 403, str(refusal), code="not-allowed")
        return None

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        # Browsers always name the origin of the page; other programs have to say whose they are.
        origin = headers.get("origin", "")
        if self._is_our_host(host) and self._is_own(origin, host):
            await self._app(scope, receive, send)
            return
        await receive()
        # Closing before accepting refuses the handshake with HTTP 403.
        await send({"type": "websocket.close", "code": 4403, "reason": "foreign origin"})

    def _is_our_origin(self, scope: Scope, headers: Headers, *, is_data: bool) -> bool:
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site")
        if origin is not None and not self._is_own(origin, headers.get("host", "")):
            return False
        if scope["method"] not in _SAFE_METHODS:
            # No browser sends a token by itself, as it does cookies.
            is_program = bearer_of(scope) is not None and site is None
            return origin is not None or site == "same-origin" or is_program
        # Another port of this machine is the same site to a browser, which sends it our cookie: only
        # our own page, or the person at the address bar, may read data.
        return not is_data or site in (None, "same-origin", "none")

    def _is_own(self, origin: str, host: str) -> bool:
        return origin == f"http://{host}" or origin in self._sessions.origins

    def _is_our_host(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            port = parts.port
        except ValueError:
            return False
        plain = parts.hostname is not None and not parts.path and parts.username is None
        return plain and parts.hostname in self._hosts and port != 0


def _is_noted(scope: Scope) -> bool:
    # What only computes an answer is asked with every key that is pressed.
    path: str = scope["path"]
    if scope["method"] in _SAFE_METHODS:
        return False
    return path.startswith(_OWN) or needed(scope["method"], path) is not Allowed.READ


def _body_refusal(scope: Scope, headers: Headers, most: int) -> Response | None:
    if scope["method"] in _SAFE_METHODS:
        return None
    types = UPLOAD_TYPES if scope["path"] == UPLOADS_PATH else ("application/json",)
    length = headers.get("content-length", "0")
    has_body = length != "0" or "transfer-encoding" in headers
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and media_type not in types:
        return error_reply(scope, 415, f"send the body as {' or '.join(types[:3])}")
    if length.isdecimal() and int(length) > most:
        return error_reply(scope, 413, f"the body has {length} bytes; at most {most} are taken")
    return None


class _LimitedBody:
    # Cuts a body that announced no length, or a wrong one, when it grows too large.
    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._taken = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._taken += len(message.get("body", b""))
            if self._taken > self._most:
                raise HTTPException(413, f"the body is larger than {self._most} bytes")
        return message
