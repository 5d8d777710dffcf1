"""Writes a rule as text, in one way for all that mean the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.alerts.catalogue import METRICS
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
from quantdeck.alerts.values import value_text

if TYPE_CHECKING:
    from quantdeck.alerts.syntax import Condition, Expiry, Expression, Quiet, Rule

_SUM, _PRODUCT, _ATOM = 1, 2, 3
_RANK = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}


def rule_text(rule: Rule) -> str:
    """Return the text of a rule; read again, it is the same rule.

    Examples
    --------
    >>> from quantdeck.alerts.parse import parse
    >>> rule_text(parse("zscore( eth,btc, 1s,500 )>2 AND not last(btc)<1 cooldown 5m for 30s"))
    'zscore(ETH, BTC) > 2 and not (last(BTC) < 1) for 30s cooldown 5m'
    """
    words = [condition_text(rule.condition)]
    if rule.hold is not None:
        words.append(f"for {value_text(rule.hold)}")
    if rule.cooldown is not None:
        words.append(f"cooldown {value_text(rule.cooldown)}")
    if rule.expires is not None:
        words.append(f"expires {expiry_text(rule.expires)}")
    if rule.quiet is not None:
        words.append(f"quiet {quiet_text(rule.quiet)}")
    return " ".join(words)


def condition_text(condition: Condition) -> str:
    """Return the text of a condition."""
    match condition:
        case All(operands=operands):
            return " and ".join(_inside(each, (All, Either)) for each in operands)
        case Either(operands=operands):
            return " or ".join(_inside(each, (Either,)) for each in operands)
        case Not(operand=operand):
            return f"not ({condition_text(operand)})"
        case Compare(left=left, operator=operator, right=right, hysteresis=hysteresis):
            middle = operator
        case Crossing(left=left, direction=direction, right=right, hysteresis=hysteresis):
            middle = "crosses" if direction == "either" else f"crosses {direction}"
    after = "" if hysteresis is None else f" hysteresis {value_text(hysteresis)}"
    return f"{expression_text(left)} {middle} {expression_text(right)}{after}"


def expression_text(expression: Expression) -> str:
    """Return the text of an expression.

    Examples
    --------
    >>> a, b = Call("last", ("A",)), Call("last", ("B",))
    >>> expression_text(Arithmetic("-", a, Arithmetic("-", b, Number(1.0))))
    'last(A) - (last(B) - 1)'
    """
    match expression:
        case Number():
            return value_text(expression)
        case Call():
            return call_text(expression)
        case Negative(operand=operand):
            return f"-{_operand(operand, _ATOM)}"
        case Function(name=name, operands=operands):
            return f"{name}({', '.join(map(expression_text, operands))})"
        case Arithmetic(operator=operator, left=left, right=right):
            rank = _RANK[operator]
            return f"{_operand(left, rank)} {operator} {_operand(right, rank + 1)}"


def call_text(call: Call) -> str:
    """Return how a figure is written, without arguments that are at their defaults.

    Examples
    --------
    >>> call_text(Call("corr", ("ETH", "BTC", "1s", 120, "log")))
    'corr(ETH, BTC, window=120)'
    """
    words: list[str] = []
    named = False
    for argument, value in zip(METRICS[call.metric].arguments, call.arguments, strict=True):
        if value == argument.default:
            named = True
        else:
            words.append(f"{argument.name}={value_text(value)}" if named else value_text(value))
    return f"{call.metric}({', '.join(words)})"


def expiry_text(expires: Expiry) -> str:
    """Return how the end of a rule is written, such as ``2026-12-31T12:00 Europe/Berlin``."""
    return f"{expires.text}{_zone(expires.zone)}"


def quiet_text(quiet: Quiet) -> str:
    """Return how quiet hours are written, such as ``22:00-07:00 Europe/Berlin``."""
    return f"{quiet.start}-{quiet.end}{_zone(quiet.zone)}"


def _inside(condition: Condition, wrapped: tuple[type, ...]) -> str:
    text = condition_text(condition)
    return f"({text})" if isinstance(condition, wrapped) else text


def _operand(expression: Expression, least: int) -> str:
    text = expression_text(expression)
    rank = _ATOM
    if isinstance(expression, Arithmetic):
        rank = _RANK[expression.operator]
    elif isinstance(expression, Negative):
        # Minus minus is hard to read, and a product of a negative reads like a negative product.
        rank = _PRODUCT if least <= _PRODUCT else _SUM
    return f"({text})" if rank < least else text


def _zone(name: str) -> str:
    return "" if name == "UTC" else f" {name}"
