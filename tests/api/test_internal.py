from __future__ import annotations

import asyncio

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from quantdeck.api.app import create_app
from quantdeck.api.routes.internal import METRICS_PATH
from tests.api.one_app import app_for, service_for

TOKEN = "m3asur3s-0f-th3-d3ck"  # noqa: S105


def figures(reply: httpx2.Response) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


@pytest.fixture
def app(deck, sessions, page):
    # One of its own: the others have been asked already.
    return create_app(deck, sessions=sessions, page=page)


@pytest.fixture
def from_elsewhere(deck, sessions, page, names):
    app = app_for(deck, sessions, page, metrics_token=TOKEN)

    def ask(**headers: str) -> httpx2.Response:
        async def go() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=app, client=("192.0.2.7", 5000))
            async with httpx2.AsyncClient(transport=transport, base_url=names.origin) as client:
                return await client.get(METRICS_PATH, headers=headers)

        return asyncio.run(go())

    return ask


def test_measures_of_a_deck_are_in_the_form_of_prometheus(stranger) -> None:
    reply = stranger("GET", METRICS_PATH)

    found = figures(reply)
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert found["quantdeck_ready", ()] == 1
    assert found["quantdeck_feed_messages_total", ("binance-usdm/market",)] == 7
    assert any(name == "process_resident_memory_bytes" for name, _ in found)


def test_requests_are_counted_by_route_and_not_by_path(ask, stranger) -> None:
    for symbol in ("a", "b"):
        ask("DELETE", f"/api/watchlist/{symbol}")
    stranger("GET", "/api/v1/pages")
    ask("GET", "/no/such/place")
    ask("GET", "/no/such/place", headers={"Host": "evil.example"})

    found = figures(stranger("GET", METRICS_PATH))

    requests = {
        labels: n for (name, labels), n in found.items() if name.endswith("_requests_total")
    }
    assert sum(n for (method, *_), n in requests.items() if method == "DELETE") == 2
    assert {r for (m, r, _) in requests if m == "DELETE"} == {"/api/watchlist/{symbol}"}
    assert {r for (m, r, _) in requests if m == "GET"}.isdisjoint({"/no/such/place"})
    assert requests["GET", "none", "421"] == 1
    assert requests["GET", "none", "401"] == 1
    assert found["quantdeck_http_request_seconds_count", ("DELETE", "/api/watchlist/{symbol}")] == 2


def test_measures_from_another_machine_without_the_token_are_refused(from_elsewhere) -> None:
    replies = [
        from_elsewhere(),
        from_elsewhere(Authorization="Bearer wrong"),
        from_elsewhere(Authorization=f"Basic {TOKEN}"),
    ]

    assert [reply.status_code for reply in replies] == [403] * 3


def test_measures_from_another_machine_with_the_token_are_given(from_elsewhere) -> None:
    assert from_elsewhere(Authorization=f"Bearer {TOKEN}").status_code == 200


def test_measures_through_a_proxy_count_as_from_elsewhere(stranger) -> None:
    reply = stranger("GET", METRICS_PATH, headers={"X-Forwarded-For": "127.0.0.1"})

    assert reply.status_code == 403


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_measures_are_kept_from_other_sites(stranger, headers) -> None:
    assert stranger("GET", METRICS_PATH, headers=headers).status_code in {403, 421}


def test_service_of_studies_has_measures_as_well(deck, names) -> None:
    async def go() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=service_for(deck))
        async with httpx2.AsyncClient(transport=transport, base_url=names.origin) as client:
            return await client.get(METRICS_PATH)

    assert figures(asyncio.run(go()))["quantdeck_ready", ()] == 1
