"""Polygon's option chains for the option desk, with the connection that they come by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.app.box_sources import is_here
from quantdeck.app.polygon_access import polygon_rest
from quantdeck.feeds.polygon.chains import PolygonChains
from quantdeck.model.feed import Delay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.model.options import OptionContract
    from quantdeck.ports.chains import ChainRequest


class PolygonDesk:
    """Fulfils `quantdeck.ports.chains.ChainSource`; whoever gets it closes it.

    Parameters
    ----------
    settings : Settings
        Address, plan and cache.
    around : Surroundings
        Clock and run.

    Attributes
    ----------
    delay : Delay
        What its quotes are unless a snapshot says otherwise: every snapshot says what its own are.

    Raises
    ------
    AuthFailed
        If no key is here.
    """

    def __init__(self, settings: Settings, around: Surroundings) -> None:
        simulated = is_here(settings.feeds.polygon.rest_url)
        _, self._rest = polygon_rest(settings, around.clock)
        self._chains = PolygonChains(self._rest, run_id=around.run_id, simulated=simulated)
        self.delay = Delay.SIMULATED if simulated else Delay.DELAYED

    @property
    def source(self) -> str:
        """Short name of the service."""
        return self._chains.source

    @property
    def feed(self) -> str:
        """Quality of the quotes."""
        return self._chains.feed

    async def contracts(self, request: ChainRequest) -> Sequence[OptionContract]:
        """Return the listed contracts; see `quantdeck.feeds.polygon.chains`."""
        return await self._chains.contracts(request)

    async def snapshot(self, request: ChainRequest) -> ChainSnapshot:
        """Return the quotes of the wanted chains; see `quantdeck.feeds.polygon.chains`."""
        return await self._chains.snapshot(request)

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        await self._rest.close()
