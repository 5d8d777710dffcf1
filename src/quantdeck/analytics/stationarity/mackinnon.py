"""MacKinnon's response surfaces for unit-root and cointegration tests.

Sources: J. G. MacKinnon, "Approximate Asymptotic Distribution Functions for Unit-Root and
Cointegration Tests", Journal of Business & Economic Statistics 12 (1994) 167-176, tables 3 and 4
(p-values); J. G. MacKinnon, "Critical Values for Cointegration Tests", Queen's University Economics
Department Working Paper 1227 (2010), tables 1 to 3 (critical values; those without a constant are
of the 1996 paper, which 2010 did not renew).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from quantdeck.model.errors import BadInput

Regression = Literal["n", "c", "ct"]
"""Deterministic terms: none, a constant, a constant and a linear trend."""

Levels = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Surface:
    # p = Phi(polynomial in tau): `small` up to `star`, `large` above it; 0 below `lowest` and 1
    # above `highest`, where the approximation no longer holds. `critical` is, for 1, 5 and 10 %,
    # a polynomial in 1 / n; None where none is published.
    lowest: float
    star: float
    highest: float
    small: Levels
    large: Levels
    critical: tuple[Levels, Levels, Levels] | None


_SURFACES: dict[tuple[Regression, int], _Surface] = {
    ("n", 1): _Surface(
        lowest=-19.04,
        star=-1.04,
        highest=math.inf,
        small=(0.6344, 1.2378, 3.2496e-2),
        large=(0.4797, 9.3557e-1, -0.6999e-1, 3.3066e-2),
        critical=(
            (-2.56574, -2.2358, -3.627, 0.0),
            (-1.94100, -0.2686, -3.365, 31.223),
            (-1.61682, 0.2656, -2.714, 25.364),
        ),
    ),
    ("n", 2): _Surface(
        lowest=-19.62,
        star=-1.53,
        highest=1.51,
        small=(1.9129, 1.3857, 3.5322e-2),
        large=(1.5578, 8.558e-1, -2.083e-1, -3.3549e-2),
        critical=None,
    ),
    ("c", 1): _Surface(
        lowest=-18.83,
        star=-1.61,
        highest=2.74,
        small=(2.1659, 1.4412, 3.8269e-2),
        large=(1.7339, 9.3202e-1, -1.2745e-1, -1.0368e-2),
        critical=(
            (-3.43035, -6.5393, -16.786, -79.433),
            (-2.86154, -2.8903, -4.234, -40.040),
            (-2.56677, -1.5384, -2.809, 0.0),
        ),
    ),
    ("c", 2): _Surface(
        lowest=-18.86,
        star=-2.62,
        highest=0.92,
        small=(2.92, 1.5012, 3.9796e-2),
        large=(2.1945, 6.4695e-1, -2.9198e-1, -4.2377e-2),
        critical=(
            (-3.89644, -10.9519, -33.527, 0.0),
            (-3.33613, -6.1101, -6.823, 0.0),
            (-3.04445, -4.2412, -2.720, 0.0),
        ),
    ),
    ("ct", 1): _Surface(
        lowest=-16.18,
        star=-2.89,
        highest=0.7,
        small=(3.2512, 1.6047, 4.9588e-2),
        large=(2.5261, 6.1654e-1, -3.7956e-1, -6.0285e-2),
        critical=(
            (-3.95877, -9.0531, -28.428, -134.155),
            (-3.41049, -4.3904, -9.036, -45.374),
            (-3.12705, -2.5856, -3.925, -22.380),
        ),
    ),
    ("ct", 2): _Surface(
        lowest=-21.15,
        star=-3.19,
        highest=0.63,
        small=(3.6646, 1.5419, 3.6448e-2),
        large=(2.85, 5.272e-1, -3.6622e-1, -5.1695e-2),
        critical=(
            (-4.32762, -15.4387, -35.679, 0.0),
            (-3.78057, -9.5106, -12.074, 0.0),
            (-3.49631, -7.0815, -7.538, 21.892),
        ),
    ),
}


def mackinnon_pvalue(statistic: float, regression: Regression, *, series: int = 1) -> float:
    """Return the asymptotic probability of a smaller statistic under the null.

    Parameters
    ----------
    statistic : float
        t-statistic of the lagged level.
    regression : {"n", "c", "ct"}
        Deterministic terms of the test, or of the cointegrating line.
    series : int
        Count of integrated series: 1 for a unit-root test, 2 for residuals of a pair.

    Returns
    -------
    float
        p-value in [0, 1].

    Raises
    ------
    BadInput
        If no surface is held for these terms and this count.

    Notes
    -----
    MacKinnon (1994), tables 3 and 4.

    Examples
    --------
    >>> round(mackinnon_pvalue(-2.86, "c"), 3), round(mackinnon_pvalue(-3.34, "c", series=2), 3)
    (0.05, 0.049)
    """
    surface = _surface(regression, series)
    if statistic > surface.highest:
        return 1.0
    if statistic < surface.lowest:
        return 0.0
    levels = surface.small if statistic <= surface.star else surface.large
    return 0.5 * math.erfc(-_polynomial(levels, statistic) / math.sqrt(2.0))


def mackinnon_critical(regression: Regression, n: int, *, series: int = 1) -> dict[str, float]:
    """Return the critical values at 1, 5 and 10 % for a sample of n.

    Parameters
    ----------
    regression : {"n", "c", "ct"}
        Deterministic terms of the test, or of the cointegrating line.
    n : int
        Observations.
    series : int
        Count of integrated series: 1 for a unit-root test, 2 for residuals of a pair.

    Returns
    -------
    dict of str to float
        Keys "1%", "5%", "10%"; empty where no values are published (two series, no constant).

    Raises
    ------
    BadInput
        If no surface is held for these terms and this count.

    Notes
    -----
    Polynomial in 1 / n of MacKinnon (2010).

    Examples
    --------
    >>> {level: round(value, 3) for level, value in mackinnon_critical("c", 100).items()}
    {'1%': -3.498, '5%': -2.891, '10%': -2.582}
    """
    critical = _surface(regression, series).critical
    if critical is None:
        return {}
    values = (_polynomial(levels, 1.0 / n) for levels in critical)
    return dict(zip(("1%", "5%", "10%"), values, strict=True))


def _surface(regression: Regression, series: int) -> _Surface:
    surface = _SURFACES.get((regression, series))
    if surface is None:
        raise BadInput(
            f"no MacKinnon surface for regression {regression!r} and {series} series; "
            "regression is one of 'n', 'c', 'ct' and series 1 or 2"
        )
    return surface


def _polynomial(coefficients: Levels, at: float) -> float:
    value = 0.0
    for coefficient in reversed(coefficients):
        value = value * at + coefficient
    return value
