"""What a person asks of a backtest of many symbols: flat, as it is sent and kept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import BadInput
from quantdeck.research.equities.ranking import Weighting
from quantdeck.research.equities.rules import EquityRules, Execution, Sides
from quantdeck.trading.costs import Costs

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_HELD = 10


class EquityQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One question; `quantdeck.research.equities.rules` says what the rules mean.

    Parameters
    ----------
    strategy : str
        One of `quantdeck.research.equities.strategies`.
    model : str
        Id of the model whose predictions are traded; empty for none.
    scheme : str
        Where the predictions come from, in words; empty for none.
    symbol : str
        Of ``buy_hold``: the only one bought; empty for all.
    top : int or None
        Symbols held, on each side; None for a quarter of all, and ten at most: holding nearly all there
        are would show nothing of the choice.
    dropout : int or None
        Most that are exchanged at a decision, on each side.
    every : int or None
        Sessions from one decision to the next; None for what the strategy usually does.
    weighting : str
        ``equal`` or ``score``.
    window : int or None
        Sessions of the return that ``momentum`` ranks by; None for 252.
    fast, slow : int
        Sessions of the means of ``sma_cross``.
    capital : float
        [currency]
    execution : str
        ``open`` or ``close`` of the session after the decision.
    sides : str
        ``long``, or ``both``.
    fee_bp, half_spread_bp, slippage_bp : float
        Each way. [bp]
    borrow : float
        Fee for what is sold short. [decimal a year]
    max_risk : float or None
        Most that is held, long and short together, at a decision; None for no limit. [currency]
    decimals : int
        Of quantities.
    band : float
        Smallest change, as a share of equity.
    benchmark : str
        A strategy such as ``equal_weight``, a symbol to buy and hold, or empty for none.
    trials : int
        Strategies that were tried before this one was chosen, itself included: the Sharpe ratio is
        deflated by them.
    """

    strategy: str = "model"
    model: str = ""
    scheme: str = ""
    symbol: str = ""
    top: int | None = None
    dropout: int | None = None
    every: int | None = None
    weighting: Weighting = "equal"
    window: int | None = None
    fast: int = 50
    slow: int = 200
    capital: float = 10_000.0
    execution: Execution = "open"
    sides: Sides = "long"
    fee_bp: float = 1.0
    half_spread_bp: float = 2.0
    slippage_bp: float = 2.0
    borrow: float = 0.0
    max_risk: float | None = None
    decimals: int = 6
    band: float = 0.0
    benchmark: str = "equal_weight"
    trials: int = 1

    @property
    def is_both(self) -> bool:
        """Whether short positions are held, too."""
        return self.sides == "both"

    def held(self, symbols: int) -> int:
        """Return how many of so many symbols are held, on each side.

        Parameters
        ----------
        symbols : int
            How many there are.

        Returns
        -------
        int
            Not more than there are.

        Examples
        --------
        >>> EquityQuestion().held(31), EquityQuestion().held(2), EquityQuestion(top=3).held(31)
        (7, 1, 3)
        """
        usual = min(_MOST_HELD, max(1, symbols // 4))
        return min(usual if self.top is None else self.top, symbols)

    def rules(self) -> EquityRules:
        """Return the rules.

        Raises
        ------
        BadInput
            If a value cannot be.
        """
        return EquityRules(
            capital=self.capital,
            execution=self.execution,
            sides=self.sides,
            costs=Costs(
                taker_bp=self.fee_bp,
                half_spread_bp=self.half_spread_bp,
                slippage_bp=self.slippage_bp,
            ),
            borrow_annual=self.borrow,
            max_risk=math.inf if self.max_risk is None else self.max_risk,
            decimals=self.decimals,
            band=self.band,
        )


def question_of(values: Mapping[str, object]) -> EquityQuestion:
    """Return the question that values say, as they are typed or sent.

    Parameters
    ----------
    values : mapping of str to value
        Some of the fields of `EquityQuestion`.

    Returns
    -------
    EquityQuestion

    Raises
    ------
    BadInput
        If a value is of another kind, or none of those that are allowed.

    Examples
    --------
    >>> question_of({"strategy": "momentum", "sides": "both"}).is_both
    True
    >>> question_of({"sides": "short"})
    Traceback (most recent call last):
    quantdeck.model.errors.BadInput: invalid enum value 'short' - at `$.sides`
    """
    try:
        return msgspec.convert(dict(values), EquityQuestion)
    except msgspec.ValidationError as error:
        said = str(error)
        raise BadInput(said[:1].lower() + said[1:]) from error
