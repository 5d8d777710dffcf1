"""One rule while it is watched: when it fires, and how it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from quantdeck.alerts.hours import QuietHours, expiry_ns
from quantdeck.alerts.logic import Logic, calls
from quantdeck.alerts.message import message
from quantdeck.alerts.write import call_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.alerts.figures import Figure
    from quantdeck.alerts.logic import Truth
    from quantdeck.alerts.syntax import Call, Number, Rule


class Firing(msgspec.Struct, frozen=True):
    """One time that a rule fired.

    Parameters
    ----------
    rule_id : str
        Which rule.
    at_ns : int
        When, UTC. [ns]
    message : str
        One sentence for a person.
    values : dict of str to float
        Every figure it looked at that was known, by its words.
    """

    rule_id: str
    at_ns: int
    message: str
    values: dict[str, float]


class RuleState(StrEnum):
    """How a rule stands."""

    FALSE = "ok"
    HOLDING = "holding"
    """True, but not for long enough."""
    TRUE = "true"
    """True, and it has fired."""
    WAITING = "waiting"
    """True, and kept from firing by its cool-down or quiet hours."""
    UNKNOWN = "unknown"
    ENDED = "ended"


class Standing(msgspec.Struct, frozen=True):
    """How a rule stands at one moment.

    Parameters
    ----------
    state : RuleState
        In one word.
    since_ns : int
        When its condition became what it is, UTC. [ns]
    why : str
        Why it is unknown, or what it waits for; empty otherwise.
    values : dict of str to float
        Figures that are known, by their words.
    fired : int
        How often it has fired since it is watched.
    last_fired_ns : int or None
        When last, UTC. [ns]
    """

    state: RuleState
    since_ns: int
    why: str
    values: dict[str, float]
    fired: int
    last_fired_ns: int | None


class Watch:
    """Watches one rule. Owned by the engine.

    Parameters
    ----------
    rule_id : str
        Which.
    rule : Rule
        What it says.
    figures : mapping of Call to Figure
        Where the values of its figures stand.
    last_fired_ns : int or None
        When it fired before, so that its cool-down goes on. [ns]
    """

    def __init__(
        self,
        rule_id: str,
        rule: Rule,
        figures: Mapping[Call, Figure],
        *,
        last_fired_ns: int | None = None,
    ) -> None:
        self.rule_id = rule_id
        self.rule = rule
        self.figures = [figures[call] for call in calls(rule.condition)]
        self._logic = Logic(rule.condition, figures)
        self._hold_ns, self._cooldown_ns = _ns(rule.hold), _ns(rule.cooldown)
        self._expiry_ns = None if rule.expires is None else expiry_ns(rule.expires)
        self._quiet = None if rule.quiet is None else QuietHours(rule.quiet)
        self._truth: Truth = None
        self._since_ns = 0
        self._may_fire = True
        self._fired = 0
        self._last_fired_ns = last_fired_ns

    @property
    def due_ns(self) -> int | None:
        """When its hold time will be over if nothing changes; None where it is not being held."""
        if self._truth is not True or not self._may_fire or not self._hold_ns:
            return None
        return self._since_ns + self._hold_ns

    def look(self, now_ns: int) -> Firing | None:
        """Look at the figures as they stand, and return what fires."""
        if self._is_ended(now_ns):
            return None
        truth = self._logic.look()
        if truth is not self._truth or not self._since_ns:
            self._truth, self._since_ns = truth, now_ns
        firing = None
        if truth is False:
            self._may_fire = True
        elif truth is True and self._may_fire and not self._obstacle(now_ns):
            firing = self._fire(now_ns)
        if truth is True and self._logic.has_crossing:
            self._settle(now_ns)
        return firing

    def standing(self, now_ns: int) -> Standing:
        """Return how the rule stands."""
        state, why = self._state(now_ns)
        return Standing(
            state,
            self._since_ns or now_ns,
            why,
            self._values(),
            self._fired,
            self._last_fired_ns,
        )

    def _fire(self, now_ns: int) -> Firing:
        self._may_fire = False
        self._fired += 1
        self._last_fired_ns = now_ns
        sentence = message(self.rule, lambda each: self._logic.expression(each)())
        return Firing(self.rule_id, now_ns, sentence, self._values())

    def _settle(self, now_ns: int) -> None:
        # A crossing lasts a moment: once that is over, the condition is what it is without it.
        after = self._logic.after()
        if after is not True:
            self._truth, self._since_ns = after, now_ns
        if after is False:
            self._may_fire = True

    def _obstacle(self, now_ns: int) -> str:
        if now_ns - self._since_ns < self._hold_ns:
            return "hold"
        last = self._last_fired_ns
        # Beside it on either hand: a clock may be set back.
        if last is not None and abs(now_ns - last) < self._cooldown_ns:
            return "cool-down"
        if self._quiet is not None and self._quiet.at(now_ns):
            return "quiet hours"
        return ""

    def _is_ended(self, now_ns: int) -> bool:
        return self._expiry_ns is not None and now_ns >= self._expiry_ns

    def _state(self, now_ns: int) -> tuple[RuleState, str]:
        if self._is_ended(now_ns):
            return RuleState.ENDED, "it has expired"
        if self._truth is None:
            return RuleState.UNKNOWN, self._why(now_ns)
        if self._truth is False:
            return RuleState.FALSE, ""
        if not self._may_fire:
            return RuleState.TRUE, ""
        obstacle = self._obstacle(now_ns)
        if obstacle == "hold":
            return RuleState.HOLDING, ""
        return RuleState.WAITING, obstacle

    def _why(self, now_ns: int) -> str:
        for figure in self.figures:
            if figure.value != figure.value:
                return (
                    f"{call_text(figure.call)}: {figure.bound.why(now_ns) or 'not looked at yet'}"
                )
        return "it divides by zero" if self._since_ns else "not looked at yet"

    def _values(self) -> dict[str, float]:
        return {
            call_text(figure.call): figure.value
            for figure in self.figures
            if figure.value == figure.value
        }


def _ns(number: Number | None) -> int:
    return 0 if number is None else number.ns
