"""Ways to borrow or lend an amount until a day, for the command line."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from quantdeck.analytics.boxes import rates_of_snapshot
from quantdeck.analytics.boxes.planner import plan_boxes
from quantdeck.analytics.boxes.spread import Side
from quantdeck.app.box_rates import heading, snapshots_of
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from quantdeck.analytics.boxes.planner import BoxPlan
    from quantdeck.app.box_rates import ChainQuestion
    from quantdeck.app.settings import Settings

_CASH_DIGITS = 2


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """What ``quantdeck boxes plan`` is asked.

    Parameters
    ----------
    amount : float
        Cash to pay now (lend), or to receive now (borrow).
    until : str
        Day on which it comes back, as typed.
    side : str
        ``lend`` or ``borrow``.
    most : int
        Ways shown.
    """

    amount: float
    until: str
    side: str
    most: int = 3


def run_plan(
    settings: Settings, chains: ChainQuestion, question: PlanQuestion, *, as_json: bool
) -> None:
    """Print ways to borrow or lend, the most fitting first; see `quantdeck.cli.boxes`.

    Raises
    ------
    BadInput
        If the question is wrong.
    NoData
        If there is no chain, or none that fits.
    """
    side, until = _side(question.side), _day(question.until)
    if question.most < 1:
        raise BadInput(f"--most must be 1 or more, was {question.most}")
    rules = settings.boxes.rules()
    snapshots = snapshots_of(settings, chains)
    plans: list[BoxPlan] = []
    reasons: list[NoData] = []
    for snapshot in snapshots:
        rates = rates_of_snapshot(snapshot, rules)
        try:
            plans += plan_boxes(
                zip(snapshot.chains, rates, strict=True),
                rules,
                side=side,
                amount=question.amount,
                horizon=until,
            )[: question.most]
        except NoData as error:
            reasons.append(error)
    if not plans:
        raise reasons[0]
    if as_json:
        print(json.dumps([plan_row(plan) for plan in plans], indent=2))  # noqa: T201
        return
    for snapshot in snapshots:
        print(heading(snapshot), file=sys.stderr)  # noqa: T201
    print("\n\n".join(plan_text(plan, number) for number, plan in enumerate(plans, 1)))  # noqa: T201


def plan_row(plan: BoxPlan) -> dict[str, Any]:
    """Return a plan as JSON holds it."""
    box = plan.box
    return {
        "root": box.root,
        "expiry": box.expiry.isoformat(),
        "settlement": box.settlement.value,
        "side": box.side.value,
        "lower_strike": box.lower_strike,
        "upper_strike": box.upper_strike,
        "width": box.width,
        "contracts": plan.contracts,
        "start": plan.start.isoformat(),
        "end": plan.end.isoformat(),
        "days": plan.days,
        "now": round(plan.now, _CASH_DIGITS),
        "repayment": round(plan.repayment, _CASH_DIGITS),
        "fees": round(plan.fees, _CASH_DIGITS),
        "rate": box.rate,
        "simple_rate": plan.simple_rate,
        "mid_price": plan.mid_price,
        "limit_price": plan.limit_price,
        "tick_bp": box.tick_bp,
        "fee_bp": box.fee_bp,
        "executable_size": _known(box.executable_size),
        "is_executable": plan.is_executable,
        "ticket": plan.ticket,
    }


def plan_text(plan: BoxPlan, number: int) -> str:
    """Return a plan in words."""
    box = plan.box
    verbs = ("pay", "receive") if box.side is Side.LEND else ("receive", "repay")
    quoted = _known(box.executable_size)
    size = "sizes are not known" if quoted is None else f"{quoted:,.0f} quoted"
    return "\n".join(
        (
            f"{number}. {verbs[0]} {plan.now:,.2f} on {plan.start}, "
            f"{verbs[1]} {plan.repayment:,.2f} on {plan.end} ({plan.days} days)",
            f"   {100 * box.rate:.3f} % continuous, {100 * plan.simple_rate:.3f} % simple ACT/365, "
            f"after {plan.fees:,.2f} of fees",
            f"   limit {plan.limit_price:.2f} trades at once, the middle is {plan.mid_price:.2f}; "
            f"a tick is {box.tick_bp:.1f} bp, fees are {box.fee_bp:.1f} bp; {size}",
            *(f"   {line}" for line in plan.ticket.splitlines()),
        )
    )


def _known(value: float) -> float | None:
    return value if value == value else None  # noqa: PLR0124 - NaN


def _side(text: str) -> Side:
    try:
        return Side(text.lower())
    except ValueError as error:
        raise BadInput(f"--side is lend or borrow, was {text!r}") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"--until is a day such as 2027-12-31, was {text!r}") from error
