"""Ways to lend or borrow an amount through boxes, as the page lists them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.analytics.boxes.spread import Side
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.boxes import BoxPlan
    from quantdeck.views.payloads import PanelState, Row


def plan_payload(plans: Sequence[BoxPlan], state: PanelState) -> RowsPayload:
    """Return plans as rows, in the order given.

    Parameters
    ----------
    plans : sequence of BoxPlan
        The most fitting first.
    state : PanelState
        Of the panel.
    """
    none = "No box fits the amount and the horizon; try another horizon or a smaller width"
    rows = [_row(plan) | {"feed": state.source} for plan in plans]
    return RowsPayload(state if plans else empty_state(state, none), rows)


def _row(plan: BoxPlan) -> Row:
    box = plan.box
    sign = -1.0 if box.side is Side.LEND else 1.0
    order, *legs = plan.ticket.splitlines()
    return {
        "id": f"{box.root} {box.expiry} {box.lower_strike:g}/{box.upper_strike:g}",
        "expiry": f"{plan.end} ({plan.days} d)",
        "strikes": f"{box.root} {box.expiry} {box.lower_strike:g} / {box.upper_strike:g}",
        "contracts": plan.contracts,
        "now": sign * plan.now,
        "then": -sign * plan.repayment,
        "rate": _known(box.rate),
        "simple_rate": _known(plan.simple_rate),
        "fees": plan.fees,
        "tick_bp": _known(box.tick_bp),
        "size": _known(box.executable_size),
        "age_s": _known(box.oldest_leg_s),
        "order": order,
        "legs": "; ".join(leg.strip() for leg in legs),
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
