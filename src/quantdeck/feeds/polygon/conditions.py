"""Which executions of stocks are no market prints.

Source: Massive, table of conditions of stocks; CTA and UTP plans, what each condition updates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.events import Flag

if TYPE_CHECKING:
    from collections.abc import Iterable

OFF_MARKET = frozenset({2, 7, 10, 15, 16, 20, 21, 22, 29, 38, 52, 53})
"""Numbers that are no print at the market's price: average price, cash sale, derivatively priced, official
close and open, next-day sale, price variation, prior reference, seller's sale, corrected close, contingent
and qualified contingent."""

_EXCLUDED = int(Flag.EXCLUDED)


def print_flags(conditions: Iterable[int] | None) -> int:
    """Return the flags of an execution by its conditions: `Flag.EXCLUDED` or none.

    Examples
    --------
    >>> print_flags([12, 37]), print_flags([12, 53]), print_flags(None)
    (0, 8, 0)
    """
    return _EXCLUDED if conditions and not OFF_MARKET.isdisjoint(conditions) else 0
