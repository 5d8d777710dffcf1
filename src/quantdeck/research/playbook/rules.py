"""Which trade goes with which view: rules as data, tried from the top."""

from __future__ import annotations

import math
from dataclasses import dataclass

from quantdeck.model.errors import BadInput
from quantdeck.research.playbook.entry import Richness, View


@dataclass(frozen=True, slots=True)
class LegRule:
    """One leg of a structure.

    Parameters
    ----------
    kind : str
        ``call`` or ``put``.
    side : int
        1 is bought, -1 is sold.
    delta : float
        Absolute delta that the strike is chosen by.
    """

    kind: str
    side: int
    delta: float


@dataclass(frozen=True, slots=True)
class Structure:
    """A trade of options.

    Parameters
    ----------
    key, title : str
        Such as ``bull_put_spread``.
    legs : tuple of LegRule
        Those of one kind from the nearest to the money to the farthest.
    families : tuple of str
        What its limit may go by besides its key, from the nearest.
    """

    key: str
    title: str
    legs: tuple[LegRule, ...]
    families: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What its limit may go by."""
        return (self.key, *self.families)


_CALL, _PUT = "call", "put"

STRUCTURES: dict[str, Structure] = {
    each.key: each
    for each in (
        Structure("long_call", "Long call", (LegRule(_CALL, 1, 0.50),), ("call",)),
        Structure("long_put", "Long put", (LegRule(_PUT, 1, 0.50),), ("put",)),
        Structure(
            "bull_call_spread",
            "Bull call spread",
            (LegRule(_CALL, 1, 0.50), LegRule(_CALL, -1, 0.30)),
            ("call_spread", "call"),
        ),
        Structure(
            "bear_put_spread",
            "Bear put spread",
            (LegRule(_PUT, 1, 0.50), LegRule(_PUT, -1, 0.30)),
            ("put_spread", "put"),
        ),
        Structure(
            "bull_put_spread",
            "Bull put spread",
            (LegRule(_PUT, -1, 0.30), LegRule(_PUT, 1, 0.15)),
            ("put_spread", "put"),
        ),
        Structure(
            "bear_call_spread",
            "Bear call spread",
            (LegRule(_CALL, -1, 0.30), LegRule(_CALL, 1, 0.15)),
            ("call_spread", "call"),
        ),
        Structure(
            "iron_condor",
            "Iron condor",
            (
                LegRule(_PUT, -1, 0.20),
                LegRule(_PUT, 1, 0.10),
                LegRule(_CALL, -1, 0.20),
                LegRule(_CALL, 1, 0.10),
            ),
            ("condor",),
        ),
        Structure(
            "long_strangle",
            "Long strangle",
            (LegRule(_PUT, 1, 0.30), LegRule(_CALL, 1, 0.30)),
            ("strangle",),
        ),
    )
}
"""Structures with a bounded loss: none of them sells more than it buys."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a structure is taken.

    Parameters
    ----------
    view : View
        Which way the symbol leans.
    richness : tuple of Richness
        Any of these.
    least_edge : float
        |probability - 0.5| must be at least that; 0 asks for none. [1]
    structure : str
        Key of `STRUCTURES`; empty for no trade.
    why : str
        In words.
    """

    view: View
    richness: tuple[Richness, ...]
    least_edge: float
    structure: str
    why: str


_RICH, _FAIR, _CHEAP, _UNKNOWN = Richness.RICH, Richness.FAIR, Richness.CHEAP, Richness.UNKNOWN
_SELL = (
    "options are dear, so that premium is sold, its loss bounded by the option bought farther out"
)
_BUY = "options are cheap, so that premium is bought"
_FAIR_WHY = (
    "options are neither dear nor cheap as far as known, so that a spread is bought: what is sold "
    "farther out pays for part of the volatility"
)

RULES: tuple[Rule, ...] = (
    Rule(View.UP, (_RICH,), 0.0, "bull_put_spread", f"The view is up, and {_SELL}."),
    Rule(
        View.UP,
        (_CHEAP,),
        0.05,
        "long_call",
        f"The probability is 5 points or more above one half, and {_BUY}.",
    ),
    Rule(
        View.UP,
        (_CHEAP,),
        0.0,
        "bull_call_spread",
        f"The view is up, but not strong; {_BUY}, and part of it is paid for by a call sold farther out.",
    ),
    Rule(View.UP, (_FAIR, _UNKNOWN), 0.0, "bull_call_spread", f"The view is up; {_FAIR_WHY}."),
    Rule(View.DOWN, (_RICH,), 0.0, "bear_call_spread", f"The view is down, and {_SELL}."),
    Rule(
        View.DOWN,
        (_CHEAP,),
        0.05,
        "long_put",
        f"The probability is 5 points or more below one half, and {_BUY}.",
    ),
    Rule(
        View.DOWN,
        (_CHEAP,),
        0.0,
        "bear_put_spread",
        f"The view is down, but not strong; {_BUY}, and part of it is paid for by a put sold farther out.",
    ),
    Rule(View.DOWN, (_FAIR, _UNKNOWN), 0.0, "bear_put_spread", f"The view is down; {_FAIR_WHY}."),
    Rule(
        View.NEUTRAL, (_RICH,), 0.0, "iron_condor", f"Nothing speaks for a direction, and {_SELL}."
    ),
    Rule(
        View.NEUTRAL,
        (_CHEAP,),
        0.0,
        "long_strangle",
        f"Nothing speaks for a direction, and {_BUY} on both sides.",
    ),
    Rule(
        View.NEUTRAL,
        (_FAIR, _UNKNOWN),
        0.0,
        "",
        "Nothing speaks for a direction, and options are neither dear nor cheap as far as known: "
        "there is nothing to be paid for, and no trade.",
    ),
)
"""The first that fits is taken; every view and richness is met by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where a view begins, and where options are dear or cheap.

    Parameters
    ----------
    edge : float
        |probability - 0.5| from which on the model has a view, in (0, 0.5). [1]
    lean : float
        |weighted mean of z| from which on momentum and news have one, where the model has none.
    rich, cheap : float
        Implied less realized volatility from which on up, or down, options are dear, or cheap: implied
        ones lie some points above what is realized most of the time, so the two are not symmetric.
        [1/sqrt(year)]
    """

    edge: float = 0.02
    lean: float = 0.5
    rich: float = 0.05
    cheap: float = 0.0

    def __post_init__(self) -> None:
        if not (0.0 < self.edge < 0.5 and self.lean > 0.0 and self.cheap < self.rich):
            raise BadInput(
                f"an edge in (0, 0.5), a lean above 0 and cheap below rich are needed, were {self}"
            )


_DEFAULT = Thresholds()


def view_of(
    probability: float | None, lean: float | None, thresholds: Thresholds = _DEFAULT
) -> tuple[View, str]:
    """Return which way a symbol leans, and what that is made of.

    Parameters
    ----------
    probability : float or None
        Of the model; far enough from one half it alone decides. [1]
    lean : float or None
        Weighted mean of z of the other factors with a direction, which decide where the model does not.
    thresholds : Thresholds
        Where a view begins.

    Returns
    -------
    tuple of (View, str)
        Neutral where neither says enough.

    Examples
    --------
    >>> view_of(0.53, -2.0)[0].value, view_of(0.51, -0.7)[0].value, view_of(0.51, 0.3)[0].value
    ('up', 'down', 'neutral')
    """
    said = "there is no model"
    if probability is not None:
        away = probability - 0.5
        said = f"the model gives {probability:.1%}"
        if abs(away) >= thresholds.edge:
            view = View.UP if away > 0.0 else View.DOWN
            return view, f"{said}, {abs(away) * 100:.1f} points from one half, which decides alone"
        said = f"{said}, too near one half to say anything"
    if lean is None:
        return View.NEUTRAL, f"{said}, and neither momentum nor news are known"
    word = f"{said}; momentum and news stand {lean:+.2f} standard deviations from the other symbols"
    if abs(lean) < thresholds.lean:
        return View.NEUTRAL, f"{word}, less than the {thresholds.lean:g} that make a view"
    return (
        View.UP if lean > 0.0 else View.DOWN
    ), f"{word}: a view against these, not of the market"


def richness_of(iv_edge: float | None, thresholds: Thresholds = _DEFAULT) -> Richness:
    """Return whether options are dear or cheap against what was realized.

    Parameters
    ----------
    iv_edge : float or None
        Implied less realized volatility. [1/sqrt(year)]
    thresholds : Thresholds
        Where they are.

    Returns
    -------
    Richness
        Unknown where the edge is.

    Examples
    --------
    >>> richness_of(0.07).value, richness_of(0.02).value, richness_of(None).value
    ('rich', 'fair', 'unknown')
    """
    if iv_edge is None or not math.isfinite(iv_edge):
        return Richness.UNKNOWN
    if iv_edge >= thresholds.rich:
        return Richness.RICH
    return Richness.CHEAP if iv_edge <= thresholds.cheap else Richness.FAIR


def rule_of(view: View, richness: Richness, probability: float | None) -> Rule:
    """Return the rule that a symbol falls under.

    Parameters
    ----------
    view : View
        Which way it leans.
    richness : Richness
        Of its options.
    probability : float or None
        Of the model. [1]

    Returns
    -------
    Rule
        The first of `RULES` that fits.

    Examples
    --------
    >>> rule_of(View.UP, Richness.CHEAP, 0.56).structure
    'long_call'
    """
    edge = 0.0 if probability is None else abs(probability - 0.5)
    return next(
        rule
        for rule in RULES
        if rule.view is view and richness in rule.richness and edge >= rule.least_edge
    )
