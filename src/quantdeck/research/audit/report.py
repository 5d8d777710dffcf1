"""What an audit found, as it is kept and shown."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from quantdeck.research.card import Estimate
from quantdeck.research.model_words import SUSPICIOUS_AUC

ALARM = SUSPICIOUS_AUC
"""An area under the curve above this, of daily directions, nearly always knows what came after."""


class Outcome(StrEnum):
    """How a check ended, the best first."""

    OK = "ok"
    SKIPPED = "skipped"
    """It could not be made; the text says why."""
    WARNING = "warning"
    """To be looked at."""
    ERROR = "error"
    """Figures that rest on this are wrong."""


class LookAhead(msgspec.Struct, frozen=True):
    """A feature whose past changes with its future.

    Parameters
    ----------
    feature : str
        Its column.
    cells : int
        Values that were other than in the whole table, over all cuts.
    session, symbol : str
        The first such value: its date and its symbol.
    cut : str
        Date of the last session that was left when it was made again.
    whole, cut_value : float or None
        The value of the whole table, and the one made of data up to the cut; None where not known.
    """

    feature: str
    cells: int
    session: str
    symbol: str
    cut: str
    whole: float | None
    cut_value: float | None


class AuditCheck(msgspec.Struct, frozen=True):
    """One question and what came of it.

    Parameters
    ----------
    id : str
        ``look_ahead``, ``shuffled_labels``, ``too_good`` or ``shuffled_folds``.
    title : str
        The question.
    outcome : Outcome
        How it ended.
    text : str
        What was found, and what it means.
    auc : Estimate or None
        The area under the curve that it is about.
    """

    id: str
    title: str
    outcome: Outcome
    text: str
    auc: Estimate | None = None


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an audit found.

    Parameters
    ----------
    created_ns : int
        When it was made, UTC. [ns]
    checks : tuple of AuditCheck
        In the order they were made.
    look_ahead : tuple of LookAhead
        Features that look ahead, the first of them by date first.
    cuts : tuple of str
        Dates that the data were cut at.
    target : str
        What was foretold.
    horizon : int
        Sessions ahead.
    scheme : str
        How the walk forward was split and its intervals made.
    features : int
        Columns of the table.
    symbols : int
        Symbols in it.
    rows : int
        Rows of it.
    first_session, last_session : str
        Dates.
    data_hash : str
        Digest of the table.
    source : str
        Where the prices came from.
    is_simulated : bool
        Whether they were simulated.
    """

    created_ns: int
    checks: tuple[AuditCheck, ...]
    look_ahead: tuple[LookAhead, ...] = ()
    cuts: tuple[str, ...] = ()
    target: str = "up"
    horizon: int = 1
    scheme: str = ""
    features: int = 0
    symbols: int = 0
    rows: int = 0
    first_session: str = ""
    last_session: str = ""
    data_hash: str = ""
    source: str = ""
    is_simulated: bool = False

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of its checks."""
        order = list(Outcome)
        return max((check.outcome for check in self.checks), key=order.index, default=Outcome.OK)
