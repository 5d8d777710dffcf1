"""Training of the daily model, judged by what it says of sessions that it has not seen."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

import quantdeck
from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.boosting import Trees, checked, grow, version
from quantdeck.research.card import Card
from quantdeck.research.drift import described
from quantdeck.research.folds import Rows, out_of_sample
from quantdeck.research.judge import judge
from quantdeck.research.labels import Target, labels
from quantdeck.research.model import Model, features_hash, load, text_hash
from quantdeck.research.model_words import warnings_of
from quantdeck.research.schemes import Way, day_of, embargo_of, scheme_words, splits_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.analytics.types import BoolArray
    from quantdeck.research.card import Judgement
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.folds import OutOfSample
    from quantdeck.research.predictions import Predictions
    from quantdeck.research.schemes import Scheme
    from quantdeck.research.splits import Split

    Progress = Callable[[int, int, str], None]

FEWEST_SESSIONS = 60
"""With rows whose answer is known, and below them nothing is trained."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What came of a training.

    Parameters
    ----------
    card : Card
        What is said of the model.
    text : str
        LightGBM's own form of it.
    predictions : Predictions or None
        Of the rows out of sample that it was judged by; None where sessions were too few to judge it.
    model : Model
        Trained on every row whose answer is known.
    splits : tuple of Split
        Of the sessions of the table, in the order of the predictions' folds.
    """

    card: Card
    text: str
    predictions: Predictions | None
    model: Model
    splits: tuple[Split, ...]


def train(  # noqa: PLR0913 - what a person may choose
    table: FeatureTable,
    *,
    target: Target = Target.UP,
    horizon: int = 1,
    params: Mapping[str, Any] | None = None,
    seed: int = 7,
    folds: int = 8,
    cv: bool = False,
    scheme: Scheme = "walk_forward",
    on_progress: Progress | None = None,
    created_ns: int = 0,
) -> Trained:
    """Return a model of the table, and how that way of training did out of sample.

    Parameters
    ----------
    table : FeatureTable
        Its comparable features are learnt from, missing values as such.
    target : Target
        What is foretold.
    horizon : int
        Sessions ahead.
    params : mapping of str to number or bool, or None
        Of LightGBM, where they differ from `quantdeck.research.boosting.DEFAULTS`.
    seed : int
        Of everything drawn.
    folds : int
        Test spans of a walk forward, or groups of combinatorial splits.
    cv : bool
        Whether to judge by all folds. Otherwise the model is judged by the last 30 % of the sessions.
    scheme : str
        ``walk_forward`` or ``combinatorial``, see `quantdeck.research.splits`.
    on_progress : callable or None
        Takes trees that are grown, trees in all, and what is being done; what it raises ends the
        training.
    created_ns : int
        The time, UTC: of the card and in the model's id. [ns]

    Returns
    -------
    Trained
        The same to the last byte for the same arguments.

    Raises
    ------
    BadInput
        If an argument cannot be.
    TooLittleData
        If fewer than `FEWEST_SESSIONS` sessions have rows whose answer is known, or all have the same.
    ConfigError
        If LightGBM is not installed.
    """
    way = Way(target, horizon, params, seed, folds, scheme, is_quick=not cv)
    return train_way(table, way, on_progress=on_progress, created_ns=created_ns)


def train_way(
    table: FeatureTable,
    way: Way,
    *,
    on_progress: Progress | None = None,
    created_ns: int = 0,
    tuning: str = "",
) -> Trained:
    """Return a model of the table; as `train`, with everything that may be chosen in one.

    Parameters
    ----------
    table : FeatureTable
        Its comparable features are learnt from.
    way : Way
        How.
    on_progress : callable or None
        As of `train`.
    created_ns : int
        The time, UTC. [ns]
    tuning : str
        How the parameters were searched for, for the card.

    Returns
    -------
    Trained

    Raises
    ------
    BadInput, TooLittleData, ConfigError
        As `train`.
    """
    answers = labels(table, target=way.target, horizon=way.horizon)
    rows = Rows.of(table, answers)
    known = rows.known()
    _require_enough(table, known)
    # The size of leaves follows each training's own rows: how many come later is not known to it.
    params = checked(way.params)
    splits = splits_of(table, way)
    stage = int(params["num_iterations"])
    tell = _Teller(on_progress, stage, stage * (len(splits) + 1))
    found = out_of_sample(
        rows,
        splits,
        params,
        seed=way.seed,
        is_forward=way.scheme == "walk_forward",
        on_tree=tell.tree,
    )
    judgement = None if found is None else _judged(found, table, splits, way)
    tell.last("on every row")
    text = grow(
        known.values, known.label, rows.names, params=params, seed=way.seed, on_tree=tell.tree
    )
    tell.end()
    card = Card(
        id=_id(created_ns, way),
        created_ns=created_ns,
        target=way.target.value,
        horizon=way.horizon,
        features=rows.names,
        features_hash=features_hash(rows.names),
        data_hash=table.fingerprint(),
        symbols=tuple(s for at, s in enumerate(table.symbols) if (known.symbol == at).any()),
        first_session=day_of(table, int(known.session[0])),
        last_session=day_of(table, int(known.session[-1])),
        rows=len(known),
        params=checked(way.params, rows=len(known)),
        seed=way.seed,
        judgement=judgement,
        calibrator=_pair(found),
        importance={} if found is None else found.importance,
        tuning=tuning,
        text_hash=text_hash(text),
        versions=_versions(),
        source=table.source,
        is_simulated=table.is_simulated,
    )
    trees = Trees(text).count
    card = msgspec.structs.replace(card, **described(known))
    card = msgspec.structs.replace(card, warnings=warnings_of(card, trees=trees))
    predictions = None if found is None else found.predictions
    return Trained(card, text, predictions, load(card, text), splits)


def _judged(
    found: OutOfSample, table: FeatureTable, splits: Sequence[Split], way: Way
) -> Judgement:
    return judge(
        found.predictions,
        table,
        scheme=scheme_words(splits, way, embargo=embargo_of(table, way)),
        seed=way.seed,
        horizon=way.horizon,
        trained=[_ends(split.train) for split in splits],
    )


def _ends(is_in: BoolArray) -> tuple[int, int]:
    at = np.flatnonzero(is_in)
    return int(at[0]), int(at[-1])


def _require_enough(table: FeatureTable, known: Rows) -> None:
    sessions = len(np.unique(known.session))
    if sessions < FEWEST_SESSIONS:
        named = ", ".join(table.symbols[:3]) + (", ..." if len(table.symbols) > 3 else "")
        raise TooLittleData(
            f"training needs {FEWEST_SESSIONS} sessions whose answer is known; the table of {named} "
            f"has {sessions}. Bring in more history, and build the features anew",
            needed=FEWEST_SESSIONS,
            found=sessions,
        )
    if not len(known.names):
        raise BadInput("the table has no feature that a model may learn from")
    if known.label.min() == known.label.max():
        raise TooLittleData(
            f"every answer of {len(known):,} rows is the same, so there is nothing to tell apart"
        )


def _id(created_ns: int, way: Way) -> str:
    at = datetime.fromtimestamp(created_ns / 1e9, UTC)
    return f"{at:%Y%m%d-%H%M%S}-{way.target.value.replace('_', '-')}-{way.horizon}d"


def _pair(found: OutOfSample | None) -> tuple[float, float] | None:
    if found is None or found.calibrator is None:
        return None
    return found.calibrator.slope, found.calibrator.intercept


def _versions() -> dict[str, str]:
    return {
        "quantdeck": quantdeck.__version__,
        "lightgbm": version(),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


class _Teller:
    # Trees are the steps. LightGBM may end early, so each model of a fold counts whole once it is grown.
    def __init__(self, on_progress: Progress | None, stage: int, total: int) -> None:
        self._on_progress = on_progress
        self._stage = stage
        self._total = total
        self._done = 0
        self._words = "on what comes before each test"

    def tree(self) -> None:
        self._done = min(self._done + 1, self._total)
        self._say()

    def last(self, words: str) -> None:
        self._words = words
        self._done = max(self._done, self._total - self._stage)
        self._say()

    def end(self) -> None:
        self._done = self._total
        self._say()

    def _say(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._done, self._total, self._words)
