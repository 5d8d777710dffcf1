"""Who may ask: grants, access tokens, session tokens and quote tokens.

Source: developer.tastytrade.com, "OAuth2 Reference" and "Streaming Market Data".
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from quantdeck.sims.tastytrade.answers import Item, Refusal
from quantdeck.sims.tastytrade.fault_table import TastyFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.faultboard import FaultBoard

CLIENT_SECRET = "simulated-client-secret"  # noqa: S105 - of a simulator
REFRESH_TOKEN = "simulated-refresh-token"  # noqa: S105
USERNAME = "simulated-user"
PASSWORD = "simulated-password"  # noqa: S105
ACCESS_LIFE_S = 900
QUOTE_LIFE_S = 86_400
_SESSION_LIFE_S = 86_400


class RefusedGrant(Exception):  # noqa: N818
    """A refused refresh in the form of RFC 6749, section 5.2."""

    body: Item = {"error": "invalid_grant", "error_description": "Grant revoked"}  # noqa: RUF012


class Accounts:
    """The tokens that are good, and until when.

    Parameters
    ----------
    clock : VenueClock
        Tells their age.
    faults : FaultBoard
        Faults switched on.
    """

    def __init__(self, clock: VenueClock, faults: FaultBoard) -> None:
        self._clock, self._faults = clock, faults
        self._good_until_ms: dict[str, int] = {}
        self._quote_until_ms: dict[str, int] = {}
        self._issued = 0

    def grant(self, body: Mapping[str, object]) -> Item:
        """Return the answer to ``POST /oauth/token``.

        Raises
        ------
        Refusal, RefusedGrant
            If the grant is refused.
        """
        if self._faults.has(TastyFault.REFRESH_REFUSED_RFC):
            raise RefusedGrant
        if body.get("grant_type") != "refresh_token":
            raise Refusal(400, "unsupported_grant_type", "The grant type is not supported")
        if body.get("client_secret") != CLIENT_SECRET:
            raise Refusal(401, "invalid_client", "Client authentication failed")
        refused = self._faults.has(TastyFault.REFRESH_REFUSED)
        if refused or body.get("refresh_token") != REFRESH_TOKEN:
            raise Refusal(400, "invalid_grant", "Grant revoked")
        life = self._faults.get(TastyFault.TOKEN_LIFE)
        life_s = ACCESS_LIFE_S if life is None else int(life.value or 0)
        token = self._token("access")
        self._good_until_ms[f"Bearer {token}"] = self._after(life_s)
        return {"access_token": token, "token_type": "Bearer", "expires_in": life_s}

    def log_in(self, body: Mapping[str, object]) -> Item:
        """Return the data of the answer to ``POST /sessions``.

        Raises
        ------
        Refusal
            If sessions are not offered, or the credentials are wrong.
        """
        if not self._faults.has(TastyFault.SESSION_LOGIN):
            raise Refusal(
                401, "session_login_disabled", "Session login is no longer available. Use OAuth2."
            )
        if (body.get("login"), body.get("password")) != (USERNAME, PASSWORD):
            raise Refusal(401, "invalid_credentials", "Invalid login, please check your username")
        token = self._token("session")
        self._good_until_ms[token] = self._after(_SESSION_LIFE_S)
        user = {"email": "user@example.com", "username": USERNAME, "external-id": "U0000000001"}
        answer = {"user": user, "session-token": token}
        if body.get("remember-me") is True:
            answer["remember-token"] = self._token("remember")
        return answer

    def check(self, authorization: str | None) -> None:
        """Let a request through.

        Raises
        ------
        Refusal
            If what it carries is not, or no longer, good.
        """
        if self._good_until_ms.get(authorization or "", 0) <= self._clock.elapsed_ms():
            raise Refusal(401, "token_invalid", "This token is invalid or has expired")

    def quote_token(self, dxlink_url: str) -> Item:
        """Return the data of the answer to ``GET /api-quote-tokens``.

        Raises
        ------
        Refusal
            If there is no customer behind the login.
        """
        if self._faults.has(TastyFault.NOT_A_CUSTOMER):
            raise Refusal(
                403,
                "quote_streamer.customer_not_found_error",
                "You must be a customer to access a quote stream.",
            )
        token = self._token("quote")
        self._quote_until_ms[token] = self._after(QUOTE_LIFE_S)
        return {"token": token, "dxlink-url": dxlink_url, "level": "api"}

    def may_stream(self, token: object) -> bool:
        """Whether a quote token opens a stream."""
        if self._faults.has(TastyFault.AUTH_REFUSED):
            return False
        return self._quote_until_ms.get(str(token), 0) > self._clock.elapsed_ms()

    def _after(self, seconds: int) -> int:
        return self._clock.elapsed_ms() + seconds * 1_000

    # No two alike, and nothing that could be taken for a real one.
    def _token(self, kind: str) -> str:
        self._issued += 1
        digest = hashlib.sha256(f"{kind} {self._issued}".encode()).hexdigest()
        return f"simulated-{kind}-{digest[:32]}"
