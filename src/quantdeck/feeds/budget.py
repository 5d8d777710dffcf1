"""Which options are streamed when a plan allows fewer than are wanted.

Boxes need calls and puts of two strikes of one root and expiry, so strikes are taken whole and the first
two of an expiry together. Near strikes come before far ones, near expiries before far ones, and what
many hold before what nobody does. Pure: the same for every vendor.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.options import Right
from quantdeck.ports.chains import Budget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.model.options import OptionContract

_DAYS_PER_YEAR = 365.0
_USUAL_VOLATILITY = 0.2
# One standard deviation further out weighs as much as four expiries later.
_PER_EXPIRY = 0.25
_PER_DECADE_OF_INTEREST = 0.1
# A strike with calls or puts alone can be no leg of a box.
_HALF_A_STRIKE = 100.0


class StreamPlan(msgspec.Struct, frozen=True):
    """What is streamed and what is asked for from time to time.

    Parameters
    ----------
    streamed : tuple of str
        Canonical symbols, best first.
    polled : tuple of str
        The others.
    allowed : int
        What the vendor's plan allows to stream.
    """

    streamed: tuple[str, ...]
    polled: tuple[str, ...]
    allowed: int

    @property
    def budget(self) -> Budget:
        """How much of the allowance is used."""
        return Budget(len(self.streamed), self.allowed, len(self.polled))


class _Block(msgspec.Struct, frozen=True):
    # Contracts that are of use only together
    cost: float
    key: tuple[str, date, float]
    symbols: tuple[str, ...]


def plan_stream(
    contracts: Sequence[OptionContract],
    *,
    allowed: int,
    today: date,
    prices: Mapping[str, float],
) -> StreamPlan:
    """Return which contracts to stream, by how much they matter to boxes.

    Parameters
    ----------
    contracts : sequence of OptionContract
        What is wanted, in any order.
    allowed : int
        Symbols that may be streamed.
    today : datetime.date
        Trading day, from which times to expiry are counted.
    prices : mapping of str to float
        Price of underlyings by canonical symbol; where one is missing or NaN the middle of the open
        interest, or of the strikes, stands for it.

    Returns
    -------
    StreamPlan
        A larger allowance keeps all that a smaller one streams.

    Notes
    -----
    cost = |ln(K / S)| / (0.2 sqrt(tau)) + 0.25 n - 0.1 log10(1 + open interest), with n the place of the
    expiry among those of the root and tau in years, at least one day. Blocks are taken by rising cost
    until one has no room: the two cheapest strikes of an expiry are one block, each further strike is
    another.

    Examples
    --------
    >>> from quantdeck.model.options import contract_of
    >>> listed = [
    ...     contract_of(f"SPXW261218{right}0{strike}000")
    ...     for strike in (4000, 5000, 5050)
    ...     for right in "CP"
    ... ]
    >>> plan = plan_stream(
    ...     listed, allowed=5, today=date(2026, 11, 20), prices={"US:SPX": 5010.0}
    ... )
    >>> [symbol[-9:] for symbol in plan.streamed], plan.budget.polled
    (['C05000000', 'P05000000', 'C05050000', 'P05050000'], 2)
    """
    streamed: list[str] = []
    for block in sorted(_blocks(contracts, today, prices), key=lambda each: (each.cost, each.key)):
        if len(streamed) + len(block.symbols) > allowed:
            break
        streamed += block.symbols
    kept = set(streamed)
    polled = tuple(sorted({c.symbol for c in contracts} - kept))
    return StreamPlan(tuple(streamed), polled, allowed)


def _blocks(
    contracts: Sequence[OptionContract], today: date, prices: Mapping[str, float]
) -> list[_Block]:
    expiries: dict[tuple[str, date], dict[float, dict[Right, OptionContract]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for contract in contracts:
        expiries[contract.root, contract.expiry][contract.strike][contract.right] = contract
    order = {root: sorted({day for r, day in expiries if r == root}) for root, _ in expiries}
    blocks: list[_Block] = []
    for (root, expiry), strikes in expiries.items():
        years = max((expiry - today).days, 1) / _DAYS_PER_YEAR
        spread = _USUAL_VOLATILITY * math.sqrt(years)
        middle = _middle(strikes, prices)
        place = _PER_EXPIRY * order[root].index(expiry)
        singles = sorted(
            (
                _Block(
                    place + _cost(legs, math.log(strike / middle) / spread),
                    (root, expiry, strike),
                    tuple(legs[right].symbol for right in Right if right in legs),
                )
                for strike, legs in strikes.items()
            ),
            key=lambda each: (each.cost, each.key),
        )
        blocks += _first_two_together(singles)
    return blocks


def _first_two_together(singles: list[_Block]) -> list[_Block]:
    if len(singles) < 2:
        return singles
    first, second, *others = singles
    pair = _Block(second.cost, first.key, first.symbols + second.symbols)
    return [pair, *others]


def _cost(legs: Mapping[Right, OptionContract], deviations: float) -> float:
    interest = sum(leg.open_interest or 0.0 for leg in legs.values())
    cost = abs(deviations) - _PER_DECADE_OF_INTEREST * math.log10(1.0 + interest)
    return cost if len(legs) == len(Right) else cost + _HALF_A_STRIKE


def _middle(
    strikes: Mapping[float, Mapping[Right, OptionContract]], prices: Mapping[str, float]
) -> float:
    some_leg = next(iter(next(iter(strikes.values())).values()))
    price = prices.get(some_leg.underlying, math.nan)
    if price > 0:
        return price
    ordered = sorted(strikes)
    held = [sum(leg.open_interest or 0.0 for leg in strikes[k].values()) for k in ordered]
    half, passed = sum(held) / 2, 0.0
    if half > 0:
        for strike, interest in zip(ordered, held, strict=True):
            passed += interest
            if passed >= half:
                return strike
    return ordered[len(ordered) // 2]
