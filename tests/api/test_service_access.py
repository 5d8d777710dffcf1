"""The service of a deck with accounts: nothing but its health is read without a session or a token."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from quantdeck.api.health_service import create_health
from quantdeck.api.openapi import document
from quantdeck.api.service import create_service


def _ask(app, path, **headers):
    async def go():
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        url = "http://127.0.0.1:8000"
        async with httpx2.AsyncClient(transport=transport, base_url=url) as client:
            return await client.get(path, headers=headers)

    return asyncio.run(go())


@pytest.fixture
def guarded(deck, sessions):
    return create_service(deck, entrance=sessions)


def test_every_route_but_health_is_refused_to_strangers(guarded):
    paths = {path for path in document(guarded)["paths"] if not path.startswith("/health")}

    replies = {path: _ask(guarded, path.replace("{", "").replace("}", "")) for path in paths}
    replies |= {path: _ask(guarded, path) for path in ("/", "/openapi.json")}

    assert {path for path, reply in replies.items() if reply.status_code != 401} <= {
        "/internal/metrics"
    }
    assert len(replies) > 10


def test_health_is_told_to_whoever_supervises(guarded):
    assert _ask(guarded, "/health").status_code == 200


def test_session_reads_what_strangers_may_not(guarded, cookies):
    name, value = next(iter(cookies.items()))

    assert _ask(guarded, "/metrics/SPY", Cookie=f"{name}={value}").status_code == 200


def test_health_service_tells_health_and_measures_and_nothing_else(deck):
    app = create_health(deck)
    paths = ("/health", "/health/ready", "/internal/metrics", "/api/v1")

    found = {path: _ask(app, path).status_code for path in paths}

    assert found == {
        "/health": 200,
        "/health/ready": 200,
        "/internal/metrics": 200,
        "/api/v1": 404,
    }


def test_measures_of_a_health_service_need_the_token_through_a_proxy(deck):
    app = create_health(deck, metrics_token="of-metrics")  # noqa: S106 - none
    through = {"X-Forwarded-For": "10.0.0.9"}

    none = _ask(app, "/internal/metrics", **through)
    held = _ask(app, "/internal/metrics", **through, Authorization="Bearer of-metrics")

    assert (none.status_code, held.status_code) == (403, 200)
