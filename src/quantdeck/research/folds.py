"""What models say of sessions that they were not trained on, split by split."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.boosting import Trees, grow
from quantdeck.research.calibration import Calibrator, fit_earlier
from quantdeck.research.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.types import BoolArray, FloatArray, IntArray
    from quantdeck.research.boosting import Params
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.labels import Labels
    from quantdeck.research.splits import Split

_EXPLAINED_ROWS = 1_500
"""Of each test, evenly spaced: contributions of more say the same of the mean, and take their time."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a table as a model takes them, ordered by session, then by symbol.

    Parameters
    ----------
    names : tuple of str
        Of the K columns.
    values : array of float32 of shape (n, K)
        NaN where not known.
    session, symbol : array of int64 of shape (n,)
        Indices into those of the table.
    label, returns : array of shape (n,)
        NaN where not known.
    horizon : int
        Sessions ahead of the labels.
    """

    names: tuple[str, ...]
    values: NDArray[np.float32]
    session: IntArray
    symbol: IntArray
    label: FloatArray
    returns: FloatArray
    horizon: int

    @classmethod
    def of(cls, table: FeatureTable, answers: Labels) -> Rows:
        """Return every row of a table with its answer.

        Parameters
        ----------
        table : FeatureTable
            Its comparable features are taken.
        answers : Labels
            Of the same table.
        """
        session, symbol = np.nonzero(table.is_row.T)
        names = table.model_names
        return cls(
            names,
            table.matrix(names, table.is_row),
            session.astype(np.int64),
            symbol.astype(np.int64),
            answers.values.T[table.is_row.T],
            answers.returns.T[table.is_row.T],
            answers.horizon,
        )

    def __len__(self) -> int:
        """Return the count of rows."""
        return len(self.session)

    def take(self, is_taken: BoolArray) -> Rows:
        """Return some of the rows: a view where they stand side by side.

        Parameters
        ----------
        is_taken : array of bool of shape (n,)
            Which.
        """
        at = np.flatnonzero(is_taken)
        is_block = len(at) > 0 and at[-1] - at[0] + 1 == len(at)
        chosen = slice(int(at[0]), int(at[-1]) + 1) if is_block else at
        columns = ("values", "session", "symbol", "label", "returns")
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})

    def known(self) -> Rows:
        """Return the rows whose answer is known."""
        return self.take(np.isfinite(self.label))


@dataclass(frozen=True, slots=True, eq=False)
class OutOfSample:
    """What models said of rows that they had not seen.

    Parameters
    ----------
    predictions : Predictions
        By split; within each, ordered by session, then by symbol.
    calibrator : Calibrator or None
        Of all of them, for a model that is trained on everything; None where they are too few.
    importance : dict of str to float
        Mean absolute contribution of each feature to the score. [log odds]
    """

    predictions: Predictions
    calibrator: Calibrator | None
    importance: dict[str, float]


def scored(
    rows: Rows,
    split: Split,
    params: Params,
    *,
    seed: int,
    fold: int = 0,
    on_tree: Callable[[], None] | None = None,
) -> tuple[Predictions, Trees] | None:
    """Return scores of the test of one split, by a model of its training; not calibrated yet.

    Parameters
    ----------
    rows : Rows
        Of the whole table.
    split : Split
        Of its sessions.
    params : dict
        As `quantdeck.research.boosting.checked` returns.
    seed : int
        Of everything drawn.
    fold : int
        Number that the predictions carry.
    on_tree : callable or None
        Called after every tree; what it raises ends the training.

    Returns
    -------
    Predictions and Trees, or None
        None where the training has rows of one answer only, or the test has none.
    """
    train = rows.take(split.train[rows.session] & np.isfinite(rows.label))
    test = rows.take(split.test[rows.session])
    if not len(test) or not len(train) or train.label.min() == train.label.max():
        return None
    threads = int(params["num_threads"])
    text = grow(train.values, train.label, rows.names, params=params, seed=seed, on_tree=on_tree)
    trees = Trees(text, threads=threads)
    told = Predictions(
        session=test.session,
        symbol=test.symbol,
        score=trees.scores(test.values),
        probability=np.full(len(test), np.nan),
        base=np.full(len(test), train.label.mean()),
        label=test.label,
        returns=test.returns,
        fold=np.full(len(test), fold, np.int64),
    )
    return told, trees


def each_fold(
    rows: Rows,
    splits: Sequence[Split],
    params: Params,
    *,
    seed: int,
    on_tree: Callable[[], None] | None = None,
) -> Generator[tuple[Predictions, Trees]]:
    """Yield what a model of each split says of its test, one after the other.

    Parameters
    ----------
    rows : Rows
        Of the whole table.
    splits : sequence of Split
        Those whose training or test is empty are passed over.
    params : dict
        As `quantdeck.research.boosting.checked` returns.
    seed : int
        Of everything drawn.
    on_tree : callable or None
        Called after every tree.

    Yields
    ------
    Predictions, Trees
        Scores that are not calibrated, and the trees that they are of.
    """
    for fold, split in enumerate(splits):
        found = scored(rows, split, params, seed=seed, fold=fold, on_tree=on_tree)
        if found is not None:
            yield found


def out_of_sample(
    rows: Rows,
    splits: Sequence[Split],
    params: Params,
    *,
    seed: int,
    is_forward: bool,
    on_tree: Callable[[], None] | None = None,
) -> OutOfSample | None:
    """Return what models of all splits say, each probability calibrated on earlier answers alone.

    Parameters
    ----------
    rows : Rows
        Of the whole table.
    splits : sequence of Split
        In the order of the folds.
    params : dict
        As `quantdeck.research.boosting.checked` returns.
    seed : int
        Of everything drawn.
    is_forward : bool
        Whether every training lies before its test. Then a test is calibrated on the tests before it;
        otherwise on earlier tests of the same split, whose answers its model has not seen either.
    on_tree : callable or None
        Called after every tree.

    Returns
    -------
    OutOfSample or None
        None where no split has rows on both sides.
    """
    told: list[Predictions] = []
    weight, total = np.zeros(len(rows.names)), 0
    for each, trees in each_fold(rows, splits, params, seed=seed, on_tree=on_tree):
        told.append(each)
        fold = int(each.fold[0])
        test = rows.take(splits[fold].test[rows.session])
        step = max(1, len(test) // _EXPLAINED_ROWS)
        added = np.abs(trees.contributions(test.values[::step])[:, :-1])
        weight += added.sum(axis=0)
        total += len(added)
    if not told:
        return None
    every = _joined(told)
    after_all = int(every.session.max()) + rows.horizon + 1
    return OutOfSample(
        replace(every, probability=_calibrated(every, splits, rows.horizon, is_forward=is_forward)),
        fit_earlier(
            every.score, every.label, every.session, before=after_all, horizon=rows.horizon
        ),
        dict(zip(rows.names, (weight / total).tolist(), strict=True)),
    )


def _joined(told: Sequence[Predictions]) -> Predictions:
    names = tuple(Predictions.__dataclass_fields__)
    return Predictions(**{n: np.concatenate([getattr(each, n) for each in told]) for n in names})


def _calibrated(
    every: Predictions, splits: Sequence[Split], horizon: int, *, is_forward: bool
) -> FloatArray:
    out = np.full(len(every), np.nan)
    for fold, split in enumerate(splits):
        is_fold = every.fold == fold
        is_pool = np.ones(len(every), np.bool_) if is_forward else is_fold
        for span in split.spans:
            calibrator = fit_earlier(
                every.score[is_pool],
                every.label[is_pool],
                every.session[is_pool],
                before=span.start,
                horizon=horizon,
            )
            if calibrator is not None:
                is_span = is_fold & (every.session >= span.start) & (every.session < span.stop)
                out[is_span] = calibrator(every.score[is_span])
    return out
