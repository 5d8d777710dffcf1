"""What a pair on quotes is traded by: rules, instruments, and how old a quote may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.research.pairs.rules import PairRules
    from quantdeck.trading.costs import Costs
    from quantdeck.trading.terms import Terms

_LONGEST_NAME = 39


@dataclass(frozen=True, slots=True)
class PairPlan:
    """What is traded, and how.

    Parameters
    ----------
    name : str
        Of the pair, such as ``ETHUSDT/BTCUSDT``; at most 39 letters.
    y, x : str
        Canonical symbols.
    interval_ns : int
        Length of the bars. [ns]
    rules : PairRules
        With the lots of both legs as limits; half the spread must be 0, since the other side is paid.
    terms : mapping of str to Terms
        Of both symbols.
    wait_ns : int
        After the end of a bar, for what is still on its way. [ns]
    fresh_s : float
        Age beyond which a quote fills nothing. [s]

    Raises
    ------
    BadInput
        If the name is too long, the legs are one, or half a spread is charged.
    """

    name: str
    y: str
    x: str
    interval_ns: int
    rules: PairRules
    terms: Mapping[str, Terms]
    wait_ns: int = 100_000_000
    fresh_s: float = 5.0

    def __post_init__(self) -> None:
        if self.y == self.x:
            raise BadInput(f"a pair is of two instruments, both were {self.y}")
        if not 0 < len(self.name) <= _LONGEST_NAME:
            raise BadInput(f"the name of a pair has 1 to {_LONGEST_NAME} letters: {self.name!r}")
        if self.rules.costs_y.half_spread_bp or self.rules.costs_x.half_spread_bp:
            raise BadInput("on quotes the spread is paid as it is; set the half spread to 0")

    @property
    def strategy(self) -> str:
        """Return what its orders name as their strategy."""
        return f"pairs:{self.name}"

    @property
    def costs(self) -> dict[str, Costs]:
        """Return the costs of each leg."""
        return {self.y: self.rules.costs_y, self.x: self.rules.costs_x}


def name_of(y: str, x: str) -> str:
    """Return what a pair is called: the roots of its symbols, or the whole symbols where those are one.

    Parameters
    ----------
    y, x : str
        Canonical symbols.

    Returns
    -------
    str

    Examples
    --------
    >>> name_of("BINANCE-USDM:ETHUSDT", "BINANCE-USDM:BTCUSDT")
    'ETHUSDT/BTCUSDT'
    >>> name_of("BINANCE:BTCUSDT", "BINANCE-USDM:BTCUSDT")
    'BINANCE:BTCUSDT/BINANCE-USDM:BTCUSDT'
    """
    roots = root_of(y), root_of(x)
    return "/".join(roots if roots[0] != roots[1] else (y, x))


def in_lots(rules: PairRules, y: Terms, x: Terms) -> PairRules:
    """Return rules that size trades in the lots of both legs.

    Parameters
    ----------
    rules : PairRules
        Whose other limits stay.
    y, x : Terms
        Of the legs.

    Returns
    -------
    PairRules
    """
    return replace(
        rules,
        limits_y=replace(rules.limits_y, lot=float(y.lot)),
        limits_x=replace(rules.limits_x, lot=float(x.lot)),
    )
