"""The rules by which a portfolio is traded, and exactly what they mean.

Sessions are numbered t = 0 .. T - 1. A symbol has a price at t where its close is finite and > 0 and
the table has a row of it; its fill price is the open of the session (``execution="open"``) or its
close. Prices and quantities are in forward shares: those of the first session of the table, carried
through later splits, so that a split changes neither. Nothing below looks past session t.

**Weights.** A strategy gives every symbol a weight at the close of t: the share of equity that is to be
held of it, negative for short. A column of weights without any number is no decision: what is held
stays. A symbol without a weight, or without a price at t, is left as it is.

**What happens at session t**, in this order:

1. Carry, of what was held over the night: a short position pays |quantity| * mark * borrow_annual *
   days / 365, days being those of the calendar since the session before. On the first session with a
   price after a dividend, the holder receives it and the short seller pays it; of one forward share it
   is close[p] - close[t] * total[p] / total[t], p being the session with a price before t.
2. Orders decided at session t - 1, or earlier and still waiting for a price, are filled in full at the
   fill price, worse by half the spread and slippage, and the fee is paid: sales first, then purchases.
   In a cash account (``sides="long"``) purchases that cost more than the cash there is are all cut by
   the same factor. A symbol without a price is not traded; its order waits until there is one, or
   until the next decision, which replaces all orders.
3. Everything is valued at the close; where there is none, at the last close, and counted as stale. A
   company that is delisted thus stays at its last price: what its holders lose beyond is not known.
4. If there is a decision, the order of a symbol is the difference between what is held and weight *
   equity / close[t], cut towards zero to `decimals`. All weights are scaled down so that their absolute
   sum times equity is at most `max_risk`. A change of less than `band` times equity is not made, unless
   it opens or closes the position. Nothing is decided at the last session. Where equity is not above
   zero, everything is closed and nothing is decided any more.

So a decision earns nothing before the fill after it: the close-to-close return of the night that follows
the decision belongs to nobody.

**Money.** equity = cash + quantity * mark = capital + gains without costs - fees - slippage - borrow +
dividends. Cash earns nothing and a debit is not charged; a cash account has none. Slippage is what half
spread and slippage took. What is open at the end is valued and not closed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from quantdeck.model.errors import BadInput
from quantdeck.trading.costs import Costs

Execution = Literal["open", "close"]
"""Where orders are filled: at the open of the next session, or at its close."""

Sides = Literal["long", "both"]
"""What may be held."""

USUAL = Costs(taker_bp=1.0, half_spread_bp=2.0, slippage_bp=2.0)
"""Of large US stocks: 5 bp a side in all."""

_MOST_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class EquityRules:
    """How weights are traded; the module says exactly what every word means.

    Parameters
    ----------
    capital : float
        Cash at the start, > 0. [currency]
    execution : str
        ``open`` or ``close`` of the session after the decision.
    sides : str
        ``long``: a cash account without short positions; ``both``: short ones too, and cash may fall
        below zero.
    costs : Costs
        Of every symbol.
    borrow_annual : float
        Fee for what is sold short, a decimal a year, ACT/365.
    max_risk : float
        Most that the strategy may hold, long and short together, when it decides; a stock can lose all
        of that. [currency]
    decimals : int
        Quantities are cut to so many; 0 for whole shares, which are those of the first session.
    band : float
        Smallest change that is made, as a share of equity.

    Raises
    ------
    BadInput
        If a value cannot be.

    Examples
    --------
    >>> EquityRules(capital=5_000.0).execution
    'open'
    >>> EquityRules(capital=0.0)
    Traceback (most recent call last):
    quantdeck.model.errors.BadInput: capital must be positive, was 0.0
    """

    capital: float = 10_000.0
    execution: Execution = "open"
    sides: Sides = "long"
    costs: Costs = field(default=USUAL)
    borrow_annual: float = 0.0
    max_risk: float = math.inf
    decimals: int = 6
    band: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 < self.capital < math.inf:
            raise BadInput(f"capital must be positive, was {self.capital}", field="capital")
        if self.execution not in ("open", "close"):
            raise BadInput(f"execution is open or close, was {self.execution!r}", field="execution")
        if self.sides not in ("long", "both"):
            raise BadInput(f"sides are long or both, was {self.sides!r}", field="sides")
        if not 0.0 <= self.borrow_annual <= 10.0:
            raise BadInput(
                f"the fee for borrowing is a decimal a year from 0 to 10, was {self.borrow_annual}",
                field="borrow",
            )
        if not self.max_risk > 0.0:
            raise BadInput(f"max_risk must be positive, was {self.max_risk}", field="max_risk")
        if not 0 <= self.decimals <= _MOST_DECIMALS:
            raise BadInput(
                f"decimals are from 0 to {_MOST_DECIMALS}, were {self.decimals}", field="decimals"
            )
        if not 0.0 <= self.band < 1.0:
            raise BadInput(f"band is a share of equity below 1, was {self.band}", field="band")
