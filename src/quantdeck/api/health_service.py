"""How a process without a page is doing, over HTTP: for containers, supervisors and people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from fastapi import Depends, FastAPI

from quantdeck.api.errors import install_error_handlers
from quantdeck.api.parameters import only_known_parameters
from quantdeck.api.routes.machine import health_routes
from quantdeck.api.security import LOOPBACK_NAMES, Guard
from quantdeck.api.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Collection

    from quantdeck.hub.health import Health
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


def create_health(process: Healthy, *, hosts: Collection[str] = LOOPBACK_NAMES) -> FastAPI:
    """Return the application that answers ``/health`` and ``/health/ready``, and nothing else.

    Parameters
    ----------
    process : Healthy
        Whose health is told.
    hosts : collection of str
        Names, without port, under which it may be addressed.

    Returns
    -------
    FastAPI
        An ASGI application; it starts and stops nothing.
    """
    app = FastAPI(
        title="quantdeck", version=process.version, openapi_url=None, docs_url=None, redoc_url=None
    )
    install_error_handlers(app)
    app.include_router(health_routes(process), dependencies=[Depends(only_known_parameters)])
    # Nobody logs in; the guard asks for sessions all the same.
    app.add_middleware(Guard, sessions=Sessions(process.clock, port=0), hosts=hosts, is_open=True)
    return app
