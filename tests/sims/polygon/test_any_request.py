"""Whatever is asked, the simulator of Polygon answers as the vendor might, and never breaks."""

from __future__ import annotations

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quantdeck.sims.polygon.routes import Route, routes
from tests.sims.polygon.harness import MARKET, bench

VALUES = [
    "AAPL",
    "O:AAPL261204C00240000",
    "O:AAPL000101C00240000",
    "NOPE",
    "1",
    "0",
    "-5",
    "9" * 26,
    "2026-11-20",
    "2050-01-01",
    "0001-01-01",
    "9999-12-31",
    "2026-11-20T10:00:00Z",
    "1795194000123000000",
    "day",
    "minute",
    "true",
    "desc",
    "é",
]
NAMES = [
    "limit",
    "sort",
    "order",
    "adjusted",
    "timestamp",
    "timestamp.gte",
    "expiration_date.lte",
    "strike_price.gte",
    "as_of",
    "expired",
    "ticker",
    "tickers",
    "published_utc",
    "timespan",
    "window",
    "timeframe",
    "filing_date.gte",
    "execution_date",
    "cursor",
]


def _routes() -> list[Route]:
    async def scenario():
        async with bench(market=MARKET) as at:
            return routes(at.sim.venue)

    return [*asyncio.run(scenario())]


def _filled(path: str, values: list[str]) -> str:
    parts = iter(values)
    return "/".join(next(parts) if part.startswith("{") else part for part in path.split("/"))


PATHS = [route.path for route in _routes()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    path=st.sampled_from(PATHS),
    values=st.lists(st.sampled_from(VALUES), min_size=8, max_size=8),
    query=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=3),
    key=st.sampled_from(["basic", "starter", "business"]),
)
def test_any_request_is_answered_in_json_with_a_status(
    path: str, values: list[str], query: dict[str, str], key: str
) -> None:
    async def scenario():
        async with bench() as at:
            asked = {name.replace(".", "__"): value for name, value in query.items()}
            return await at.reply(_filled(path, values), key=key, **asked)

    reply = asyncio.run(scenario())

    assert reply.status in (200, 400, 403, 404)
    assert reply.headers["Content-Type"].startswith("application/json")
    assert isinstance(reply.body, list) or "status" in reply.body
