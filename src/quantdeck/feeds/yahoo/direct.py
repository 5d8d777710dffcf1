"""Yahoo's protocol over plain HTTP, for simulators and mirrors: a cookie, the crumb that goes with it.

Yahoo itself turns away clients that do not look like a browser down to the handshake, so it is entered
through `quantdeck.feeds.yahoo.library`.
"""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import httpx2

from quantdeck.feeds.yahoo.access import SOURCE, Query, Reply, wait_told
from quantdeck.model.errors import Disconnected

_TIMEOUT_S = 20.0
_UNAUTHORIZED = 401


class DirectAccess:
    """Asks one address. Owned by `YahooRest`.

    Parameters
    ----------
    base_url : str
        Address before every path.
    transport : httpx2.AsyncBaseTransport or None
        Carries the requests; tests hand one in.
    """

    def __init__(
        self, base_url: str, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._transport = transport
        self._client: httpx2.AsyncClient | None = None
        self._crumb = ""
        self._entering = asyncio.Lock()

    async def get(self, path: str, query: Query) -> Reply:
        """Return the answer; a crumb that is no longer good is fetched anew, once."""
        crumb = await self._entered("")
        answer = await self._ask(path, query, crumb)
        if answer.status_code == _UNAUTHORIZED:
            answer = await self._ask(path, query, await self._entered(crumb))
        told = wait_told(answer.headers.get("Retry-After"))
        return Reply(answer.status_code, answer.content, told)

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _ask(self, path: str, query: Query, crumb: str) -> httpx2.Response:
        params = {name: str(value) for name, value in query.items()}
        if crumb:
            params["crumb"] = crumb
        return await self._sent(quote(path), params)

    # A crumb other than one that was refused. Without any, what needs none is answered all the same.
    async def _entered(self, refused: str) -> str:
        async with self._entering:
            if self._crumb == refused:
                self._crumb = ""
                cookie = await self._sent("/", {})
                if not cookie.cookies and not self._http().cookies:
                    return ""
                answer = await self._sent("/v1/test/getcrumb", {})
                text = answer.text.strip()
                is_one = answer.status_code == 200 and text and "<" not in text and " " not in text
                self._crumb = text if is_one else ""
            return self._crumb

    async def _sent(self, path: str, params: dict[str, str]) -> httpx2.Response:
        try:
            return await self._http().get(self._base_url + path, params=params)
        except httpx2.RequestError as error:
            said = f"GET {path}: {type(error).__name__} {error}".rstrip()
            raise Disconnected(SOURCE, said) from error

    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                transport=self._transport,
                timeout=_TIMEOUT_S,
                follow_redirects=True,
                # Reading the system's certificates takes a while and is for https only.
                verify=self._base_url.startswith("https:"),
                # A proxy of the environment is for the world outside.
                trust_env=httpx2.URL(self._base_url).host not in {"127.0.0.1", "localhost", "::1"},
            )
        return self._client
