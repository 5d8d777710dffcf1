"""An alert rule as the fields of a form, for those rules that fit one."""

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
from quantdeck.alerts.write import expression_text

if TYPE_CHECKING:
    from quantdeck.alerts.syntax import Condition, Expression, Rule

MOST_CONDITIONS = 4
"""Of a form; a rule of more is written by hand."""
_CROSSES = {"above": "crosses above", "below": "crosses below", "either": "crosses"}


class ConditionForm(msgspec.Struct, frozen=True):
    """One comparison.

    Parameters
    ----------
    metric : str
        Name of the figure.
    arguments : dict of str to str
        By name, as they are written; those at their defaults, too.
    absolute : bool
        Whether the figure counts without its sign.
    operator : str
        ``>``, ``>=``, ``<``, ``<=``, ``==``, ``!=``, ``crosses above``, ``crosses below`` or
        ``crosses``.
    threshold : str
        A number with its unit, such as ``2`` or ``40bp``.
    hysteresis : str
        The same; empty for none.
    """

    metric: str
    arguments: dict[str, str]
    absolute: bool
    operator: str
    threshold: str
    hysteresis: str = ""


class RuleForm(msgspec.Struct, frozen=True):
    """A whole rule; empty texts stand for what it does not say.

    Parameters
    ----------
    conditions : tuple of ConditionForm
        One to four.
    join : str
        ``and`` or ``or``, between them.
    hold, cooldown : str
        Times, such as ``30s``.
    expires, expires_zone : str
        ``2026-12-31`` or ``2026-12-31T12:00``, on the clocks of the zone.
    quiet_start, quiet_end, quiet_zone : str
        ``22:00``, on the clocks of the zone.
    """

    conditions: tuple[ConditionForm, ...]
    join: str = "and"
    hold: str = ""
    cooldown: str = ""
    expires: str = ""
    expires_zone: str = ""
    quiet_start: str = ""
    quiet_end: str = ""
    quiet_zone: str = ""


def form_of(rule: Rule) -> RuleForm | None:
    """Return a rule as the fields of a form, or None where it does not fit one.

    Parameters
    ----------
    rule : Rule
        Any rule.

    Returns
    -------
    RuleForm or None
        Fits: one to four figures, each compared with a number, all joined by ``and`` or all by ``or``.

    Examples
    --------
    >>> from quantdeck.alerts.parse import parse
    >>> form = form_of(parse("abs(zscore(ETH, BTC)) > 2 for 30s"))
    >>> form.conditions[0].metric, form.conditions[0].absolute, form.hold
    ('zscore', True, '30s')
    >>> form_of(parse("bid(A) - ask(A) > 0")) is None
    True
    """
    match rule.condition:
        case All(operands=operands):
            join, parts = "and", operands
        case Either(operands=operands):
            join, parts = "or", operands
        case one:
            join, parts = "and", (one,)
    conditions = [_condition(part) for part in parts]
    known = tuple(each for each in conditions if each is not None)
    if len(known) < len(conditions) or len(known) > MOST_CONDITIONS:
        return None
    expires, quiet = rule.expires, rule.quiet
    return RuleForm(
        conditions=known,
        join=join,
        hold=_written(rule.hold),
        cooldown=_written(rule.cooldown),
        expires="" if expires is None else expires.text,
        expires_zone="" if expires is None else expires.zone,
        quiet_start="" if quiet is None else quiet.start,
        quiet_end="" if quiet is None else quiet.end,
        quiet_zone="" if quiet is None else quiet.zone,
    )


def _condition(condition: Condition) -> ConditionForm | None:
    match condition:
        case Compare(operator=operator):
            words = operator
        case Crossing(direction=direction):
            words = _CROSSES[direction]
        case _:
            return None
    figure, absolute = _figure(condition.left)
    if figure is None or not _is_number(condition.right):
        return None
    names = (argument.name for argument in METRICS[figure.metric].arguments)
    return ConditionForm(
        metric=figure.metric,
        arguments={
            name: value_text(value) for name, value in zip(names, figure.arguments, strict=True)
        },
        absolute=absolute,
        operator=words,
        threshold=expression_text(condition.right),
        hysteresis=_written(condition.hysteresis),
    )


def _figure(expression: Expression) -> tuple[Call | None, bool]:
    match expression:
        case Call():
            return expression, False
        case Function(name="abs", operands=(Call() as figure,)):
            return figure, True
        case _:
            return None, False


def _is_number(expression: Expression) -> bool:
    match expression:
        case Number() | Negative(operand=Number()):
            return True
        case _:
            return False


def _written(number: Number | None) -> str:
    return "" if number is None else value_text(number)
