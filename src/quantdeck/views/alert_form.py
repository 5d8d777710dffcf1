"""An alert rule as the fields of a form, where it is simple enough for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.alerts.catalogue import METRICS
from quantdeck.alerts.syntax import (
    All,
    Call,
    Compare,
    Crossing,
    Either,
    Function,
    Negative,
    Number,
)
from quantdeck.alerts.values import value_text

if TYPE_CHECKING:
    from quantdeck.alerts.syntax import Condition, Expression, Rule

_COMPARISONS = {">": ">", ">=": ">=", "<": "<", "<=": "<="}
_CROSSINGS = {"above": "crosses above", "below": "crosses below", "either": "crosses"}
COMPARISONS = (*_COMPARISONS, *_CROSSINGS.values())
"""How a form compares a figure with a threshold."""


class ConditionForm(msgspec.Struct, frozen=True):
    """One figure compared with a threshold.

    Parameters
    ----------
    metric : str
        Name in the catalogue.
    arguments : tuple of str
        As written, one for each that the metric takes.
    absolute : bool
        True where the figure is taken without its sign.
    comparison : str
        One of `COMPARISONS`.
    threshold : str
        A number, with its unit.
    hysteresis : str
        How far it must go back; empty for none.
    """

    metric: str
    arguments: tuple[str, ...]
    absolute: bool
    comparison: str
    threshold: str
    hysteresis: str = ""


class RuleForm(msgspec.Struct, frozen=True):
    """A rule as the fields of a form; what is not said is empty.

    Parameters
    ----------
    first : ConditionForm
        The condition.
    joined : str
        ``and`` or ``or`` where there is a second one.
    second : ConditionForm or None
        The second one.
    hold, cooldown, expires, quiet : str
        What stands behind ``for``, ``cooldown``, ``expires`` and ``quiet``.
    """

    first: ConditionForm
    joined: str = ""
    second: ConditionForm | None = None
    hold: str = ""
    cooldown: str = ""
    expires: str = ""
    quiet: str = ""


def rule_form(rule: Rule) -> RuleForm | None:
    """Return a rule as the fields of a form, or None where it says more than one holds.

    A form holds one condition, or two joined by ``and`` or ``or``, each of one figure (or its size)
    against a number.

    Examples
    --------
    >>> from quantdeck.alerts.parse import parse
    >>> form = rule_form(parse("abs(return(BTC, 5m)) > 1% for 30s"))
    >>> form.first.arguments, form.first.absolute, form.first.threshold, form.hold
    (('BTC', '5m'), True, '1%', '30s')
    >>> rule_form(parse("last(BTC) > last(ETH)")) is None
    True
    """
    parts = _parts(rule.condition)
    if parts is None:
        return None
    joined, conditions = parts
    forms = [_condition_form(each) for each in conditions]
    first, second = (*forms, None)[:2]
    if first is None or None in forms:
        return None
    expires, quiet = rule.expires, rule.quiet
    return RuleForm(
        first=first,
        joined=joined,
        second=second,
        hold="" if rule.hold is None else value_text(rule.hold),
        cooldown="" if rule.cooldown is None else value_text(rule.cooldown),
        expires="" if expires is None else _with_zone(expires.text, expires.zone),
        quiet="" if quiet is None else _with_zone(f"{quiet.start}-{quiet.end}", quiet.zone),
    )


def _parts(condition: Condition) -> tuple[str, tuple[Condition, ...]] | None:
    match condition:
        case All(operands=operands) if len(operands) == 2:
            return "and", operands
        case Either(operands=operands) if len(operands) == 2:
            return "or", operands
        case Compare() | Crossing():
            return "", (condition,)
        case _:
            return None


def _condition_form(condition: Condition) -> ConditionForm | None:
    match condition:
        case Compare(operator=operator) if operator in _COMPARISONS:
            comparison = _COMPARISONS[operator]
        case Crossing(direction=direction):
            comparison = _CROSSINGS[direction]
        case _:
            return None
    figure, threshold = _figure(condition.left), _threshold(condition.right)
    if figure is None or threshold is None:
        return None
    call, absolute = figure
    hysteresis = condition.hysteresis
    return ConditionForm(
        metric=METRICS[call.metric].name,
        arguments=tuple(map(value_text, call.arguments)),
        absolute=absolute,
        comparison=comparison,
        threshold=threshold,
        hysteresis="" if hysteresis is None else value_text(hysteresis),
    )


def _figure(expression: Expression) -> tuple[Call, bool] | None:
    match expression:
        case Call():
            return expression, False
        case Function(name="abs", operands=(Call() as call,)):
            return call, True
        case _:
            return None


def _threshold(expression: Expression) -> str | None:
    match expression:
        case Number():
            return value_text(expression)
        case Negative(operand=Number() as number):
            return f"-{value_text(number)}"
        case _:
            return None


def _with_zone(text: str, zone: str) -> str:
    return text if zone == "UTC" else f"{text} {zone}"
