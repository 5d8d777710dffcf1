"""Where Alpaca is asked for what is no feed, and with which keys: at the vendor or its simulator."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.app.box_sources import is_here
from quantdeck.app.credentials import AlpacaKeys, Secret, alpaca_keys, key_hint, surroundings
from quantdeck.feeds.alpaca.endpoints import STOCK_GRADE_OF
from quantdeck.model.errors import AuthFailed
from quantdeck.sims.alpaca.server import AlpacaSim

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from quantdeck.app.settings import Settings

_DEMO_SEED = 7


@dataclass(frozen=True, slots=True)
class AlpacaAccess:
    """Addresses, keys and what the plan has.

    Parameters
    ----------
    keys : AlpacaKeys
        The pair.
    data_url, stream_url : str
        Addresses of REST and of the streams.
    option_feed, stock_feed : str
        The vendor's names of the quality of data.
    simulated : bool
        What answers is a simulator.
    """

    keys: AlpacaKeys
    data_url: str
    stream_url: str
    option_feed: str
    stock_feed: str
    simulated: bool


@asynccontextmanager
async def alpaca_access(settings: Settings, *, demo: bool) -> AsyncGenerator[AlpacaAccess]:
    """Hand out the way to the vendor, or run its simulator and hand out the way there.

    Raises
    ------
    AuthFailed
        If the key is not here.
    """
    chosen = settings.feeds.alpaca
    if demo:
        async with AlpacaSim(seed=_DEMO_SEED) as sim:
            keys = AlpacaKeys(Secret("demo"), Secret("demo"))
            yield AlpacaAccess(keys, sim.rest_url, sim.ws_url, "opra", "sip", simulated=True)
        return
    keys = alpaca_keys(surroundings())
    if keys is None:
        raise AuthFailed("alpaca", f"no key was found; {key_hint('alpaca')}, or use --demo")
    yield AlpacaAccess(
        keys,
        chosen.data_url,
        chosen.stream_url,
        chosen.data_feed,
        chosen.stock_feed or STOCK_GRADE_OF[chosen.data_feed],
        simulated=is_here(chosen.data_url),
    )
