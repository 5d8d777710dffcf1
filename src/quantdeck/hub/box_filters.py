"""Which boxes count for somebody who looks at the Boxes page: the settings' rules, and what was changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quantdeck.analytics.boxes import PriceSelector
from quantdeck.model.errors import BadInput
from quantdeck.views.boxes_page import BANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.analytics.boxes import BoxRules


def limits_of(rules: BoxRules) -> dict[str, int]:
    """Return the least and most of rules as whole numbers, which a control can show."""
    return {
        "min_volume": int(rules.min_volume),
        "min_interest": int(rules.min_open_interest),
        "min_width": int(rules.min_gap),
        "max_width": int(min(rules.max_gap, 100_000)),
    }


def filtered(rules: BoxRules, params: Mapping[str, str]) -> BoxRules:
    """Return the rules of the settings with what was changed on the page.

    Parameters
    ----------
    rules : BoxRules
        Of the settings.
    params : mapping of str to str
        Of the controls, checked; what is absent is as in the settings.

    Raises
    ------
    BadInput
        If the widths contradict each other.
    """
    shown = limits_of(rules)
    exact = {
        "min_volume": rules.min_volume,
        "min_interest": rules.min_open_interest,
        "min_width": rules.min_gap,
        "max_width": rules.max_gap,
    }
    # What was left as it is means the settings' own figure: the same rules need no study of their own.
    for name, value in shown.items():
        if name in params and params[name] != str(value):
            exact[name] = float(params[name])
    if exact["max_width"] <= exact["min_width"]:
        raise BadInput("the greatest width must be larger than the least")
    share = BANDS[params.get("band", "all")]
    return replace(
        rules,
        price_selector=PriceSelector(params.get("prices", rules.price_selector)),
        min_gap=exact["min_width"],
        max_gap=exact["max_width"],
        min_volume=exact["min_volume"],
        min_open_interest=exact["min_interest"],
        lowest=rules.lowest if share is None else 1.0 - share,
        highest=rules.highest if share is None else 1.0 + share,
    )
