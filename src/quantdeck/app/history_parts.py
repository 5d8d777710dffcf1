"""Prices of years of a deck: who is asked for which venue, and where they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Protocol

from quantdeck.app.box_sources import is_here
from quantdeck.app.credentials import alpaca_keys, key_hint, surroundings
from quantdeck.app.feed_settings import Yahoo
from quantdeck.app.history_settings import DEMO_STOCKS
from quantdeck.app.plans import DEMO_RATE, DEMO_SEED
from quantdeck.app.polygon_access import polygon_rest
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.app.yahoo_access import SOURCE as YAHOO
from quantdeck.app.yahoo_access import yahoo_history
from quantdeck.feeds.alpaca.endpoints import OPTION_GRADES, STOCK_GRADE_OF, STOCK_GRADES
from quantdeck.feeds.alpaca.past import AlpacaPast
from quantdeck.feeds.alpaca.rest import AlpacaRest
from quantdeck.feeds.binance.past import BinancePast
from quantdeck.feeds.polygon.history import PolygonHistory
from quantdeck.feeds.yahoo.symbols import VENUE as YAHOO_VENUE
from quantdeck.hub.histories import Histories, HistoryParts
from quantdeck.hub.history_fetch import Spans
from quantdeck.model.errors import AuthFailed
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.ports.history import HistorySource
from quantdeck.sims.binance.server import BinanceSim
from quantdeck.sims.yahoo.server import YahooSim
from quantdeck.tape.history.store import BarStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AsyncExitStack

    from quantdeck.app.credentials import AlpacaKeys
    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.hub.machine import Machine
    from quantdeck.model.history import History
    from quantdeck.ports.history import HistoryRequest

_SPY = f"{UNDERLYING_VENUE}:SPY"


class ClosableSource(HistorySource, Protocol):
    """A source of prices that owns connections."""

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        ...


@dataclass(frozen=True, slots=True)
class DemoVenues:
    """Simulators that the prices of a demo come from.

    Parameters
    ----------
    binance : BinanceSim
        Of coins.
    stocks : callable or None
        Makes the source of stocks; None where none runs.
    """

    binance: BinanceSim
    stocks: Callable[[Surroundings], ClosableSource] | None = None


class PolygonPast:
    """Polygon's prices of years, with the connection that they come by.

    Parameters
    ----------
    settings : Settings
        Address, plan and cache.
    around : Surroundings
        Clock and run.

    Raises
    ------
    AuthFailed
        If no key is here.
    """

    def __init__(self, settings: Settings, around: Surroundings) -> None:
        _, self._rest = polygon_rest(settings, around.clock)
        self._history = PolygonHistory(
            self._rest,
            run_id=around.run_id,
            simulated=is_here(settings.feeds.polygon.rest_url),
        )

    @property
    def source(self) -> str:
        """Short name of the service."""
        return self._history.source

    async def history(self, request: HistoryRequest) -> History:
        """Return bars as traded; see `quantdeck.feeds.polygon.history.PolygonHistory.history`."""
        return await self._history.history(request)

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        await self._rest.close()


async def demo_venues(stack: AsyncExitStack, binance: BinanceSim | None = None) -> DemoVenues:
    """Run the simulators that prices come from until the stack is closed.

    Parameters
    ----------
    stack : AsyncExitStack
        Ends them.
    binance : BinanceSim or None
        One that runs already.
    """
    coins = binance or await stack.enter_async_context(
        BinanceSim(seed=DEMO_SEED, rate=DEMO_RATE, spot=True)
    )
    yahoo = await stack.enter_async_context(YahooSim(seed=DEMO_SEED))
    chosen = Yahoo(rest_url=yahoo.base_url)
    return DemoVenues(coins, partial(yahoo_history, chosen))


def history_sources(
    settings: Settings,
    around: Surroundings,
    stack: AsyncExitStack,
    *,
    demo: DemoVenues | None = None,
) -> dict[str, HistorySource]:
    """Return who is asked for prices of years, by the venue of the symbols.

    Parameters
    ----------
    settings : Settings
        Names addresses and the source of stocks.
    around : Surroundings
        Clock and run.
    stack : AsyncExitStack
        Closes the connections at its end.
    demo : DemoVenues or None
        Simulators instead of vendors.

    Raises
    ------
    AuthFailed
        If the source of stocks needs a key that is not here.
    ConfigError
        If it is Yahoo, and yfinance is not installed.
    """
    found: dict[str, HistorySource] = {}
    feeds = settings.feeds
    urls = (
        {"usdm": feeds.binance_usdm.rest_url, "spot": feeds.binance_spot.rest_url}
        if demo is None
        else {"usdm": demo.binance.rest_url, "spot": demo.binance.spot_rest_url}
    )
    for name, url in urls.items():
        # Coins of either market can be asked for, whether they are captured or not.
        source = BinancePast(
            name,
            clock=around.clock,
            rng=_jitter(),
            run_id=around.run_id,
            rest_url=url,
            simulated=is_here(url),
        )
        found[source.venue] = source
        stack.push_async_callback(source.close)
    stocks = demo.stocks if demo is not None else _stocks(settings)
    if stocks is not None:
        source = stocks(around)
        found[UNDERLYING_VENUE] = source
        if source.source == YAHOO:
            found[YAHOO_VENUE] = source
        stack.push_async_callback(source.close)
    return found


def history_parts(
    settings: Settings,
    around: Surroundings,
    sources: dict[str, HistorySource],
    *,
    demo: bool,
    coins: Sequence[str] = (),
    fetches: Callable[[], bool] = lambda: True,
) -> Callable[[Machine], Histories]:
    """Return what makes the prices of years of a machine.

    Parameters
    ----------
    settings : Settings
        The section ``history``.
    around : Surroundings
        Folder and clock.
    sources : dict
        As `history_sources` returns them.
    demo : bool
        Follow the stocks of the demo unless others are named.
    coins : sequence of str
        Canonical symbols that are followed though nothing is captured here.
    fetches : callable
        As in `HistoryParts`.

    Raises
    ------
    BadInput
        If a symbol is none.
    """
    chosen = settings.history
    typed = chosen.symbols
    if demo and not typed and UNDERLYING_VENUE in sources:
        typed = DEMO_STOCKS
    symbols = tuple(dict.fromkeys(map(typed_symbol, typed)))
    benchmark = _SPY if _SPY in symbols else ""
    if chosen.benchmark:
        benchmark = typed_symbol(chosen.benchmark)
        symbols = tuple(dict.fromkeys((*symbols, benchmark)))
    symbols = tuple(dict.fromkeys((*symbols, *coins)))
    parts = HistoryParts(
        store=BarStore(around.folder),
        sources=sources,
        symbols=symbols,
        benchmark=benchmark,
        spans=Spans(years=chosen.years, hours_days=chosen.hours_days),
        refresh_s=60.0 * chosen.refresh_minutes,
        fetches=fetches,
    )
    return partial(Histories, parts)


def played_prices(settings: Settings) -> Callable[[Machine], Histories]:
    """Return what makes the prices of a replay: bars of what is played, and no years."""
    return partial(Histories, HistoryParts(BarStore(Path(settings.data_dir)), {}))


def _stocks(settings: Settings) -> Callable[[Surroundings], ClosableSource] | None:
    wanted, feeds = settings.history.source, settings.feeds
    enabled = {
        "yahoo": feeds.yahoo.enabled,
        "alpaca": feeds.alpaca.enabled or bool(feeds.alpaca.symbols),
    }
    name = next((n for n, on in enabled.items() if on), "") if wanted == "auto" else wanted
    makers: dict[str, Callable[[Surroundings], ClosableSource]] = {
        "yahoo": partial(yahoo_history, feeds.yahoo),
        "alpaca": partial(alpaca_past, settings),
        "polygon": partial(PolygonPast, settings),
    }
    return makers.get(name)


def alpaca_past(
    settings: Settings, around: Surroundings, keys: AlpacaKeys | None = None
) -> AlpacaPast:
    """Return Alpaca's prices of years; whoever gets it closes it.

    Parameters
    ----------
    settings : Settings
        Addresses and plan.
    around : Surroundings
        Clock and run.
    keys : AlpacaKeys or None
        The pair; that of the environment where None.

    Raises
    ------
    AuthFailed
        If no key is here.
    """
    chosen = settings.feeds.alpaca
    keys = keys or alpaca_keys(surroundings())
    if keys is None:
        raise AuthFailed(
            "alpaca",
            f"prices of stocks are asked of it, but no key was found; {key_hint('alpaca')}",
        )
    grade = STOCK_GRADES[chosen.stock_feed or STOCK_GRADE_OF[chosen.data_feed]]
    rest = AlpacaRest(
        key=keys.key.reveal(),
        secret=keys.secret.reveal(),
        options=OPTION_GRADES[chosen.data_feed],
        stocks=grade,
        clock=around.clock,
        rng=_jitter(),
        requests_per_minute=chosen.requests_per_minute or grade.requests_per_minute,
        data_url=chosen.data_url,
        trading_url=chosen.trading_url,
    )
    return AlpacaPast(
        rest, grade, clock=around.clock, run_id=around.run_id, simulated=is_here(chosen.data_url)
    )


def _jitter() -> Random:
    return Random()  # noqa: S311 - jitter, not secrets
