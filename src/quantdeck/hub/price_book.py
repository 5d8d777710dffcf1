"""What desks and pages ask of the prices of years and of those captured now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from quantdeck.model.history import Adjustment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.hub.supervise import Supervisor
    from quantdeck.model.history import CorporateAction
    from quantdeck.ports.history import KeptHistory
    from quantdeck.views.payloads import PanelState
    from quantdeck.views.price_choices import PriceChoices


@dataclass(frozen=True, slots=True)
class SeriesQuestion:
    """Which prices are asked for.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    interval : str
        ``1d`` and ``1h`` from the histories kept, ``1s``, ``1m`` and ``5m`` from what is captured.
    bars : int or None
        The newest ones, at most so many; None takes all.
    adjustment : Adjustment
        Of the prices.
    """

    symbol: str
    interval: str = "1d"
    bars: int | None = None
    adjustment: Adjustment = Adjustment.TOTAL


class PriceBook(Protocol):
    """Prices by symbol and interval. Every method runs on the event loop of the machine."""

    @property
    def revision(self) -> int:
        """Changes whenever any history has."""
        ...

    def run(self, supervisor: Supervisor) -> None:
        """Start what keeps the prices up; returns at once."""
        ...

    def choices(self) -> PriceChoices:
        """Return what there is to choose from."""
        ...

    def kept(self) -> Sequence[KeptHistory]:
        """Return what is kept on the disk, by symbol, interval and source."""
        ...

    def actions(self, symbol: str) -> tuple[CorporateAction, ...]:
        """Return the splits and dividends of the daily bars in memory, oldest first.

        Empty where `known` gives no daily bars of the symbol.
        """
        ...

    def known(self, question: SeriesQuestion) -> PriceSeries | None:
        """Return prices from memory, or None where the store or a vendor must be asked.

        Of an interval that is captured it always answers, with bars up to now.

        Raises
        ------
        BadInput
            If there is no such interval.
        NoData
            If there is nothing of the symbol; the message names what there is.
        """
        ...

    async def series(self, question: SeriesQuestion) -> PriceSeries:
        """Return prices: from memory, from the store, or from the vendor, who is asked once.

        Raises
        ------
        BadInput
            If there is no such interval.
        NoData
            If there is nothing of the symbol; the message names what there is, or how much there is.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        ...

    def state(self, series: Sequence[PriceSeries]) -> PanelState:
        """Return how far figures made of these prices can be trusted.

        The word says demo, delayed, stale (older than a session or two of its calendar) and so on; the
        age is that of the end of the oldest newest bar; the source names services and feeds.
        """
        ...
