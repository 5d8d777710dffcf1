"""A trained model: what it says of a table, and why."""

from __future__ import annotations

import hashlib
import warnings
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.research.boosting import Trees
from quantdeck.research.calibration import Calibrator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.types import BoolArray, FloatArray
    from quantdeck.research.card import Card
    from quantdeck.research.features.table import FeatureTable

_MOSTLY_KNOWN = 0.5
_NAMED = 8


class MissingFeatures(UserWarning):
    """Features that the model learnt from are known nowhere in what it is asked about."""


class Model:
    """Trees with their card; made by `load`.

    Parameters
    ----------
    card : Card
        What is said of it.
    trees : Trees
        Of the card's features.

    Attributes
    ----------
    card : Card
        As given.
    """

    def __init__(self, card: Card, trees: Trees) -> None:
        self.card = card
        self._trees = trees
        pair = card.calibrator
        self._calibrator = None if pair is None else Calibrator(*pair)

    def predict(self, table: FeatureTable, sessions: slice | None = None) -> FloatArray:
        """Return calibrated probabilities that the model's question is answered with yes.

        Parameters
        ----------
        table : FeatureTable
            With every feature of the model, in any order, and others perhaps.
        sessions : slice or None
            Of the table's; None for all.

        Returns
        -------
        array of shape (N, T')
            NaN where there is no row. The score itself where the model has no calibrator.

        Raises
        ------
        BadInput
            If a feature of the model is not in the table. One that is there and not known is NaN, which
            the trees can take; where it was known in training a `MissingFeatures` warning tells so.
        """
        scores = self.scores(table, sessions)
        return scores if self._calibrator is None else self._calibrator(scores)

    def scores(self, table: FeatureTable, sessions: slice | None = None) -> FloatArray:
        """Return probabilities before calibration; parameters and errors as of `predict`.

        Parameters
        ----------
        table : FeatureTable
            With every feature of the model.
        sessions : slice or None
            Of the table's; None for all.

        Returns
        -------
        array of shape (N, T')
            NaN where there is no row.
        """
        self._check(table)
        absent = self.missing(table, sessions)
        if absent:
            warnings.warn(told_missing(absent), MissingFeatures, stacklevel=2)
        is_taken = _of_sessions(table, sessions)
        out = np.full(table.is_row.shape, np.nan)
        out.T[is_taken.T] = self._trees.scores(table.matrix(self.card.features, is_taken))
        return out[:, sessions or slice(None)]

    def contributions(self, table: FeatureTable, session: int) -> FloatArray:
        """Return what each feature adds to the log odds of the score of each symbol.

        Parameters
        ----------
        table : FeatureTable
            With every feature of the model.
        session : int
            Index; negative ones count from the end.

        Returns
        -------
        array of shape (N, K)
            K as in the card's features; NaN where there is no row. [log odds]

        Raises
        ------
        BadInput
            If a feature of the model is not in the table.
        """
        self._check(table)
        at = range(len(table.sessions))[session]
        is_taken = _of_sessions(table, slice(at, at + 1))
        out = np.full((len(table.symbols), len(self.card.features)), np.nan)
        rows = table.matrix(self.card.features, is_taken)
        out[is_taken[:, at]] = self._trees.contributions(rows)[:, :-1]
        return out

    def missing(self, table: FeatureTable, sessions: slice | None = None) -> tuple[str, ...]:
        """Return features that are known in no row, and were in most rows of the training.

        Parameters
        ----------
        table : FeatureTable
            With every feature of the model.
        sessions : slice or None
            Of the table's; None for all.

        Returns
        -------
        tuple of str
            In the order of the card; empty where there is no row at all.
        """
        self._check(table)
        taken = sessions or slice(None)
        is_row = table.is_row[:, taken]
        if not is_row.any():
            return ()
        return tuple(
            name
            for name in self.card.features
            if self.card.missing.get(name, 0.0) < _MOSTLY_KNOWN
            and not np.isfinite(table.column(name)[:, taken][is_row]).any()
        )

    def _check(self, table: FeatureTable) -> None:
        absent = [name for name in self.card.features if name not in table.names]
        if absent:
            raise BadInput(
                f"model {self.card.id} learnt from {len(self.card.features)} features, and the table "
                f"has no {_named(absent)}; build it with the features of the model, or train anew"
            )


def load(card: Card, text: str) -> Model:
    """Return the model of a card and a text.

    Parameters
    ----------
    card : Card
        What is said of it.
    text : str
        LightGBM's own form.

    Returns
    -------
    Model

    Raises
    ------
    BadInput
        If the text is not the one of the card, is damaged, or takes other features than the card says.
    ConfigError
        If LightGBM is not installed.
    """
    if card.text_hash and card.text_hash != text_hash(text):
        raise BadInput(f"the text of model {card.id} is not the one its card was written for")
    trees = Trees(text)
    if trees.names != card.features or features_hash(card.features) != card.features_hash:
        differing = sorted(set(trees.names) ^ set(card.features))
        what = _named(differing) if differing else "their order"
        raise BadInput(
            f"model {card.id} and its card differ in features ({what}); keep neither, and train anew"
        )
    return Model(card, trees)


def features_hash(names: Sequence[str]) -> str:
    """Return the digest of a list of features, which another order changes.

    Parameters
    ----------
    names : sequence of str
        In the order of the model.

    Returns
    -------
    str

    Examples
    --------
    >>> features_hash(["gap", "hv30"])[:8]
    'd8c5d6da'
    """
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def text_hash(text: str) -> str:
    """Return the digest of a model's text.

    Parameters
    ----------
    text : str
        LightGBM's own form.

    Returns
    -------
    str
    """
    return hashlib.sha256(text.encode()).hexdigest()


def told_missing(names: Sequence[str]) -> str:
    """Return what is to be said of features that were known in training and are not now.

    Parameters
    ----------
    names : sequence of str
        At least one.

    Returns
    -------
    str

    Examples
    --------
    >>> told_missing(["iv30"])
    'iv30 was known in training and is in no row now; it is taken as not known'
    """
    was, are = ("was", "is") if len(names) == 1 else ("were", "are")
    it = "it is" if len(names) == 1 else "they are"
    return (
        f"{_named(names)} {was} known in training and {are} in no row now; {it} taken as not known"
    )


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _of_sessions(table: FeatureTable, sessions: slice | None) -> NDArray[np.bool_]:
    is_taken: BoolArray = np.zeros(table.is_row.shape, np.bool_)
    taken = sessions or slice(None)
    is_taken[:, taken] = table.is_row[:, taken]
    return is_taken
