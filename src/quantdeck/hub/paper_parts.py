"""What the paper desk of a machine is put together from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quantdeck.trading.paper_now import PaperRules

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.hub.paper_book import PaperBook
    from quantdeck.ports.equity import EquityStore
    from quantdeck.trading.costs import Costs
    from quantdeck.trading.guard import Guard
    from quantdeck.trading.terms import Terms


@dataclass(frozen=True, slots=True)
class PaperParts:
    """What a paper desk is put together from.

    Parameters
    ----------
    book : PaperBook
        The account and its events.
    equity : EquityStore
        What it was worth over time.
    guard : Guard
        Its limits.
    costs : callable
        What trading an instrument costs, given its terms.
    rules : PaperRules
        How quotes are treated.
    """

    book: PaperBook
    equity: EquityStore
    guard: Guard
    costs: Callable[[Terms], Costs]
    rules: PaperRules = field(default_factory=PaperRules)
