"""Upper tail of the chi-square distribution."""

from __future__ import annotations

import math

from quantdeck.model.errors import BadInput


def chi_square_tail(statistic: float, degrees: int) -> float:
    """Return P(X > statistic) for X chi-square with `degrees` degrees of freedom.

    Parameters
    ----------
    statistic : float
        The value; below zero the probability is 1.
    degrees : int
        Degrees of freedom, >= 1.

    Returns
    -------
    float
        Probability in [0, 1]; NaN where the statistic is.

    Raises
    ------
    BadInput
        If there is no degree of freedom.

    Notes
    -----
    With h = x / 2: exp(-h) sum of h^j / j! over j < k / 2 for even k, erfc(sqrt h) + exp(-h) sum of
    h^(j - 1/2) / Gamma(j + 1/2) over j = 1 .. (k - 1) / 2 for odd k. Source: Abramowitz, Stegun,
    "Handbook of Mathematical Functions", 26.4.4 and 26.4.5.

    Examples
    --------
    >>> round(chi_square_tail(3.841459, 1), 4), round(chi_square_tail(5.991465, 2), 4)
    (0.05, 0.05)
    """
    if degrees < 1:
        raise BadInput(f"degrees of freedom must be at least 1, was {degrees}", field="degrees")
    if math.isnan(statistic):
        return math.nan
    half = 0.5 * statistic
    if half <= 0.0:
        return 1.0
    odd = degrees % 2
    total = math.erfc(math.sqrt(half)) if odd else 0.0
    # in logarithms, since powers of a large statistic leave the range of floats before they meet
    # the exponential that tames them
    for j in range(1, degrees // 2 + 1):
        power = j - 0.5 if odd else j - 1.0
        total += math.exp(power * math.log(half) - half - math.lgamma(power + 1.0))
    return min(1.0, total)
