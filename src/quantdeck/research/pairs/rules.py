"""The rules by which a pair is traded, and exactly what they mean.

Rows are bars or ticks at common times, oldest first. A row counts only if all of its prices (both
closes, and both opens where opens are given) are finite and > 0; the others are left out before
anything else, and `t` below numbers the rows that remain. Nothing below looks past row t.

**Line.** With `hedge_ratio` given, hedge[t] is that number and intercept[t] = 0. Otherwise the line
of y on x (of log prices where `log`) is fitted at rows r = hedge_window - 1, then every `refit` rows,
to the rows r - hedge_window + 1 .. r, and holds from r until the next fit; ``rolling`` is ``ols`` with
a fit at every row. The line of ``kalman`` is filtered, with a value at every row from the first line
on, which is that of `hedge_window` rows.

**Spread and score.** spread[t] = y[t] - intercept[t] - hedge[t] * x[t] (log prices where `log`), with
the line in force at t; Kalman's spread is the one-step prediction error, which uses the line of row
t - 1. zscore = `rolling_zscore(spread, window=window)`: mean and deviation (divisor window - 1) of the
`window` spreads that end at t. It is NaN until the window is full, and where the spread does not move.
It does not depend on what is held.

**Score while held.** Without `freeze` it is the same one: a spread that seems to have come back may be a
line that has moved. With `freeze` a trade that was decided at row d keeps line, mean and deviation of d:
z[t] = (y[t] - intercept[d] - hedge[d] * x[t] - mean[d]) / deviation[d], which follows the spread that
is held. Only the decisions to leave use it.

**Size.** A trade that is decided at row t is sized by close[t]: for log prices
quantity_y = capital / (1 + |hedge|) / close_y and quantity_x = -hedge * capital / (1 + |hedge|) /
close_x; for levels quantity_y = capital / (close_y + |hedge| * close_x) and quantity_x = -hedge *
quantity_y. So the gross notional of both legs is `capital`. Both are cut to lots. There is no trade
where a leg is then zero, not finite, or beyond its limits. These are the quantities of one spread held
long (side +1); short (side -1) has the opposite signs. They stay as they are until the trade ends: the
hedge is frozen while a position is held. Capital is the same for every trade; gains are not added.

**What happens at row t**, in this order:

1. Funding: with the position brought into the row, cash falls by quantity * fill_price[t] * funding[t],
   of each leg. Positive rates are paid by longs to shorts. A trade opened in the row does not pay; one
   closed in the row does.
2. Orders decided at row t - 1 are filled in full, both legs: at executed_price(fill_price[t]), where
   fill_price is the open where opens are given and else the close, worse by half the spread and
   slippage; the taker's fee is charged on quantity * executed price.
3. The account is valued at close[t].
4. The next order is decided from z = zscore[t], unless t is the last row:

   - holding side s since a fill in row e, z frozen where the rules say so: **stop** where s * z <= -stop; else **exit** where
     s * z >= -exit; else **time** where t + 1 - e >= max_hold. Stop and exit need a score that is not
     NaN; time does not. So no trade is held for more than max_hold rows, fill to fill.
   - holding nothing: after a stop or a time exit of side s, nothing is opened before a row, later than
     the one at which that exit was decided, at which s * zscore >= -exit; that row itself may open one.
     Then **long** (+1) where -stop < z <= -entry, **short** (-1) where entry <= z < stop, if
     `direction` allows it.

   A row that decides an exit decides no entry: the earliest one is decided at the row of the exit's
   fill. A score beyond the stop opens nothing.

A position that is open at the last row stays open: it is valued at the last close, no cost of closing
it is charged, and the trade is listed as open.

**Money.** equity[t] = capital + gains at fill prices without costs - fees - slippage - funding, of both
legs; slippage is what half-spread and slippage took. Net gain = equity[last] - capital. The return of
row t is (equity[t] - equity[t-1]) / capital with equity[-1] = capital: every trade has the same
capital, so returns are added, not compounded. Turnover = sum of |quantity| * executed price over all
fills / capital. Exposure = rows held at their close / rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from quantdeck.model.errors import BadInput
from quantdeck.trading.costs import Costs
from quantdeck.trading.limits import Limits

Direction = Literal["both", "long", "short"]
"""Which side of the spread is traded; long is y bought and x sold."""

DIRECTIONS: tuple[Direction, ...] = ("both", "long", "short")

_USUAL = Costs(taker_bp=5.0, maker_bp=2.0, slippage_bp=1.0)


@dataclass(frozen=True, slots=True)
class PairRules:
    """How a pair is traded; the module says exactly what every word means.

    Parameters
    ----------
    estimator : str
        Name of the estimator of the hedge ratio.
    hedge_window : int
        Rows to which a line is fitted. [rows]
    refit : int
        Rows from one fit to the next. [rows]
    hedge_ratio : float or None
        Use this ratio and fit nothing.
    log : bool
        Lines of log prices; of prices otherwise.
    window : int
        Rows of the mean and deviation that score the spread. [rows]
    entry : float
        Score at which a trade is opened. [deviations]
    exit : float
        Score at which it is closed, from 0 to `entry`. [deviations]
    stop : float or None
        Score at which it is given up, beyond `entry`; None for never. [deviations]
    max_hold : int or None
        Most rows from fill to fill. [rows]
    freeze : bool
        Leave by the line, mean and deviation of the row that decided the trade.
    direction : str
        ``both``, ``long`` or ``short``.
    capital : float
        Gross notional of every trade, and the capital that returns are measured by. [currency]
    costs_y, costs_x : Costs
        Of each leg. Fees of 5 bp and slippage of 1 bp by default.
    limits_y, limits_x : Limits
        Lots and limits of each leg.

    Raises
    ------
    BadInput
        If a value cannot be.

    Examples
    --------
    >>> PairRules(entry=2.0, exit=0.5, stop=4.0).entry
    2.0
    >>> PairRules(entry=1.0, exit=1.5)
    Traceback (most recent call last):
    quantdeck.model.errors.BadInput: exit must be from 0 to below entry (1), was 1.5
    """

    estimator: str = "ols"
    hedge_window: int = 500
    refit: int = 1
    hedge_ratio: float | None = None
    log: bool = True
    window: int = 100
    entry: float = 2.0
    exit: float = 0.5
    stop: float | None = 4.0
    max_hold: int | None = None
    freeze: bool = False
    direction: Direction = "both"
    capital: float = 10_000.0
    costs_y: Costs = field(default=_USUAL)
    costs_x: Costs = field(default=_USUAL)
    limits_y: Limits = field(default_factory=Limits)
    limits_x: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        for name, smallest in (("hedge_window", 3), ("refit", 1), ("window", 2), ("max_hold", 1)):
            rows = getattr(self, name)
            if rows is not None and rows < smallest:
                raise BadInput(f"{name} must be at least {smallest} rows, was {rows}")
        self._check_scores()
        if not 0.0 < self.capital < math.inf:
            raise BadInput(f"capital must be positive, was {self.capital}")
        if self.direction not in DIRECTIONS:
            known = ", ".join(DIRECTIONS)
            raise BadInput(f"direction {self.direction!r} is not known; there are {known}")
        if self.hedge_ratio is not None and not math.isfinite(self.hedge_ratio):
            raise BadInput(f"hedge_ratio must be finite, was {self.hedge_ratio}")

    def _check_scores(self) -> None:
        if not 0.0 < self.entry < math.inf:
            raise BadInput(f"entry must be positive, was {self.entry}")
        if not 0.0 <= self.exit < self.entry:
            raise BadInput(
                f"exit must be from 0 to below entry ({self.entry:g}), was {self.exit:g}"
            )
        if self.stop is not None and not self.stop > self.entry:
            raise BadInput(f"stop must be beyond entry ({self.entry:g}), was {self.stop:g}")

    @property
    def warm_up(self) -> int:
        """Return the rows before the first that can decide anything."""
        line = 0 if self.hedge_ratio is not None else self.hedge_window - 1
        return line + self.window - 1
