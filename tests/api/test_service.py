"""The service of the API alone: no page, no login, nothing that changes anything."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from quantdeck.api.openapi import document
from tests.api.one_app import service_for

ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture
def service(deck):
    return service_for(deck)


@pytest.fixture
def get(service):
    def go(path, *, method="GET", **headers):
        async def ask():
            transport = httpx2.ASGITransport(app=service, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(ask())

    return go


@pytest.mark.parametrize(
    "path",
    [
        "/metrics/SPY", "/history/SPY", "/risk/SPY", "/portfolio?weights=SPY,QQQ", "/options/SPX",
        "/technical/SPY", "/signals",
    ],
)  # fmt: skip
def test_service_answers_at_its_root_as_under_the_prefix(get, path):
    root, prefixed = get(path), get(f"/api/v1{path}")

    assert root.status_code == 200
    assert root.json() == prefixed.json()


def test_service_is_healthy_without_a_session(get, deck):
    assert get("/health").json()["live"]
    assert get("/health/ready").status_code == 200


def test_service_that_is_not_ready_is_503(get, deck):
    from quantdeck.ports.tape import TapeStatus

    deck.tape_status = lambda: TapeStatus("stopped", "the disk is full")

    assert get("/health/ready").status_code == 503


def test_service_lists_its_routes_for_programs_and_people(get):
    listed = get("/").json()["routes"]
    page = get("/", Accept="text/html")

    assert "/metrics/{symbol}" in [each["path"] for each in listed]
    assert "/metrics/{symbol}" in page.text
    assert "Simulated data." in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/metrics/SPY", "/api/v1/signals", "/"])
def test_service_tells_pages_of_other_sites_nothing(get, path, site):
    assert get(path, **{"Sec-Fetch-Site": site}).status_code == 403


def test_service_under_a_foreign_name_is_421(get):
    assert get("/metrics/SPY", Host="evil.example").status_code == 421


def test_service_to_a_foreign_origin_is_403(get):
    assert get("/metrics/SPY", Origin="http://evil.example").status_code == 403


def test_service_has_no_route_that_changes_anything(service):
    methods = {m for item in document(service)["paths"].values() for m in item}

    assert methods == {"get"}


@pytest.mark.parametrize("path", ["/api/v1/sql", "/api/v1/capture/start", "/api/v1/alerts/rules"])
def test_service_without_the_deck_has_no_route_of_it(get, path):
    assert get(path, method="POST", Origin=ORIGIN).status_code in {404, 405}


def test_service_says_what_is_allowed_where_a_parameter_is_unknown(get):
    reply = get("/metrics/SPY?periods=20")

    assert reply.status_code == 422
    assert "window" in reply.json()["error"]["message"]
