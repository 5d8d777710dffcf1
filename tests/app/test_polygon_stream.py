"""Polygon's stream as an asynchronous iterator, on the simulator."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from quantdeck.app.polygon_stream import stream_async
from quantdeck.feeds.polygon.events import EventQueue, StreamedBar, StreamedQuote, StreamedTrade
from quantdeck.model.errors import AuthFailed, BadInput, NotEntitled
from quantdeck.model.instruments import InstrumentTable
from quantdeck.sims.options.listed import Size
from quantdeck.sims.polygon.server import PolygonSim


@pytest.fixture(autouse=True)
def away_from_home(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("MASSIVE_API_KEY", "POLYGON_API_KEY", "CACHE_TTL"):
        monkeypatch.delenv(name, raising=False)


def _taken(monkeypatch, count, *, plan="advanced", symbols=("AAPL",), **options):
    notices = []

    async def run():
        async with PolygonSim(size=Size.SMALL, rate=20.0) as sim:
            addresses = {
                "REST": sim.rest_url,
                "REALTIME": sim.ws_url,
                "DELAYED": sim.delayed_ws_url,
            }
            for name, url in addresses.items():
                monkeypatch.setenv(f"QUANTDECK_FEEDS__POLYGON__{name}_URL", url)
            events = stream_async(symbols, key=plan, on_notice=notices.append, **options)
            found = []
            async with asyncio.timeout(20), aclosing(events):
                async for event in events:
                    found.append(event)
                    if len(found) == count:
                        break
            return found

    return asyncio.run(run()), notices


def test_stream_async_yields_trades_and_quotes_until_the_caller_stops(monkeypatch):
    found, notices = _taken(monkeypatch, 30, realtime=True)

    assert {type(each) for each in found} == {StreamedTrade, StreamedQuote}
    assert {each.symbol for each in found} == {"US:AAPL"}
    assert notices == []


def test_stream_async_says_what_the_plan_lacks_and_yields_the_next_best(monkeypatch):
    found, notices = _taken(monkeypatch, 2, plan="starter", realtime=True, channels=["trades"])

    assert {type(each) for each in found} == {StreamedBar}
    assert any("fifteen minutes late instead" in notice for notice in notices)
    assert any("bars of a second instead" in notice for notice in notices)


def test_stream_async_remembers_what_the_plan_lacks(monkeypatch):
    _taken(monkeypatch, 1, plan="starter", realtime=True, channels=["trades"])

    _, notices = _taken(monkeypatch, 1, plan="starter", realtime=True, channels=["trades"])

    assert len(notices) == 2
    assert all("as known from before" in notice for notice in notices)
    assert "bars of a second instead" in notices[1]


def test_stream_async_of_a_plan_without_streams_is_not_entitled(monkeypatch):
    with pytest.raises(NotEntitled, match="no delayed stream"):
        _taken(monkeypatch, 1, plan="basic")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"symbols": ("SPX",)}, BadInput),
        ({"symbols": ()}, BadInput),
        ({"channels": ["greeks"]}, BadInput),
        ({"channels": []}, BadInput),
    ],
)
def test_stream_async_refuses_what_cannot_be(monkeypatch, options, error):
    with pytest.raises(error):
        _taken(monkeypatch, 1, **options)


def test_stream_async_without_a_key_says_how_to_come_by_one():
    async def run():
        async with aclosing(stream_async(["AAPL"])) as events:
            async for _ in events:
                break

    with pytest.raises(AuthFailed, match="MASSIVE_API_KEY"):
        asyncio.run(run())


def test_event_queue_drops_the_oldest_and_counts_them():
    table = InstrumentTable()
    queue = EventQueue(table, most=2)
    symbol = table.id_of("US:AAPL")

    for number in range(5):
        queue.trade(number, number, number, 1.0, 1.0, symbol, 0, 0)

    taken = [queue.take(), queue.take(), queue.take()]
    assert [each.number for each in taken if isinstance(each, StreamedTrade)] == [3, 4]
    assert queue.dropped == 3
