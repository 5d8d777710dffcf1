"""Where trained models and tables of features are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from quantdeck.research.audit.report import AuditReport
    from quantdeck.research.card import Card
    from quantdeck.research.features.chain_figures import ChainFigures
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.predictions import KeptPredictions
    from quantdeck.research.tuning.trials import Trial, Tuned


class ModelStore(Protocol):
    """Keeps models, each in a folder of its own, and remembers which of them is current."""

    def put(self, card: Card, model_text: str, predictions: KeptPredictions | None = None) -> None:
        """Keep a model with its predictions out of sample, whole or not at all.

        Raises
        ------
        StoreError
            If the disk refuses.
        Conflict
            If there is one of that id.
        """
        ...

    def get(self, model_id: str | None = None) -> tuple[Card, str]:
        """Return a model and its text: that of an id, or the current one.

        Raises
        ------
        NoData
            If there is none; the message says how to make one.
        StoreError
            If it cannot be read, or is damaged.
        """
        ...

    def predictions(self, model_id: str | None = None) -> KeptPredictions | None:
        """Return what a model said of rows that it had not seen: that of an id, or the current one.

        Returns
        -------
        KeptPredictions or None
            None where it was kept without.

        Raises
        ------
        NoData
            If there is no such model.
        StoreError
            If they cannot be read, or are damaged.
        """
        ...

    def cards(self) -> list[Card]:
        """Return the cards of all models, newest first."""
        ...

    def current(self) -> str | None:
        """Return the id of the current model."""
        ...

    def make_current(self, model_id: str) -> None:
        """Let a model be the current one.

        Raises
        ------
        NoData
            If there is none of that id.
        """
        ...


class FeatureStore(Protocol):
    """Keeps tables of features as Parquet, one by the session that it ends with."""

    def put(self, table: FeatureTable) -> str:
        """Keep a table, whole or not at all, and return its name.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...

    def get(self, name: str | None = None) -> FeatureTable:
        """Return a table: by name, or the newest.

        Raises
        ------
        NoData
            If there is none; the message says how to make one.
        """
        ...

    def names(self) -> list[str]:
        """Return the names of all tables, newest first."""
        ...


class ChainFigureStore(Protocol):
    """Keeps the figures that features take from option chains, longer than the chains themselves."""

    def chain_figures(self) -> Mapping[str, ChainFigures]:
        """Return all, by the snapshot that each was taken from."""
        ...

    def keep_chain_figures(self, figures: Mapping[str, ChainFigures]) -> None:
        """Keep these in the place of all that were kept.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...


class AuditStore(Protocol):
    """Keeps the newest audit."""

    def put(self, report: AuditReport) -> None:
        """Keep a report in the place of the one before, whole or not at all.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...

    def get(self) -> AuditReport | None:
        """Return the newest report; None where nothing was audited.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        ...


class TuningStore(Protocol):
    """Keeps trials of searches for parameters, and what the newest search found."""

    def trials(self, study: str) -> list[Trial]:
        """Return the trials of a search, in order; none where it has not begun."""
        ...

    def keep(self, study: str, trials: Sequence[Trial]) -> None:
        """Keep the trials of a search in the place of those before, whole or not at all.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...

    def put(self, tuned: Tuned) -> None:
        """Keep what a search found, as the newest.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...

    def get(self) -> Tuned:
        """Return what the newest search found.

        Raises
        ------
        NoData
            If nothing was searched for yet.
        """
        ...

    def alone(self, study: str) -> AbstractContextManager[None]:
        """Hold a search, so that no other process makes trials of it.

        Raises
        ------
        Conflict
            If another does already.
        """
        ...
