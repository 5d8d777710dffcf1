"""One application for all tests: to put its routes together takes longer than most tests do."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from quantdeck.api.app import create_app
from quantdeck.api.service import create_service

if TYPE_CHECKING:
    from pathlib import Path


class _StandIn:
    # Whatever the test that runs just now has in this place.
    def __init__(self) -> None:
        self.now: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.now, name)

    @property
    def __class__(self) -> Any:
        return self.now.__class__


_deck, _sessions, _setup = _StandIn(), _StandIn(), _StandIn()


@cache
def _app(page: Path, *, with_setup: bool, **options: Any) -> Any:
    setup: Any = _setup if with_setup else None
    return create_app(_deck, sessions=_sessions, page=page, setup=setup, **options)


@cache
def _service() -> Any:
    return create_service(_deck)


def app_for(deck: Any, sessions: Any, page: Path, *, setup: Any = None, **options: Any) -> Any:
    """Return the application, serving this deck from now on; its counts are of all tests so far."""
    _deck.now, _sessions.now, _setup.now = deck, sessions, setup
    return _app(page, with_setup=setup is not None, **options)


def service_for(deck: Any) -> Any:
    """Return the service of the API alone, serving this deck from now on."""
    _deck.now = deck
    return _service()
