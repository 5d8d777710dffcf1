"""Interest as box spreads have it: the same for every symbol of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.research.features import rows
from quantdeck.research.features.feature import feature

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.features.panel import Panel

GROUP = "Rates"
UNIT = "decimal a year"


@feature(group=GROUP, inputs=("box_rate_91",), lookback=1, unit=UNIT, is_own=True)
def box_rate91(panel: Panel) -> FloatArray:
    """Rate of box spreads in three months.

    Continuous, ACT/365, the middle of what is quoted; the last of the session that the box desk kept.
    """
    return panel.input("box_rate_91")


@feature(group=GROUP, inputs=("box_rate_91", "box_rate_365"), lookback=1, unit=UNIT, is_own=True)
def box_slope(panel: Panel) -> FloatArray:
    """Rate of box spreads in a year less that in three months.

    Below 0 where cuts are expected.
    """
    return panel.input("box_rate_365") - panel.input("box_rate_91")


@feature(group=GROUP, inputs=("box_rate_91",), lookback=22, unit=UNIT, is_own=True)
def box_change21(panel: Panel) -> FloatArray:
    """Change of the three-month rate of box spreads over 21 sessions.

    r[t] - r[t-21], over the sessions in which it is known.
    """
    rate = panel.input("box_rate_91")
    return rate - rows.lag(rate, 21)
