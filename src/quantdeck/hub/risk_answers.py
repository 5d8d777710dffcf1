"""What each panel of the Risk page shows, asked of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from quantdeck.hub.price_studies import NO_PRICES, NOT_YET
from quantdeck.hub.risk_desk import RiskDesk, RiskQuestion
from quantdeck.views import risk, risk_tables
from quantdeck.views.nothing import nothing_of
from quantdeck.views.portfolio_text import symbol_of
from quantdeck.views.price_choices import PriceChoices
from quantdeck.views.risk_page import NO_BENCHMARK, RiskChoices
from quantdeck.views.risk_panels import PANELS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quantdeck.analytics.risk.study import RiskStudy
    from quantdeck.hub.machine import Machine
    from quantdeck.views.panels import PanelKind
    from quantdeck.views.payloads import PanelState, Payload

    Params = Mapping[str, str]

_PANELS: dict[str, Callable[[RiskStudy, PanelState], Payload]] = {
    "risk.summary": risk.summary_payload,
    "risk.wealth": risk.wealth_payload,
    "risk.months": risk.months_payload,
    "risk.underwater": risk.underwater_payload,
    "risk.drawdowns": risk_tables.drawdowns_payload,
    "risk.back_test": risk.back_test_payload,
    "risk.tails": risk_tables.tails_payload,
    "risk.exceedances": risk.exceedances_payload,
    "risk.ratios": risk.ratios_payload,
    "risk.volatility": risk.volatility_payload,
    "risk.volatilities": risk_tables.volatilities_payload,
    "risk.distribution": risk.distribution_payload,
    "risk.memory": risk.memory_payload,
    "risk.stationarity": risk_tables.stationarity_payload,
    "risk.figures": risk_tables.figures_payload,
}
_KINDS = {panel.id: panel.kind for panel in PANELS}


class RiskAnswers:
    """Answers topics of the Risk page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose prices are studied.

    Attributes
    ----------
    desk : RiskDesk
        Does the work.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.desk = RiskDesk(machine)

    def choices(self) -> RiskChoices:
        """Return what there is to choose from on the page."""
        return risk_choices(self._machine)

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic from a study that stands, or None where one must be made."""
        if not self.choices().symbols():
            return no_prices(self._machine, _KINDS[name])
        study = self.desk.known(self._question(params))
        return None if study is None else self._payload(name, study)

    async def slow(self, name: str, params: Params) -> Payload:
        """Make the study, and return the payload."""
        return self._payload(name, await self.desk.study(self._question(params)))

    def revision(self, name: str) -> Hashable:  # noqa: ARG002 - all change together
        """Return something that changes whenever the payload of a topic may have."""
        return self.desk.revision

    def _payload(self, name: str, study: RiskStudy) -> Payload:
        series = [study.series]
        if study.against is not None:
            series.append(study.against.benchmark)
        state = self.desk.state(series)
        # Said once a page, in its headline, unless it is a warning.
        if name != "risk.summary" and state.word != "stale":
            state = replace(state, detail="")
        return _PANELS[name](study, state)

    def _question(self, params: Params) -> RiskQuestion:
        choices = self.choices()
        benchmark = params["benchmark"]
        rules = self.desk.rules(
            level=choices.confidences()[params["confidence"]],
            annual_rate=choices.rates()[params["risk_free"]],
            rolling=int(params["window"]),
        )
        return RiskQuestion(
            symbol=symbol_of(params["symbol"], choices.symbols()),
            interval=params["interval"],
            bars=int(params["lookback"]),
            benchmark="" if benchmark == NO_BENCHMARK else benchmark,
            rules=rules,
        )


def risk_choices(machine: Machine) -> RiskChoices:
    """Return what there is to choose from on the pages of risk and portfolios."""
    parts = machine.parts.risk
    return RiskChoices(
        prices=PriceChoices() if machine.prices is None else machine.prices.choices(),
        levels=parts.levels,
        lookback=parts.lookback,
        rolling=parts.rolling,
        annual_rate=parts.annual_rate,
    )


def no_prices(machine: Machine, kind: PanelKind) -> Payload:
    """Return the payload of a panel while there is no price of anything, and why there is none."""
    said = NO_PRICES if machine.prices is None else NOT_YET
    return nothing_of(kind, f"{said[:1].upper()}{said[1:]}")
