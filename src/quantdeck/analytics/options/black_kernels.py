"""The normalised price of Black (1976), and its inverse by Jaeckel's "Let's be rational" (2015).

With x = -|ln(F / K)|, s = sigma sqrt(tau), h = x / s and t = s / 2, an option out of the money is worth
D sqrt(F K) b(x, s), where b = b' B(h, t), b' = exp(-(h^2 + t^2) / 2) / sqrt(2 pi) is the derivative in s,
B(h, t) = Y(h + t) - Y(h - t), and Y(z) = N(z) / n(z) is a scaled complementary error function. Nothing
underflows before the price itself does.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import kernel, part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray

OK, NO_PRICE, BELOW_INTRINSIC, NO_TIME_VALUE, ABOVE_MAXIMUM, EXPIRED, NO_FORWARD = range(7)
"""Why there is no volatility; the numbers of `reasons.Reason`."""

_ROOT_2 = math.sqrt(2.0)
_ROOT_3 = math.sqrt(3.0)
_ROOT_2PI = math.sqrt(2.0 * math.pi)
_HALF_ROOT_2PI = 0.5 * _ROOT_2PI
_LOG_ROOT_2PI = math.log(_ROOT_2PI)
_INVERSE_ROOT_PI = 1.0 / math.sqrt(math.pi)
_MOST_STEPS = 12
_LOW, _HIGH = range(2)


@part
def erfcx(x: float) -> float:
    """Return exp(x^2) erfc(x); Cody, "Rational Chebyshev approximations for the error function", 1969."""
    y = abs(x)
    if y <= 0.46875:
        z = y * y
        n = (1.85777706184603153e-1 * z + 3.16112374387056560e0) * z + 1.13864154151050156e2
        n = (n * z + 3.77485237685302021e2) * z + 3.20937758913846947e3
        d = ((z + 2.36012909523441209e1) * z + 2.44024637934444173e2) * z + 1.28261652607737228e3
        d = d * z + 2.84423683343917062e3
        return math.exp(z) * (1.0 - x * n / d)
    if y <= 4.0:
        n = (2.15311535474403846e-8 * y + 5.64188496988670089e-1) * y + 8.88314979438837594e0
        n = ((n * y + 6.61191906371416295e1) * y + 2.98635138197400131e2) * y
        n = ((n + 8.81952221241769090e2) * y + 1.71204761263407058e3) * y + 2.05107837782607147e3
        n = n * y + 1.23033935479799725e3
        d = ((y + 1.57449261107098347e1) * y + 1.17693950891312499e2) * y + 5.37181101862009858e2
        d = ((d * y + 1.62138957456669019e3) * y + 3.29079923573345963e3) * y
        d = ((d + 4.36261909014324716e3) * y + 3.43936767414372164e3) * y + 1.23033935480374942e3
        far = n / d
    else:
        z = 1.0 / (y * y)
        n = (1.63153871373020978e-2 * z + 3.05326634961232344e-1) * z + 3.60344899949804439e-1
        n = (n * z + 1.25781726111229246e-1) * z + 1.60837851487422766e-2
        n = n * z + 6.58749161529837803e-4
        d = ((z + 2.56852019228982242e0) * z + 1.87295284992346725e0) * z + 5.27905102951428412e-1
        d = (d * z + 6.05183413124143191e-2) * z + 2.33520497626869185e-3
        far = (_INVERSE_ROOT_PI - z * n / d) / y
    return far if x >= 0.0 else 2.0 * math.exp(y * y) - far


@part
def normal_cdf(z: float) -> float:
    """Return N(z)."""
    return 0.5 * math.erfc(-z / _ROOT_2)


@part
def normal_quantile(p: float) -> float:
    """Return z of N(z) = p to seven digits, enough for a guess; Wichura, AS 241 (PPND7), 1988."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        n = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
        return q * n / (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1.0)
    r = math.sqrt(-math.log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        n = ((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777
        z = n / ((0.12021132975 * r + 0.7370016425) * r + 1.0)
    else:
        r -= 5.0
        n = ((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115
        z = n / ((0.012258202635 * r + 0.24197894225) * r + 1.0)
    return -z if q < 0.0 else z


@part
def scaled_black(h: float, t: float) -> float:
    """Return B(h, t) = b / b'."""
    if t < 0.03 and h * t > -0.5:
        # The difference would cancel: its series in t, whose coefficients follow from
        # Y' = 1 + h Y and the recursion Y(n) = h Y(n - 1) + (n - 1) Y(n - 2).
        a = 1.0 + h * _HALF_ROOT_2PI * erfcx(-h / _ROOT_2)
        g = h * h
        third = -1.0 + 3.0 * a + a * g
        fifth = -7.0 + 15.0 * a + g * (-1.0 + 10.0 * a + a * g)
        seventh = -57.0 + 105.0 * a + g * (-18.0 + 105.0 * a + g * (-1.0 + 21.0 * a + a * g))
        w = t * t
        return 2.0 * t * (a + w * (third / 6.0 + w * (fifth / 120.0 + w * seventh / 5040.0)))
    return _HALF_ROOT_2PI * (erfcx((-h - t) / _ROOT_2) - erfcx((t - h) / _ROOT_2))


@part
def slope(x: float, s: float) -> float:
    """Return b'(x, s)."""
    h, t = x / s, 0.5 * s
    return math.exp(-0.5 * (h * h + t * t)) / _ROOT_2PI


@part
def normalised_black(x: float, s: float) -> float:
    """Return b(x, s) for x <= 0 and s >= 0."""
    if not s > 0.0:
        return 0.0
    return scaled_black(x / s, 0.5 * s) * slope(x, s)


@part
def blend(  # noqa: PLR0913, PLR0917
    share: float,
    width: float,
    low: float,
    high: float,
    low_slope: float,
    high_slope: float,
    r: float,
) -> float:
    """Interpolate by a rational cubic with control r (Delbourgo and Gregory, 1985)."""
    rest = 1.0 - share
    if not r < 1e300:
        return low * rest + high * share
    top = high * share**3 + (r * high - width * high_slope) * share * share * rest
    top += (r * low + width * low_slope) * share * rest * rest + low * rest**3
    return top / (1.0 + (r - 3.0) * share * rest)


@part
def control(
    width: float, chord: float, low_slope: float, high_slope: float, bend: float, end: int
) -> float:
    """Return r that gives the interpolation its second derivative at one end, kept convex."""
    lean = high_slope - chord if end == _HIGH else chord - low_slope
    span = high_slope - low_slope
    r = (0.5 * width * bend + span) / lean if lean != 0.0 else math.inf
    least = (low_slope + high_slope) / chord
    if lean != 0.0:
        least = max(least, abs(span / lean))
    other = chord - low_slope if end == _HIGH else high_slope - chord
    if other != 0.0:
        least = max(least, abs(span / other))
    return max(r, least)


@part
def low_guess(beta: float, x: float, s: float, b: float) -> float:
    """Return a first s for beta below b = b(x, s), from (2 pi |x| / 3^1.5) N(x / (3^0.5 s))^3."""
    z = -x / (_ROOT_3 * s)
    y, variance = z * z, s * s
    cdf, density = normal_cdf(-z), math.exp(-0.5 * y) / _ROOT_2PI
    image = -2.0 * math.pi * x / (3.0 * _ROOT_3) * cdf**3
    rise = 2.0 * math.pi * y * cdf * cdf * math.exp(y + 0.125 * variance)
    bend = (
        -8.0 * _ROOT_3 * s * x + (3.0 * variance * (variance - 8.0) - 8.0 * x * x) * cdf / density
    )
    bend *= math.pi / 6.0 * y / (variance * s) * cdf * math.exp(2.0 * y + 0.25 * variance)
    r = control(b, image / b, 1.0, rise, bend, _HIGH)
    mapped = blend(beta / b, b, 0.0, image, 1.0, rise, r)
    if not (mapped > 0.0 and mapped < math.inf):
        mapped = image * beta / b
    quantile = normal_quantile(_ROOT_3 * (mapped / (-2.0 * math.pi * x)) ** (1.0 / 3.0))
    return abs(x / (_ROOT_3 * quantile))


@part
def high_guess(beta: float, x: float, s: float, b: float, most: float) -> float:
    """Return a first s for beta between b = b(x, s) and its supremum, from N(-s / 2)."""
    w = (x / s) ** 2
    image = normal_cdf(-0.5 * s)
    fall = -0.5 * math.exp(0.5 * w)
    bend = math.sqrt(0.5 * math.pi) * math.exp(w + 0.125 * s * s) * w / s
    width = most - b
    mapped = -1.0
    if bend < 1e150:
        r = control(width, -image / width, fall, -0.5, bend, _LOW)
        mapped = blend((beta - b) / width, width, image, 0.0, fall, -0.5, r)
    if not (mapped > 0.0 and mapped < 0.5):
        mapped = image * (most - beta) / width
    return -2.0 * normal_quantile(mapped)


@part
def guess(beta: float, x: float, most: float, centre: float, b_centre: float) -> float:
    """Return a first s: rational in four pieces that meet at the inflection point and its tangents."""
    v = slope(x, centre) if x < 0.0 else 1.0 / _ROOT_2PI
    if beta < b_centre:
        s = centre - b_centre / v
        b = normalised_black(x, s)
        if beta < b:
            return low_guess(beta, x, s, b)
        width, low_slope, high_slope = b_centre - b, 1.0 / slope(x, s), 1.0 / v
        r = control(width, (centre - s) / width, low_slope, high_slope, 0.0, _HIGH)
        return blend((beta - b) / width, width, s, centre, low_slope, high_slope, r)
    s = centre + (most - b_centre) / v
    b = normalised_black(x, s)
    if beta > b:
        return high_guess(beta, x, s, b, most)
    width, low_slope, high_slope = b - b_centre, 1.0 / v, 1.0 / slope(x, s)
    r = control(width, (s - centre) / width, low_slope, high_slope, 0.0, _LOW)
    return blend((beta - b_centre) / width, width, centre, s, low_slope, high_slope, r)


@part
def householder(newton: float, second: float, third: float) -> float:
    """Return the step of fourth order from Newton's and the ratios of higher derivatives."""
    return newton * (1.0 + 0.5 * second * newton) / (1.0 + newton * (second + third * newton / 6.0))


@part
def refine(beta: float, x: float, s: float, most: float, b_centre: float) -> float:
    """Return s of b(x, s) = beta from a guess: two steps at nearly every price."""
    log_beta = math.log(beta)
    is_low = beta < b_centre
    is_high = beta > 0.5 * most and not is_low and most - beta > 1e-14 * most
    for _ in range(_MOST_STEPS):
        h, t = x / s, 0.5 * s
        bent = h * h / s - 0.25 * s
        twice = bent * bent - 3.0 * (h / s) ** 2 - 0.25
        if is_high:
            # ln of what is left to the supremum
            left = _HALF_ROOT_2PI * (erfcx((h + t) / _ROOT_2) + erfcx((t - h) / _ROOT_2))
            q = 1.0 / left
            power = -0.5 * (h * h + t * t) - _LOG_ROOT_2PI
            newton = (math.log(left) + power - math.log(most - beta)) * left
            step = householder(newton, bent + q, twice + q * (2.0 * q + 3.0 * bent))
        elif is_low:
            # 1 / ln b
            scaled = scaled_black(h, t)
            q = 1.0 / scaled
            log_b = math.log(scaled) - 0.5 * (h * h + t * t) - _LOG_ROOT_2PI
            newton = (log_beta - log_b) * log_b / log_beta * scaled
            inverse = 1.0 / log_b
            second = bent - q * (1.0 + 2.0 * inverse)
            third = twice + 2.0 * q * q * (1.0 + 3.0 * inverse * (1.0 + inverse))
            step = householder(newton, second, third - 3.0 * bent * q * (1.0 + 2.0 * inverse))
        else:
            newton = beta * _ROOT_2PI * math.exp(0.5 * (h * h + t * t)) - scaled_black(h, t)
            step = householder(newton, bent, twice)
        # away from the root the step may leave the domain
        step = max(-0.5 * s, min(step, s + 1.0))
        s += step
        if abs(step) <= 1e-4 * s:
            break
    return s


@part
def deviation(beta: float, x: float) -> float:
    """Return s of b(x, s) = beta for 0 < beta < exp(x / 2), x <= 0."""
    most = math.exp(0.5 * x)
    centre = math.sqrt(-2.0 * x)
    b_centre = normalised_black(x, centre)
    return refine(beta, x, guess(beta, x, most, centre, b_centre), most, b_centre)


@part
def log_moneyness(forward: float, strike: float) -> float:
    """Return -|ln(F / K)|, to all digits near the money."""
    if abs(forward - strike) < 0.5 * strike:
        return -abs(math.log1p((forward - strike) / strike))
    return -abs(math.log(forward / strike))


@kernel("floats", "floats", "floats", "floats", "floats", "flags", "floats_out")
def fill_prices(  # noqa: PLR0913, PLR0917
    forward: FloatArray,
    strike: FloatArray,
    tau: FloatArray,
    volatility: FloatArray,
    discount: FloatArray,
    is_call: NDArray[np.uint8],
    out: FloatArray,
) -> None:
    """Fill Black prices; NaN where an input is NaN, negative, or a forward or strike is not positive."""
    for i in range(len(out)):
        f, k, d, v = forward[i], strike[i], discount[i], volatility[i]
        if not (f > 0.0 and k > 0.0 and d > 0.0 and v >= 0.0 and tau[i] >= 0.0):
            out[i] = math.nan
            continue
        inside = f - k if is_call[i] else k - f
        s = v * math.sqrt(tau[i])
        out[i] = d * (
            math.sqrt(f) * math.sqrt(k) * normalised_black(log_moneyness(f, k), s)
            + max(inside, 0.0)
        )


@kernel("floats", "floats", "floats", "floats", "floats", "flags", "floats_out", "ints_out")
def fill_implied(  # noqa: PLR0913, PLR0917
    price: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    tau: FloatArray,
    discount: FloatArray,
    is_call: NDArray[np.uint8],
    out: FloatArray,
    reasons: IntArray,
) -> None:
    """Fill implied volatilities, NaN with its reason where there is none."""
    for i in range(len(out)):
        out[i] = math.nan
        f, k, d = forward[i], strike[i], discount[i]
        if not (f > 0.0 and k > 0.0 and d > 0.0 and f < math.inf and k < math.inf):
            reasons[i] = NO_FORWARD
            continue
        if not tau[i] > 0.0:
            reasons[i] = EXPIRED
            continue
        value = price[i] / d
        if not value >= 0.0:
            reasons[i] = NO_PRICE
            continue
        inside = max(f - k if is_call[i] else k - f, 0.0)
        x = log_moneyness(f, k)
        beta = (value - inside) / (math.sqrt(f) * math.sqrt(k))
        if beta < 0.0:
            reasons[i] = BELOW_INTRINSIC
        elif beta == 0.0:
            reasons[i] = NO_TIME_VALUE
        elif beta >= math.exp(0.5 * x):
            reasons[i] = ABOVE_MAXIMUM
        else:
            out[i] = deviation(beta, x) / math.sqrt(tau[i])
            reasons[i] = OK
