"""The contract of `quantdeck.ports.notifier.Notifier`, for every channel there is."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.notify.console import ConsoleNotifier
from quantdeck.notify.mail import MailNotifier, SmtpAccount
from quantdeck.notify.slack import SlackNotifier
from quantdeck.notify.webhook import WebhookNotifier
from quantdeck.ports.notifier import Refused, Unreachable
from tests.notify.receivers import ALERT, HandClock, http_receiver, mail_receiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECRETS = ("secret-path", "pass-word-1", "signing-key")


class Channel:
    """One notifier, its receiver, and how to make that misbehave."""

    def __init__(self, notifier: Any, count: Any, refuse: Any, falter: Any) -> None:
        self.notifier = notifier
        self.count = count
        self.refuse = refuse
        self.falter = falter


def _unwritable(line: str) -> None:
    raise BrokenPipeError


@asynccontextmanager
async def _console() -> AsyncIterator[Channel]:
    lines: list[str] = []
    notifier = ConsoleNotifier(lines.append)

    def falter() -> None:
        notifier._write = _unwritable

    yield Channel(notifier, lambda: len(lines), None, falter)


@asynccontextmanager
async def _http(kind: str) -> AsyncIterator[Channel]:
    async with http_receiver() as receiver:
        notifier: Any = (
            SlackNotifier(receiver.url, clock=HandClock())
            if kind == "slack"
            else WebhookNotifier(receiver.url, b"signing-key" * 3, clock=HandClock())
        )

        def answer(status: int) -> None:
            receiver.status = status

        yield Channel(
            notifier, lambda: len(receiver.requests), lambda: answer(404), lambda: answer(500)
        )


@asynccontextmanager
async def _email() -> AsyncIterator[Channel]:
    async with mail_receiver(login=True) as receiver:
        account = SmtpAccount(
            "127.0.0.1",
            receiver.port,
            "none",
            "deck@example.org",
            ("me@example.org",),
            "me",
            "pass-word-1",
        )

        def answer(text: str) -> None:
            receiver.data_answer = text

        yield Channel(
            MailNotifier(account),
            lambda: len(receiver.messages),
            lambda: answer("554 no pass-word-1 here"),
            lambda: answer("451 later"),
        )


_KINDS = {
    "console": _console,
    "slack": lambda: _http("slack"),
    "webhook": lambda: _http("webhook"),
    "email": _email,
}


@pytest.fixture(params=list(_KINDS))
def kind(request):
    return request.param


def test_send_when_taken_returns_and_was_told_once(kind):
    async def scenario() -> int:
        async with _KINDS[kind]() as channel:
            await channel.notifier.send(ALERT)
            await channel.notifier.close()
            return channel.count()

    assert asyncio.run(scenario()) == 1


def test_send_when_faltering_is_unreachable(kind):
    async def scenario() -> None:
        async with _KINDS[kind]() as channel:
            channel.falter()
            try:
                await channel.notifier.send(ALERT)
            finally:
                await channel.notifier.close()

    with pytest.raises(Unreachable):
        asyncio.run(scenario())


# A terminal refuses nothing.
@pytest.mark.parametrize("kind", ["slack", "webhook", "email"])
def test_send_when_refused_says_so(kind):
    async def scenario() -> None:
        async with _KINDS[kind]() as channel:
            channel.refuse()
            try:
                await channel.notifier.send(ALERT)
            finally:
                await channel.notifier.close()

    with pytest.raises(Refused):
        asyncio.run(scenario())


def test_send_however_it_ends_shows_no_secret(kind, caplog):
    async def scenario() -> list[str]:
        said: list[str] = []
        async with _KINDS[kind]() as channel:
            for spoil in (lambda: None, channel.falter, channel.refuse):
                if spoil is not None:
                    spoil()
                try:
                    await channel.notifier.send(ALERT)
                except (Refused, Unreachable) as error:
                    said.append(repr(error))
            await channel.notifier.close()
        return said

    with caplog.at_level(logging.INFO):
        said = asyncio.run(scenario())

    told = " ".join([*said, caplog.text])
    assert [secret for secret in SECRETS if secret in told] == []


def test_close_is_idempotent_and_kind_is_the_name(kind):
    async def scenario() -> tuple[str, str]:
        async with _KINDS[kind]() as channel:
            await channel.notifier.close()
            await channel.notifier.close()
            return channel.notifier.name, channel.notifier.kind

    assert asyncio.run(scenario()) == (kind, kind)
