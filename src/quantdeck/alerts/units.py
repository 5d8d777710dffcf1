"""What expressions measure, so that figures of different kinds are not compared by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.alerts.catalogue import METRICS
from quantdeck.alerts.metric import Dimension
from quantdeck.alerts.syntax import TIMES, Arithmetic, Call, Function, Negative, Number

if TYPE_CHECKING:
    from quantdeck.alerts.syntax import Expression


def dimension(expression: Expression) -> Dimension | None:
    """Return what an expression measures, or None where that cannot be told.

    Parameters
    ----------
    expression : Expression
        A bare number measures anything, and so does what is multiplied or divided.

    Examples
    --------
    >>> dimension(Number(5.0, "m")).value, dimension(Number(5.0))
    ('seconds', None)
    """
    match expression:
        case Number(unit=unit) if unit:
            return Dimension.SECONDS if unit in TIMES else Dimension.RATIO
        case Call(metric=name):
            return METRICS[name].dimension
        case Negative(operand=operand):
            return dimension(operand)
        case Arithmetic(operator="+" | "-", left=left, right=right):
            return dimension(left) or dimension(right)
        case Function(operands=operands):
            return next(filter(None, map(dimension, operands)), None)
        case _:
            return None


def mismatch(number: Expression, beside: Expression) -> str | None:
    """Return why a number with a unit does not go with what stands beside it, or None.

    Parameters
    ----------
    number : Expression
        Only a number with a unit, or minus one, is judged.
    beside : Expression
        What it is compared with or added to.

    Examples
    --------
    >>> mismatch(Number(3.0, "bp"), Call("spread_bp", ("BTCUSDT",)))
    'this counts basis points already: write 3'
    """
    inner = number.operand if isinstance(number, Negative) else number
    if not isinstance(inner, Number) or not inner.unit:
        return None
    wanted, found = dimension(beside), dimension(inner)
    if wanted is None or wanted is found:
        return None
    if wanted is Dimension.BASIS_POINTS and inner.unit in {"bp", "%"}:
        points = inner.amount * 1e4
        return f"this counts basis points already: write {points:.6g}"
    if wanted is Dimension.PLAIN and found is Dimension.RATIO:
        return f"this is no share of anything: write a bare number, such as {inner.amount:.6g}"
    what = "a time" if found is Dimension.SECONDS else "a share"
    return f"{inner.unit!r} makes this {what}, and it stands beside a figure in {wanted.value}"
