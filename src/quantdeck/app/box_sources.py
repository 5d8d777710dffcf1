"""Which vendor's option chains the box desk takes, and how it gets at them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from msgspec.structs import replace

from quantdeck.app.credentials import (
    AlpacaKeys,
    Secret,
    TastytradeGrant,
    alpaca_keys,
    key_hint,
    tastytrade_grant,
)
from quantdeck.app.feed_settings import SOURCES
from quantdeck.feeds.alpaca.feed import AlpacaFeed
from quantdeck.feeds.tastytrade.feed import TastytradeFeed
from quantdeck.feeds.tastytrade.grant import Credentials
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import AuthFailed, BadInput
from quantdeck.model.feed import Delay
from quantdeck.model.instruments import InstrumentTable
from quantdeck.ports.chains import ChainFeed
from quantdeck.sims.alpaca.server import AlpacaSim
from quantdeck.sims.tastytrade.accounts import CLIENT_SECRET, REFRESH_TOKEN
from quantdeck.sims.tastytrade.server import TastytradeSim

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from quantdeck.app.feed_settings import Alpaca, Tastytrade
    from quantdeck.app.settings import Settings
    from quantdeck.feeds.alpaca.loan import StockLoan
    from quantdeck.model.feed import RunId
    from quantdeck.ports.chains import ChainSource
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData, OnGap

_DEMO_SEED = 7
_DEMO_RATE = 0.05
_DEMO_TICK_S = 0.2
"""Every tick asks every contract of the chain whether it has traded."""
"""The simulator streams little: its chains are asked for."""


def chosen_source(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    name: str | None = None,
    demo: bool = False,
) -> str:
    """Return the vendor to ask: the one named, else the one enabled, else one whose key is here.

    Parameters
    ----------
    settings : Settings
        Names a source, or says which feeds are enabled.
    environ : mapping
        Where keys are looked for.
    name : str or None
        Given on the command line.
    demo : bool
        No key is needed.

    Returns
    -------
    str
        One of `SOURCES`.

    Raises
    ------
    BadInput
        If there is no such vendor.
    AuthFailed
        If no key is here.
    """
    wanted = name or settings.boxes.source
    if wanted in SOURCES:
        return wanted
    if wanted != "auto":
        raise BadInput(f"--source {wanted!r} is not known; there are {', '.join(SOURCES)}")
    if demo:
        return SOURCES[0]
    enabled = [each for each in SOURCES if getattr(settings.feeds, each).enabled]
    known = {"alpaca": alpaca_keys(environ), "tastytrade": tastytrade_grant(environ)}
    there = [each for each in SOURCES if known[each] is not None]
    if not enabled and not there:
        raise AuthFailed(
            "boxes",
            f"no vendor's key was found; {key_hint('alpaca')}; or {key_hint('tastytrade')}; "
            "or try it on the simulator with --demo",
        )
    return next((each for each in enabled if each in there), (enabled or there)[0])


# Chains alone are asked for by REST: no event comes.
def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Seams:
    """What a feed of chains is connected to; with the defaults it is asked for chains alone.

    Parameters
    ----------
    clock : Clock
        Where the time comes from.
    run_id : RunId
        Written on every snapshot.
    sink : EventSink
        Where streamed quotes go.
    on_data : callable
        Called after every read that brought some.
    instruments : InstrumentTable
        Ids of symbols.
    on_gap : callable or None
        Takes every break of the stream.
    loan : StockLoan or None
        Brings Alpaca's stocks where they are captured, too.
    """

    clock: Clock
    run_id: RunId
    sink: EventSink = field(default_factory=lambda: RingSet(1))
    on_data: OnData = _nothing
    instruments: InstrumentTable = field(default_factory=InstrumentTable)
    on_gap: OnGap | None = None
    loan: StockLoan | None = None


def make_feed(
    settings: Settings, name: str, seams: Seams, *, environ: Mapping[str, str]
) -> ClosableFeed:
    """Return a vendor's feed, not connected yet.

    Parameters
    ----------
    settings : Settings
        Addresses and limits.
    name : str
        One of `SOURCES`.
    seams : Seams
        What it is connected to.
    environ : mapping
        Where keys are looked for.

    Raises
    ------
    AuthFailed
        If the vendor's key is not here.
    """
    return _MAKERS[name](settings, seams, environ)


def delay_of(settings: Settings, name: str) -> Delay:
    """Return what a vendor's quotes are, by the settings."""
    chosen = settings.feeds
    if is_here(chosen.alpaca.data_url if name == "alpaca" else chosen.tastytrade.api_url):
        return Delay.SIMULATED
    indicative = name == "alpaca" and chosen.alpaca.data_feed == "indicative"
    return Delay.INDICATIVE if indicative else Delay.REALTIME


@asynccontextmanager
async def open_source(
    settings: Settings, name: str, seams: Seams, *, environ: Mapping[str, str]
) -> AsyncGenerator[ChainSource]:
    """Hand out a vendor's chains and close the connections afterwards; see `make_feed`."""
    feed = make_feed(settings, name, seams, environ=environ)
    try:
        yield feed
    finally:
        await feed.close()


@asynccontextmanager
async def open_demo(
    settings: Settings,
    name: str,
    *,
    seed: int = 7,
    rate: float = _DEMO_RATE,
    allowed: int | None = None,
) -> AsyncGenerator[Callable[[Seams], ClosableFeed]]:
    """Run a vendor's simulator and hand out what makes feeds that are pointed at it.

    Parameters
    ----------
    settings : Settings
        Limits.
    name : str
        One of `SOURCES`.
    seed : int
        Of the market.
    rate : float
        Multiplies the quotes that it streams.
    allowed : int or None
        Symbols that Alpaca's streams; what a plan usually does where None.
    """
    if name == "alpaca":
        sim = AlpacaSim(seed=seed, rate=rate, option_quotes=allowed, tick_s=_DEMO_TICK_S)
        async with sim:
            chosen = replace(
                settings.feeds.alpaca,
                data_feed="opra",
                max_quotes=allowed or settings.feeds.alpaca.max_quotes,
                data_url=sim.rest_url,
                trading_url=sim.rest_url,
                stream_url=sim.ws_url,
                requests_per_minute=None,
            )
            keys = AlpacaKeys(Secret("demo"), Secret("demo"))
            yield lambda seams: _alpaca(chosen, keys, seams)
        return
    async with TastytradeSim(seed=seed, rate=rate) as broker:
        grant = TastytradeGrant(Secret(CLIENT_SECRET), Secret(REFRESH_TOKEN))
        simulated = replace(
            settings.feeds.tastytrade, api_url=broker.rest_url, requests_per_minute=600
        )
        yield lambda seams: _tastytrade(simulated, grant, seams)


def _real_alpaca(settings: Settings, seams: Seams, environ: Mapping[str, str]) -> AlpacaFeed:
    keys = alpaca_keys(environ)
    if keys is None:
        raise AuthFailed("alpaca", f"no key was found; {key_hint('alpaca')}, or use --demo")
    return _alpaca(settings.feeds.alpaca, keys, seams)


def _alpaca(chosen: Alpaca, keys: AlpacaKeys, seams: Seams) -> AlpacaFeed:
    return AlpacaFeed(
        key=keys.key.reveal(),
        secret=keys.secret.reveal(),
        sink=seams.sink,
        instruments=seams.instruments,
        on_data=seams.on_data,
        clock=seams.clock,
        rng=Random(),  # noqa: S311 - jitter, not secrets
        run_id=seams.run_id,
        on_gap=seams.on_gap,
        data_feed=chosen.data_feed,
        stock_feed=chosen.stock_feed,
        loan=seams.loan,
        simulated=is_here(chosen.data_url),
        allowed=chosen.max_quotes,
        requests_per_minute=chosen.requests_per_minute,
        data_url=chosen.data_url,
        trading_url=chosen.trading_url,
        ws_url=chosen.stream_url,
    )


def _real_tastytrade(
    settings: Settings, seams: Seams, environ: Mapping[str, str]
) -> TastytradeFeed:
    grant = tastytrade_grant(environ)
    if grant is None:
        raise AuthFailed(
            "tastytrade", f"no grant was found; {key_hint('tastytrade')}, or use --demo"
        )
    return _tastytrade(settings.feeds.tastytrade, grant, seams)


def _tastytrade(chosen: Tastytrade, grant: TastytradeGrant, seams: Seams) -> TastytradeFeed:
    return TastytradeFeed(
        Credentials(
            client_secret=_revealed(grant.client_secret),
            refresh_token=_revealed(grant.refresh_token),
            username=grant.username,
            password=_revealed(grant.password),
        ),
        sink=seams.sink,
        instruments=seams.instruments,
        on_data=seams.on_data,
        clock=seams.clock,
        rng=Random(),  # noqa: S311 - jitter, not secrets
        run_id=seams.run_id,
        on_gap=seams.on_gap,
        simulated=is_here(chosen.api_url),
        max_subscriptions=chosen.max_subscriptions,
        requests_per_minute=chosen.requests_per_minute,
        aggregation_s=chosen.aggregation_s,
        api_url=chosen.api_url,
    )


def is_here(url: str) -> bool:
    """Return whether an address is on this machine, where no vendor is: its data are simulated."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def _revealed(secret: Secret | None) -> str:
    return "" if secret is None else secret.reveal()


class ClosableFeed(ChainFeed, Protocol):
    """A feed of chains that owns connections."""

    @property
    def source(self) -> str:
        """Short name of the service."""
        ...

    async def close(self) -> None:
        """Close the connections; needed only where it is not run."""
        ...


_MAKERS: dict[str, Callable[[Settings, Seams, Mapping[str, str]], ClosableFeed]] = {
    "alpaca": _real_alpaca,
    "tastytrade": _real_tastytrade,
}
