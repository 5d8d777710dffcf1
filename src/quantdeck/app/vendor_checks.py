"""What every vendor whose key is here is asked, to show what the key may do."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from msgspec.structs import replace

from quantdeck.app.alpaca_access import alpaca_access
from quantdeck.app.box_sources import Seams, is_here, open_demo, open_source
from quantdeck.app.credentials import (
    Secret,
    alpaca_keys,
    key_hint,
    news_key,
    polygon_key,
    surroundings,
    tastytrade_grant,
)
from quantdeck.app.history_parts import alpaca_past
from quantdeck.app.polygon_access import news_access, polygon_access
from quantdeck.app.words import counted
from quantdeck.app.yahoo_access import yahoo_chains, yahoo_history, yahoo_place
from quantdeck.feeds.binance.markets import MARKETS
from quantdeck.feeds.binance.past import BinancePast
from quantdeck.feeds.newsapi.client import SOURCE as NEWSAPI
from quantdeck.feeds.polygon.chains import PolygonChains
from quantdeck.feeds.polygon.collecting import PolygonCollecting
from quantdeck.feeds.polygon.endpoints import SOURCE as POLYGON
from quantdeck.feeds.polygon.history import PolygonHistory
from quantdeck.feeds.polygon.reference import market_state
from quantdeck.feeds.polygon.ticks import newest_quotes, newest_trades
from quantdeck.jobs.verify import Check
from quantdeck.model.errors import NoData
from quantdeck.model.feed import Delay
from quantdeck.model.instruments import root_of
from quantdeck.ports.chains import ChainRequest
from quantdeck.ports.history import HistoryRequest
from quantdeck.sims.binance.server import BinanceSim

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
    from contextlib import AsyncExitStack

    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.feeds.polygon.rest import PolygonRest
    from quantdeck.model.collected import Record
    from quantdeck.ports.chains import ChainSource
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.collecting import Gathered
    from quantdeck.ports.history import HistorySource

ALPACA, TASTYTRADE, BINANCE, YAHOO = "alpaca", "tastytrade", "binance", "yahoo"
VENDORS = (ALPACA, TASTYTRADE, BINANCE, YAHOO, POLYGON, NEWSAPI)
"""Who can be asked, in this order."""

_DAY_NS = 86_400 * 1_000_000_000
_SAMPLE_DAYS = 10
_NEAR = 0.05
_FEW = 10
_COIN = "BTCUSDT"


@dataclass(frozen=True, slots=True)
class KeysGiven:
    """Credentials of the command line, which count before those of the environment."""

    polygon: Secret | None = None
    news: Secret | None = None


@dataclass(slots=True)
class Gathering:
    """Questions to vendors, as they are gathered.

    Parameters
    ----------
    settings : Settings
        Addresses and plans.
    around : Surroundings
        Clock and run.
    stack : AsyncExitStack
        Closes the connections at its end.
    symbols : tuple of str
        Canonical symbols of stocks.
    demo : bool
        Ask the simulators.
    keys : KeysGiven
        Credentials of the command line.
    named : tuple of str
        Vendors that are asked though they are not enabled.
    environ : mapping of str to str
        Where the other credentials are.
    checks : list of Check
        What is to be asked.
    without : dict of str to str
        Vendors that are not asked, and what they lack.
    """

    settings: Settings
    around: Surroundings
    stack: AsyncExitStack
    symbols: tuple[str, ...]
    demo: bool = False
    keys: KeysGiven = field(default_factory=KeysGiven)
    named: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=surroundings)
    checks: list[Check] = field(default_factory=list[Check])
    without: dict[str, str] = field(default_factory=dict[str, str])

    def add(
        self, vendor: str, what: str, ask: Callable[[], Awaitable[str]], *, needed: bool = True
    ) -> None:
        """Take a question."""
        self.checks.append(Check(vendor, what, ask, is_needed=needed))

    def add_bars(self, vendor: str, source: HistorySource, symbols: Sequence[str]) -> None:
        """Take the question for the last days of each symbol."""
        for symbol in symbols:
            ask = partial(_bars, source, symbol, self.around.clock)
            self.add(vendor, f"daily bars of {root_of(symbol)}", ask)

    def add_chains(self, vendor: str, source: ChainSource) -> None:
        """Take the question for the nearest chain of each symbol."""
        for symbol in self.symbols:
            self.add(vendor, f"option chain of {root_of(symbol)}", partial(_chain, source, symbol))


async def gather_checks(found: Gathering) -> None:
    """Open every vendor that is set up, and take the questions to it.

    Parameters
    ----------
    found : Gathering
        Is filled.

    Raises
    ------
    ConfigError
        If Yahoo is to be asked and yfinance is not installed.
    """
    for vendor, gather in _MAKERS.items():
        if not found.named or vendor in found.named:
            await gather(found)


async def _alpaca(found: Gathering) -> None:
    settings, keys = found.settings, alpaca_keys(found.environ)
    if found.demo:
        access = await found.stack.enter_async_context(alpaca_access(settings, demo=True))
        keys = access.keys
        chosen = replace(
            settings.feeds.alpaca,
            stock_feed=access.stock_feed,
            data_url=access.data_url,
            trading_url=access.data_url,
        )
        settings = replace(settings, feeds=replace(settings.feeds, alpaca=chosen))
    if keys is None:
        found.without[ALPACA] = key_hint(ALPACA)
        return
    past = alpaca_past(settings, found.around, keys)
    found.stack.push_async_callback(past.close)
    found.add_bars(ALPACA, past, found.symbols)
    found.add_chains(ALPACA, await found.stack.enter_async_context(_chains_of(found, ALPACA)))


async def _tastytrade(found: Gathering) -> None:
    if not found.demo and tastytrade_grant(found.environ) is None:
        found.without[TASTYTRADE] = key_hint(TASTYTRADE)
        return
    source = await found.stack.enter_async_context(_chains_of(found, TASTYTRADE))
    found.add_chains(TASTYTRADE, source)


async def _binance(found: Gathering) -> None:
    feeds = found.settings.feeds
    urls = {"usdm": feeds.binance_usdm.rest_url, "spot": feeds.binance_spot.rest_url}
    enabled = {"usdm": feeds.binance_usdm.enabled, "spot": feeds.binance_spot.enabled}
    if found.demo:
        sim = await found.stack.enter_async_context(BinanceSim(spot=True))
        urls = {"usdm": sim.rest_url, "spot": sim.spot_rest_url}
    if not (found.demo or BINANCE in found.named or any(enabled.values())):
        found.without[BINANCE] = "no feed of it is enabled; set feeds.binance_usdm.enabled"
        return
    for name, url in urls.items():
        if found.demo or BINANCE in found.named or enabled[name]:
            source = BinancePast(
                name,
                clock=found.around.clock,
                rng=Random(),  # noqa: S311 - jitter, not secrets
                run_id=found.around.run_id,
                rest_url=url,
                simulated=is_here(url),
            )
            found.stack.push_async_callback(source.close)
            venue = MARKETS[name].venue
            ask = partial(_bars, source, f"{venue}:{_COIN}", found.around.clock)
            found.add(BINANCE, f"daily bars of {_COIN}, {name}", ask)


async def _yahoo(found: Gathering) -> None:
    settings = found.settings
    is_on = settings.feeds.yahoo.enabled or settings.history.source == YAHOO
    if not (found.demo or is_on or YAHOO in found.named):
        found.without[YAHOO] = "it is not enabled; set feeds.yahoo.enabled"
        return
    chosen = await found.stack.enter_async_context(yahoo_place(settings, demo=found.demo))
    past, chains = yahoo_history(chosen, found.around), yahoo_chains(chosen, found.around)
    found.stack.push_async_callback(past.close)
    found.stack.push_async_callback(chains.close)
    found.add_bars(YAHOO, past, found.symbols)
    found.add_chains(YAHOO, chains)


async def _polygon(found: Gathering) -> None:
    key = found.keys.polygon or polygon_key(found.environ)
    if key is None and not found.demo:
        found.without[POLYGON] = key_hint(POLYGON)
        return
    clock, run_id = found.around.clock, found.around.run_id
    access = await found.stack.enter_async_context(
        polygon_access(found.settings, clock, key=key, demo=found.demo)
    )
    rest, simulated = access.rest, access.simulated
    # What was refused yesterday may be included today.
    rest.entitlements.forget()
    found.add_bars(POLYGON, PolygonHistory(rest, run_id=run_id, simulated=simulated), found.symbols)
    found.add_chains(POLYGON, PolygonChains(rest, run_id=run_id, simulated=simulated))
    _add_others(found, rest, PolygonCollecting(rest, run_id=run_id, simulated=simulated))


def _add_others(found: Gathering, rest: PolygonRest, vendor: PolygonCollecting) -> None:
    symbol = found.symbols[0]
    questions = {
        "quote snapshot": _quote(vendor, symbol),
        "trades": _count("trade", lambda: newest_trades(rest, symbol, count=_FEW)),
        "quotes": _count("quote", lambda: newest_quotes(rest, symbol, count=_FEW)),
        "financial statements": _records("line", lambda: vendor.statements(symbol)),
        "moving average": _records("value", lambda: vendor.moving_average(symbol, window=50)),
        "news": _records("article", lambda: vendor.stories(symbol, count=_FEW)),
    }
    for what, ask in questions.items():
        found.add(POLYGON, f"{what} of {root_of(symbol)}", ask, needed=False)
    found.add(POLYGON, "market status", partial(market_state, rest), needed=False)


def _quote(vendor: PolygonCollecting, symbol: str) -> Callable[[], Awaitable[str]]:
    async def ask() -> str:
        told = (await vendor.quotes((symbol,))).records
        if not told:
            raise NoData(f"{POLYGON} has no snapshot of {symbol}")
        return f"last {told[0].last}" if told[0].last else "no price"

    return ask


def _records(
    noun: str, gather: Callable[[], Awaitable[Gathered[Record]]]
) -> Callable[[], Awaitable[str]]:
    async def ask() -> str:
        return counted(len((await gather()).records), noun)

    return ask


def _count(
    noun: str, gather: Callable[[], Awaitable[Sequence[object]]]
) -> Callable[[], Awaitable[str]]:
    async def ask() -> str:
        return counted(len(await gather()), noun)

    return ask


async def _newsapi(found: Gathering) -> None:
    key = found.keys.news or news_key(found.environ)
    client = await found.stack.enter_async_context(
        news_access(found.settings, found.around.clock, key=key, demo=found.demo)
    )
    if client is None:
        found.without[NEWSAPI] = key_hint(NEWSAPI)
        return
    news = client
    ask = _count("article", lambda: news.top_headlines(count=_FEW))
    found.add(NEWSAPI, "top headlines of business", ask)


@asynccontextmanager
async def _chains_of(found: Gathering, vendor: str) -> AsyncGenerator[ChainSource]:
    seams = Seams(found.around.clock, found.around.run_id)
    if found.demo:
        async with open_demo(found.settings, vendor) as make:
            feed = make(seams)
            try:
                yield feed
            finally:
                await feed.close()
        return
    async with open_source(found.settings, vendor, seams, environ=found.environ) as source:
        yield source


async def _bars(source: HistorySource, symbol: str, clock: Clock) -> str:
    now_ns = clock.now_ns()
    start_ns = now_ns // _DAY_NS * _DAY_NS - _SAMPLE_DAYS * _DAY_NS
    history = await source.history(HistoryRequest(symbol, "1d", start_ns, now_ns))
    last = history.rows[-1]
    day = datetime.fromtimestamp(int(last["start_ns"]) / 1e9, UTC).date()
    return (
        f"{counted(len(history), 'bar')} to {day}, close {float(last['close']):,.2f}, "
        f"{history.provenance.delay.value}"
    )


async def _chain(source: ChainSource, symbol: str) -> str:
    request = ChainRequest(symbol, expiries=1, lowest=1.0 - _NEAR, highest=1.0 + _NEAR)
    taken = await source.snapshot(request)
    sides = [side for each in taken.chains for side in (each.calls, each.puts)]
    contracts = sum(len(side.bid) for side in sides)
    if not contracts:
        raise NoData(f"{source.source} lists no options on {symbol} near its price")
    quoted = sum(int((side.bid == side.bid).sum()) for side in sides)
    delay = taken.provenance.delay
    return (
        f"{counted(contracts, 'contract')} of {taken.chains[0].expiry}, {quoted} with a bid, "
        f"{delay.value if delay is Delay.SIMULATED or not taken.feed else taken.feed}"
    )


_MAKERS: dict[str, Callable[[Gathering], Awaitable[None]]] = {
    ALPACA: _alpaca,
    TASTYTRADE: _tastytrade,
    BINANCE: _binance,
    YAHOO: _yahoo,
    POLYGON: _polygon,
    NEWSAPI: _newsapi,
}
