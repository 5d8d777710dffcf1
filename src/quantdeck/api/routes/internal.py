"""Measures for Prometheus under ``/internal/metrics``: counters and states, no prices or positions.

Programs of this machine may read them; from elsewhere a token is needed.
"""

from __future__ import annotations

import ipaddress
import secrets
from typing import TYPE_CHECKING

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.errors import error_reply
from quantdeck.hub.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.core import Metric

    from quantdeck.api.health_service import Measured
    from quantdeck.api.request_counts import RequestCounts

METRICS_PATH = "/internal/metrics"
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


class DeckCollector(Collector):
    """Asks a deck for its measures whenever they are read.

    Parameters
    ----------
    deck : Measured
        The machine, or another process.
    """

    def __init__(self, deck: Measured) -> None:
        self._deck = deck

    def describe(self) -> Iterable[Metric]:
        """Return nothing: what there is, is said with the figures."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return the measures as they are now."""
        for name, samples in self._deck.measures():
            described = MEASURES[name]
            kind = CounterMetricFamily if described.kind == "counter" else GaugeMetricFamily
            family = kind(name, described.text, labels=described.labels)
            for labels, value in samples:
                family.add_metric(labels, value)
            yield family


def internal_routes(
    deck: Measured, counts: RequestCounts, *, token: str | None = None
) -> APIRouter:
    """Return the routes for a monitoring system.

    Parameters
    ----------
    deck : Measured
        The machine, or another process.
    counts : RequestCounts
        What was counted of requests.
    token : str or None
        Lets programs of other machines read, as ``Authorization: Bearer``; None lets none.

    Returns
    -------
    APIRouter
        To be included without a prefix.
    """
    router = APIRouter(include_in_schema=False)
    registry = CollectorRegistry()
    registry.register(DeckCollector(deck))
    ProcessCollector(registry=registry)

    @router.get(METRICS_PATH)
    async def metrics(request: Request) -> Response:
        """Give every measure in the text form of Prometheus."""
        if not (_is_local(request) or _has_token(request, token)):
            return error_reply(
                request.scope,
                403,
                "measures are read from this machine, or with METRICS_TOKEN as bearer token",
            )
        text = generate_latest(registry) + generate_latest(counts.registry)
        headers = {"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
        return Response(text, headers=headers)

    return router


def _is_local(request: Request) -> bool:
    # What a proxy passes on comes from this machine only to the eye.
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _has_token(request: Request, token: str | None) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if token is None or scheme.lower() != "bearer":
        return False
    return secrets.compare_digest(given.strip().encode(), token.encode())
