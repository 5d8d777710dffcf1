"""An alert rule as the fields of a form, for those rules that fit one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.alerts.parse import read
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
from quantdeck.alerts.write import expiry_text, expression_text, quiet_text, rule_text
from quantdeck.model.errors import BadRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.alerts.syntax import Condition, Expression, Rule

_CROSSES = {"above": "crosses above", "below": "crosses below", "either": "crosses"}
COMPARISONS = (">", ">=", "<", "<=", "==", "!=", *_CROSSES.values())
"""What a form offers between a figure and a number."""


class ConditionForm(msgspec.Struct, frozen=True):
    """One comparison.

    Parameters
    ----------
    metric : str
        Name of the figure.
    arguments : tuple of str
        All of them, as they are written, in the order of the catalogue.
    absolute : bool
        Whether the figure counts without its sign.
    comparison : str
        One of `COMPARISONS`.
    threshold : str
        A number with its unit, such as ``2`` or ``40bp``.
    hysteresis : str
        The same; empty for none.
    """

    metric: str
    arguments: tuple[str, ...]
    absolute: bool
    comparison: str
    threshold: str
    hysteresis: str = ""


class RuleForm(msgspec.Struct, frozen=True):
    """A whole rule; empty texts stand for what it does not say.

    Parameters
    ----------
    first : ConditionForm
        What is compared.
    joined : str
        ``and`` or ``or`` where there is a second condition.
    second : ConditionForm or None
        The other one.
    hold, cooldown : str
        Times, such as ``30s``.
    expires : str
        ``2026-12-31`` or ``2026-12-31T12:00 Europe/Berlin``.
    quiet : str
        ``22:00-07:00 Europe/Berlin``.
    """

    first: ConditionForm
    joined: str = ""
    second: ConditionForm | None = None
    hold: str = ""
    cooldown: str = ""
    expires: str = ""
    quiet: str = ""


class TextPlace(msgspec.Struct, frozen=True):
    """Something that is said of a part of a text.

    Parameters
    ----------
    message : str
        One sentence.
    line, column : int
        Where it begins, both from 1.
    start, end : int
        The characters that are meant, from 0; equal at the end of the text.
    """

    message: str
    line: int
    column: int
    start: int
    end: int


class RuleCheck(msgspec.Struct, frozen=True):
    """What is said of the text of a rule.

    Parameters
    ----------
    ok : bool
        Whether it is one.
    rule : str
        The same, written in the usual way; empty where it is none.
    error : TextPlace or None
        What is wrong.
    remarks : tuple of TextPlace
        What may be meant otherwise, such as a symbol that is not captured.
    form : RuleForm or None
        Its fields, where it fits the form.
    """

    ok: bool
    rule: str = ""
    error: TextPlace | None = None
    remarks: tuple[TextPlace, ...] = ()
    form: RuleForm | None = None


def check_rule(text: str, *, symbols: Sequence[str], roots: Sequence[str] = ()) -> RuleCheck:
    """Return what is said of a text that may be a rule.

    Parameters
    ----------
    text : str
        As it is being typed.
    symbols, roots : sequence of str
        Canonical symbols and roots of option contracts that there are.

    Examples
    --------
    >>> check_rule("lats(BTC) > 1", symbols=["X:BTC"]).error.message
    "there is no figure 'lats'; did you mean last?"
    """
    try:
        reading = read(text)
    except BadRule as error:
        return RuleCheck(ok=False, error=_place(text, error.reason, error.start, error.end))
    remarks = reading.remarks(symbols=symbols, roots=roots)
    return RuleCheck(
        ok=True,
        rule=rule_text(reading.rule),
        remarks=tuple(_place(text, each.message, each.start, each.end) for each in remarks),
        form=form_of(reading.rule),
    )


def form_of(rule: Rule) -> RuleForm | None:
    """Return a rule as the fields of a form, or None where it does not fit one.

    Parameters
    ----------
    rule : Rule
        Any rule.

    Returns
    -------
    RuleForm or None
        Fits: one or two figures, each compared with a number.

    Examples
    --------
    >>> from quantdeck.alerts.parse import parse
    >>> form = form_of(parse("abs(zscore(ETH, BTC)) > 2 for 30s"))
    >>> form.first.metric, form.first.absolute, form.hold
    ('zscore', True, '30s')
    >>> form_of(parse("bid(A) - ask(A) > 0")) is None
    True
    """
    match rule.condition:
        case All(operands=(one, other)):
            joined, first, second = "and", _condition(one), _condition(other)
        case Either(operands=(one, other)):
            joined, first, second = "or", _condition(one), _condition(other)
        case one:
            joined, first, second = "", _condition(one), None
    if first is None or (joined and second is None):
        return None
    return RuleForm(
        first=first,
        joined=joined,
        second=second,
        hold=_written(rule.hold),
        cooldown=_written(rule.cooldown),
        expires="" if rule.expires is None else expiry_text(rule.expires),
        quiet="" if rule.quiet is None else quiet_text(rule.quiet),
    )


def _place(text: str, message: str, start: int, end: int) -> TextPlace:
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return TextPlace(message, line, column, start, end)


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
    return ConditionForm(
        metric=figure.metric,
        arguments=tuple(map(value_text, figure.arguments)),
        absolute=absolute,
        comparison=words,
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
