"""The sentence in which an alert says what happened."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from quantdeck.alerts.syntax import All, Call, Compare, Crossing, Either, Not, Number
from quantdeck.alerts.values import value_text
from quantdeck.alerts.write import expression_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quantdeck.alerts.syntax import Condition, Expression, Rule

    Value = Callable[[Expression], float]

_HOLDS = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


def message(rule: Rule, value: Value) -> str:
    """Return one sentence of what was compared with what.

    Parameters
    ----------
    rule : Rule
        The rule that fired.
    value : callable
        Gives the value of an expression; NaN where it is unknown.

    Returns
    -------
    str
        The comparisons that made the condition true, with their figures.

    Examples
    --------
    >>> from quantdeck.alerts.parse import parse
    >>> rule = parse("last(BTCUSDT) > 65000 and mid(BTCUSDT) > 1 for 30s")
    >>> message(rule, lambda each: 65010.5 if isinstance(each, Call) else each.amount)
    'last(BTCUSDT) is 65,010.5 (> 65000) and mid(BTCUSDT) is 65,010.5 (> 1), for 30s'
    """
    found = list(_tests(rule.condition, wanted=True))
    decisive = [each for each in found if _made_it_true(*each, value)]
    sentence = " and ".join(_test(*each, value) for each in decisive or found)
    return sentence if rule.hold is None else f"{sentence}, for {value_text(rule.hold)}"


def figure_text(value: float) -> str:
    """Return a figure as a person writes it.

    Examples
    --------
    >>> figure_text(65010.5), figure_text(0.0041234567), figure_text(-2.13), figure_text(float("nan"))
    ('65,010.5', '0.0041235', '-2.13', 'unknown')
    """
    if value != value:  # noqa: PLR0124 - NaN
        return "unknown"
    if abs(value) < 1000:
        return f"{value:.5g}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def _tests(condition: Condition, *, wanted: bool) -> Iterator[tuple[Compare | Crossing, bool]]:
    match condition:
        case Not(operand=operand):
            yield from _tests(operand, wanted=not wanted)
        case All(operands=operands) | Either(operands=operands):
            for each in operands:
                yield from _tests(each, wanted=wanted)
        case Compare() | Crossing():
            yield condition, wanted


def _made_it_true(test: Compare | Crossing, wanted: bool, value: Value) -> bool:  # noqa: FBT001 - of a pair
    if isinstance(test, Crossing):
        return wanted
    left, right = value(test.left), value(test.right)
    # One that a hysteresis keeps true counts by what it keeps.
    back = 0.0 if test.hysteresis is None else test.hysteresis.amount
    holds = _HOLDS[test.operator](left, right - back if test.operator[0] == ">" else right + back)
    return holds is wanted and left == left and right == right  # noqa: PLR0124 - NaN


def _test(test: Compare | Crossing, wanted: bool, value: Value) -> str:  # noqa: FBT001 - of a pair
    left = f"{expression_text(test.left)} is {figure_text(value(test.left))}"
    limit = expression_text(test.right)
    if not _is_constant(test.right):
        limit += f", {figure_text(value(test.right))}"
    if isinstance(test, Crossing):
        way = "" if test.direction == "either" else f" {test.direction}"
        return f"{left} (crossed{way} {limit})" if wanted else f"{left} (not crossing {limit})"
    return f"{left} ({'' if wanted else 'not '}{test.operator} {limit})"


def _is_constant(expression: Expression) -> bool:
    match expression:
        case Call():
            return False
        case Number():
            return True
        case _:
            inner = getattr(expression, "operands", None) or tuple(
                part
                for name in ("operand", "left", "right")
                if (part := getattr(expression, name, None)) is not None
            )
            return all(map(_is_constant, inner))
