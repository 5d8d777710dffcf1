"""How a process without a page is doing, over HTTP: for containers, supervisors and monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from fastapi import Depends, FastAPI

from quantdeck.api.errors import install_error_handlers
from quantdeck.api.parameters import only_known_parameters
from quantdeck.api.request_counts import CountRequests, RequestCounts
from quantdeck.api.routes.internal import internal_routes
from quantdeck.api.routes.machine import health_routes
from quantdeck.api.security import LOOPBACK_NAMES, Guard
from quantdeck.api.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Collection

    from quantdeck.hub.health import Health
    from quantdeck.hub.measures import Measure
    from quantdeck.ports.clock import Clock


class Healthy(Protocol):
    """What knows how it is doing."""

    @property
    def version(self) -> str:
        """Version of quantdeck."""
        ...

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        ...

    def health(self) -> Health:
        """Return whether it is alive and ready."""
        ...


class Measured(Healthy, Protocol):
    """What knows its figures, too."""

    def measures(self) -> list[Measure]:
        """Return what a monitoring system is told."""
        ...


def create_health(
    process: Measured,
    *,
    hosts: Collection[str] = LOOPBACK_NAMES,
    metrics_token: str | None = None,
) -> FastAPI:
    """Return the application that answers health and measures, and nothing else.

    Parameters
    ----------
    process : Measured
        Whose health and measures are told.
    hosts : collection of str
        Names, without port, under which it may be addressed.
    metrics_token : str or None
        Lets programs of other machines read the measures.

    Returns
    -------
    FastAPI
        An ASGI application; it starts and stops nothing.
    """
    app = FastAPI(
        title="quantdeck", version=process.version, openapi_url=None, docs_url=None, redoc_url=None
    )
    install_error_handlers(app)
    counts = RequestCounts()
    app.include_router(health_routes(process), dependencies=[Depends(only_known_parameters)])
    app.include_router(internal_routes(process, counts, token=metrics_token))
    # Nobody logs in; the guard asks for sessions all the same.
    app.add_middleware(Guard, sessions=Sessions(process.clock, port=0), hosts=hosts, is_open=True)
    app.add_middleware(CountRequests, counts=counts)
    return app
