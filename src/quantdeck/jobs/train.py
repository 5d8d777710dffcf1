"""Trains a model, keeps it, and lets it be the current one where nothing speaks against it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quantdeck.model.errors import NoData, StoreError
from quantdeck.research.drift import Drift, drift
from quantdeck.research.predictions import KeptPredictions
from quantdeck.research.training import train_way

if TYPE_CHECKING:
    from quantdeck.ports.models import ModelStore
    from quantdeck.ports.reports import ReportLists
    from quantdeck.research.card import Card
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.schemes import Way
    from quantdeck.research.training import Progress, Trained


@dataclass(frozen=True, slots=True, eq=False)
class TrainReport:
    """What came of it.

    Parameters
    ----------
    trained : Trained
        The model, its card and predictions.
    drift : Drift
        The model beside the one that was in use.
    is_current : bool
        Whether it is in use now.
    failures : tuple of str
        What could not be done beside keeping it.
    """

    trained: Trained
    drift: Drift
    is_current: bool
    failures: tuple[str, ...] = ()

    @property
    def card(self) -> Card:
        """What is said of the model."""
        return self.trained.card


def train_and_keep(  # noqa: PLR0913 - the seams and what a person may choose
    table: FeatureTable,
    store: ModelStore,
    way: Way,
    *,
    created_ns: int,
    is_forced: bool = False,
    tuning: str = "",
    lists: ReportLists | None = None,
    on_progress: Progress | None = None,
) -> TrainReport:
    """Train a model of a table and keep it; runs as long as training takes, so in a thread.

    Parameters
    ----------
    table : FeatureTable
        What is learnt from.
    store : ModelStore
        Keeps it, and knows the one in use.
    way : Way
        Question, parameters and splits.
    created_ns : int
        The time, UTC. [ns]
    is_forced : bool
        Let it be the current one whatever speaks against it.
    tuning : str
        How the parameters were searched for, for the card.
    lists : ReportLists or None
        Gets a row of its scoreboard.
    on_progress : callable or None
        Takes trees grown, trees in all, and what is being done; what it raises ends the training, and
        nothing is kept then.

    Returns
    -------
    TrainReport
        The model is kept whether or not it became the current one.

    Raises
    ------
    BadInput, TooLittleData, ConfigError
        As `quantdeck.research.training.train`.
    Conflict
        If a model of the same second and question is kept already.
    StoreError
        If the disk refuses. A damaged current model is compared with no more, and named in the notes.
    """
    trained = train_way(table, way, on_progress=on_progress, created_ns=created_ns, tuning=tuning)
    old, damage = _current(store)
    found = drift(trained.card, old, table)
    if damage:
        found = replace(found, notes=(damage, *found.notes))
    rows = trained.predictions
    kept = None if rows is None else KeptPredictions.of(rows, table)
    store.put(trained.card, trained.text, kept)
    is_current = is_forced or found.is_let
    if is_current:
        store.make_current(trained.card.id)
    failures: list[str] = []
    if lists is not None:
        try:
            lists.put("scoreboard", trained.card.id, [scoreboard_row(trained.card)])
        except StoreError as error:
            failures.append(f"not added to the scoreboard: {error}")
    return TrainReport(trained, found, is_current, tuple(failures))


def take_up(
    table: FeatureTable, store: ModelStore, card: Card, lists: ReportLists | None = None
) -> bool:
    """Do what is left to do with a model that is kept, where its training ended before its last word.

    Parameters
    ----------
    table : FeatureTable
        It was trained on.
    store : ModelStore
        Keeps it, and knows the one in use.
    card : Card
        Of the model.
    lists : ReportLists or None
        Gets its row of the scoreboard, once.

    Returns
    -------
    bool
        Whether it is the current model.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    if lists is not None:
        lists.put("scoreboard", card.id, [scoreboard_row(card)])
    old, _ = _current(store)
    if old is not None and old.id == card.id:
        return True
    is_let = drift(card, old, table).is_let
    if is_let:
        store.make_current(card.id)
    return is_let


def scoreboard_row(card: Card) -> dict[str, str | float | bool | None]:
    """Return the row of the scoreboard that a model adds.

    Parameters
    ----------
    card : Card
        Of the model.

    Returns
    -------
    dict
        `auc` of the newest test span and `cv_auc` of all, both out of sample.
    """
    judged = card.judgement
    return {
        "date": card.last_session,
        "auc": judged.folds[-1].auc if judged and judged.folds else None,
        "cv_auc": judged.auc.value if judged else None,
        "kind": "model",
        "model": card.id,
        "simulated": card.is_simulated,
    }


def _current(store: ModelStore) -> tuple[Card | None, str]:
    if store.current() is None:
        return None, ""
    try:
        return store.get()[0], ""
    except NoData:
        # Removed by somebody since it was asked for.
        return None, ""
    except StoreError as error:
        return None, f"not compared with the model in use: {error}"
