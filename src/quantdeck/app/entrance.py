"""Chooses the way into a deck: one link, or accounts."""

from __future__ import annotations

import ipaddress
import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from quantdeck.api.security import LOOPBACK_NAMES
from quantdeck.api.sessions import Sessions, write_private
from quantdeck.api.user_sessions import UserSessions
from quantdeck.app.state import open_accounts
from quantdeck.hub.account_desk import AccountDesk
from quantdeck.hub.logins import Logins
from quantdeck.hub.passwords import Passwords
from quantdeck.model.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from quantdeck.api.entrance import Entrance
    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WayIn:
    """How people come in.

    Parameters
    ----------
    entrance : Entrance
        Who comes in.
    hosts : frozenset of str
        Names under which the deck may be addressed.
    link : callable
        Returns the address to open.
    code : str
        Opens the first account; empty where there is one, and on a local deck.
    """

    entrance: Entrance
    hosts: frozenset[str]
    link: Callable[[], str]
    code: str = ""


@contextmanager
def open_way_in(settings: Settings, clock: Clock, *, port: int, folder: Path) -> Generator[WayIn]:
    """Open the way in that the settings ask for.

    Parameters
    ----------
    settings : Settings
        Address and accounts.
    clock : Clock
        Where the time comes from.
    port : int
        That was bound.
    folder : Path
        Where sessions and the link of a local deck are kept.

    Raises
    ------
    StoreError
        If the accounts cannot be read.
    """
    if settings.accounts.mode == "local":
        sessions = Sessions(clock, port=port, folder=folder)
        try:
            yield WayIn(sessions, LOOPBACK_NAMES, lambda: sessions.link)
        finally:
            sessions.close()
        return
    records = open_accounts(settings)
    try:
        stores = (records.users, records.grants, records.audit)
        logins = Logins(*stores, records.tries, clock=clock, passwords=Passwords())
        public = settings.accounts.public_url.rstrip("/")
        entrance = UserSessions(
            logins, AccountDesk(*stores, clock=clock), port=port, public_url=public
        )
        link = f"{_origin(settings.host, port)}/"
        file = folder / f"link-{port}.txt"
        write_private(file, f"{link}\n".encode())
        _warn(settings)
        code = logins.offer_setup()
        try:
            yield WayIn(
                entrance, hosts_of(settings), lambda: f"{public}/" if public else link, code
            )
        finally:
            with suppress(OSError):
                file.unlink(missing_ok=True)
    finally:
        records.close()


def address_of(settings: Settings) -> str:
    """Return the address to listen on.

    Parameters
    ----------
    settings : Settings
        Address and accounts.

    Raises
    ------
    ConfigError
        If others could reach a deck without accounts.
    """
    host = settings.host
    if settings.accounts.mode == "users" or is_loopback(host):
        return "127.0.0.1" if host == "localhost" else host
    raise ConfigError(
        f"host {host} is refused: without accounts the page listens on this machine only; "
        "use 127.0.0.1 (and an SSH tunnel from elsewhere), or set accounts.mode to users"
    )


def proxies_of(settings: Settings) -> tuple[str, ...]:
    """Return who is believed about where a request comes from: nobody where no proxy serves the deck.

    Parameters
    ----------
    settings : Settings
        Accounts.
    """
    accounts = settings.accounts
    return accounts.proxies if accounts.mode == "users" and accounts.public_url else ()


def hosts_of(settings: Settings) -> frozenset[str]:
    """Return the names, without port, under which a process may be addressed.

    Parameters
    ----------
    settings : Settings
        Address and accounts; where there are none, it is addressed as this machine.
    """
    if settings.accounts.mode == "local":
        return LOOPBACK_NAMES
    public = urlsplit(settings.accounts.public_url).hostname
    named = {settings.host.lower(), *(each.lower() for each in settings.accounts.hosts)}
    return LOOPBACK_NAMES | named | frozenset((public,) if public else ())


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address.

    Parameters
    ----------
    host : str
        Name or address.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(host: str, port: int) -> str:
    # Where every address is listened on, this machine's own is one of them.
    name = "127.0.0.1" if host in {"0.0.0.0", "::", "localhost"} else host  # noqa: S104 - compared
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def _warn(settings: Settings) -> None:
    if not is_loopback(settings.host) and not settings.accounts.public_url.startswith("https:"):
        _LOG.warning(
            "passwords travel unencrypted host=%s advice=put a proxy with TLS in front and set "
            "accounts.public_url",
            settings.host,
        )
