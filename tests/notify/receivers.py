"""Receivers on this machine for every kind of channel, and what they were sent."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import warnings
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult

from quantdeck.model.alerts import FiredAlert

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ALERT = FiredAlert(
    "rule-1-1723118400000000000",
    "rule-1",
    "BTC <is> dear & \r\nBcc: all@example.org",
    "last(BTCUSDT) > 65000",
    1_723_118_400_000_000_000,
    "last(BTCUSDT) 65,001 > 65,000",
    {"last(BTCUSDT)": 65_001.25},
)


class HandClock:
    """Stands still."""

    def now_ns(self) -> int:
        return 1_723_118_460_000_000_000

    def monotonic_ns(self) -> int:
        return 0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class HttpReceiver:
    """Keeps every request, and answers as a test tells it to."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = "ok"
        self.is_silent = False

    async def _take(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.read()))
        if self.is_silent:
            await asyncio.Event().wait()
        return web.Response(status=self.status, headers=self.headers, text=self.body)


@asynccontextmanager
async def http_receiver() -> AsyncIterator[HttpReceiver]:
    receiver = HttpReceiver()
    app = web.Application()
    app.router.add_post("/services/secret-path", receiver._take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    receiver.url = f"http://127.0.0.1:{port}/services/secret-path"
    try:
        yield receiver
    finally:
        await runner.cleanup()


class MailReceiver:
    """An SMTP server that keeps every message, and answers as a test tells it to."""

    def __init__(self) -> None:
        self.port = 0
        self.messages: list[Any] = []
        self.data_answer = "250 taken"
        self.recipient_answers: dict[str, str] = {}
        self.is_silent = False

    async def handle_RCPT(  # noqa: N802 - as the library calls it
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = self.recipient_answers.get(address, "250 ok")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.is_silent:
            await asyncio.Event().wait()
        if self.data_answer.startswith("250"):
            self.messages.append(envelope)
        return self.data_answer


def _authenticated(server: Any, session: Any, envelope: Any, mechanism: Any, data: Any) -> Any:
    is_right = data.password == b"pass-word-1"
    return AuthResult(success=is_right, handled=is_right)


@asynccontextmanager
async def mail_receiver(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: bool = False,
) -> AsyncIterator[MailReceiver]:
    receiver = MailReceiver()
    sessions: list[SMTP] = []

    def protocol() -> SMTP:
        with warnings.catch_warnings():
            # A login in clear is what a test on this machine may do.
            warnings.simplefilter("ignore")
            made = SMTP(
                receiver,
                hostname="localhost",
                tls_context=starttls,
                require_starttls=starttls is not None,
                authenticator=_authenticated if login else None,
                auth_required=login,
                auth_require_tls=False,
            )
        sessions.append(made)
        return made

    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()
        for session in sessions:
            if session.transport is not None:
                session.transport.abort()
        # A transport that was cut off is closed in the turns that follow.
        for _ in range(5):
            await asyncio.sleep(0)


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's and a client's context around a certificate of 127.0.0.1."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(cert, key)
    return server, ssl.create_default_context(cafile=str(cert))
