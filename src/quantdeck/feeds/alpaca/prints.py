"""Executions of stocks: their numbers, and which of them are no market prints.

Source: Alpaca, "Real-time Stock Data"; CTA and UTP plans, tables of sale conditions and what each of
them updates.
"""

from __future__ import annotations

from quantdeck.model.events import Flag

_OFF_MARKET = frozenset("CNRHPVWMQ479")
"""Letters that are no print at the market's price on either tape: cash, next-day and seller's trades,
price variation, prior reference, contingent, average price, official open and close, derivatively
priced, qualified contingent, corrected close."""

_AVERAGE_PRICE = "B"
"""An average price on tapes A and B, bunched trades on tape C."""

_EXCLUDED = int(Flag.EXCLUDED)


def print_flags(conditions: list[str] | str | None, tape: str) -> int:
    """Return the flags of an execution by its conditions: `Flag.EXCLUDED` or none.

    Parameters
    ----------
    conditions : list of str, str or None
        The vendor's letters.
    tape : str
        ``A``, ``B`` or ``C``.

    Examples
    --------
    >>> print_flags(["@", "I"], "C"), print_flags(["@", "4"], "C"), print_flags(["B"], "C")
    (0, 8, 0)
    """
    for letter in conditions or ():
        if letter in _OFF_MARKET or (letter == _AVERAGE_PRICE and tape != "C"):
            return _EXCLUDED
    return 0
