"""E-mail, by SMTP."""

from __future__ import annotations

import asyncio
import hashlib
import smtplib
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from quantdeck.notify.wording import headline, one_line, plain_text
from quantdeck.ports.notifier import Refused, Unreachable

if TYPE_CHECKING:
    from quantdeck.model.alerts import FiredAlert

_SUBJECT = 120
_QUOTED = 120
# The name that the client gives itself: an address literal asks no name server and tells nothing.
_OURSELVES = "[127.0.0.1]"


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """Who sends, over which server, to whom.

    Parameters
    ----------
    host, port : str, int
        Of the server.
    security : str
        ``tls`` from the first byte, ``starttls``, or ``none``.
    username, password : str
        Of the login; both empty where there is none.
    sender : str
        Address that it is from.
    recipients : tuple of str
        Addresses that it goes to.
    """

    host: str
    port: int
    security: str
    sender: str
    recipients: tuple[str, ...]
    username: str = ""
    password: str = field(default="", repr=False)


class MailNotifier:
    """Fulfils `quantdeck.ports.notifier.Notifier`.

    One connection a message; it lives in a thread of its own, which nobody waits for at the end.

    Parameters
    ----------
    account : SmtpAccount
        Who sends, over which server, to whom.
    timeout_s : float
        For one step of an attempt, and, doubled, for all of it. [s]
    context : ssl.SSLContext or None
        Certificates that are trusted; the system's where None.
    """

    kind = "email"

    def __init__(
        self,
        account: SmtpAccount,
        *,
        timeout_s: float = 15.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.name = self.kind
        self._account = account
        self._timeout_s = timeout_s
        self._context = context

    async def send(self, alert: FiredAlert) -> None:
        """Send one message to all recipients.

        Raises
        ------
        Refused
            If the server refused login, sender, all recipients or text, or does not encrypt.
        Unreachable
            If it did not answer, or asked to come again.
        """
        message = mail_of(alert, self._account)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def settle(error: Exception | None) -> None:
            if done.cancelled():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        def work() -> None:
            problem: Exception | None = None
            try:
                self._deliver(message)
            except (Refused, Unreachable) as error:
                problem = error
            # The loop may have ended meanwhile.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, problem)

        threading.Thread(target=work, name="smtp", daemon=True).start()
        try:
            async with asyncio.timeout(2 * self._timeout_s):
                await done
        except TimeoutError:
            raise Unreachable(f"no end within {2 * self._timeout_s:g} s") from None

    async def close(self) -> None:
        """Do nothing: there is nothing to free."""

    def _deliver(self, message: EmailMessage) -> None:
        account = self._account
        try:
            with self._server() as server:
                if account.security == "starttls":
                    server.starttls(context=self._trusted())
                if account.username:
                    server.login(account.username, account.password)
                server.send_message(message, account.sender, account.recipients)
        except smtplib.SMTPException as error:
            raise self._verdict(error) from None
        except OSError as error:
            raise Unreachable(_said(error)) from None
        except ValueError as error:
            # Such as a password that is not ASCII.
            raise Refused(f"the message cannot be sent ({type(error).__name__})") from None

    def _server(self) -> smtplib.SMTP:
        account, timeout_s = self._account, self._timeout_s
        if account.security == "tls":
            return smtplib.SMTP_SSL(
                account.host,
                account.port,
                _OURSELVES,
                timeout=timeout_s,
                context=self._trusted(),
            )
        return smtplib.SMTP(account.host, account.port, _OURSELVES, timeout=timeout_s)

    def _trusted(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()

    def _verdict(self, error: smtplib.SMTPException) -> Exception:
        match error:
            case smtplib.SMTPAuthenticationError():
                return self._refusal(error.smtp_code, "login", error.smtp_error)
            case smtplib.SMTPRecipientsRefused():
                # One that may be asked again is reason enough to come again.
                code, text = min(error.recipients.values(), key=lambda answer: answer[0])
                return self._refusal(code, "recipients", text)
            case smtplib.SMTPResponseException():
                return self._refusal(error.smtp_code, "message", error.smtp_error)
            case smtplib.SMTPNotSupportedError():
                return Refused(f"the server does not do what is asked: {one_line(str(error))}")
            case _:
                return Unreachable(f"the connection ended ({type(error).__name__})")

    def _refusal(self, code: int, what: str, text: bytes | str) -> Exception:
        plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        if self._account.password:
            plain = plain.replace(self._account.password, "***")
        said = f"SMTP {code} for the {what}: {one_line(plain, _QUOTED)}"
        return Refused(said) if code >= 500 else Unreachable(said)


def mail_of(alert: FiredAlert, account: SmtpAccount) -> EmailMessage:
    r"""Return the message of an alert: the same ``Message-ID`` at every attempt.

    Parameters
    ----------
    alert : FiredAlert
        What fired.
    account : SmtpAccount
        Sender and recipients.

    Returns
    -------
    EmailMessage
        Plain text.

    Examples
    --------
    >>> from quantdeck.model.alerts import FiredAlert
    >>> account = SmtpAccount("mail.example", 587, "starttls", "deck@example.org", ("me@example.org",))
    >>> mail_of(FiredAlert("1", "r", "BTC\r\nBcc: all", "", 0, "3 > 2"), account)["Subject"]
    'BTC Bcc: all: 3 > 2'
    """
    message = EmailMessage(policy=SMTP)
    domain = Address(addr_spec=account.sender).domain
    digest = hashlib.blake2b(alert.id.encode(), digest_size=16).hexdigest()
    message["Subject"] = one_line(headline(alert), _SUBJECT)
    message["From"] = account.sender
    message["To"] = ", ".join(account.recipients)
    message["Date"] = datetime.fromtimestamp(alert.fired_ns // 1_000_000_000, UTC)
    message["Message-ID"] = f"<{digest}@{domain}>"
    # So that no answering machine answers, RFC 3834.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(plain_text(alert))
    return message


def _said(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return f"no encrypted connection ({error.reason or type(error).__name__})"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"no connection ({type(error).__name__})"
