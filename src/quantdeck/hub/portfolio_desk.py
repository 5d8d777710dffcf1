"""Studies portfolios, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.analytics.common_sessions import newest_common
from quantdeck.analytics.portfolio.study import PortfolioRules, PortfolioStudy, study_portfolio
from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.hub.price_studies import PriceStudies
from quantdeck.model.errors import BadInput
from quantdeck.model.history import Adjustment

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.hub.machine import Machine
    from quantdeck.views.payloads import PanelState

MOST_ASSETS = 40
"""Assets and factors of one portfolio."""


@dataclass(frozen=True, slots=True)
class PortfolioQuestion:
    """Which portfolio, over which bars, by which conventions.

    Parameters
    ----------
    symbols : tuple of str
        Canonical symbols of its assets.
    weights : tuple of float or None
        Target of each; equal ones if None.
    interval : str
        As `SeriesQuestion`.
    bars : int or None
        The newest closes that all have, at most so many; None takes all.
    factors : tuple of str
        Canonical symbols of what the returns are explained by, the market first.
    rules : PortfolioRules
        Conventions.
    adjustment : Adjustment
        Of the prices.
    """

    symbols: tuple[str, ...]
    weights: tuple[float, ...] | None = None
    interval: str = "1d"
    bars: int | None = None
    factors: tuple[str, ...] = ()
    rules: PortfolioRules = PortfolioRules()  # noqa: RUF009 - frozen
    adjustment: Adjustment = Adjustment.TOTAL


class PortfolioDesk:
    """Answers questions of portfolios. Owned by `quantdeck.hub.portfolio_answers.PortfolioAnswers`.

    Parameters
    ----------
    machine : Machine
        Whose prices are studied.
    """

    def __init__(self, machine: Machine) -> None:
        self.parts = machine.parts.risk
        self._studies = PriceStudies[PortfolioQuestion, PortfolioStudy](machine)

    @property
    def revision(self) -> Hashable:
        """Changes with every study and whenever a history does."""
        return self._studies.revision

    def known(self, question: PortfolioQuestion) -> PortfolioStudy | None:
        """Return the study if there is one that still stands.

        Raises
        ------
        NoData
            If the machine has no prices.
        """
        return self._studies.known(question, question.interval)

    async def study(self, question: PortfolioQuestion) -> PortfolioStudy:
        """Return the study that still stands, or a new one.

        Raises
        ------
        BadInput
            If there is no asset, there are too many, an asset is there twice, or a rule makes no sense.
        NoData
            If there are no such prices, or too few in common.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        symbols = (*question.symbols, *question.factors)
        if not question.symbols:
            raise BadInput("a portfolio needs at least one asset", field="weights")
        if len(symbols) > MOST_ASSETS:
            raise BadInput(
                f"{len(symbols)} assets and factors; {MOST_ASSETS} are the most", field="weights"
            )
        # Of assets that trade on other days the newest closes in common reach back differently far.
        wanted = [
            SeriesQuestion(each, question.interval, adjustment=question.adjustment)
            for each in symbols
        ]
        held = len(question.symbols)

        def make(series: Sequence[PriceSeries]) -> PortfolioStudy:
            if question.bars is not None:
                series = newest_common(series, question.bars)
            return study_portfolio(
                series[:held], question.weights, factors=series[held:], rules=question.rules
            )

        return await self._studies.get(question, wanted, make)

    def state(self, series: Sequence[PriceSeries]) -> PanelState:
        """Return how far figures made of these prices can be trusted."""
        return self._studies.prices.state(series)
