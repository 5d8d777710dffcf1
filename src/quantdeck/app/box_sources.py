"""Which vendor's option chains the box desk takes, and how it gets at them."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from quantdeck.app.credentials import AlpacaKeys, Secret, alpaca_keys, tastytrade_grant
from quantdeck.feeds.alpaca.feed import AlpacaFeed
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import AuthFailed, BadInput
from quantdeck.model.instruments import InstrumentTable
from quantdeck.ports.chains import ChainSource
from quantdeck.sims.alpaca.server import AlpacaSim

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from quantdeck.app.feed_settings import Alpaca
    from quantdeck.app.settings import Settings
    from quantdeck.model.feed import RunId
    from quantdeck.ports.clock import Clock

_DEMO_RATE = 0.05
"""The simulator streams little: its chains are asked for."""
SOURCES = ("alpaca", "tastytrade")
_ALPACA_WAY = (
    "make a free key pair at Alpaca and set ALPACA_API_KEY and ALPACA_API_SECRET in the environment "
    "or in .env"
)
_TASTYTRADE_WAY = (
    "make an OAuth application and a grant at Tastytrade and set TT_CLIENT_SECRET and "
    "TT_REFRESH_TOKEN in the environment or in .env"
)


def chosen_source(
    settings: Settings, environ: Mapping[str, str], *, name: str | None = None
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
    enabled = [each for each in SOURCES if getattr(settings.feeds, each).enabled]
    known = {"alpaca": alpaca_keys(environ), "tastytrade": tastytrade_grant(environ)}
    there = [each for each in SOURCES if known[each] is not None]
    if not enabled and not there:
        raise AuthFailed(
            "boxes",
            f"no vendor's key was found; {_ALPACA_WAY}; or {_TASTYTRADE_WAY}; "
            "or try it on the simulator with --demo",
        )
    return next((each for each in enabled if each in there), (enabled or there)[0])


@asynccontextmanager
async def open_source(
    settings: Settings, name: str, *, clock: Clock, run_id: RunId, environ: Mapping[str, str]
) -> AsyncGenerator[ChainSource]:
    """Hand out a vendor's chains and close the connections afterwards.

    Parameters
    ----------
    settings : Settings
        Addresses and limits.
    name : str
        One of `SOURCES`.
    clock : Clock
        Where the time comes from.
    run_id : RunId
        Written on every snapshot.
    environ : mapping
        Where keys are looked for.

    Raises
    ------
    AuthFailed
        If the vendor's key is not here.
    """
    feed = _MAKERS[name](settings, clock, run_id, environ)
    try:
        yield feed
    finally:
        await feed.close()


@asynccontextmanager
async def open_demo(
    settings: Settings, *, clock: Clock, run_id: RunId, seed: int = 7
) -> AsyncGenerator[ChainSource]:
    """Hand out the chains of a simulated vendor, which runs as long.

    Parameters
    ----------
    settings : Settings
        Limits.
    clock : Clock
        Where the time comes from.
    run_id : RunId
        Written on every snapshot.
    seed : int
        Of the market.
    """
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(AlpacaSim(seed=seed, rate=_DEMO_RATE))
        chosen = replace(
            settings.feeds.alpaca,
            data_feed="opra",
            data_url=sim.rest_url,
            trading_url=sim.rest_url,
            stream_url=sim.ws_url,
        )
        feed = _alpaca(
            chosen, AlpacaKeys(Secret("demo"), Secret("demo")), clock, run_id, simulated=True
        )
        stack.push_async_callback(feed.close)
        yield feed


def _real_alpaca(
    settings: Settings, clock: Clock, run_id: RunId, environ: Mapping[str, str]
) -> AlpacaFeed:
    keys = alpaca_keys(environ)
    if keys is None:
        raise AuthFailed("alpaca", f"no key was found; {_ALPACA_WAY}, or use --demo")
    return _alpaca(settings.feeds.alpaca, keys, clock, run_id, simulated=False)


def _alpaca(
    chosen: Alpaca, keys: AlpacaKeys, clock: Clock, run_id: RunId, *, simulated: bool
) -> AlpacaFeed:
    return AlpacaFeed(
        key=keys.key.reveal(),
        secret=keys.secret.reveal(),
        # Chains are asked for by REST: no event comes.
        sink=RingSet(1),
        instruments=InstrumentTable(),
        on_data=_nothing,
        clock=clock,
        rng=Random(),  # noqa: S311 - jitter, not secrets
        run_id=run_id,
        data_feed=chosen.data_feed,
        simulated=simulated,
        allowed=chosen.max_quotes,
        requests_per_minute=chosen.requests_per_minute,
        data_url=chosen.data_url,
        trading_url=chosen.trading_url,
        ws_url=chosen.stream_url,
    )


def _nothing() -> None:
    pass


class _Closable(ChainSource, Protocol):
    async def close(self) -> None: ...


_MAKERS: dict[str, Callable[[Settings, Clock, RunId, Mapping[str, str]], _Closable]] = {
    "alpaca": _real_alpaca,
}
