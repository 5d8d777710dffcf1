from __future__ import annotations

import asyncio
import email
import email.policy
import shutil
from dataclasses import replace

import pytest

from quantdeck.notify.mail import MailNotifier, SmtpAccount, mail_of
from quantdeck.ports.notifier import Refused, Unreachable
from tests.notify.receivers import ALERT, certificate, mail_receiver

ACCOUNT = SmtpAccount("127.0.0.1", 0, "none", "deck@example.org", ("me@example.org",))
LOGIN = {"username": "me", "password": "pass-word-1"}
needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl makes the certificate of this test"
)


def send(*, server=None, spoiled=None, context=None, timeout_s=5.0, **account):
    """Send one alert to a receiver that answers as told, and return it."""

    async def scenario():
        async with mail_receiver(**(server or {})) as receiver:
            for name, value in (spoiled or {}).items():
                setattr(receiver, name, value)
            used = replace(ACCOUNT, port=receiver.port, **account)
            await MailNotifier(used, timeout_s=timeout_s, context=context).send(ALERT)
            return receiver

    return asyncio.run(scenario())


def test_send_delivers_to_every_recipient():
    receiver = send(recipients=("me@example.org", "you@example.org"))

    (envelope,) = receiver.messages
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert envelope.rcpt_tos == ["me@example.org", "you@example.org"]
    assert message["To"] == "me@example.org, you@example.org"
    assert "last(BTCUSDT) = 65001.25" in message.get_content()


def test_mail_of_name_with_line_breaks_has_no_header_of_its_own():
    message = mail_of(ALERT, ACCOUNT)

    assert message["Bcc"] is None
    assert message["Subject"].startswith("BTC <is> dear & Bcc: all@example.org")


def test_mail_of_one_alert_is_one_message_however_often_it_is_made():
    first, again = mail_of(ALERT, ACCOUNT), mail_of(ALERT, ACCOUNT)

    assert first["Message-ID"] == again["Message-ID"]
    assert first["Message-ID"].endswith("@example.org>")
    assert first["Auto-Submitted"] == "auto-generated"


def test_send_with_login_is_taken():
    receiver = send(server={"login": True}, **LOGIN)

    assert len(receiver.messages) == 1


def test_send_with_wrong_login_is_refused():
    with pytest.raises(Refused, match="SMTP 535 for the login"):
        send(server={"login": True}, username="me", password="wrong")  # noqa: S106


def test_send_with_password_that_cannot_be_sent_is_refused():
    with pytest.raises(Refused, match="cannot be sent"):
        send(server={"login": True}, username="me", password="schlüssel")  # noqa: S106


def test_send_when_server_does_not_encrypt_is_refused():
    with pytest.raises(Refused, match="STARTTLS"):
        send(security="starttls")


@pytest.mark.parametrize(("answer", "error"), [("450 later", Unreachable), ("550 no", Refused)])
def test_send_when_recipient_is_not_taken_says_so(answer, error):
    with pytest.raises(error, match="for the recipients"):
        send(spoiled={"recipient_answers": {"me@example.org": answer}})


def test_send_when_one_recipient_of_two_is_taken_is_sent():
    receiver = send(
        spoiled={"recipient_answers": {"me@example.org": "550 no"}},
        recipients=("me@example.org", "you@example.org"),
    )

    assert receiver.messages[0].rcpt_tos == ["you@example.org"]


@pytest.mark.parametrize(("answer", "error"), [("451 later", Unreachable), ("554 no", Refused)])
def test_send_when_text_is_not_taken_says_so(answer, error):
    with pytest.raises(error, match=f"SMTP {answer[:3]} for the message"):
        send(spoiled={"data_answer": answer})


def test_send_when_server_falls_silent_is_unreachable():
    with pytest.raises(Unreachable, match=r"no answer in time|the connection ended"):
        send(spoiled={"is_silent": True}, timeout_s=0.3)


def test_send_when_nobody_listens_is_unreachable():
    async def scenario():
        async with mail_receiver() as receiver:
            port = receiver.port
        await MailNotifier(replace(ACCOUNT, port=port), timeout_s=5.0).send(ALERT)

    with pytest.raises(Unreachable, match="no connection"):
        asyncio.run(scenario())


def test_send_when_ended_early_waits_for_no_thread():
    async def scenario():
        async with mail_receiver() as receiver:
            receiver.is_silent = True
            sending = asyncio.create_task(
                MailNotifier(replace(ACCOUNT, port=receiver.port), timeout_s=1.0).send(ALERT)
            )
            await asyncio.sleep(0)
            sending.cancel()
            return await asyncio.gather(sending, return_exceptions=True)

    (ended,) = asyncio.run(scenario())

    assert isinstance(ended, asyncio.CancelledError)


@needs_openssl
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_send_over_tls_is_taken(tmp_path, security):
    server, client = certificate(tmp_path)

    receiver = send(server={security: server}, security=security, context=client)

    assert len(receiver.messages) == 1


@needs_openssl
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_send_when_certificate_is_not_trusted_sends_nothing(tmp_path, security):
    server, _ = certificate(tmp_path)

    with pytest.raises(Unreachable, match="no encrypted connection"):
        send(server={security: server}, security=security)
