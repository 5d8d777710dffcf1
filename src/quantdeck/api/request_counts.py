"""How many requests there are, and how long they take, by route and answer."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_UNKNOWN = "none"


class RequestCounts:
    """Counters of one application; see `CountRequests`.

    Attributes
    ----------
    registry : CollectorRegistry
        What is counted, for Prometheus.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "quantdeck_http_requests",
            "Requests that were answered or refused.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "quantdeck_http_request_seconds",
            "From a request to the end of its answer.",
            ("method", "route"),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that has been answered.

        Parameters
        ----------
        scope : mapping
            The ASGI scope, after a route was found, or none was.
        status : int
            Of the answer.
        seconds : float
            How long it took. [s]
        """
        route = _route_of(scope)
        method = scope["method"] if scope["method"] in _METHODS else _UNKNOWN
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


# Paths as they are asked for have no end, routes are few. A route knows its path within its router only:
# what the router was included under comes from the path that was asked for.
def _route_of(scope: Scope) -> str:
    path = str(getattr(scope.get("route"), "path", ""))
    if not path or ":path}" in path:
        return path or _UNKNOWN
    asked = scope["path"].split("/")
    return "/".join(asked[: max(0, len(asked) - path.count("/"))]) + path


class CountRequests:
    """ASGI middleware that counts every request, also those refused.

    Parameters
    ----------
    app : ASGI application
        What is counted.
    counts : RequestCounts
        Where.
    """

    def __init__(self, app: ASGIApp, *, counts: RequestCounts) -> None:
        self._app = app
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 500, perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._counts.note(scope, status, perf_counter() - began)
