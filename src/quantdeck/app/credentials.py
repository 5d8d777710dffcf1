"""Keys of vendors and of channels: from the environment or a `.env` file, under usual names only.

They are no settings: no file of settings, no log, no answer and no error holds one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


_HINTS = {
    "alpaca": (
        "make a free key pair at Alpaca and set ALPACA_API_KEY and ALPACA_API_SECRET in the "
        "environment or in .env"
    ),
    "tastytrade": (
        "make an OAuth application and a grant at Tastytrade and set TT_CLIENT_SECRET and "
        "TT_REFRESH_TOKEN in the environment or in .env"
    ),
    "polygon": (
        "make a key at Massive (Polygon.io), a free one will do, and set MASSIVE_API_KEY or "
        "POLYGON_API_KEY in the environment or in .env"
    ),
    "newsapi": "make a free key at NewsAPI and set NEWS_API_KEY in the environment or in .env",
}


class Secret:
    """A text that shows itself only on request.

    Parameters
    ----------
    text : str
        What is secret.

    Examples
    --------
    >>> Secret("abc"), f"{Secret('abc')}", Secret("abc").reveal()
    (Secret(***), '***', 'abc')
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text, for the vendor alone."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


class AlpacaKeys(msgspec.Struct, frozen=True):
    """The pair of an account."""

    key: Secret
    secret: Secret


class TastytradeGrant(msgspec.Struct, frozen=True):
    """What an application was granted by OAuth, or a user's name and password where they still work.

    Parameters
    ----------
    client_secret, refresh_token : Secret or None
        Of the application's grant.
    username : str
        Login name; empty where not given.
    password : Secret or None
        Of that login.
    """

    client_secret: Secret | None = None
    refresh_token: Secret | None = None
    username: str = ""
    password: Secret | None = None

    @property
    def is_oauth(self) -> bool:
        """Whether it is a grant by OAuth."""
        return self.client_secret is not None and self.refresh_token is not None


class AlertSecrets(msgspec.Struct, frozen=True):
    """What channels of alerts must not show.

    Parameters
    ----------
    slack_url : Secret or None
        Of an incoming webhook of Slack: who knows it may post.
    webhook_url, webhook_secret : Secret or None
        Where signed messages go, and what they are signed with.
    smtp_password : Secret or None
        Of the login to the mail server.
    """

    slack_url: Secret | None = None
    webhook_url: Secret | None = None
    webhook_secret: Secret | None = None
    smtp_password: Secret | None = None


def surroundings(*, is_strict: bool = True) -> dict[str, str]:
    """Return the process's environment, and below it the keyring and `.env` of the working directory.

    Parameters
    ----------
    is_strict : bool
        Refuse a `.env` with a key that others on this machine can read.

    Raises
    ------
    ConfigError
        If it is refused.
    """
    from quantdeck.app.key_file import kept_keys, refuse_exposed

    if is_strict:
        refuse_exposed()
    return {**kept_keys(), **os.environ}


def state_password() -> Secret | None:
    """Return the password of the server that keeps the state, or None where none is needed."""
    return _secret(surroundings(), "PGPASSWORD")


def bus_secrets() -> dict[str, str]:
    """Return who asks the bus: `NATS_USER`, `NATS_PASSWORD`, `NATS_TOKEN` and `NATS_CREDS`, as set."""
    environ = surroundings()
    names = {
        "user": "NATS_USER",
        "password": "NATS_PASSWORD",
        "token": "NATS_TOKEN",
        "user_credentials": "NATS_CREDS",
    }
    found = {key: environ.get(name, "").strip() for key, name in names.items()}
    return {key: text for key, text in found.items() if text}


def store_keys() -> dict[str, str]:
    """Return who asks the store of sealed files: `AWS_ACCESS_KEY_ID` and those beside it, as set."""
    environ = surroundings()
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    found = {name: environ.get(name, "").strip() for name in names}
    return {name: text for name, text in found.items() if text}


def alpaca_keys(environ: Mapping[str, str]) -> AlpacaKeys | None:
    """Return Alpaca's keys, or None where one is missing.

    Parameters
    ----------
    environ : mapping
        `ALPACA_API_KEY` and `ALPACA_API_SECRET`.

    Examples
    --------
    >>> alpaca_keys({"ALPACA_API_KEY": "k", "ALPACA_API_SECRET": "s"})
    AlpacaKeys(key=Secret(***), secret=Secret(***))
    """
    key, secret = _secret(environ, "ALPACA_API_KEY"), _secret(environ, "ALPACA_API_SECRET")
    return None if key is None or secret is None else AlpacaKeys(key, secret)


def tastytrade_grant(environ: Mapping[str, str]) -> TastytradeGrant | None:
    """Return Tastytrade's grant or login, or None where neither is whole.

    Parameters
    ----------
    environ : mapping
        `TT_CLIENT_SECRET` (or `TT_SECRET`) and `TT_REFRESH_TOKEN` (or `TT_REFRESH`); `TT_USERNAME`
        and `TT_PASSWORD`.
    """
    client = _secret(environ, "TT_CLIENT_SECRET", "TT_SECRET")
    token = _secret(environ, "TT_REFRESH_TOKEN", "TT_REFRESH")
    username = environ.get("TT_USERNAME", "").strip()
    password = _secret(environ, "TT_PASSWORD")
    if client is not None and token is not None:
        return TastytradeGrant(client, token, username, password)
    if username and password is not None:
        return TastytradeGrant(username=username, password=password)
    return None


def polygon_key(environ: Mapping[str, str]) -> Secret | None:
    """Return the key of Polygon, since 2025 Massive, or None where there is none.

    Parameters
    ----------
    environ : mapping
        `MASSIVE_API_KEY`, else `POLYGON_API_KEY`.

    Examples
    --------
    >>> polygon_key({"POLYGON_API_KEY": "old", "MASSIVE_API_KEY": "new"}).reveal()
    'new'
    """
    return _secret(environ, "MASSIVE_API_KEY", "POLYGON_API_KEY")


def news_key(environ: Mapping[str, str]) -> Secret | None:
    """Return the key of NewsAPI, or None where there is none.

    Parameters
    ----------
    environ : mapping
        `NEWS_API_KEY`.
    """
    return _secret(environ, "NEWS_API_KEY")


def metrics_token(environ: Mapping[str, str]) -> str | None:
    """Return what lets programs of other machines read the measures, or None where none may.

    Parameters
    ----------
    environ : mapping
        `METRICS_TOKEN`.
    """
    found = _secret(environ, "METRICS_TOKEN")
    return None if found is None else found.reveal()


def alert_secrets(environ: Mapping[str, str]) -> AlertSecrets:
    """Return what channels of alerts must not show, as far as it is there.

    Parameters
    ----------
    environ : mapping
        `SLACK_WEBHOOK_URL`, `ALERT_WEBHOOK_URL`, `ALERT_WEBHOOK_SECRET`, `SMTP_PASSWORD`.

    Examples
    --------
    >>> alert_secrets({"SLACK_WEBHOOK_URL": "https://hooks.example/T1"}).slack_url
    Secret(***)
    """
    return AlertSecrets(
        _secret(environ, "SLACK_WEBHOOK_URL"),
        _secret(environ, "ALERT_WEBHOOK_URL"),
        _secret(environ, "ALERT_WEBHOOK_SECRET"),
        _secret(environ, "SMTP_PASSWORD"),
    )


def key_hint(name: str) -> str:
    """Return how a person comes by the key of a vendor and where it goes.

    Parameters
    ----------
    name : str
        ``alpaca``, ``tastytrade``, ``polygon`` or ``newsapi``.
    """
    return _HINTS[name]


def _secret(environ: Mapping[str, str], *names: str) -> Secret | None:
    for name in names:
        text = environ.get(name, "").strip()
        if text:
            return Secret(text)
    return None
