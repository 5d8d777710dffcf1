"""Runs one vendor's simulator until it is interrupted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quantdeck.app.signals import until_told_to_stop
from quantdeck.model.errors import BadInput, ConfigError
from quantdeck.sims.alpaca.fault_table import ALPACA_FAULTS
from quantdeck.sims.alpaca.server import AlpacaSim
from quantdeck.sims.binance.server import BinanceSim
from quantdeck.sims.fault_table import FAULTS
from quantdeck.sims.faults import describe
from quantdeck.sims.newsapi.fault_table import NEWS_FAULTS
from quantdeck.sims.newsapi.server import NewsApiSim
from quantdeck.sims.options.listed import Size
from quantdeck.sims.polygon.fault_table import POLYGON_FAULTS
from quantdeck.sims.polygon.server import PolygonSim
from quantdeck.sims.tastytrade import accounts
from quantdeck.sims.tastytrade.fault_table import TASTY_FAULTS
from quantdeck.sims.tastytrade.server import TastytradeSim
from quantdeck.sims.yahoo.fault_table import YAHOO_FAULTS
from quantdeck.sims.yahoo.server import YahooSim

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.sims.fault_table import FaultSpec


@dataclass(frozen=True, slots=True)
class _Options:
    port: int
    spot_port: int | None
    seed: int
    rate: float
    faults: Sequence[str]
    size: Size


# How a simulator is made, what it says of itself and which faults it knows.
@dataclass(frozen=True, slots=True)
class _Vendor:
    make: Callable[[_Options], Any]
    says: Callable[[Any], str]
    faults: Mapping[str, FaultSpec]


def _binance(options: _Options) -> BinanceSim:
    port, spot_port = options.port, options.spot_port
    return BinanceSim(
        seed=options.seed,
        port=port,
        spot=True,
        spot_port=spot_port if spot_port is not None else port + 1 if port else 0,
        faults=options.faults,
        rate=options.rate,
    )


def _binance_says(sim: BinanceSim) -> str:
    return (
        "quantdeck sim binance: simulated data\n"
        f"  futures  REST {sim.rest_url}  streams {sim.ws_url}\n"
        f"  spot     REST {sim.spot_rest_url}  streams {sim.spot_ws_url}\n"
        f"  faults   {sim.rest_url}/sim/faults  (Ctrl-C ends)"
    )


def _tastytrade(options: _Options) -> TastytradeSim:
    return TastytradeSim(
        seed=options.seed,
        port=options.port,
        faults=options.faults,
        rate=options.rate,
        size=options.size,
    )


def _tastytrade_says(sim: TastytradeSim) -> str:
    return (
        "quantdeck sim tastytrade: simulated data\n"
        f"  REST     {sim.rest_url}  stream {sim.dxlink_url}\n"
        f"  OAuth    client secret {accounts.CLIENT_SECRET}  "
        f"refresh token {accounts.REFRESH_TOKEN}\n"
        f"  faults   {sim.rest_url}/sim/faults  (Ctrl-C ends)"
    )


def _alpaca(options: _Options) -> AlpacaSim:
    return AlpacaSim(
        seed=options.seed,
        port=options.port,
        faults=options.faults,
        rate=options.rate,
        size=options.size,
    )


def _alpaca_says(sim: AlpacaSim) -> str:
    return (
        "quantdeck sim alpaca: simulated data\n"
        f"  REST     {sim.rest_url}  streams {sim.ws_url}/v1beta1/opra and others\n"
        "  keys     any key and secret that are not empty\n"
        f"  faults   {sim.rest_url}/sim/faults  (Ctrl-C ends)"
    )


def _newsapi(options: _Options) -> NewsApiSim:
    return NewsApiSim(
        seed=options.seed, port=options.port, faults=options.faults, size=options.size
    )


def _newsapi_says(sim: NewsApiSim) -> str:
    return (
        "quantdeck sim newsapi: simulated data\n"
        f"  REST     {sim.base_url}/everything and /top-headlines\n"
        "  keys     any; developer has the free plan\n"
        f"  faults   {sim.root_url}/sim/faults  (Ctrl-C ends)"
    )


def _polygon(options: _Options) -> PolygonSim:
    return PolygonSim(
        seed=options.seed,
        port=options.port,
        delayed_port=options.port + 1 if options.port else 0,
        faults=options.faults,
        rate=options.rate,
        size=options.size,
    )


def _polygon_says(sim: PolygonSim) -> str:
    return (
        "quantdeck sim polygon: simulated data\n"
        f"  REST     {sim.rest_url}\n"
        f"  streams  real-time {sim.ws_url}/stocks  delayed {sim.delayed_ws_url}/stocks"
        "  (or /options)\n"
        "  keys     any; basic, starter, developer, advanced, business have the plan of that name\n"
        f"  faults   {sim.rest_url}/sim/faults  (Ctrl-C ends)"
    )


def _yahoo(options: _Options) -> YahooSim:
    return YahooSim(seed=options.seed, port=options.port, faults=options.faults)


def _yahoo_says(sim: YahooSim) -> str:
    return (
        "quantdeck sim yahoo: simulated data\n"
        f"  HTTP     {sim.base_url}  streamer {sim.ws_url}\n"
        "  cookie   from /, crumb from /v1/test/getcrumb\n"
        f"  faults   {sim.base_url}/sim/faults  (Ctrl-C ends)"
    )


_VENDORS = {
    "alpaca": _Vendor(_alpaca, _alpaca_says, ALPACA_FAULTS),
    "binance": _Vendor(_binance, _binance_says, FAULTS),
    "newsapi": _Vendor(_newsapi, _newsapi_says, NEWS_FAULTS),
    "polygon": _Vendor(_polygon, _polygon_says, POLYGON_FAULTS),
    "tastytrade": _Vendor(_tastytrade, _tastytrade_says, TASTY_FAULTS),
    "yahoo": _Vendor(_yahoo, _yahoo_says, YAHOO_FAULTS),
}


def run_sim(  # noqa: PLR0913
    vendor: str,
    *,
    port: int,
    spot_port: int | None,
    seed: int,
    rate: float,
    faults: Sequence[str],
    size: str = Size.MEDIUM,
) -> None:
    """Serve a simulator, saying where, until interrupted.

    Parameters
    ----------
    vendor : str
        ``alpaca``, ``binance``, ``newsapi``, ``polygon``, ``tastytrade`` or ``yahoo``.
    port : int
        Where to listen (of futures, with Binance); 0 takes a free one.
    spot_port : int or None
        Of Binance spot; None takes the one after `port`.
    seed : int
        Of the market.
    rate : float
        Multiplies the messages.
    faults : sequence of str
        Switched on from the start; ``list`` prints what there is instead.
    size : str
        How many options are listed: ``small``, ``medium`` or ``full``.

    Raises
    ------
    BadInput
        If vendor, fault or size are unknown.
    ConfigError
        If a port is taken.
    """
    chosen = _VENDORS.get(vendor)
    if chosen is None:
        raise BadInput(f"there is no simulator of {vendor!r}; there are {', '.join(_VENDORS)}")
    if "list" in faults:
        print(describe(chosen.faults))  # noqa: T201
        return
    if size not in set(Size):
        raise BadInput(f"there is no size {size!r}; there are {', '.join(Size)}")
    sim = chosen.make(_Options(port, spot_port, seed, rate, tuple(faults), Size(size)))
    asyncio.run(_serve(sim, chosen.says))


async def _serve(sim: Any, says: Callable[[Any], str]) -> None:
    try:
        async with sim:
            print(says(sim), flush=True)  # noqa: T201
            await until_told_to_stop()
    except OSError as error:
        raise ConfigError(
            f"cannot listen: {error.strerror or error}; try another --port"
        ) from error
