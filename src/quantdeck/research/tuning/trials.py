"""What a search is asked for, the trials it has made, and what came of them."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from quantdeck.research.card import Estimate

if TYPE_CHECKING:
    from quantdeck.research.features.table import FeatureTable

METRICS = ("rank_ic", "auc")
"""What may be searched by; each the mean of the test spans."""

_SPACE = 1
"""Changes with the parameters that are searched through: their trials are no longer comparable."""


class TrialState(StrEnum):
    """How a trial ended."""

    COMPLETE = "complete"
    PRUNED = "pruned"
    """It was given up: worse after some test spans than half of those before it."""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched for.

    Parameters
    ----------
    target : str
        The question, see `quantdeck.research.labels.Target`.
    horizon : int
        Sessions ahead.
    folds : int
        Test spans of the walk forward that a trial is judged by.
    seed : int
        Of everything drawn.
    metric : str
        One of `METRICS`.
    trials : int
        Trials in all, those that were made before included.
    held_out : float
        Share of the sessions, the latest, that no trial sees.
    """

    target: str = "up"
    horizon: int = 1
    folds: int = 5
    seed: int = 7
    metric: str = "rank_ic"
    trials: int = 40
    held_out: float = 0.2


class Trial(msgspec.Struct, frozen=True):
    """One set of parameters and how it did.

    Parameters
    ----------
    number : int
        From 0.
    params : dict of str to number or bool
        Those that were searched through; of trial 0 the defaults.
    state : TrialState
        How it ended.
    folds : tuple of float
        The metric of each test span that it got to.
    """

    number: int
    params: dict[str, float | int | bool]
    state: TrialState
    folds: tuple[float, ...]

    @property
    def value(self) -> float:
        """Mean over its test spans."""
        return sum(self.folds) / len(self.folds)


class Tuned(msgspec.Struct, frozen=True, kw_only=True):
    """The best parameters that were found, and what to make of them.

    Parameters
    ----------
    study : str
        Which search; the same table, question and seed make the same one.
    created_ns : int
        When it ended, UTC. [ns]
    search : Search
        What was searched for.
    params : dict of str to number or bool
        The best.
    number : int
        Trial that they are of.
    value : float
        The metric of the best trial: the largest of many, and so too large.
    default : float
        The metric of the defaults, on the same sessions.
    chance : float or None
        What the best of as many trials would be above their mean if parameters did not matter; None
        of a single trial.
    mean : float
        Of the trials that were completed.
    completed, pruned : int
        Trials.
    held_out, held_out_default : Estimate
        The metric of the best and of the defaults on sessions that no trial saw.
    gain : Estimate
        Of the best over the defaults there, row against row.
    first_held_out, last_held_out : str
        Dates of them.
    data_hash, source : str
        Of the table.
    is_simulated : bool
        Whether its prices were simulated.
    """

    study: str
    created_ns: int
    search: Search
    params: dict[str, float | int | bool]
    number: int
    value: float
    default: float
    chance: float | None
    mean: float
    completed: int
    pruned: int
    held_out: Estimate
    held_out_default: Estimate
    gain: Estimate
    first_held_out: str
    last_held_out: str
    data_hash: str = ""
    source: str = ""
    is_simulated: bool = False

    @property
    def text(self) -> str:
        """The search in words, for the card of a model that is trained with its parameters."""
        name = metric_words(self.search.metric)
        trials = f"{self.completed + self.pruned} trials, {self.pruned} of them given up early"
        best = f"best {name} {self.value:.4f} (trial {self.number}), defaults {self.default:.4f}"
        luck = ""
        if self.chance is not None:
            luck = f"; the best of so many is {self.chance:.4f} above their mean by luck alone"
        held = (
            f"on the sessions from {self.first_held_out}, which no trial saw, "
            f"{_told(self.held_out)} against {_told(self.held_out_default)} of the defaults, a gain of "
            f"{_told(self.gain)}"
        )
        return f"{trials}: {best}{luck}; {held}"

    @property
    def helps(self) -> bool:
        """Whether the best did better than the defaults where no trial had looked, and not by chance."""
        return self.gain.low is not None and self.gain.low > 0.0


def metric_words(metric: str) -> str:
    """Return the name of a metric as people write it.

    Examples
    --------
    >>> metric_words("rank_ic")
    'rank IC'
    """
    return {"rank_ic": "rank IC", "auc": "AUC"}[metric]


def study_id(table: FeatureTable, search: Search) -> str:
    """Return which search this is: another count of trials is the same one, and goes on.

    Parameters
    ----------
    table : FeatureTable
        What is learnt from.
    search : Search
        What is searched for.

    Returns
    -------
    str
        Such as ``up-1d-rank_ic-3f2a91c0``.
    """
    told = msgspec.structs.replace(search, trials=0)
    digest = hashlib.sha256(f"{_SPACE} {table.fingerprint()} {told}".encode()).hexdigest()
    return f"{search.target}-{search.horizon}d-{search.metric}-{digest[:8]}"


def _told(estimate: Estimate) -> str:
    if estimate.value is None:
        return "too little to tell"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.4f}"
    return f"{estimate.value:.4f} [{estimate.low:.4f}, {estimate.high:.4f}]"
