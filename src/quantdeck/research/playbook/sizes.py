"""How many units of a trade its limits allow."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput
from quantdeck.trading.max_risk import max_risk_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# A loss that rounding alone has put above the limit is within it.
_GRACE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """What a trade may lose.

    Parameters
    ----------
    per_trade : float
        Of any one. [currency]
    by_strategy : mapping of str to float
        Of those of a structure or family, see `quantdeck.trading.max_risk`. [currency]
    """

    per_trade: float = 1000.0
    by_strategy: Mapping[str, float] = field(default_factory=dict[str, float])

    def __post_init__(self) -> None:
        for name, limit in {"per_trade": self.per_trade, **self.by_strategy}.items():
            if not 0.0 < limit < math.inf:
                raise BadInput(f"the limit {name} must be above 0, was {limit}")

    def of(self, names: Iterable[str]) -> tuple[str, float]:
        """Return the limit that binds a structure, and what it is called.

        Parameters
        ----------
        names : iterable of str
            What the structure goes by.

        Returns
        -------
        tuple of (str, float)
            The smaller of the two limits. [currency]

        Examples
        --------
        >>> RiskLimits(by_strategy={"condor": 50.0}).of(("iron_condor", "condor"))
        ('max_risk condor', 50.0)
        """
        name, limit = max_risk_of(self.by_strategy, names)
        if limit < self.per_trade:
            return f"max_risk {name}", limit
        return "risk_per_trade", self.per_trade


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a trade is allowed.

    Parameters
    ----------
    units : int
        floor(limit / loss of one).
    limit_name : str
        What bounds it.
    limit : float
        [currency]
    refusal : str
        Why it is 0; empty where it is not.
    """

    units: int
    limit_name: str
    limit: float
    refusal: str = ""


def size_of(max_loss: float, names: Iterable[str], limits: RiskLimits) -> Size:
    """Return floor(min(limits) / max_loss).

    Parameters
    ----------
    max_loss : float
        The most that one unit can lose, or is meant to. [currency]
    names : iterable of str
        What the structure goes by.
    limits : RiskLimits
        What a trade may lose.

    Returns
    -------
    Size
        0 with a reason where one unit is too much.

    Raises
    ------
    BadInput
        If the loss is not above 0, or has no bound.

    Examples
    --------
    >>> size_of(320.0, ("bull_put_spread",), RiskLimits()).units
    3
    """
    if not 0.0 < max_loss < math.inf:
        raise BadInput(f"a trade is sized by a bounded loss above 0, was {max_loss}")
    name, limit = limits.of(names)
    units = math.floor(limit / max_loss + _GRACE)
    refusal = ""
    if units == 0:
        refusal = f"one unit may lose {max_loss:,.2f}, and the limit {name} allows {limit:,.2f}"
    return Size(units, name, limit, refusal)
