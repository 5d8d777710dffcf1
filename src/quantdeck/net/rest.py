"""A REST client that reads: within the budget, with retries where they are safe, typed answers.

What is repeated is GET alone, which changes nothing at the vendor's; a POST, which logs in, is sent
once. What a vendor's errors and headers mean is told by a `Dialect`.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import httpx2
import msgspec

from quantdeck.model.errors import AuthFailed, BadMessage, Disconnected, QuantdeckError, RateLimited
from quantdeck.net.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_Shape = TypeVar("_Shape")
_ATTEMPTS = 4
_BANNED = 418
_SLOWING = frozenset({403, 418, 429})
_RETRIED = frozenset({408, 500, 502, 503, 504})
_SLOW_DOWN_S = 60.0
_BAN_S = 120.0
_QUOTED = 200

Parameters = Mapping[str, str | int | list[str]]
"""Of a query; a list repeats the parameter."""


class Dialect(Protocol):
    """What a vendor's REST answers mean."""

    def usage(self, headers: Mapping[str, str]) -> Mapping[int, int]:
        """Return the weight used by length of the window [s], as the headers tell it."""
        ...

    def refusal(self, status: int, body: bytes) -> QuantdeckError:
        """Return the error for an answer that refuses the request."""
        ...


class Limiter(Protocol):
    """The budget of a host."""

    async def acquire(self, weight: int, *, patience_s: float) -> None:
        """Wait until a request of this weight may be sent, and count it.

        Raises
        ------
        RateLimited
            If it would take longer than that. [s]
        """
        ...

    def report(self, window_s: int, used: int) -> None:
        """Note what the vendor says has been used of the present window [s]."""
        ...

    def block(self, seconds: float, *, banned: bool = False) -> None:
        """Let nothing through for a while."""
        ...


def asked_to_wait(status: int, headers: Mapping[str, str]) -> float:
    """Return for how long an answer asks to be left alone, in seconds; 0 where it does not.

    Examples
    --------
    >>> asked_to_wait(200, {}), asked_to_wait(429, {"Retry-After": "7"}), asked_to_wait(418, {})
    (0.0, 7.0, 120.0)
    """
    if status not in _SLOWING:
        return 0.0
    given = headers.get("Retry-After", "")
    return float(given) if given.isdigit() else (_BAN_S if status == _BANNED else _SLOW_DOWN_S)


class RestClient:
    """Reads from one host. Owned by a feed.

    Parameters
    ----------
    venue : str
        Named in errors.
    base_url : str
        Address before every path.
    dialect : Dialect
        What the answers mean.
    limiter : Limiter
        The host's budget.
    clock : Clock
        Waits.
    rng : Random
        Jitter of the retries.
    transport : httpx2.AsyncBaseTransport or None
        Carries the requests; tests hand in `httpx2.MockTransport`.
    timeout_s : float
        For one attempt. [s]
    headers : callable or None
        Returns what is sent with every request beside the usual, such as credentials.
    post_headers : mapping of str to str
        What is sent with a POST instead.
    pause : callable
        Tells from status and headers of an answer how long nothing may be asked. [s]

    Attributes
    ----------
    answered : int
        Requests that the host answered, refusals included.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        venue: str,
        base_url: str,
        *,
        dialect: Dialect,
        limiter: Limiter,
        clock: Clock,
        rng: Random,
        transport: httpx2.AsyncBaseTransport | None = None,
        timeout_s: float = 10.0,
        headers: Callable[[], Mapping[str, str]] = dict,
        post_headers: Mapping[str, str] | None = None,
        pause: Callable[[int, Mapping[str, str]], float] = asked_to_wait,
    ) -> None:
        self._venue = venue
        self._dialect = dialect
        self._limiter = limiter
        self._clock = clock
        self._rng = rng
        self._base_url = base_url.rstrip("/")
        self._transport = transport
        self._timeout_s = timeout_s
        self._headers = headers
        self._post_headers = {"Content-Type": "application/json", **(post_headers or {})}
        self._pause = pause
        self._client: httpx2.AsyncClient | None = None
        self.answered = 0

    async def get(
        self,
        path: str,
        params: Parameters,
        *,
        shape: type[_Shape],
        weight: int,
        patience_s: float = 90.0,
    ) -> _Shape:
        """Return the decoded answer to a GET request.

        Parameters
        ----------
        path : str
            After the base address, with its slash.
        params : mapping of str to str, int or list of str
            Query parameters; a list repeats the parameter.
        shape : type
            What the JSON body is decoded into.
        weight : int
            What it takes from the budget.
        patience_s : float
            Longest wait for the budget, per attempt. [s]

        Raises
        ------
        RateLimited
            If the vendor asked to wait for longer than `patience_s`, or has banned the address.
        Disconnected
            If it could not be reached or failed in every attempt.
        BadMessage
            If the answer cannot be decoded.
        QuantdeckError
            What the dialect makes of a refusal.
        """
        backoff = Backoff(self._rng, first_s=0.5, longest_s=10.0)
        problem, wait_s = "", 0.0
        due = weight
        for attempt in range(_ATTEMPTS):
            if attempt:
                _LOG.info("rest %s: %s, attempt %d failed", self._venue, problem, attempt)
                await self._clock.sleep(backoff.next_s())
            await self._limiter.acquire(due, patience_s=patience_s)
            try:
                answer = await self._http().get(
                    self._base_url + path, params=dict(params), headers=dict(self._headers())
                )
            except httpx2.RequestError as error:
                problem, wait_s = f"GET {path}: {type(error).__name__} {error}".rstrip(), 0.0
                # What has not reached the vendor has used nothing of its budget.
                due = 0 if isinstance(error, httpx2.ConnectError) else weight
                continue
            due = weight
            self.answered += 1
            for window_s, used in self._dialect.usage(answer.headers).items():
                self._limiter.report(window_s, used)
            wait_s = self._pause(answer.status_code, answer.headers)
            if wait_s > 0:
                self._limiter.block(wait_s, banned=answer.status_code == _BANNED)
            if answer.status_code == 200:
                return self._decoded(f"GET {path}", answer.content, shape)
            self._raise_if_final(path, answer, wait_s)
            problem = f"GET {path}: HTTP {answer.status_code}"
        said = f"{problem}, {_ATTEMPTS} times in a row"
        if wait_s > 0:
            raise RateLimited(self._venue, said, retry_after_s=wait_s)
        raise Disconnected(self._venue, said)

    async def post(self, path: str, body: object, *, shape: type[_Shape]) -> _Shape:
        """Return the decoded answer to a POST request with a JSON body, sent once.

        None of `headers` goes with it: it is how credentials are got.

        Parameters
        ----------
        path : str
            After the base address, with its slash.
        body : object
            What is sent as JSON.
        shape : type
            What the JSON body of the answer is decoded into.

        Raises
        ------
        RateLimited
            If the vendor asked to slow down.
        Disconnected
            If it could not be reached, or failed.
        BadMessage
            If the answer cannot be decoded.
        QuantdeckError
            What the dialect makes of a refusal.
        """
        await self._limiter.acquire(1, patience_s=0.0)
        try:
            answer = await self._http().post(
                self._base_url + path,
                content=msgspec.json.encode(body),
                headers=dict(self._post_headers),
            )
        except httpx2.RequestError as error:
            said = f"POST {path}: {type(error).__name__} {error}".rstrip()
            raise Disconnected(self._venue, said) from error
        status = answer.status_code
        if status in {200, 201}:
            return self._decoded(f"POST {path}", answer.content, shape)
        wait_s = self._pause(status, answer.headers)
        if wait_s > 0:
            self._limiter.block(wait_s, banned=status == _BANNED)
            raise RateLimited(
                self._venue,
                f"POST {path}: HTTP {status}",
                retry_after_s=wait_s,
                banned=status == _BANNED,
            )
        if status in _RETRIED:
            raise Disconnected(self._venue, f"POST {path}: HTTP {status}")
        raise self._dialect.refusal(status, answer.content)

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            host = httpx2.URL(self._base_url).host
            self._client = httpx2.AsyncClient(
                transport=self._transport,
                timeout=self._timeout_s,
                follow_redirects=False,
                # Reading the system's certificates takes a while and is for https only.
                verify=self._base_url.startswith("https:"),
                # A proxy of the environment is for the world outside.
                trust_env=host not in {"127.0.0.1", "localhost", "::1"},
            )
        return self._client

    def _raise_if_final(self, path: str, answer: httpx2.Response, wait_s: float) -> None:
        status = answer.status_code
        if status == _BANNED:
            raise RateLimited(self._venue, f"GET {path}: banned", retry_after_s=wait_s, banned=True)
        if status == 401:
            raise AuthFailed(self._venue, f"GET {path}: HTTP 401 {_quote(answer.content)}")
        if wait_s <= 0 and status not in _RETRIED:
            raise self._dialect.refusal(status, answer.content)

    def _decoded(self, asked: str, body: bytes, shape: type[_Shape]) -> _Shape:
        try:
            return _decoder(shape).decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            reason = f"{asked}: the answer cannot be read: {error}"
            raise BadMessage(self._venue, reason, body) from error


@functools.cache
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape, strict=False)


def _quote(body: bytes) -> str:
    return body[:_QUOTED].decode("utf-8", "replace")
