"""The way into a deck with accounts: the cookie of a session, or an API token."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from quantdeck.api.cookies import session_of
from quantdeck.api.entrance import address_of, bearer_of
from quantdeck.model.users import GrantKind

if TYPE_CHECKING:
    from starlette.types import Scope

    from quantdeck.hub.account_desk import AccountDesk
    from quantdeck.hub.logins import Logins
    from quantdeck.model.users import Caller


class UserSessions:
    """Fulfils `quantdeck.api.entrance.Entrance`.

    Parameters
    ----------
    logins : Logins
        The door.
    desk : UserDesk
        Accounts, seen from inside.
    port : int
        Port of the server: browsers share cookies across ports, so the name must hold it.
    public_url : str
        Address under which a proxy serves the deck, such as ``https://deck.example.org``; empty where
        none does.
    """

    def __init__(
        self, logins: Logins, desk: AccountDesk, *, port: int, public_url: str = ""
    ) -> None:
        self.logins = logins
        self.desk = desk
        self.is_secure = public_url.startswith("https://")
        """The cookie travels encrypted only."""
        # Nodes behind one proxy may listen on any port: people know that of the proxy alone.
        known = urlsplit(public_url)
        shown = (known.port or (443 if self.is_secure else 80)) if public_url else port
        # Browsers take a cookie of such a name only with `Secure`, `Path=/` and from the host itself.
        self.cookie = f"{'__Host-' if self.is_secure else ''}qd_session_{shown}"
        """Name of the cookie."""
        self.advice = "open the page and log in, or send an API token as Authorization: Bearer"
        """What somebody who is not known should do."""
        self.origins = frozenset({public_url.rstrip("/")} if public_url else ())
        """That of the proxy."""

    async def caller(self, scope: Scope) -> Caller | None:
        """Return whom a request comes from; None where nobody is known."""
        token = bearer_of(scope)
        if token is not None:
            return await self.logins.caller(token, GrantKind.TOKEN)
        secret = session_of(scope, self.cookie)
        if secret is None:
            return None
        return await self.logins.caller(secret, GrantKind.SESSION)

    async def note(self, scope: Scope, caller: Caller, status: int) -> None:
        """Write a request that could change something to the audit log."""
        outcome = "done" if status < 400 else f"refused with {status}"
        if status >= 500:
            outcome = f"failed with {status}"
        who = f"{caller.name}/{caller.token}" if caller.token else caller.name
        what = f"{scope['method']} {scope['path']}"
        await self.logins.note(who, what, outcome, address_of(scope))
