"""The Strategies page: a named strategy on the live chain, and what may be expected of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.strategies.catalogue import STRUCTURES, structure
from quantdeck.analytics.strategies.chain_legs import PaidPrice, Placement
from quantdeck.model.errors import BadInput
from quantdeck.views.options_page import MONTH, OptionChoices
from quantdeck.views.panels import Control, Page
from quantdeck.views.strategy_panels import COMPARE, PANELS, PAYOFF

if TYPE_CHECKING:
    from collections.abc import Mapping

NEXT = "next"
"""The choice of a far expiry that stands for the first one half again as far away."""
NO_VIEW = "none"
"""No view of one's own of the price."""
MOST_CONTRACTS = 10_000
"""Contracts of a strategy."""

PASSED = {"0 %": 0.0, "25 %": 0.25, "50 %": 0.5, "75 %": 0.75, "90 %": 0.9}
"""How much of the time to the near expiry has passed on the line of a later date."""
SHIFTS = {
    "-10 pts": -0.10,
    "-5 pts": -0.05,
    "-2 pts": -0.02,
    "0": 0.0,
    "+2 pts": 0.02,
    "+5 pts": 0.05,
    "+10 pts": 0.10,
}
"""By how much volatilities have changed on that line. [1/sqrt(year)]"""
_DRIFTS = (-0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2)
DRIFTS: Mapping[str, float | None] = {
    NO_VIEW: None,
    **{f"{100 * drift:+.0f} %": drift for drift in _DRIFTS},
}
"""Views of one's own of the price, growth a year."""
_DISTANCES = ("0.25", "0.5", "0.75", "1", "1.25", "1.5", "2")
_WIDTHS = ("0.1", "0.25", "0.5", "0.75", "1")
_MIDDLES = ("-1", "-0.5", "-0.25", "0", "0.25", "0.5", "1")
_PAID = (PaidPrice.MID.value, PaidPrice.NATURAL.value)
_TITLES = tuple(each.title for each in STRUCTURES.values())


def strategy_page(choices: OptionChoices) -> Page:
    """Return the Strategies page.

    Parameters
    ----------
    choices : OptionChoices
        Underlyings and expiries, those of the Options page.

    Examples
    --------
    >>> strategy_page(OptionChoices(underlyings=("SPX",))).controls[1].default
    'Iron condor'
    """
    first = choices.underlyings[0] if choices.underlyings else ""
    placement = Placement()
    return Page(
        id="strategies",
        title="Strategies",
        icon="options",
        question="What can this strategy lose, and how likely is a profit?",
        group="options",
        controls=(
            Control("underlying", "Underlying", "select", first, choices.underlyings),
            Control(
                "structure",
                "Strategy",
                "select",
                structure("iron-condor").title,
                _TITLES,
                help="Those with shares need an underlying that is traded, which an index is not.",
            ),
            Control(
                "expiry",
                "Expiry",
                "select",
                MONTH,
                (MONTH, *choices.expiries),
                help="30 days: the expiry nearest to a month. One of another underlying counts as that.",
            ),
            Control(
                "far",
                "Far expiry",
                "select",
                NEXT,
                (NEXT, *choices.expiries),
                help="Of calendars and diagonals; next: the first one half again as far away.",
            ),
            Control(
                "distance",
                "Distance",
                "select",
                f"{placement.distance:g}",
                _DISTANCES,
                help="Of strikes that are sold out of the money, in expected moves from the middle.",
            ),
            Control(
                "width",
                "Width",
                "select",
                f"{placement.width:g}",
                _WIDTHS,
                help="Between the strikes of a spread or wing, in expected moves.",
            ),
            Control(
                "middle",
                "Middle",
                "select",
                f"{placement.shift:g}",
                _MIDDLES,
                help="Where the strategy is centred, in expected moves from the forward.",
            ),
            Control(
                "strikes",
                "Strikes",
                "text",
                "",
                help="Of your own, ascending, between spaces; in the place of distance, width and middle.",
            ),
            Control(
                "paid",
                "Price",
                "choice",
                PaidPrice.MID.value,
                _PAID,
                help="Natural: buy at the ask, sell at the bid.",
            ),
            Control(
                "contracts",
                "Contracts",
                "integer",
                "1",
                minimum=1,
                maximum=MOST_CONTRACTS,
                help="Amounts of money are of so many.",
            ),
            Control(
                "view",
                "Own view",
                "select",
                NO_VIEW,
                tuple(DRIFTS),
                help="Growth a year that you expect of the price: one more line of odds.",
            ),
            Control(
                "passed",
                "Time passed",
                "select",
                "50 %",
                tuple(PASSED),
                help="Of the line of a later date.",
                panel=PAYOFF.id,
            ),
            Control(
                "change",
                "Volatility",
                "select",
                "0",
                tuple(SHIFTS),
                help="By how much all volatilities have changed by then.",
                panel=PAYOFF.id,
            ),
            Control(
                "gains",
                "Gains from",
                "select",
                ANY,
                (ANY, "up", "down", "still", "move", "none"),
                help="Which strategies are listed.",
                panel=COMPARE.id,
            ),
        ),
        panels=PANELS,
    )


ANY = "anything"
"""All strategies are listed."""


def read_strikes(text: str) -> tuple[float, ...]:
    """Return the strikes that a text names.

    Parameters
    ----------
    text : str
        Numbers between spaces, commas or slashes; empty for none.

    Raises
    ------
    BadInput
        If something is no number above 0, or there are more than eight.

    Examples
    --------
    >>> read_strikes("5900/5950 6100,6150")
    (5900.0, 5950.0, 6100.0, 6150.0)
    """
    words = text.replace(",", " ").replace("/", " ").split()
    if len(words) > 8:
        raise BadInput(f"a strategy has at most 8 strikes, were {len(words)}", field="strikes")
    found: list[float] = []
    for word in words:
        try:
            strike = float(word)
        except ValueError as error:
            raise BadInput(
                f"{word[:20]!r} is no strike; write 5900 6100", field="strikes"
            ) from error
        if not 0.0 < strike < 1e9:
            raise BadInput(f"a strike must be above 0, was {word[:20]}", field="strikes")
        found.append(strike)
    return tuple(found)
