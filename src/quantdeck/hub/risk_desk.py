"""Studies the risk of instruments, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.analytics.risk.study import RiskRules, RiskStudy, study_risk
from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.hub.price_studies import PriceStudies
from quantdeck.model.history import Adjustment

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.hub.machine import Machine
    from quantdeck.views.payloads import PanelState


@dataclass(frozen=True, slots=True)
class RiskQuestion:
    """Whose risk, over which bars, by which conventions.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    interval : str
        As `SeriesQuestion`.
    bars : int or None
        The newest ones, at most so many; None takes all.
    benchmark : str
        Canonical symbol; empty for none.
    rules : RiskRules
        Conventions.
    adjustment : Adjustment
        Of the prices.
    """

    symbol: str
    interval: str = "1d"
    bars: int | None = None
    benchmark: str = ""
    rules: RiskRules = RiskRules()  # noqa: RUF009 - frozen
    adjustment: Adjustment = Adjustment.TOTAL


class RiskDesk:
    """Answers questions of risk. Owned by `quantdeck.hub.risk_answers.RiskAnswers`.

    Parameters
    ----------
    machine : Machine
        Whose prices are studied.
    """

    def __init__(self, machine: Machine) -> None:
        self.parts = machine.parts.risk
        self._studies = PriceStudies[RiskQuestion, RiskStudy](machine)

    @property
    def revision(self) -> Hashable:
        """Changes with every study and whenever a history does."""
        return self._studies.revision

    def rules(
        self,
        *,
        level: float | None = None,
        annual_rate: float | None = None,
        rolling: int | None = None,
        levels: tuple[float, ...] | None = None,
    ) -> RiskRules:
        """Return the conventions of the settings, with what is given in their place.

        Parameters
        ----------
        level : float or None
            Confidence of figures and back-test.
        annual_rate : float or None
            Riskless rate, effective annual. [decimal]
        rolling : int or None
            Returns in a window of the rolling figures.
        levels : tuple of float or None
            Confidences of the table of tail losses.
        """
        parts = self.parts
        every = parts.levels if levels is None else levels
        return RiskRules(
            levels=every,
            level=every[0] if level is None else level,
            window=parts.window,
            rolling=parts.rolling if rolling is None else rolling,
            annual_rate=parts.annual_rate if annual_rate is None else annual_rate,
        )

    def known(self, question: RiskQuestion) -> RiskStudy | None:
        """Return the study if there is one that still stands.

        Raises
        ------
        NoData
            If the machine has no prices.
        """
        return self._studies.known(question, question.interval)

    async def study(self, question: RiskQuestion) -> RiskStudy:
        """Return the study that still stands, or a new one.

        Raises
        ------
        BadInput
            If there is no such interval, or a rule makes no sense.
        NoData
            If there are no such prices, or too few.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        adjustment = question.adjustment
        wanted = [SeriesQuestion(question.symbol, question.interval, question.bars, adjustment)]
        if question.benchmark and question.benchmark != question.symbol:
            wanted.append(SeriesQuestion(question.benchmark, question.interval, None, adjustment))

        def make(series: Sequence[PriceSeries]) -> RiskStudy:
            return study_risk(series[0], series[1] if len(series) > 1 else None, question.rules)

        return await self._studies.get(question, wanted, make)

    def state(self, series: Sequence[PriceSeries]) -> PanelState:
        """Return how far figures made of these prices can be trusted."""
        return self._studies.prices.state(series)
