"""The bars that studies are made of, asked for as people type symbols."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.hub.price_studies import NO_PRICES
from quantdeck.model.errors import NoData, TooLittleData, VenueError
from quantdeck.model.history import Adjustment
from quantdeck.views.portfolio_text import symbol_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.price_book import PriceBook
    from quantdeck.views.payloads import PanelState

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """Which bars a study is made of.

    Parameters
    ----------
    symbol : str
        As typed: canonical, or without its venue.
    interval : str
        As `SeriesQuestion`.
    bars : int or None
        The newest ones, at most so many; None takes all.
    start_ns, end_ns : int or None
        Only bars that start in between. [ns]
    adjustment : Adjustment
        Of the prices.
    """

    symbol: str
    interval: str = "1d"
    bars: int | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    adjustment: Adjustment = Adjustment.TOTAL


class StudyPrices:
    """Finds bars for studies. Owned by `quantdeck.hub.studies.Studies`.

    Parameters
    ----------
    machine : Machine
        Whose prices are asked for.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

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

    def symbol(self, text: str) -> str:
        """Return the canonical symbol for what somebody typed, which need not be known.

        Parameters
        ----------
        text : str
            ``US:SPY``, ``spy`` or ``BTCUSDT``; a name without a venue is the first known symbol of
            that name.

        Raises
        ------
        BadInput
            If it is no symbol.
        """
        choices = self.prices.choices()
        return symbol_of(text, (*choices.symbols, *choices.captured))

    def state(self, series: Sequence[PriceSeries]) -> PanelState:
        """Return how far figures made of these prices can be trusted."""
        return self.prices.state(series)

    def bounded(self, of: PriceQuestion) -> PriceQuestion:
        """Return the question with the lookback of the settings where it names neither bars nor span."""
        # Ten years are not what somebody means who names no span.
        is_open = of.bars is None and of.start_ns is None and of.end_ns is None
        return replace(of, bars=self._machine.parts.risk.lookback) if is_open else of

    async def history(self, question: PriceQuestion) -> PriceSeries:
        """Return bars.

        Raises
        ------
        BadInput
            If there is no such interval.
        NoData
            If there is nothing of the symbol; the message names what there is.
        TooLittleData
            If there is nothing of it in the span.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        spans = question.start_ns is not None or question.end_ns is not None
        asked = SeriesQuestion(
            self.symbol(question.symbol),
            question.interval,
            None if spans else question.bars,
            question.adjustment,
        )
        series = await self.prices.series(asked)
        if not spans:
            return series
        found = series.between(question.start_ns, question.end_ns)
        if not len(found):
            raise TooLittleData(
                f"{series.symbol} has no bar of {series.interval} in that span; there are "
                f"{len(series)} from {_day(int(series.start_ns[0]))} to "
                f"{_day(int(series.start_ns[-1]))}"
                if len(series)
                else f"{series.symbol} has no bar of {series.interval} yet",
                found=0,
            )
        return found if question.bars is None else found.last(question.bars)

    async def benchmark(self, typed: str | None, interval: str, *, of: str = "") -> str:
        """Return what an instrument is held against.

        Parameters
        ----------
        typed : str or None
            As typed; empty for none, None for that of the settings where it has such bars.
        interval : str
            As `SeriesQuestion`.
        of : str
            Canonical symbol of the instrument, which is not held against itself.

        Returns
        -------
        str
            Canonical symbol with bars of the interval; empty for none.

        Raises
        ------
        NoData
            If one was typed of which there are no such bars.
        """
        chosen = self.prices.choices().benchmark if typed is None else typed
        if not chosen:
            return ""
        symbol = self.symbol(chosen)
        if symbol == of:
            return ""
        try:
            await self.prices.series(SeriesQuestion(symbol, interval))
        except (NoData, VenueError):
            if typed is not None:
                raise
            return ""
        return symbol


async def sufficing(ask: Callable[[], Awaitable[T]], series: PriceSeries) -> T:
    """Return a study of prices that are there, or say that there are too few of them.

    Parameters
    ----------
    ask : callable
        Makes the study.
    series : PriceSeries
        Its prices.

    Raises
    ------
    TooLittleData
        In the place of `NoData`.
    """
    try:
        return await ask()
    except TooLittleData:
        raise
    except NoData as error:
        raise TooLittleData(
            f"{series.symbol} has {len(series)} bars of {series.interval}: {error}",
            found=len(series),
        ) from error


def _day(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns / 1e9, UTC):%Y-%m-%d}"
