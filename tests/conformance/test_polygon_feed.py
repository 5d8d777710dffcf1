"""Our client of Polygon and the vendor's own read the same from the same server."""

from __future__ import annotations

import asyncio
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quantdeck.feeds.polygon.bars import midnight_ns
from quantdeck.feeds.polygon.chains import PolygonChains
from quantdeck.feeds.polygon.endpoints import pace_of
from quantdeck.feeds.polygon.history import PolygonHistory
from quantdeck.feeds.polygon.news import news
from quantdeck.feeds.polygon.reference import dividends, moving_average, splits
from quantdeck.feeds.polygon.rest import PolygonRest
from quantdeck.feeds.polygon.ticks import trade_pages
from quantdeck.model.feed import RunId
from quantdeck.model.options import Right, osi
from quantdeck.ports.chains import ChainRequest
from quantdeck.ports.history import HistoryRequest
from quantdeck.sims.options.listed import Size
from quantdeck.sims.polygon.server import PolygonSim
from tests.conformance.threaded import FridayClock, running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

massive = pytest.importorskip("massive", reason="the vendor's client is not installed")
_FIRST, _LAST = date(2026, 10, 19), date(2026, 11, 18)


@pytest.fixture(scope="module")
def vendor() -> Iterator[PolygonSim]:
    with running(PolygonSim(clock=FridayClock(), seed=7, size=Size.SMALL)) as sim:
        yield sim


@pytest.fixture
def theirs(vendor: PolygonSim) -> Any:
    return massive.RESTClient("advanced", base=vendor.rest_url, retries=0)


def _ours(vendor: PolygonSim, ask: Any) -> Any:
    async def run() -> Any:
        rest = PolygonRest(
            key="advanced",
            clock=FridayClock(),
            rng=Random(1),
            pace=pace_of("advanced"),
            base_url=vendor.rest_url,
        )
        try:
            return await ask(rest)
        finally:
            await rest.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("interval", "timespan"), [("1d", "day"), ("1h", "hour"), ("1m", "minute")]
)
def test_bars_are_those_of_the_vendors_client(
    vendor: PolygonSim, theirs: Any, interval: str, timespan: str
) -> None:
    span = (midnight_ns(_FIRST), midnight_ns(_LAST))
    request = HistoryRequest("US:AAPL", interval, *span)

    history = _ours(vendor, lambda r: PolygonHistory(r, run_id=RunId("x")).history(request))

    days = (_FIRST.isoformat(), "2026-11-17")
    bars = list(theirs.list_aggs("AAPL", 1, timespan, *days, adjusted=False, limit=50_000))
    assert len(history) == len(bars)
    for ours, name in (("open", "open"), ("low", "low"), ("close", "close"), ("volume", "volume")):
        assert history.rows[ours].tolist() == [float(getattr(bar, name)) for bar in bars]
    if interval != "1d":
        stamps = [bar.timestamp * 1_000_000 for bar in bars]
        assert history.rows["start_ns"].tolist() == stamps


def test_actions_are_those_of_the_vendors_client(vendor: PolygonSim, theirs: Any) -> None:
    async def ask(rest: PolygonRest) -> Any:
        return await splits(rest, "US:AAPL"), await dividends(rest, "US:AAPL")

    our_splits, our_dividends = _ours(vendor, ask)

    told = {(each.execution_date, each.split_to) for each in theirs.list_splits("AAPL")}
    assert {(each.execution_date.isoformat(), each.split_to) for each in our_splits} == told
    paid = {(each.ex_dividend_date, each.cash_amount) for each in theirs.list_dividends("AAPL")}
    assert {(e.ex_dividend_date.isoformat(), e.cash_amount) for e in our_dividends} == paid


def test_trades_are_those_of_the_vendors_client(vendor: PolygonSim, theirs: Any) -> None:
    begin_ns = midnight_ns(date(2026, 11, 20)) + 15 * 3600 * 10**9
    span = (begin_ns, begin_ns + 60 * 10**9)

    async def ask(rest: PolygonRest) -> Any:
        return [r async for page in trade_pages(rest, "US:AAPL", span_ns=span) for r in page]

    ours = _ours(vendor, ask)

    limits = {"timestamp_gte": span[0], "timestamp_lt": span[1], "order": "asc"}
    told = list(theirs.list_trades("AAPL", **limits, limit=1000))
    assert ours
    assert [(r.sip_timestamp, r.price) for r in ours] == [(t.sip_timestamp, t.price) for t in told]


def test_chain_is_that_of_the_vendors_client(vendor: PolygonSim, theirs: Any) -> None:
    request = ChainRequest("US:AAPL", expiries=1)

    (chain,) = _ours(
        vendor, lambda rest: PolygonChains(rest, run_id=RunId("x")).snapshot(request)
    ).chains

    limits = {"expiration_date": chain.expiry.isoformat()}
    told = {
        each.details.ticker: each
        for each in theirs.list_snapshot_options_chain("AAPL", params=limits)
    }
    names = [f"O:{osi(chain.root, chain.expiry, Right.CALL, k)}" for k in chain.strikes.tolist()]
    interest = [told[name].open_interest for name in names]
    assert len(told) == 2 * len(chain.strikes)
    assert chain.calls.open_interest.tolist() == [float(each) for each in interest]
    assert np.isfinite(chain.calls.bid).sum() > 0


def test_news_and_indicator_are_those_of_the_vendors_client(
    vendor: PolygonSim, theirs: Any
) -> None:
    async def ask(rest: PolygonRest) -> Any:
        return await news(rest, ["US:AAPL"], count=10), await moving_average(rest, "US:AAPL")

    stories, (average,) = _ours(vendor, ask)

    told = [each for _, each in zip(range(10), theirs.list_ticker_news("AAPL"), strict=False)]
    assert [story.title for story in stories] == [each.title for each in told]
    value = theirs.get_sma("AAPL", timespan="day", window=50, limit=1).values[0].value
    # The day's bar may have grown between the two questions.
    assert average.value == pytest.approx(value, rel=1e-4)
