"""Puts contracts read one after the other together into chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from quantdeck.model.chains import NO_TIME, ExpiryChain, SideQuotes
from quantdeck.model.options import Right, osi

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from quantdeck.model.options import ExerciseStyle, Settlement

_NAN = float("nan")


class Terms(NamedTuple):
    """What all contracts of one root and expiry share."""

    root: str
    expiry: date
    underlying: str
    settlement: Settlement
    style: ExerciseStyle
    multiplier: float


class Quoted(NamedTuple):
    """The quotes of one contract; NaN and `NO_TIME` where something is not known."""

    bid: float = _NAN
    ask: float = _NAN
    bid_size: float = _NAN
    ask_size: float = _NAN
    ts_ns: int = NO_TIME
    volume: float = _NAN
    open_interest: float = _NAN


class Assembly:
    """Gathers contracts in any order and returns them as chains.

    Examples
    --------
    >>> from datetime import date
    >>> from quantdeck.model.options import ExerciseStyle, Settlement
    >>> assembly = Assembly()
    >>> terms = Terms("SPX", date(2026, 12, 18), "US:SPX", Settlement.AM, ExerciseStyle.EUROPEAN, 100.0)
    >>> assembly.add(terms, Right.CALL, 5000.0, Quoted(bid=1.0))
    >>> [chain.calls.bid.tolist() for chain in assembly.chains(spot=5000.0)]
    [[1.0]]
    """

    def __init__(self) -> None:
        self._terms: dict[tuple[str, date], Terms] = {}
        self._quotes: dict[tuple[str, date], tuple[dict[float, Quoted], dict[float, Quoted]]] = {}

    def add(self, terms: Terms, right: Right, strike: float, quoted: Quoted) -> None:
        """Take a contract.

        Raises
        ------
        ValueError
            If it is there already, or says other things of its expiry than an earlier one.
        """
        key = (terms.root, terms.expiry)
        known = self._terms.setdefault(key, terms)
        if known != terms:
            raise ValueError(f"{terms} contradicts {known} of an earlier row")
        sides = self._quotes.setdefault(key, ({}, {}))
        quotes = sides[right is Right.PUT]
        if strike in quotes:
            raise ValueError(f"{osi(terms.root, terms.expiry, right, strike)} is there twice")
        quotes[strike] = quoted

    def chains(self, *, spot: float) -> tuple[ExpiryChain, ...]:
        """Return the chains, ordered by root and expiry, strikes ascending."""
        return tuple(self._chain(key, spot) for key in sorted(self._terms))

    def __len__(self) -> int:
        return len(self._terms)

    def _chain(self, key: tuple[str, date], spot: float) -> ExpiryChain:
        terms, (calls, puts) = self._terms[key], self._quotes[key]
        strikes = sorted({*calls, *puts})
        return ExpiryChain(
            root=terms.root,
            underlying=terms.underlying,
            expiry=terms.expiry,
            settlement=terms.settlement,
            style=terms.style,
            multiplier=terms.multiplier,
            strikes=np.array(strikes, dtype=np.float64),
            calls=_side(calls, strikes),
            puts=_side(puts, strikes),
            spot=spot,
        )


def _side(quotes: dict[float, Quoted], strikes: Sequence[float]) -> SideQuotes:
    absent = Quoted()
    rows = [quotes.get(strike, absent) for strike in strikes]
    columns = list(zip(*rows, strict=True))

    def figures(name: str) -> NDArray[np.float64]:
        return np.array(columns[Quoted._fields.index(name)], dtype=np.float64)

    return SideQuotes(
        bid=figures("bid"),
        ask=figures("ask"),
        bid_size=figures("bid_size"),
        ask_size=figures("ask_size"),
        ts_ns=np.array(columns[Quoted._fields.index("ts_ns")], dtype=np.int64),
        volume=figures("volume"),
        open_interest=figures("open_interest"),
    )
