"""Conditions over figures, in three values: true, false and unknown.

A comparison with an unknown figure is unknown; ``and``, ``or`` and ``not`` go by Kleene's tables, so
that something unknown is true in nobody's eyes, and only a part that decides alone decides.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, TypeAlias

from quantdeck.alerts.syntax import (
    All,
    Arithmetic,
    Call,
    Compare,
    Crossing,
    Either,
    Function,
    Negative,
    Not,
    Number,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from quantdeck.alerts.figures import Figure
    from quantdeck.alerts.syntax import Condition, Expression

Truth: TypeAlias = bool | None
"""None is unknown."""

_COMPARE = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


def calls(condition: Condition) -> list[Call]:
    """Return the figures of a condition, each once, in reading order.

    Examples
    --------
    >>> from quantdeck.alerts.parse import parse
    >>> [call.metric for call in calls(parse("bid(A) > ask(A) or bid(A) > last(A)").condition)]
    ['bid', 'ask', 'last']
    """
    return list(dict.fromkeys(_calls(condition)))


def tests(condition: Condition) -> list[Compare | Crossing]:
    """Return the comparisons and crossings of a condition, in reading order."""
    match condition:
        case Compare() | Crossing():
            return [condition]
        case Not(operand=operand):
            return tests(operand)
        case All(operands=operands) | Either(operands=operands):
            return [test for each in operands for test in tests(each)]


class Logic:
    """The condition of one rule, with what it remembers. Owned by the engine.

    Parameters
    ----------
    condition : Condition
        What is asked.
    figures : mapping of Call to Figure
        Where the values stand.
    """

    def __init__(self, condition: Condition, figures: Mapping[Call, Figure]) -> None:
        self._figures = figures
        self._is_after = False
        self.has_crossing = any(isinstance(test, Crossing) for test in tests(condition))
        self._truth = self._condition(condition)

    def look(self) -> Truth:
        """Return whether the condition is true now, and remember what it needs to."""
        self._is_after = False
        return self._truth()

    def after(self) -> Truth:
        """Return what it is once the moment of every crossing in it is over."""
        self._is_after = True
        return self._truth()

    def _condition(self, condition: Condition) -> Callable[[], Truth]:
        match condition:
            case Not(operand=operand):
                return _negated(self._condition(operand))
            case All(operands=operands):
                return _joined([self._condition(each) for each in operands], decides=False)
            case Either(operands=operands):
                return _joined([self._condition(each) for each in operands], decides=True)
            case Crossing():
                return self._crossing(condition)
            case Compare(hysteresis=None):
                return self._compare(condition)
            case Compare():
                return self._latch(condition)

    def _compare(self, test: Compare) -> Callable[[], Truth]:
        left, right = self.expression(test.left), self.expression(test.right)
        compare = _COMPARE[test.operator]

        def truth() -> Truth:
            a, b = left(), right()
            if a != a or b != b:  # noqa: PLR0124 - NaN
                return None
            return compare(a, b)

        return truth

    def _latch(self, test: Compare) -> Callable[[], Truth]:
        left, right = self.expression(test.left), self.expression(test.right)
        compare = _COMPARE[test.operator]
        width = 0.0 if test.hysteresis is None else test.hysteresis.amount
        back = -width if test.operator[0] == ">" else width
        was_true = False

        def truth() -> Truth:
            nonlocal was_true
            a, b = left(), right()
            if a != a or b != b:  # noqa: PLR0124 - NaN
                return None
            was_true = compare(a, b + back) if was_true else compare(a, b)
            return was_true

        return truth

    def _crossing(self, test: Crossing) -> Callable[[], Truth]:
        left, right = self.expression(test.left), self.expression(test.right)
        width = 0.0 if test.hysteresis is None else test.hysteresis.amount
        is_up, is_down = test.direction != "below", test.direction != "above"
        # Which way it may pass next: set where it has been on the other side, far enough away.
        may_rise = may_fall = False

        def truth() -> Truth:
            nonlocal may_rise, may_fall
            a, b = left(), right()
            if a != a or b != b:  # noqa: PLR0124 - NaN
                return None
            if self._is_after:
                return False
            has_risen, has_fallen = may_rise and a > b, may_fall and a < b
            may_rise = a <= b - width or (may_rise and not has_risen)
            may_fall = a >= b + width or (may_fall and not has_fallen)
            return (is_up and has_risen) or (is_down and has_fallen)

        return truth

    def expression(self, expression: Expression) -> Callable[[], float]:
        """Return what gives the value of an expression; NaN where it is unknown."""
        match expression:
            case Number():
                amount = expression.amount
                return lambda: amount
            case Call():
                figure = self._figures[expression]
                return lambda: figure.value
            case Negative(operand=operand):
                inner = self.expression(operand)
                return lambda: -inner()
            case Function(name=name, operands=operands):
                return _function(name, [self.expression(each) for each in operands])
            case Arithmetic(operator=sign, left=left, right=right):
                return _arithmetic(sign, self.expression(left), self.expression(right))


def _negated(inner: Callable[[], Truth]) -> Callable[[], Truth]:
    def truth() -> Truth:
        found = inner()
        return None if found is None else not found

    return truth


def _joined(parts: list[Callable[[], Truth]], *, decides: bool) -> Callable[[], Truth]:
    def truth() -> Truth:
        # All of them every time: some remember what they have seen.
        found = [part() for part in parts]
        if decides in found:
            return decides
        return None if None in found else not decides

    return truth


def _function(name: str, parts: list[Callable[[], float]]) -> Callable[[], float]:
    if name == "abs":
        only = parts[0]
        return lambda: abs(only())
    choose = min if name == "min" else max

    def value() -> float:
        values = [part() for part in parts]
        return math.nan if any(v != v for v in values) else choose(values)  # noqa: PLR0124 - NaN

    return value


def _arithmetic(
    sign: str, left: Callable[[], float], right: Callable[[], float]
) -> Callable[[], float]:
    apply = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": _quotient,
    }[sign]

    def value() -> float:
        found = apply(left(), right())
        return found if math.isfinite(found) else math.nan

    return value


def _quotient(a: float, b: float) -> float:
    return a / b if b else math.nan


def _calls(node: Condition | Expression) -> Iterator[Call]:
    match node:
        case Call():
            yield node
        case Number():
            return
        case Negative(operand=operand) | Not(operand=operand):
            yield from _calls(operand)
        case All(operands=operands) | Either(operands=operands) | Function(operands=operands):
            for each in operands:
                yield from _calls(each)
        case Compare(left=left, right=right) | Crossing(left=left, right=right):
            yield from _calls(left)
            yield from _calls(right)
        case Arithmetic(left=left, right=right):
            yield from _calls(left)
            yield from _calls(right)
