"""The Boxes page: where one can lend and borrow through options, at what rate, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from quantdeck.views.box_panels import (
    BEST,
    CURVE,
    DESK,
    EXPIRIES,
    FLAGS,
    HISTORY,
    PLAN,
    SKEW,
    SURFACE,
    TOP,
)
from quantdeck.views.box_run_panels import RUN_PANELS
from quantdeck.views.panels import Control, Page, Panel

BANDS = {"all": None, "20 %": 0.20, "10 %": 0.10, "5 %": 0.05}
"""Strikes that count, as a distance from the forward."""

NO_DESK = "No vendor of option chains is set up"
"""What panels say on a deck without a box desk."""
NO_REPLAY = "A replay plays no option chains"
"""What they say where one is not to be had."""


@dataclass(frozen=True, slots=True)
class BoxChoices:
    """What there is to choose from on the page.

    Parameters
    ----------
    roots : tuple of str
        Roots of the listed contracts.
    expiries : tuple of str
        Expiries as ``ROOT YYYY-MM-DD``, nearest first.
    expiry : str
        The one looked at first.
    prices : str
        The settings' selector of prices, ``natural`` or ``mid``, which the page starts with.
    benchmark : str
        Name of what rates are compared with; empty where there is nothing.
    min_volume, min_interest, min_width, max_width : int
        The settings' thresholds, which the page starts with. [contracts, points]
    """

    roots: tuple[str, ...] = ()
    expiries: tuple[str, ...] = ()
    expiry: str = ""
    prices: str = "natural"
    benchmark: str = ""
    min_volume: int = 0
    min_interest: int = 0
    min_width: int = 0
    max_width: int = 10_000


def boxes_page(choices: BoxChoices) -> Page:
    """Return the Boxes page.

    Parameters
    ----------
    choices : BoxChoices
        What there is to choose from.

    Examples
    --------
    >>> boxes_page(BoxChoices(roots=("SPX",))).controls[0].options
    ('all', 'SPX')
    """
    controls = (
        Control("root", "Root", "select", "all", ("all", *choices.roots)),
        Control(
            "band", "Strikes", "choice", "all", tuple(BANDS), help="Distance from the forward."
        ),
        Control(
            "prices",
            "Prices",
            "choice",
            choices.prices,
            ("natural", "mid"),
            help="Natural: buy at the ask, sell at the bid. Mid: halfway, cannot be relied upon.",
        ),
        _number("min_width", "Width from", choices.min_width, (0, 10_000), "Points."),
        _number("max_width", "to", choices.max_width, (1, 100_000), "Greatest width, in points."),
        _number(
            "min_volume", "Volume from", choices.min_volume, (0, 1_000_000), "Of every leg, today."
        ),
        _number(
            "min_interest",
            "Open int. from",
            choices.min_interest,
            (0, 1_000_000),
            "Open contracts of every leg.",
        ),
        Control("side", "Side", "choice", "both", ("both", "lend", "borrow"), panel="boxes.top"),
        Control(
            "expiry",
            "Expiry",
            "select",
            choices.expiry,
            choices.expiries,
            help="Of this chart, and of the quotes left out.",
            panel="boxes.skew",
        ),
        Control("plan_side", "I want to", "choice", "borrow", ("borrow", "lend"), panel=PLAN.id),
        _number(
            "amount", "Amount", 100_000, (1_000, 1_000_000_000), "Cash now, in dollars.", PLAN.id
        ),
        _number("horizon", "Days", 365, (1, 3_650), "How long the money is wanted.", PLAN.id),
    )
    return Page(
        id="boxes",
        title="Boxes",
        icon="boxes",
        question="Where can I lend and borrow, at what rate, and how sure is it?",
        controls=controls,
        panels=(
            _compared(CURVE, choices.benchmark),
            BEST,
            DESK,
            _compared(EXPIRIES, choices.benchmark),
            TOP,
            SURFACE,
            SKEW,
            PLAN,
            HISTORY,
            FLAGS,
            *RUN_PANELS,
        ),
    )


def _compared(panel: Panel, benchmark: str) -> Panel:
    # A comparison with nothing takes no room; one with something says with what.
    names = {"benchmark": benchmark, "spread_bp": f"To {benchmark}"}
    columns = (
        replace(column, title=names[column.id]) if column.id in names else column
        for column in panel.columns
        if benchmark or column.id not in names
    )
    return replace(panel, columns=tuple(columns))


def _number(
    name: str, title: str, default: int, limits: tuple[int, int], text: str, panel: str = ""
) -> Control:
    least, most = limits
    return Control(
        name,
        title,
        "integer",
        str(default),
        minimum=least,
        maximum=most,
        help=text,
        panel=panel,
    )
