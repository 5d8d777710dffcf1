"""What each panel of the Options page shows, asked of the option desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.analytics.options.profile import merged_profile
from quantdeck.analytics.options.smile import QuotedPrice
from quantdeck.analytics.options.strike_axis import StrikeAxis
from quantdeck.hub.option_desk import OptionQuestion
from quantdeck.live.staleness import Age, Freshness, age_of
from quantdeck.model.errors import NoData
from quantdeck.model.instruments import root_of
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.views import option_tables, options
from quantdeck.views.boxes_page import NO_DESK, NO_REPLAY
from quantdeck.views.option_summary import summary_payload
from quantdeck.views.option_tables import DeskFigures
from quantdeck.views.options_page import ALL, MONTH, STRIKES, OptionChoices
from quantdeck.views.payloads import CurvePayload, Mode, RowsPayload, SurfacePayload
from quantdeck.views.state import Standing, empty_state, panel_state, steady_state

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quantdeck.analytics.options.expiry_study import ExpiryStudy
    from quantdeck.analytics.options.profile import StrikeProfile
    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.option_desk import OptionDesk
    from quantdeck.views.payloads import PanelState, Payload

    Params = Mapping[str, str]

_MONTH_DAYS = 30.0
_MADE = 48


class OptionAnswers:
    """Answers topics of the Options page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose option desk is asked.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._made: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[OptionStudy, Payload]] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    def choices(self) -> OptionChoices:
        """Return what there is to choose from on the page."""
        desk = self._machine.options
        if desk is None:
            return OptionChoices()
        known = desk.underlyings()
        for underlying in known:
            self._names[underlying] = self._expiries(desk, underlying)
        return OptionChoices(
            underlyings=tuple(root_of(each) for each in known),
            expiries=tuple(name for each in known for name in self._names[each]),
        )

    @property
    def layout(self) -> int:
        """Changes when other expiries can be chosen."""
        desk = self._machine.options
        return 0 if desk is None else desk.layout

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        desk = self._machine.options
        return None if desk is None else (name, desk.revision)

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic, or None where the chains must be studied first."""
        desk = self._machine.options
        if desk is None or not params["underlying"]:
            return self._without_desk(name)
        question = _question(params)
        study = desk.known(question)
        if study is None:
            return self._waiting(desk, question, name)
        return self._payload(desk, study, name, params)

    async def slow(self, name: str, params: Params) -> Payload:
        """Study the chains, and return the payload of a topic."""
        desk = self._machine.options
        if desk is None:
            return self._without_desk(name)
        study = await desk.study(_question(params))
        return self._payload(desk, study, name, params)

    def _payload(self, desk: OptionDesk, study: OptionStudy, name: str, params: Params) -> Payload:
        state = self._state(desk, study)
        if name == "options.summary":
            return self._summary(desk, study, params, state)
        # One study gives the same figures until the next: only their age is another.
        key = name, tuple(sorted(params.items()))
        held = self._made.get(key)
        if held is None or held[0] is not study:
            held = self._made[key] = study, self._fresh(desk, study, name, params, state)
            if len(self._made) > _MADE:
                del self._made[next(iter(self._made))]
            return held[1]
        word = held[1].state.word
        if word in {"empty", "partial"}:
            return held[1]
        return msgspec.structs.replace(held[1], state=state)

    def _fresh(
        self, desk: OptionDesk, study: OptionStudy, name: str, params: Params, state: PanelState
    ) -> Payload:
        if name == "options.desk":
            expiry = chosen_expiry(study, params["expiry"])
            return option_tables.desk_payload(study, expiry, self._figures(desk, study), state)
        return _ANSWERS[name](study, params, state)

    def _summary(
        self, desk: OptionDesk, study: OptionStudy, params: Params, state: PanelState
    ) -> RowsPayload:
        now_ns = self._machine.clock.now_ns()
        told = desk.spot(study.underlying)
        spot, age = study.spot, None
        if told is not None:
            spot, age = told[0], max(0, now_ns - told[1]) / 1e9
        expiry = chosen_expiry(study, params["expiry"])
        return summary_payload(study, expiry, state, spot=spot, spot_age_s=age)

    def _figures(self, desk: OptionDesk, study: OptionStudy) -> DeskFigures:
        return DeskFigures(
            source=desk.source_of(study.underlying),
            feed=desk.feed_of(study.underlying),
            streamed=desk.is_streamed(study.underlying),
            took_s=desk.took_s.get(study.underlying, 0.0),
        )

    def _waiting(self, desk: OptionDesk, question: OptionQuestion, name: str) -> Payload | None:
        if desk.has_chains(question.underlying):
            return None
        age = Age(Freshness.EMPTY, None)
        return _nothing(
            name, panel_state(self._standing(desk, question.underlying), age, what="chain")
        )

    def _without_desk(self, name: str) -> Payload:
        reason = NO_REPLAY if self._machine.mode is Mode.REPLAY else NO_DESK
        standing = Standing(self._machine.mode, self._machine.capture.is_on)
        return _nothing(name, empty_state(steady_state(standing), reason))

    def _expiries(self, desk: OptionDesk, underlying: str) -> tuple[str, ...]:
        known = sorted(desk.expiries(underlying), key=lambda key: (key[1], key[0]))
        return tuple(f"{root} {expiry}" for root, expiry in known)

    def _standing(self, desk: OptionDesk, underlying: str) -> Standing:
        machine = self._machine
        return Standing(machine.mode, machine.capture.is_on, desk.delay_of(underlying))

    def _state(self, desk: OptionDesk, study: OptionStudy) -> PanelState:
        newest_ns, stale_after_s = desk.newest(study.underlying)
        now_ns = self._machine.clock.now_ns()
        age = age_of(newest_ns, now_ns, stale_after_s=stale_after_s)
        source = f"{desk.source_of(study.underlying)} {desk.feed_of(study.underlying)}"
        standing = self._standing(desk, study.underlying)
        return panel_state(standing, age, source=source, what="quote")


def chosen_expiry(study: OptionStudy, name: str) -> ExpiryStudy:
    """Return the expiry of that name, or the fitted one nearest to a month where there is none.

    Raises
    ------
    NoData
        If there is no expiry at all.
    """
    if name != MONTH:
        try:
            return study.expiry(name)
        except NoData:
            # It belongs to another underlying, or has passed since.
            pass
    return study.nearest(_MONTH_DAYS)


def _smile(study: OptionStudy, params: Params, state: PanelState) -> Payload:
    expiry = chosen_expiry(study, params["expiry"])
    axis, price = StrikeAxis(params["axis"]), QuotedPrice(params["price"])
    return options.smile_payload(study, expiry, state, axis=axis, price=price)


def _greeks(study: OptionStudy, params: Params, state: PanelState) -> Payload:
    return options.greeks_payload(
        study,
        chosen_expiry(study, params["expiry"]),
        state,
        greek=params["greek"],
        axis=StrikeAxis(params["axis"]),
        price=QuotedPrice(params["price"]),
    )


def _interest(study: OptionStudy, params: Params, state: PanelState) -> Payload:
    return options.interest_payload(*_profile(study, params), state)


def _gamma(study: OptionStudy, params: Params, state: PanelState) -> Payload:
    return options.gamma_payload(*_profile(study, params), state)


def _parity(study: OptionStudy, params: Params, state: PanelState) -> Payload:
    if params["scope"] == ALL:
        return option_tables.parity_payload(study.expiries, state)
    return option_tables.parity_payload((chosen_expiry(study, params["expiry"]),), state)


def _chain(study: OptionStudy, params: Params, state: PanelState) -> Payload:
    expiry = chosen_expiry(study, params["expiry"])
    return option_tables.chain_payload(expiry, state, most=STRIKES[params["strikes"]])


_ANSWERS: dict[str, Callable[[OptionStudy, Params, PanelState], Payload]] = {
    "options.smile": _smile,
    "options.greeks": _greeks,
    "options.interest": _interest,
    "options.gamma": _gamma,
    "options.parity": _parity,
    "options.chain": _chain,
    "options.surface": lambda study, params, state: options.surface_payload(
        study, state, axis=StrikeAxis(params["axis"])
    ),
    "options.term": lambda study, _, state: options.term_payload(study, state),
    "options.skew": lambda study, _, state: options.skew_payload(study, state),
    "options.expiries": lambda study, _, state: option_tables.expiries_payload(study, state),
    "options.left_out": lambda study, params, state: option_tables.left_out_payload(
        chosen_expiry(study, params["expiry"]), state
    ),
}


def _question(params: Params) -> OptionQuestion:
    return OptionQuestion(f"{UNDERLYING_VENUE}:{params['underlying']}")


def _profile(study: OptionStudy, params: Params) -> tuple[StrikeProfile | None, float, str]:
    if params["scope"] != ALL:
        expiry = chosen_expiry(study, params["expiry"])
        return expiry.profile, study.spot, expiry.name
    known = [each.profile for each in study.expiries if each.profile is not None]
    whole = merged_profile(known, study.spot) if known else None
    return whole, study.spot, f"all {len(known)} expiries"


def _nothing(name: str, empty: PanelState) -> Payload:
    match name.removeprefix("options."):
        case "smile" | "term" | "skew" | "greeks" | "interest" | "gamma":
            return CurvePayload(empty, ())
        case "surface":
            return SurfacePayload(empty, np.empty(0), np.empty(0), {})
        case _:
            return RowsPayload(empty, [])
