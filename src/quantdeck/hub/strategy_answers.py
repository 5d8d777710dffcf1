"""What each panel of the Strategies page shows, asked of the strategy desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.strategies.builder import BuilderChoice
from quantdeck.analytics.strategies.catalogue import structure
from quantdeck.analytics.strategies.chain_legs import PaidPrice, Placement
from quantdeck.hub.strategy_desk import StrategyDesk, StrategyQuestion
from quantdeck.live.staleness import Age, Freshness, age_of
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.views import strategies, strategy_tables
from quantdeck.views.boxes_page import NO_DESK, NO_REPLAY
from quantdeck.views.nothing import nothing_of
from quantdeck.views.payloads import Mode
from quantdeck.views.state import Standing, panel_state
from quantdeck.views.strategies import ChartChoice
from quantdeck.views.strategy_page import ANY, DRIFTS, PASSED, SHIFTS, read_strikes
from quantdeck.views.strategy_panels import PANELS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.analytics.strategies.builder import BuiltStrategy
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.option_desk import OptionDesk
    from quantdeck.hub.strategy_desk import ComparedStrategies, StrategyAnswer
    from quantdeck.views.payloads import PanelState, Payload

    Params = Mapping[str, str]
    Draw = Callable[[BuiltStrategy, PanelState, Params], Payload]

_KINDS = {panel.id: panel.kind for panel in PANELS}
_COMPARE = "strategies.compare"


def _payoff(built: BuiltStrategy, state: PanelState, params: Params) -> Payload:
    choice = ChartChoice(PASSED[params["passed"]], SHIFTS[params["change"]])
    return strategies.payoff_payload(built, state, contracts=_contracts(params), choice=choice)


_PANELS: dict[str, Draw] = {
    "strategies.summary": lambda built, state, params: strategies.summary_payload(
        built, state, contracts=_contracts(params)
    ),
    "strategies.payoff": _payoff,
    "strategies.odds": lambda built, state, params: strategy_tables.odds_payload(
        built, state, contracts=_contracts(params)
    ),
    "strategies.figures": lambda built, state, params: strategy_tables.figures_payload(
        built, state, contracts=_contracts(params)
    ),
    "strategies.legs": lambda built, state, params: strategy_tables.legs_payload(
        built, state, contracts=_contracts(params)
    ),
    "strategies.notes": lambda built, state, _: strategy_tables.notes_payload(built, state),
}


class StrategyAnswers:
    """Answers topics of the Strategies page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose chains strategies are built on.

    Attributes
    ----------
    desk : StrategyDesk
        Does the work.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.desk = StrategyDesk(machine)

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic from what is known, or None where it must be built."""
        options = self._machine.options
        if options is None or not params["underlying"]:
            reason = NO_REPLAY if self._machine.mode is Mode.REPLAY else NO_DESK
            return nothing_of(_KINDS[name], reason)
        underlying = f"{UNDERLYING_VENUE}:{params['underlying']}"
        if not options.has_chains(underlying):
            return nothing_of(_KINDS[name], self._waiting(options, underlying))
        try:
            question = self._question(options, underlying, name, params)
        except BadInput as error:
            return nothing_of(_KINDS[name], f"{error}")
        if name == _COMPARE:
            compared = self.desk.known_comparison(question)
            return None if compared is None else self._compared(options, compared, params)
        known = self.desk.known(question)
        return None if known is None else self._built(options, name, known, params)

    async def slow(self, name: str, params: Params) -> Payload:
        """Build what is asked for, and return the payload."""
        options = self.desk.option_desk()
        underlying = f"{UNDERLYING_VENUE}:{params['underlying']}"
        question = self._question(options, underlying, name, params)
        try:
            if name == _COMPARE:
                return self._compared(options, await self.desk.compare(question), params)
            return self._built(options, name, await self.desk.build(question), params)
        except (BadInput, NoData) as error:
            # Another strike or strategy would do: said in the place of the figures.
            return nothing_of(_KINDS[name], f"{error}")

    def revision(self, name: str) -> Hashable:  # noqa: ARG002 - all change together
        """Return something that changes whenever the payload of a topic may have."""
        options = self._machine.options
        return self.desk.revision, None if options is None else options.revision

    def _built(
        self, options: OptionDesk, name: str, answer: StrategyAnswer, params: Params
    ) -> Payload:
        return _PANELS[name](answer.built, self._state(options, answer.chains), params)

    def _compared(
        self, options: OptionDesk, compared: ComparedStrategies, params: Params
    ) -> Payload:
        gains = "" if params["gains"] == ANY else params["gains"]
        return strategy_tables.compare_payload(
            compared.rows,
            self._state(options, compared.chains),
            contracts=_contracts(params),
            gains=gains,
        )

    def _question(
        self, options: OptionDesk, underlying: str, name: str, params: Params
    ) -> StrategyQuestion:
        # An expiry of another underlying counts as the default.
        known = {f"{root} {expiry}" for root, expiry in options.expiries(underlying)}
        expiry, far = (params[each] if params[each] in known else "" for each in ("expiry", "far"))
        common = BuilderChoice(
            expiry=expiry,
            far=far,
            paid=PaidPrice(params["paid"]),
            placement=Placement(
                distance=float(params["distance"]),
                width=float(params["width"]),
                shift=float(params["middle"]),
            ),
        )
        if name == _COMPARE:
            return StrategyQuestion(underlying, common)
        choice = BuilderChoice(
            structure=structure(params["structure"]).key,
            expiry=common.expiry,
            far=common.far,
            paid=common.paid,
            placement=common.placement,
            strikes=read_strikes(params["strikes"]),
            drift=DRIFTS[params["view"]],
        )
        return StrategyQuestion(underlying, choice)

    def _waiting(self, options: OptionDesk, underlying: str) -> str:
        age = Age(Freshness.EMPTY, None)
        return panel_state(self._standing(options, underlying), age, what="chain").detail

    def _standing(self, options: OptionDesk, underlying: str) -> Standing:
        machine = self._machine
        return Standing(machine.mode, machine.capture.is_on, options.delay_of(underlying))

    def _state(self, options: OptionDesk, chains: OptionStudy) -> PanelState:
        newest_ns, stale_after_s = options.newest(chains.underlying)
        age = age_of(newest_ns, self._machine.clock.now_ns(), stale_after_s=stale_after_s)
        source = f"{options.source_of(chains.underlying)} {options.feed_of(chains.underlying)}"
        standing = self._standing(options, chains.underlying)
        return panel_state(standing, age, source=source, what="quote")


def _contracts(params: Params) -> int:
    return int(params["contracts"])
