"""What a playbook is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput
from quantdeck.research.playbook.rules import Thresholds
from quantdeck.research.playbook.scores import DEFAULT_WEIGHTS, check_weights
from quantdeck.research.playbook.sizes import RiskLimits
from quantdeck.research.playbook.strikes import ChainRules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.card import Card
    from quantdeck.research.features.table import FeatureTable

NO_CHAIN = "no chain of its options is kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookRules:
    """How a playbook is made.

    Parameters
    ----------
    weights : mapping of str to float
        By factor, see `quantdeck.research.playbook.scores.FACTORS`.
    top_n : int
        So many symbols get a trade.
    thresholds : Thresholds
        Where views begin.
    chains : ChainRules
        Which quotes trades are made of.
    limits : RiskLimits
        What a trade may lose.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    top_n: int = 10
    thresholds: Thresholds = Thresholds()  # noqa: RUF009 - frozen
    chains: ChainRules = ChainRules()  # noqa: RUF009 - frozen
    limits: RiskLimits = field(default_factory=RiskLimits)

    def __post_init__(self) -> None:
        check_weights(self.weights)
        if self.top_n < 1:
            raise BadInput(f"a playbook has at least one trade, was {self.top_n}")


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """The chain of one underlying.

    Parameters
    ----------
    study : OptionStudy or None
        What it says; None where there is none.
    source : str
        Where it comes from.
    reason : str
        Why there is none.
    """

    study: OptionStudy | None = None
    source: str = ""
    reason: str = NO_CHAIN


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """Probabilities of a model for the newest session.

    Parameters
    ----------
    probability : array of shape (N,)
        NaN where there is no row. [1]
    card : Card
        Of the model.
    notes : tuple of str
        What a reader must know of them.
    """

    probability: FloatArray
    card: Card
    notes: tuple[str, ...] = ()


def session_of(table: FeatureTable) -> str:
    """Return the date of the newest session of a table.

    Parameters
    ----------
    table : FeatureTable
        With at least one session.

    Returns
    -------
    str
        ISO date.
    """
    return datetime.fromtimestamp(int(table.sessions[-1]) / 1e9, UTC).date().isoformat()
