"""What a broker holds back for a strategy: an estimate by the rules for listed strategies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.analytics.strategies.payoff import extremes, payoff_line
from quantdeck.analytics.strategies.types import LegKind
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.strategies.payoff import Extremes
    from quantdeck.analytics.strategies.types import Leg, Strategy

_SHARE, _INDEX = 0.20, 0.15
_LEAST = 0.10
_SHORT_SHARES, _LONG_SHARES = 1.50, 0.50
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Margin:
    """Capital that a strategy ties up, per unit of the underlying.

    Parameters
    ----------
    requirement : float
        Held back beside what was received for the legs: requirement less credit, or plus debit, is what
        leaves the buying power. [price]
    capital : float
        That buying power: requirement plus the cost of the legs. [price]
    max_loss : float
        Of the payoff at expiry; infinite without a limit. [price]
    is_limited : bool
        Whether the loss is limited, so that the requirement covers it whole.
    rule : str
        What the requirement is made of, in a sentence.
    """

    requirement: float
    capital: float
    max_loss: float
    is_limited: bool
    rule: str


def margin(strategy: Strategy, spot: float, *, is_index: bool = False) -> Margin:
    """Return an estimate of the margin of a strategy in a margin account.

    Parameters
    ----------
    strategy : Strategy
        Any legs.
    spot : float
        Price of the underlying. [price]
    is_index : bool
        Of a broad index, whose uncovered options need 15 % instead of 20 %.

    Returns
    -------
    Margin
        Per unit of the underlying; a contract needs its multiplier times as much.

    Raises
    ------
    BadInput
        If the spot is not positive.

    Notes
    -----
    Sold calls are paired with shares, then with bought calls that do not expire sooner, sold puts with
    sold shares, then with bought puts; a pair needs what its strikes can lose. What stays uncovered needs
    its premium and the larger of 20 % of the price less what it is out of the money, and 10 % of the price
    (of the strike, for puts). Calls and puts of one expiry cannot both lose: the larger side counts,
    with the premiums of the smaller's uncovered options. Bought options are paid in full, shares need
    half their price, sold ones one and a half times. No strategy needs more than it can lose at expiry.
    Source: Cboe Rule 10.3 (initial margin), without its exceptions for long terms and portfolio margin;
    brokers ask for more.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> legs = Leg("put", 90, 1, 1.0), Leg("put", 95, -1, 2.0)
    >>> found = margin(Strategy("Put spread", legs), 100.0)
    >>> found.requirement, found.capital, found.max_loss
    (5.0, 4.0, 4.0)
    >>> margin(Strategy("Short put", (Leg("put", 95, -1, 2.0),)), 100.0).requirement
    17.0
    """
    if not (math.isfinite(spot) and spot > 0.0):
        raise BadInput(f"margin needs the price of the underlying, was {spot}", field="spot")
    options = strategy.options
    shares = sum(leg.quantity for leg in strategy.legs if leg.kind is LegKind.SHARE)
    rate = _INDEX if is_index else _SHARE
    calls = _side([leg for leg in options if leg.kind is LegKind.CALL], max(shares, 0.0))
    puts = _side([leg for leg in options if leg.kind is LegKind.PUT], max(-shares, 0.0))
    call_need, put_need = calls.need(spot, rate), puts.need(spot, rate)
    # The smaller side cannot lose, too, but may have to be bought back at its premium.
    smaller = puts if call_need >= put_need else calls
    both = max(call_need, put_need) + smaller.naked_premium
    held = _LONG_SHARES * max(shares, 0.0) * spot + _SHORT_SHARES * max(-shares, 0.0) * spot
    need = both + held
    limits = _limits(strategy)
    parts = [text for text in (calls.text, puts.text, _share_text(shares)) if text]
    paid = strategy.cost - shares * spot
    if not shares and limits is not None and not limits.loss_is_unlimited:
        most = max(0.0, limits.max_loss - paid)
        if most < need - _TINY:
            need = most
            parts = ["no more than the strategy can lose at expiry"]
    loss = math.inf if limits is None else limits.max_loss
    rule = "; ".join(parts) or "bought options are paid in full"
    # Shares that are bought are lent the other half; the proceeds of sold ones stay in the account.
    capital = need + paid - max(-shares, 0.0) * spot
    return Margin(need, capital, loss, math.isfinite(loss), rule)


def _limits(strategy: Strategy) -> Extremes | None:
    # Legs that live on are worth something at the first expiry; the rules give them no credit for it.
    return extremes(payoff_line(strategy)) if strategy.has_one_expiry else None


def _share_text(shares: float) -> str:
    if shares > 0.0:
        return "half the price of the shares"
    return "one and a half times the price of the shares sold" if shares < 0.0 else ""


@dataclass(slots=True)
class _Side:
    kind: LegKind
    paired: float = 0.0
    naked: tuple[tuple[Leg, float], ...] = ()
    text: str = ""

    @property
    def naked_premium(self) -> float:
        return sum(count * leg.premium for leg, count in self.naked)

    def need(self, spot: float, rate: float) -> float:
        return self.paired + sum(count * _naked(leg, spot, rate) for leg, count in self.naked)


def _naked(leg: Leg, spot: float, rate: float) -> float:
    is_call = leg.kind is LegKind.CALL
    out = max(0.0, leg.strike - spot if is_call else spot - leg.strike)
    floor = _LEAST * (spot if is_call else leg.strike)
    return leg.premium + max(rate * spot - out, floor)


def _side(legs: Sequence[Leg], covered: float) -> _Side:
    kind = LegKind(legs[0].kind) if legs else LegKind.CALL
    sign = 1.0 if kind is LegKind.CALL else -1.0
    # The most dangerous ones are covered first: low calls, high puts.
    sold = sorted((x for x in legs if x.quantity < 0.0), key=lambda leg: sign * leg.strike)
    bought = sorted((x for x in legs if x.quantity > 0.0), key=lambda leg: sign * leg.strike)
    left = [leg.quantity for leg in bought]
    side = _Side(kind)
    naked: list[tuple[Leg, float]] = []
    parts: list[str] = []
    for leg in sold:
        open_count = -leg.quantity
        by_shares = min(open_count, covered)
        covered -= by_shares
        open_count -= by_shares
        if by_shares > _TINY:
            parts.append(f"{kind.value} at {leg.strike:g} covered by shares")
        for i, other in enumerate(bought):
            if other.expiry_days < leg.expiry_days:
                continue
            count = min(open_count, left[i])
            left[i] -= count
            open_count -= count
            if count > _TINY:
                side.paired += count * max(0.0, sign * (other.strike - leg.strike))
                parts.append(f"{kind.value} {leg.strike:g} covered by {other.strike:g}")
        if open_count > _TINY:
            naked.append((leg, open_count))
            parts.append(f"{kind.value} at {leg.strike:g} uncovered")
    side.naked = tuple(naked)
    side.text = ", ".join(parts)
    return side
