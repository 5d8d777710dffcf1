"""Posts JSON to an address that is a secret: once, without following anybody elsewhere."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx2

from quantdeck.model.errors import ConfigError
from quantdeck.ports.notifier import Refused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.ports.clock import Clock

# Its lines at INFO name the address of every request.
logging.getLogger("httpx2").setLevel(logging.WARNING)

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LATER = frozenset({408, 425, 429})
_LONGEST_WAIT_S = 3600.0
_ANSWER_BYTES = 256
# A word such as `invalid_payload`; anything longer may repeat what was sent.
_WORD = re.compile(r"[A-Za-z][A-Za-z_ ]{0,59}")


def checked_address(url: str, *, name: str) -> str:
    """Return an address that messages may be posted to.

    Parameters
    ----------
    url : str
        As it was configured; a secret.
    name : str
        Where it was configured, for the error, which does not show the address.

    Returns
    -------
    str
        The same.

    Raises
    ------
    ConfigError
        If it is neither https nor this machine, or holds no host, or a name and password.

    Examples
    --------
    >>> checked_address("https://hooks.example/T1", name="SLACK_WEBHOOK_URL")
    'https://hooks.example/T1'
    """
    try:
        parts = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError):
        raise ConfigError(f"{name} is not an address; it begins with https://") from None
    host = parts.host
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ConfigError(f"{name} must begin with https:// (or name this machine by http://)")
    if not host or parts.userinfo:
        raise ConfigError(f"{name} must name a host, and no user or password before it")
    try:
        is_link_local = ipaddress.ip_address(host).is_link_local
    except ValueError:
        is_link_local = False
    if is_link_local:
        raise ConfigError(f"{name} names a link-local address, which nobody outside answers at")
    return url


def wait_asked_for(headers: Mapping[str, str], *, now_ns: int) -> float | None:
    """Return how long an answer asks to wait, or None where it does not. [s].

    Parameters
    ----------
    headers : mapping of str to str
        With `Retry-After` in seconds or as a date of HTTP.
    now_ns : int
        UTC. [ns]

    Returns
    -------
    float or None
        At most an hour.

    Examples
    --------
    >>> wait_asked_for({"Retry-After": "7"}, now_ns=0), wait_asked_for({}, now_ns=0)
    (7.0, None)
    >>> wait_asked_for({"Retry-After": "Thu, 01 Jan 1970 00:01:30 GMT"}, now_ns=60_000_000_000)
    30.0
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_WAIT_S)
    try:
        then = parsedate_to_datetime(text).astimezone(UTC).timestamp()
    except ValueError:
        return None
    return min(max(then - now_ns / 1e9, 0.0), _LONGEST_WAIT_S)


class Poster:
    """Posts to one address. Owned by a channel.

    Parameters
    ----------
    url : str
        See `checked_address`.
    clock : Clock
        Tells how far away a date of `Retry-After` is.
    timeout_s : float
        For the whole of one post. [s]
    """

    def __init__(self, url: str, *, clock: Clock, timeout_s: float = 10.0) -> None:
        self._url = url
        self._clock = clock
        self._timeout_s = timeout_s
        self._client: httpx2.AsyncClient | None = None

    async def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Post a body of JSON, once.

        Raises
        ------
        Refused
            If the answer says that no repetition will help, or points elsewhere.
        Unreachable
            If there was no answer in time, or one that asks to come again.
        """
        sent = {"Content-Type": "application/json", "User-Agent": "quantdeck", **headers}
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._http().stream("POST", self._url, content=body, headers=sent) as answer,
            ):
                word = await _first_bytes(answer)
        except (TimeoutError, httpx2.TimeoutException):
            raise Unreachable(f"no answer within {self._timeout_s:g} s") from None
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            # Its text may hold the address.
            raise Unreachable(f"no connection ({type(error).__name__})") from None
        self._judge(answer, word)

    async def close(self) -> None:
        """Close the connection. Idempotent."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    def _judge(self, answer: httpx2.Response, word: str) -> None:
        status = answer.status_code
        if 200 <= status < 300:
            return
        said = f"HTTP {status}{f' {word}' if word else ''}"
        if status in _LATER or status >= 500:
            wait_s = wait_asked_for(answer.headers, now_ns=self._clock.now_ns())
            raise Unreachable(said, retry_after_s=wait_s)
        if 300 <= status < 400:
            raise Refused(f"{said}: it points to another address, which is not followed")
        raise Refused(said)

    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=self._timeout_s,
                follow_redirects=False,
                # Reading the system's certificates takes a while and is for https only.
                verify=self._url.startswith("https:"),
                # A proxy of the environment is for the world outside.
                trust_env=httpx2.URL(self._url).host not in _LOOPBACK,
            )
        return self._client


async def _first_bytes(answer: httpx2.Response) -> str:
    # No more is read than is looked at, however much is sent.
    if answer.is_success:
        return ""
    async for chunk in answer.aiter_raw(_ANSWER_BYTES):
        text = chunk.decode("utf-8", "replace").strip()
        return text if _WORD.fullmatch(text) else ""
    return ""
