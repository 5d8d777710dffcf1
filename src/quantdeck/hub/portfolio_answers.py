"""What each panel of the Portfolio page shows, asked of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from quantdeck.analytics.portfolio.study import PortfolioRules
from quantdeck.hub.portfolio_desk import PortfolioDesk, PortfolioQuestion
from quantdeck.hub.risk_answers import no_prices, risk_choices
from quantdeck.views import portfolio
from quantdeck.views.portfolio_page import PANELS
from quantdeck.views.portfolio_text import read_portfolio, read_symbols
from quantdeck.views.risk_page import NO_BENCHMARK

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quantdeck.analytics.portfolio.study import PortfolioStudy
    from quantdeck.analytics.portfolio.weights import Rebalance
    from quantdeck.hub.machine import Machine
    from quantdeck.views.payloads import PanelState, Payload

    Params = Mapping[str, str]

_PANELS: dict[str, Callable[[PortfolioStudy, PanelState], Payload]] = {
    "portfolio.summary": portfolio.summary_payload,
    "portfolio.wealth": portfolio.wealth_payload,
    "portfolio.attribution": portfolio.attribution_payload,
    "portfolio.drift": portfolio.drift_payload,
    "portfolio.risk": portfolio.risk_payload,
    "portfolio.correlation": portfolio.correlation_payload,
    "portfolio.exposure": portfolio.exposure_payload,
    "portfolio.kelly": portfolio.kelly_payload,
    "portfolio.assets": portfolio.assets_payload,
    "portfolio.figures": portfolio.figures_payload,
}
_KINDS = {panel.id: panel.kind for panel in PANELS}


class PortfolioAnswers:
    """Answers topics of the Portfolio page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose prices are studied.

    Attributes
    ----------
    desk : PortfolioDesk
        Does the work.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.desk = PortfolioDesk(machine)

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic from a study that stands, or None where one must be made."""
        if not risk_choices(self._machine).symbols():
            return no_prices(self._machine, _KINDS[name])
        study = self.desk.known(self._question(params))
        return None if study is None else self._payload(name, study)

    async def slow(self, name: str, params: Params) -> Payload:
        """Make the study, and return the payload."""
        return self._payload(name, await self.desk.study(self._question(params)))

    def revision(self, name: str) -> Hashable:  # noqa: ARG002 - all change together
        """Return something that changes whenever the payload of a topic may have."""
        return self.desk.revision

    def _payload(self, name: str, study: PortfolioStudy) -> Payload:
        state = self.desk.state([*study.assets, *study.factors])
        # Said once a page, in its headline, unless it is a warning.
        if name != "portfolio.summary" and state.word != "stale":
            state = replace(state, detail="")
        return _PANELS[name](study, state)

    def _question(self, params: Params) -> PortfolioQuestion:
        choices, parts = risk_choices(self._machine), self.desk.parts
        known = choices.symbols()
        typed = read_portfolio(params["weights"], known)
        market = params["benchmark"]
        factors = () if market == NO_BENCHMARK else (market,)
        return PortfolioQuestion(
            symbols=typed.symbols,
            weights=typed.weights,
            interval=params["interval"],
            bars=int(params["lookback"]),
            factors=tuple(dict.fromkeys((*factors, *read_symbols(params["factors"], known)))),
            rules=PortfolioRules(
                rebalance=cast("Rebalance", params["rebalance"]),
                annual_rate=choices.rates()[params["risk_free"]],
                cap=parts.kelly_cap,
                level=parts.levels[0],
            ),
        )
