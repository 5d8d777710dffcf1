"""The right to ask: an access token, fetched before the old one ends, and never twice when refused.

The vendor blocks the address of whoever fails to log in too often, so a refusal is remembered and said
again without asking. Source: developer.tastytrade.com, "OAuth2 Reference".
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.tastytrade.requests import HOW_TO_GRANT, LoginAnswer, Token
from quantdeck.model.errors import AuthFailed, BadInput, ConfigError

if TYPE_CHECKING:
    from quantdeck.net.rest import RestClient
    from quantdeck.ports.clock import Clock

_NS = 1_000_000_000
_LOGIN_LIFE_S = 23 * 3600.0
_SHARE_OF_LIFE = 0.9


class Credentials(msgspec.Struct, frozen=True):
    """What a person has given; either pair will do.

    Parameters
    ----------
    client_secret, refresh_token : str
        Of an application's grant.
    username, password : str
        Of a login, which the vendor's own servers no longer take.
    """

    client_secret: str = ""
    refresh_token: str = ""
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return "Credentials(***)"

    @property
    def is_oauth(self) -> bool:
        """Whether they are a grant."""
        return bool(self.client_secret and self.refresh_token)


class Grant:
    """Holds the token that every request carries. Owned by the feed.

    Parameters
    ----------
    credentials : Credentials
        What it is got with.
    clock : Clock
        Tells when it ends.
    early_s : float
        It is replaced so long before it ends, or when a tenth of its life is left if that is later.
        [s]

    Raises
    ------
    ConfigError
        If neither pair of credentials is whole.
    """

    def __init__(self, credentials: Credentials, clock: Clock, *, early_s: float = 60.0) -> None:
        if not credentials.is_oauth and not (credentials.username and credentials.password):
            raise ConfigError(
                f"Tastytrade needs TT_CLIENT_SECRET and TT_REFRESH_TOKEN: {HOW_TO_GRANT}"
            )
        self._credentials = credentials
        self._clock = clock
        self._early_s = early_s
        self._header = ""
        self._until_ns = 0
        self._refused: AuthFailed | None = None
        self._one_at_a_time = asyncio.Lock()

    def headers(self) -> dict[str, str]:
        """Return what a request carries."""
        return {"Authorization": self._header} if self._header else {}

    def expire(self) -> None:
        """Take the token for ended: the vendor says it is."""
        self._until_ns = 0

    async def ensure(self, rest: RestClient) -> None:
        """Have a token that is good for a while.

        Raises
        ------
        AuthFailed
            If the vendor refused the credentials, now or earlier; it is not asked again.
        VenueError
            If it cannot be had now.
        """
        async with self._one_at_a_time:
            if self._refused is not None:
                raise self._refused
            if self._clock.monotonic_ns() < self._until_ns:
                return
            try:
                if self._credentials.is_oauth:
                    await self._refresh(rest)
                else:
                    await self._log_in(rest)
            except (AuthFailed, BadInput) as error:
                self._refused = self._explained(error)
                raise self._refused from error

    async def _refresh(self, rest: RestClient) -> None:
        body = {
            "grant_type": "refresh_token",
            "client_secret": self._credentials.client_secret,
            "refresh_token": self._credentials.refresh_token,
        }
        token = await rest.post("/oauth/token", body, shape=Token)
        self._keep(f"Bearer {token.access_token}", token.expires_in)

    async def _log_in(self, rest: RestClient) -> None:
        body = {
            "login": self._credentials.username,
            "password": self._credentials.password,
            "remember-me": False,
        }
        answer = await rest.post("/sessions", body, shape=LoginAnswer)
        self._keep(answer.data.session_token, _LOGIN_LIFE_S)

    def _keep(self, header: str, life_s: float) -> None:
        self._header = header
        good_s = max(life_s - self._early_s, life_s * _SHARE_OF_LIFE if life_s < 600 else 0.0)
        self._until_ns = self._clock.monotonic_ns() + int(good_s * _NS)

    def _explained(self, error: AuthFailed | BadInput) -> AuthFailed:
        said = str(error).removeprefix("tastytrade: ")
        if self._credentials.is_oauth:
            return AuthFailed(
                "tastytrade",
                f"the grant was refused: {said}; it is not tried again, since too many refusals block "
                f"the address; {HOW_TO_GRANT}",
            )
        return AuthFailed(
            "tastytrade",
            f"the login with TT_USERNAME and TT_PASSWORD was refused: {said}; Tastytrade ended logins "
            f"by password in February 2026; {HOW_TO_GRANT}",
        )
