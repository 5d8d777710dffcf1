"""How the exits of a holding stand this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from quantdeck.trading.exits import ExitRules
    from quantdeck.trading.holdings import Holding


@dataclass(frozen=True, slots=True)
class WatchedNow:
    """One holding, and what its exit rules say of it.

    Parameters
    ----------
    holding : Holding
        What is held.
    rules : ExitRules or None
        Those that apply; None where its strategy closes it itself.
    scope : str
        Where they are from: ``settings``, ``account``, ``strategy:`` with its name, or ``position:`` with
        the holding.
    value : Decimal or None
        What closing it would bring; None without fresh quotes. [currency]
    gain : float or None
        (value - cost) / abs(cost).
    best : float
        Highest gain so far; at least 0.
    says : str
        Beyond which rule it is and since when, what waits, or why its price decides nothing now; empty
        where all is well.
    """

    holding: Holding
    rules: ExitRules | None
    scope: str
    value: Decimal | None = None
    gain: float | None = None
    best: float = 0.0
    says: str = ""
