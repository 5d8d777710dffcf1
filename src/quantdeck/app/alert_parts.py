"""The alert desk of a deck: where its rules are kept, and which channels are set up."""

from __future__ import annotations

from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from random import Random
from typing import TYPE_CHECKING

from quantdeck.app.box_alerts import keep_box_rules
from quantdeck.app.credentials import alert_secrets, surroundings
from quantdeck.app.runs import holder_name
from quantdeck.hub.alert_outbox import ABSENT, ChannelStatus
from quantdeck.hub.alert_parts import AlertParts
from quantdeck.model.alerts import AlertRule
from quantdeck.model.errors import ConfigError
from quantdeck.notify.console import ConsoleNotifier
from quantdeck.notify.mail import MailNotifier, SmtpAccount
from quantdeck.notify.posting import checked_address
from quantdeck.notify.slack import SlackNotifier
from quantdeck.notify.webhook import WebhookNotifier, signing_key
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.app.alert_settings import Email
    from quantdeck.app.credentials import AlertSecrets
    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.notifier import Notifier
    from quantdeck.records.open import Records

DEMO_RULES = (
    (
        "demo-zscore",
        "ETH and BTC apart",
        "abs(zscore(ETHUSDT, BTCUSDT)) > 2 for 2s cooldown 2m",
    ),
    (
        "demo-silent",
        "BTC silent",
        "age(BTCUSDT) > 10s cooldown 5m",
    ),
)
"""Id, name and text of what a new demo watches."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ABSENT = {
    "slack": "set SLACK_WEBHOOK_URL in the environment or in .env",
    "webhook": "set ALERT_WEBHOOK_URL and ALERT_WEBHOOK_SECRET in the environment or in .env",
    "email": "set alerts.email.host, sender and recipients in the settings",
}
_OFF = {
    Mode.DEMO: "not used in the demo unless alerts.outside_in_demo says so",
    Mode.REPLAY: "not used in a replay unless alerts.outside_in_replay says so",
}


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels that are used, and how the others stand."""

    used: list[Notifier]
    unused: list[ChannelStatus]


def alert_parts(settings: Settings, records: Records, *, mode: Mode, clock: Clock) -> AlertParts:
    """Return what the alert desk of a deck is put together from.

    Parameters
    ----------
    settings : Settings
        Names the channels.
    records : Records
        Where rules are kept; those of a new demo, and of `boxes.alert_above_bp`, are put there.
    mode : Mode
        Of the deck: outside channels are for live figures, unless the settings say more.
    clock : Clock
        Where the time comes from.

    Returns
    -------
    AlertParts
        With every channel that is set up.

    Raises
    ------
    ConfigError
        If a channel is set up wrongly; nothing secret is shown.
    StoreError
        If the records cannot be written.
    """
    if records.is_new and mode is Mode.DEMO:
        now_ns = clock.now_ns()
        for number, (rule_id, name, text) in enumerate(DEMO_RULES):
            created_ns = now_ns + number
            records.alerts.put_rule(
                AlertRule(rule_id, name, text, ("console",), created_ns, created_ns)
            )
    if mode is not Mode.REPLAY:
        keep_box_rules(settings.boxes, records.alerts, now_ns=clock.now_ns())
    found = channels(settings, surroundings(), mode=mode, clock=clock, write=_print)
    return AlertParts(
        records.alerts,
        found.used,
        Random(clock.now_ns()),  # noqa: S311 - jitter
        found.unused,
        # A replay has a time of its own, in which no other deck lives.
        duties=None if mode is Mode.REPLAY else records.duties,
        holder=holder_name(),
    )


def channels(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    mode: Mode,
    clock: Clock,
    write: Callable[[str], None],
) -> Channels:
    """Return the channels that are set up.

    Parameters
    ----------
    settings : Settings
        What is not secret.
    environ : mapping of str to str
        What is.
    mode : Mode
        Of the deck.
    clock : Clock
        Where the time comes from.
    write : callable
        Takes the lines of the channel ``console``.

    Raises
    ------
    ConfigError
        If one is set up wrongly.
    """
    alerts, secrets = settings.alerts, alert_secrets(environ)
    outside: dict[str, Notifier] = {}
    if secrets.slack_url is not None:
        url = checked_address(secrets.slack_url.reveal(), name="SLACK_WEBHOOK_URL")
        outside["slack"] = SlackNotifier(url, clock=clock, timeout_s=alerts.timeout_s)
    if secrets.webhook_url is not None:
        outside["webhook"] = _webhook(secrets, clock, alerts.timeout_s)
    if alerts.email.host:
        account = _account(alerts.email, secrets)
        outside["email"] = MailNotifier(account, timeout_s=alerts.timeout_s)
    allowed = {
        Mode.LIVE: True,
        Mode.DEMO: alerts.outside_in_demo,
        Mode.REPLAY: alerts.outside_in_replay,
    }[mode]
    console: list[Notifier] = [ConsoleNotifier(write)] if alerts.console else []
    unused = [
        ChannelStatus(name, name, ABSENT, absent)
        for name, absent in _ABSENT.items()
        if name not in outside
    ]
    if allowed:
        return Channels([*console, *outside.values()], unused)
    off = [ChannelStatus(name, name, "off", _OFF[mode]) for name in outside]
    return Channels(console, [*off, *unused])


def _webhook(secrets: AlertSecrets, clock: Clock, timeout_s: float) -> Notifier:
    if secrets.webhook_url is None or secrets.webhook_secret is None:
        raise ConfigError(
            "ALERT_WEBHOOK_URL is set without ALERT_WEBHOOK_SECRET, which every message is signed "
            'with; make one with: echo "whsec_$(openssl rand -base64 32)"'
        )
    url = checked_address(secrets.webhook_url.reveal(), name="ALERT_WEBHOOK_URL")
    key = signing_key(secrets.webhook_secret.reveal(), name="ALERT_WEBHOOK_SECRET")
    return WebhookNotifier(url, key, clock=clock, timeout_s=timeout_s)


def _account(email: Email, secrets: AlertSecrets) -> SmtpAccount:
    if not email.sender or not email.recipients:
        raise ConfigError("alerts.email needs sender and recipients beside host")
    for address in (email.sender, *email.recipients):
        _refuse_no_address(address)
    password = "" if secrets.smtp_password is None else secrets.smtp_password.reveal()
    if email.username and not password:
        raise ConfigError(
            "alerts.email.username is set without SMTP_PASSWORD; set it in the environment or in "
            ".env, or leave the login out"
        )
    if email.username and email.security == "none" and email.host not in _LOOPBACK:
        raise ConfigError(
            "alerts.email.security is none, which would send the password in clear; use starttls "
            "or tls, or leave the login out"
        )
    return SmtpAccount(
        host=email.host or "",
        port=email.port,
        security=email.security,
        sender=email.sender,
        recipients=email.recipients,
        username=email.username,
        password=password,
    )


def _refuse_no_address(text: str) -> None:
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):
        address = None
    if address is None or not address.username or not address.domain:
        raise ConfigError(
            f"alerts.email: {text[:80]!r} is no e-mail address, such as me@example.org"
        )


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201
