"""Studies of prices: each question is worked out once for all who ask it, in a thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

from quantdeck.hub.shared_work import SharedWork
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.price_book import PriceBook, SeriesQuestion

Q = TypeVar("Q", bound="Hashable")
S = TypeVar("S")

LIVE_NS = 5_000_000_000
"""So long a study of captured bars stands. [ns]"""

KEPT_NS = 3_600_000_000_000
"""So long a study of kept histories stands, unless they change. [ns]"""

NOT_YET = "there are no prices yet: they are fetched in the background after a start"
"""Said where prices are kept but none is there."""

NO_PRICES = (
    "this deck keeps no prices of years: a replay has none, and a live deck needs a source of them "
    "in the section `history` of its settings"
)


class PriceStudies(Generic[Q, S]):
    """Works out studies of one kind, one at a time. Owned by a desk.

    Parameters
    ----------
    machine : Machine
        Whose prices are studied.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._turn = asyncio.Lock()
        clock = machine.clock.monotonic_ns
        self._live = SharedWork[Q, S](clock, fresh_ns=LIVE_NS)
        self._kept = SharedWork["tuple[Q, int]", S](clock, fresh_ns=KEPT_NS)

    @property
    def prices(self) -> PriceBook:
        """The prices.

        Raises
        ------
        NoData
            If the machine has none.
        """
        if self._machine.prices is None:
            raise NoData(NO_PRICES)
        return self._machine.prices

    @property
    def revision(self) -> Hashable:
        """Changes with every study and whenever a history does."""
        prices = self._machine.prices
        return self._live.made + self._kept.made, 0 if prices is None else prices.revision

    def known(self, question: Q, interval: str) -> S | None:
        """Return the study if there is one that still stands."""
        if interval in TIMEFRAMES:
            return self._live.known(question)
        return self._kept.known((question, self.prices.revision))

    async def get(
        self,
        question: Q,
        wanted: Sequence[SeriesQuestion],
        make: Callable[[Sequence[PriceSeries]], S],
    ) -> S:
        """Return the study that still stands, or a new one of the prices wanted.

        Parameters
        ----------
        question : hashable
            Names the study.
        wanted : sequence of SeriesQuestion
            Prices it is made of, all of one interval.
        make : callable
            Makes it of them, in a thread.

        Raises
        ------
        BadInput
            If there is no such interval, or an option makes no sense.
        NoData
            If there are no such prices, or too few.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """

        async def work() -> S:
            series = [await self.prices.series(each) for each in wanted]
            async with self._turn:
                return await asyncio.to_thread(make, series)

        if wanted[0].interval in TIMEFRAMES:
            return await self._live.get(question, work)
        return await self._kept.get((question, self.prices.revision), work)
