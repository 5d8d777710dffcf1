"""Yahoo itself, entered through yfinance: its cookies, crumbs and consent, our session, pace and patience.

What gets past Yahoo's door changes every few months, and yfinance (the extra ``quantdeck[yahoo]``) follows
it; nothing else of that library is used. It answers a refusal by another way in and by asking again, which
costs three requests or more and turns a slow-down into a ban. So the session that it is handed lets nothing
through while Yahoo wants to be left alone, and takes refusals that another cookie cannot change for final.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from typing import TYPE_CHECKING, Any

from quantdeck.feeds.yahoo.access import SOURCE, Query, Reply, wait_told
from quantdeck.feeds.yahoo.refusals import SLOW_DOWN_S
from quantdeck.model.errors import ConfigError, Disconnected, RateLimited, VenueError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quantdeck.ports.clock import Clock

HOST = "https://query2.finance.yahoo.com"
"""Where Yahoo's data are."""

_LOG = logging.getLogger(__name__)
_NS = 1_000_000_000
_TIMEOUT_S = 20
_CRUMB = "/v1/test/getcrumb"
_FINAL = frozenset({400, 404, 422})


class FinalAnswer(Exception):  # noqa: N818 - an answer that takes the short way out
    """An answer that yfinance is not to ask for again.

    Parameters
    ----------
    response : object
        Of the session.
    """

    def __init__(self, response: Any) -> None:
        super().__init__(f"HTTP {response.status_code}")
        self.response = response


class Gate:
    """Shut while Yahoo wants to be left alone. Shared by a session and its access.

    Parameters
    ----------
    clock : Clock
        Tells when it opens again.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until_ns = 0

    def check(self) -> None:
        """Let a request through.

        Raises
        ------
        RateLimited
            If the gate is shut.
        """
        left_ns = self._until_ns - self._clock.monotonic_ns()
        if left_ns > 0:
            raise RateLimited(SOURCE, "Too Many Requests", retry_after_s=left_ns / _NS)

    def note(self, response: Any) -> None:
        """Take note of an answer.

        Raises
        ------
        FinalAnswer
            If asking again in another way is of no use.
        """
        status, url = int(response.status_code), str(response.url)
        # Charts need no crumb: where only that is refused, yfinance goes on without.
        if status == 429 and _CRUMB not in url:
            told = wait_told(response.headers.get("Retry-After"))
            wait_s = SLOW_DOWN_S if told is None else told
            self._until_ns = self._clock.monotonic_ns() + int(wait_s * _NS)
            raise RateLimited(SOURCE, "Too Many Requests", retry_after_s=wait_s)
        if status in _FINAL and "/finance/" in url:
            raise FinalAnswer(response)


def browser_session(gate: Gate, *, route: Callable[[str], str] = str) -> Any:
    """Return the session that yfinance is handed: one that looks like a browser, behind the gate.

    Parameters
    ----------
    gate : Gate
        Every request passes it.
    route : callable
        Returns the address that is really asked for one of Yahoo's; tests name a simulator's.

    Raises
    ------
    ConfigError
        If the extra is not installed.
    """
    plain = _module("curl_cffi.requests").Session

    def request(session: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        gate.check()
        response = plain.request(session, method, route(url), *args, **kwargs)
        gate.note(response)
        return response

    return type("Session", (plain,), {"request": request})(impersonate="chrome")


class LibraryAccess:
    """Asks Yahoo through yfinance, in a thread. Owned by `YahooRest`.

    Parameters
    ----------
    clock : Clock
        Tells how long to wait.
    folder : Path or None
        Where the cookie is kept; yfinance's own place for None.
    new_session : callable
        Makes the session; tests hand in one that goes to a simulator.

    Raises
    ------
    ConfigError
        If the extra is not installed.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        folder: Path | None = None,
        new_session: Callable[[Gate], Any] = browser_session,
    ) -> None:
        self._library = _module("yfinance")
        self._errors = _module("yfinance.exceptions")
        self._folder = folder
        self._gate = Gate(clock)
        self._new_session = new_session
        self._data: Any = None

    async def get(self, path: str, query: Query) -> Reply:
        """Return the answer; the event loop stays free."""
        return await asyncio.to_thread(self._get, path, dict(query))

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        if self._data is not None:
            session, self._data = self._session, None
            await asyncio.to_thread(session.close)

    def _get(self, path: str, query: dict[str, str | int]) -> Reply:
        self._gate.check()
        try:
            response = self._opened().get(HOST + path, params=query, timeout=_TIMEOUT_S)
        except FinalAnswer as answer:
            response = answer.response
        except self._errors.YFRateLimitError as error:
            raise RateLimited(SOURCE, str(error), retry_after_s=SLOW_DOWN_S) from error
        except self._errors.YFException as error:
            raise VenueError(SOURCE, f"GET {path}: {error}") from error
        except OSError as error:
            # The errors of curl_cffi and of requests are of this kind, too.
            raise Disconnected(SOURCE, f"GET {path}: {error}") from error
        told = wait_told(response.headers.get("Retry-After"))
        return Reply(int(response.status_code), bytes(response.content), told)

    def _opened(self) -> Any:
        if self._data is None:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._library.set_tz_cache_location(str(self._folder))
            # What it warns of is told by our own errors.
            logging.getLogger("yfinance").setLevel(logging.ERROR)
            self._session = self._new_session(self._gate)
            # One for the process, by yfinance's design; it takes over the session.
            self._data = _module("yfinance.data").YfData(session=self._session)
            _LOG.info("feed yahoo: through yfinance %s", self._library.__version__)
        return self._data


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ConfigError(
            "Yahoo is entered through yfinance, which is not installed: pip install "
            "'quantdeck[yahoo]', or use --demo"
        ) from error
