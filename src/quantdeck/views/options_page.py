"""The Options page: what the smile says, and which quotes it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from quantdeck.analytics.options.smile import QuotedPrice
from quantdeck.analytics.options.strike_axis import StrikeAxis
from quantdeck.views.option_lists import (
    CHAIN,
    DESK,
    EXPIRIES,
    LEFT_OUT,
    PARITY,
    SUMMARY,
)
from quantdeck.views.option_panels import (
    GAMMA,
    GREEKS,
    INTEREST,
    SKEW,
    SMILE,
    SURFACE,
    TERM,
)
from quantdeck.views.panels import Control, Page

MONTH = "30 days"
"""The choice of an expiry that stands for the fitted one nearest to a month."""
GREEK_NAMES = ("delta", "gamma", "vega", "theta", "rho")
"""Greeks on offer."""
STRIKES = {"20": 20, "40": 40, "100": 100, "all": None}
"""How many strikes of a chain are shown, around the forward."""
ONE, ALL = "this expiry", "all expiries"
"""What open interest, gamma and parity are about."""


@dataclass(frozen=True, slots=True)
class OptionChoices:
    """What there is to choose from on the page.

    Parameters
    ----------
    underlyings : tuple of str
        Without venue, such as ``SPX``; the one looked at first leads.
    expiries : tuple of str
        Of all underlyings studied so far, as ``ROOT YYYY-MM-DD``.
    """

    underlyings: tuple[str, ...] = ()
    expiries: tuple[str, ...] = ()


def options_page(choices: OptionChoices) -> Page:
    """Return the Options page.

    Parameters
    ----------
    choices : OptionChoices
        What there is to choose from.

    Examples
    --------
    >>> options_page(OptionChoices(underlyings=("SPX",))).controls[0].options
    ('SPX',)
    """
    first = choices.underlyings[0] if choices.underlyings else ""
    controls = (
        Control("underlying", "Underlying", "select", first, choices.underlyings),
        Control(
            "expiry",
            "Expiry",
            "select",
            MONTH,
            (MONTH, *choices.expiries),
            help="30 days: the expiry nearest to a month. One of another underlying counts as that.",
        ),
        Control(
            "axis",
            "Strikes by",
            "select",
            StrikeAxis.LOG.value,
            tuple(axis.value for axis in StrikeAxis),
            help="Of the smile, the surface and the greeks. Low strikes are on the left of every axis.",
        ),
        Control(
            "price",
            "Price",
            "choice",
            QuotedPrice.MID.value,
            tuple(price.value for price in QuotedPrice),
            help="Whose volatility the points of the smile and the greeks are at.",
        ),
        Control("greek", "Greek", "select", "delta", GREEK_NAMES, panel=GREEKS.id),
        Control(
            "scope",
            "Of",
            "choice",
            ONE,
            (ONE, ALL),
            help="Of open interest, gamma and violations of parity.",
            panel=INTEREST.id,
        ),
        Control("strikes", "Strikes", "choice", "20", tuple(STRIKES), panel=CHAIN.id),
    )
    return Page(
        id="options",
        title="Options",
        icon="options",
        question="What does the smile say, and which quotes does it rest on?",
        controls=controls,
        panels=(
            SUMMARY,
            SMILE,
            DESK,
            SURFACE,
            TERM,
            SKEW,
            CHAIN,
            GREEKS,
            INTEREST,
            GAMMA,
            EXPIRIES,
            PARITY,
            LEFT_OUT,
        ),
    )
