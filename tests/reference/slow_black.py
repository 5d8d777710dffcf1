"""Black prices with sixty digits, for prices that double precision can barely hold."""

from __future__ import annotations

from decimal import Decimal, localcontext

_DIGITS = 80


def _root_2pi() -> Decimal:
    # Machin: pi = 16 atan(1/5) - 4 atan(1/239)
    def atan_of_inverse(n: int) -> Decimal:
        term = total = Decimal(1) / n
        k = 1
        while abs(term) > Decimal(10) ** -(_DIGITS + 5):
            term = -term / (n * n)
            k += 2
            total += term / k
        return total

    return (2 * (16 * atan_of_inverse(5) - 4 * atan_of_inverse(239))).sqrt()


def normal_tail(z: Decimal) -> Decimal:
    """Return N(-z) to sixty digits."""
    if z < 0:
        return 1 - normal_tail(-z)
    density = (-z * z / 2).exp() / _root_2pi()
    if z > 5:
        # Laplace's continued fraction, from its far end
        fraction = z
        for n in range(400, 0, -1):
            fraction = z + n / fraction
        return density / fraction
    term = total = z
    n = 1
    while term > Decimal(10) ** -_DIGITS:
        n += 2
        term = term * z * z / n
        total += term
    return Decimal("0.5") - density * total


def black_price(
    forward: float, strike: float, tau: float, volatility: float, *, is_call: bool
) -> float:
    """Return the undiscounted price, rounded once at the end."""
    with localcontext() as context:
        context.prec = _DIGITS
        f, k = Decimal(forward), Decimal(strike)
        s = Decimal(volatility) * Decimal(tau).sqrt()
        d1 = (f / k).ln() / s + s / 2
        sign = 1 if is_call else -1
        value = sign * (f * normal_tail(-sign * d1) - k * normal_tail(-sign * (d1 - s)))
        return float(value)
