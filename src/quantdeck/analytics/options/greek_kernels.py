"""Derivatives of Black prices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray

PRICE, DELTA, GAMMA, VEGA, THETA, RHO = range(6)
"""Rows that `fill_greeks` fills."""

GREEKS = 6
_ROOT_2 = math.sqrt(2.0)
_ROOT_2PI = math.sqrt(2.0 * math.pi)
_DAYS = 365.0


@kernel("floats", "floats", "floats", "floats", "floats", "floats", "flags", "float_rows_out")
def fill_greeks(  # noqa: PLR0913, PLR0917
    forward: FloatArray,
    strike: FloatArray,
    tau: FloatArray,
    volatility: FloatArray,
    discount: FloatArray,
    spot: FloatArray,
    is_call: NDArray[np.uint8],
    out: FloatArray,
) -> None:
    """Fill price and derivatives, to the spot where it is a number, to the forward otherwise."""
    for i in range(out.shape[1]):
        f, k, d, v, time = forward[i], strike[i], discount[i], volatility[i], tau[i]
        if not (f > 0.0 and k > 0.0 and d > 0.0 and v > 0.0 and time > 0.0):
            out[:, i] = math.nan
            continue
        root = math.sqrt(time)
        s = v * root
        d1 = math.log(f / k) / s + 0.5 * s
        sign = 1.0 if is_call[i] else -1.0
        first = 0.5 * math.erfc(-sign * d1 / _ROOT_2)
        second = 0.5 * math.erfc(-sign * (d1 - s) / _ROOT_2)
        density = math.exp(-0.5 * d1 * d1) / _ROOT_2PI
        present, strike_leg = d * f, d * k * second
        price = sign * (present * first - strike_leg)
        decay = -0.5 * present * density * v / root
        out[PRICE, i] = price
        out[VEGA, i] = present * density * root
        rate = -math.log(d) / time
        now = spot[i]
        if now > 0.0:
            carry = present / now
            dividend = -math.log(carry) / time
            out[DELTA, i] = sign * carry * first
            out[GAMMA, i] = carry * density / (now * s)
            out[THETA, i] = decay + sign * (dividend * present * first - rate * strike_leg)
            out[RHO, i] = sign * time * strike_leg
        else:
            out[DELTA, i] = sign * d * first
            out[GAMMA, i] = d * density / (f * s)
            out[THETA, i] = decay + rate * price
            out[RHO, i] = -time * price
        out[THETA, i] /= _DAYS
