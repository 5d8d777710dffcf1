"""Tastytrade's REST answers: what is asked, what is answered, what a refusal means.

Source: developer.tastytrade.com, "API Overview", "OAuth2 Reference", "Instruments", "Market Data".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from quantdeck.model.errors import AuthFailed, BadInput, NotEntitled, QuantdeckError, VenueError

if TYPE_CHECKING:
    from collections.abc import Mapping

API_URL = "https://api.tastyworks.com"
USER_AGENT = "quantdeck/0.1"
"""Without a name of the client the vendor's gateway refuses every request."""
SYMBOLS_PER_REQUEST = 100

HOW_TO_GRANT = (
    "make a grant: my.tastytrade.com, API, OAuth Applications: a new client with "
    "the scope read, then Manage, Create Grant; put its client secret into TT_CLIENT_SECRET and the "
    "refresh token into TT_REFRESH_TOKEN"
)
"""How a person gets credentials."""

_SLOW_DOWN_S = 5.0
_QUOTED = 120
_TAG = re.compile(r"<[^>]*>")
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_BAD_REQUEST = frozenset({"record_not_found", "not_found", "validation_error"})
_NO_CUSTOMER = "quote_streamer.customer_not_found_error"


class Token(Struct, frozen=True):
    """Answer of ``/oauth/token``."""

    access_token: str
    expires_in: float = 900.0

    def __repr__(self) -> str:
        return "Token(***)"


class Login(Struct, frozen=True, rename="kebab"):
    """Data of the answer of ``/sessions``."""

    session_token: str

    def __repr__(self) -> str:
        return "Login(***)"


class LoginAnswer(Struct, frozen=True):
    """Answer of ``/sessions``."""

    data: Login


class QuoteToken(Struct, frozen=True, rename="kebab"):
    """What opens the stream, and where it is."""

    token: str
    dxlink_url: str
    level: str = ""

    def __repr__(self) -> str:
        return f"QuoteToken(***, {self.dxlink_url!r})"


class QuoteTokenAnswer(Struct, frozen=True):
    """Answer of ``/api-quote-tokens``."""

    data: QuoteToken


class StrikeRow(Struct, frozen=True, gc=False, rename="kebab"):
    """A call and a put of a chain."""

    strike_price: float
    call: str
    put: str
    call_streamer_symbol: str = ""
    put_streamer_symbol: str = ""


class ExpirationRow(Struct, frozen=True, rename="kebab"):
    """One expiry of a root."""

    expiration_date: str
    settlement_type: str
    strikes: list[StrikeRow]
    expiration_type: str = ""


class ChainRow(Struct, frozen=True, rename="kebab"):
    """One root of a chain."""

    underlying_symbol: str
    root_symbol: str
    expirations: list[ExpirationRow]
    option_chain_type: str = "Standard"
    shares_per_contract: float = 100.0


class ChainItems(Struct, frozen=True):
    """Data of a chain."""

    items: list[ChainRow]


class ChainAnswer(Struct, frozen=True):
    """Answer of ``/option-chains/{symbol}/nested``."""

    data: ChainItems


class Underlying(Struct, frozen=True, rename="kebab"):
    """A stock or an index."""

    symbol: str
    is_index: bool = False
    streamer_symbol: str = ""


class UnderlyingAnswer(Struct, frozen=True):
    """Answer of ``/instruments/equities/{symbol}``."""

    data: Underlying


class OptionTerms(Struct, frozen=True, rename="kebab"):
    """What only a single contract tells."""

    exercise_style: str = ""


class OptionAnswer(Struct, frozen=True):
    """Answer of ``/instruments/equity-options/{symbol}``."""

    data: OptionTerms


class MarketDataRow(Struct, frozen=True, rename="kebab"):
    """Newest prices of one symbol; what is absent is None."""

    symbol: str
    updated_at: str = ""
    bid: float | None = None
    bid_size: float | None = None
    ask: float | None = None
    ask_size: float | None = None
    last: float | None = None
    mark: float | None = None
    volume: float | None = None
    open_interest: float | None = None


class MarketDataItems(Struct, frozen=True):
    """Data of market data."""

    items: list[msgspec.Raw]


class MarketDataAnswer(Struct, frozen=True):
    """Answer of ``/market-data/by-type``."""

    data: MarketDataItems


class SessionRow(Struct, frozen=True, rename="kebab"):
    """Whether a market is open."""

    state: str = ""


class SessionItems(Struct, frozen=True):
    """Data of sessions."""

    items: list[SessionRow]


class SessionAnswer(Struct, frozen=True):
    """Answer of ``/market-time/sessions/current``."""

    data: SessionItems


class _Told(Struct, frozen=True):
    error: Any = None
    error_code: str = ""
    error_description: str = ""


def told(body: bytes) -> tuple[str, str]:
    """Return code and words of a refusal, in any of the forms they come in.

    Examples
    --------
    >>> told(b'{"error":{"code":"invalid_grant","message":"Grant revoked"}}')
    ('invalid_grant', 'Grant revoked')
    >>> told(b'{"error":"invalid_grant","error_description":"Grant revoked"}')
    ('invalid_grant', 'Grant revoked')
    >>> told(b"<html><title>502 Bad Gateway</title></html>")
    ('', '502 Bad Gateway')
    """
    try:
        answer = msgspec.json.decode(body, type=_Told)
    except _UNREADABLE:
        text = _TAG.sub(" ", body.decode("utf-8", "replace"))
        return "", " ".join(text.split())[:_QUOTED]
    error = answer.error
    if isinstance(error, dict):
        return str(error.get("code", "")), str(error.get("message", ""))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return str(error or answer.error_code), answer.error_description


class TastytradeDialect:
    """What Tastytrade's REST answers mean; fulfils `quantdeck.net.rest.Dialect`.

    Parameters
    ----------
    source : str
        Named in errors.
    """

    def __init__(self, source: str) -> None:
        self._source = source

    def usage(self, headers: Mapping[str, str]) -> dict[int, int]:
        """Return nothing: the vendor does not tell."""
        del headers
        return {}

    def refusal(self, status: int, body: bytes) -> QuantdeckError:
        """Return the error for a refused request."""
        code, words = told(body)
        said = f"{words or 'no reason given'} (HTTP {status}{', ' + code if code else ''})"
        if code == _NO_CUSTOMER:
            return NotEntitled(
                self._source,
                f"{said}: market data are for customers; the account has to be opened and approved",
            )
        if code in _BAD_REQUEST:
            return BadInput(f"{self._source} refused the request: {said}")
        # A page of HTML is the gateway's, which knows nothing of credentials.
        if code and status in {400, 401, 403}:
            return AuthFailed(self._source, said)
        return VenueError(self._source, f"refused: {said}")


def pause(status: int, headers: Mapping[str, str]) -> float:
    """Return for how long an answer asks to be left alone, in seconds; 0 where it does not.

    Examples
    --------
    >>> pause(429, {}), pause(403, {})
    (5.0, 0.0)
    """
    if status != 429:
        return 0.0
    given = headers.get("Retry-After", "")
    return float(given) if given.isdigit() else _SLOW_DOWN_S


def instant_ns(text: str) -> int | None:
    """Return a time of the vendor as nanoseconds since 1970, UTC; None where it is none.

    Examples
    --------
    >>> instant_ns("2026-11-20T20:59:59.123Z"), instant_ns("")
    (1795208399123000000, None)
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000_000) * 1_000
